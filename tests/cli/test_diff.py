"""`lod diff` says what a changed table changes, in each form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyoxigraph


def test_diff(lod: Callable[..., CompletedProcess[str]], published: Path) -> None:
    alone = lod("diff", cwd=published)
    assert (alone.returncode, "LOD8024" in alone.stderr) == (1, True)
    with (published / "tables" / "staff.csv").open("a", encoding="utf-8") as table:
        table.write("2031,A,F,16\n")
    assert lod("build", cwd=published).returncode == 0
    done = lod("diff", "--format", "json", cwd=published)
    assert done.returncode == 0, done.stderr
    changes = json.loads(done.stdout)["changes"]
    assert changes["observations"]["added"]["count"] == 1
    assert changes["observations"]["removed"]["count"] == changes["triples"]["removed"]["count"] == 0
    assert changes["datasets"]["changed"]["count"] == 1
    added = changes["observations"]["added"]["examples"][0]
    assert added in changes["uris"]["added"]["examples"]
    turtle = lod("diff", "--format", "turtle", cwd=published).stdout
    quads = list(pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE, base_iri="https://a.example/diff"))
    assert any(quad.object == pyoxigraph.NamedNode(added) for quad in quads)
    assert f"<code>{added}</code>" in lod("diff", "--format", "html", cwd=published).stdout
    assert "新增的觀測值: 1" in lod("diff", "--lang", "zh-Hant-TW", cwd=published).stdout
    settings = published / "lod.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("opendata@", "data@"), encoding="utf-8")
    assert lod("build", cwd=published).returncode == 0
    (said,) = json.loads(lod("diff", "--format", "json", cwd=published).stdout)["site"]
    assert said == {"key": "agency.email", "before": "opendata@example.org", "after": "data@example.org"}
    for form in ("text", "html", "turtle"):
        told = lod("diff", "--format", form, cwd=published).stdout
        assert "agency.email: opendata@example.org → data@example.org" in told
    name = json.loads(lod("releases", "--format", "json", cwd=published).stdout)[0]["name"]
    assert "nothing differs" in lod("diff", name, name, cwd=published).stdout
