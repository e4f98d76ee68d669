"""Digests decide what is unchanged: of everything that goes in, and of the program itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from lod.project.model import Project
from lod.release.seal import sha256

GENERATOR = f"lod {version('lod')}"

_NOT_IN_A_BUILD = {"server", "cli", "findings"}
_LIBRARIES = ("duckdb", "lod", "pyoxigraph", "pyshacl", "python-calamine", "python-jsonpath", "rdflib", "shacl")


def digest_of(facts: Mapping[str, str]) -> str:
    """SHA-256 over names and values, whatever their order."""
    return hashlib.sha256("".join(f"{name}\t{facts[name]}\n" for name in sorted(facts)).encode()).hexdigest()


def file_digests(project: Project, paths: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of files by their path as people of the project know it."""
    return {project.relative(path): sha256(path) for path in paths}


@cache
def engine_digest() -> str:
    """SHA-256 over the code that builds and the versions of the libraries that it builds with."""
    facts = {name: _version(name) for name in _LIBRARIES}
    package = files("lod")
    for part in package.iterdir():
        if part.name not in _NOT_IN_A_BUILD:
            facts |= {name: hashlib.sha256(source.read_bytes()).hexdigest() for name, source in _sources(part, "")}
    return digest_of(facts)


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # a processor of SHACL that is not there for every machine
        return ""


def _sources(part: Traversable, above: str) -> Iterable[tuple[str, Traversable]]:
    if part.is_dir():
        for inside in part.iterdir():
            yield from _sources(inside, f"{above}{part.name}/")
    elif part.name.endswith(".py"):
        yield f"{above}{part.name}", part
