"""Small projects as people write them: a `lod.toml` around the files of a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_PROJECT_FILE = """\
[project]
name = "staff"
base_iri = "https://a.example/"
languages = ["zh-Hant-TW", "en"]
title = { zh-Hant-TW = "人員", en = "Staff" }
[agency]
iri = "https://org.example/1"
name = { en = "Agency" }
[licence]
iri = "https://data.gov.tw/license"
name = { en = "OGDL" }
[build]
mappings = ["mappings/*.yarrrml.yml"]
vocabularies = ["ontologies/*.ttl"]
shapes = ["shapes/*.ttl"]
"""


def write_project(root: Path, files: Mapping[str, str], *, more: str = "") -> Path:
    """Write the files, by their path in the project, and a lod.toml; `more`: further keys of its `[build]`."""
    for name, text in {"lod.toml": _PROJECT_FILE + more, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root
