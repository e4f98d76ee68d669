"""A cube file completed by those that it extends: keys are merged, all the way down; lists and texts are replaced."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from lod.diagnostics import Findings, did_you_mean
from lod.mapping.document import Keyed, Node, Text, read_document
from lod.wording import say

_REMOVED = ("~", "null")


def read_extended(path: Path, shown: str, findings: Findings) -> Keyed | None:
    """The document of a cube file, completed. None, and findings, when it cannot be read.

    Findings: LOD3001, LOD3004, LOD3601 the extended file is not there or extends this one.
    """
    return _read(path, shown, findings, (path.resolve(),))


def extended_by(path: Path) -> Iterator[Path]:
    """The files that a cube file extends, nearest first: what it says changes with them."""
    opened = {path.resolve()}
    while True:
        root = read_document(path, str(path), Findings()) if path.is_file() else None
        named = root.entries.get("extends") if isinstance(root, Keyed) else None
        if named is None or not isinstance(named[1], Text):
            return
        path = path.parent / named[1].value
        if not path.is_file() or path.resolve() in opened:
            return
        opened.add(path.resolve())
        yield path


def merge(below: Keyed, above: Keyed) -> Keyed:
    """What `above` says, completed by `below`. A key whose value is ~ is taken out."""
    entries = dict(below.entries)
    for name, (key, node) in above.entries.items():
        beneath = entries[name][1] if name in entries else None
        if isinstance(node, Text) and node.value in _REMOVED:
            entries.pop(name, None)
        elif isinstance(node, Keyed) and isinstance(beneath, Keyed):
            entries[name] = (key, merge(beneath, node))
        else:
            entries[name] = (key, node)
    return Keyed(entries, above.origin)


def without(node: Keyed, *names: str) -> Keyed:
    """The node without some of its keys."""
    return Keyed({name: entry for name, entry in node.entries.items() if name not in names}, node.origin)


def _read(path: Path, shown: str, findings: Findings, opened: tuple[Path, ...]) -> Keyed | None:
    root = read_document(path, shown, findings)
    if root is None:
        return None
    if not isinstance(root, Keyed):
        findings.error(
            "LOD3004", say("a cube file has keys and values"), root.origin, say("begin with dataset: {id: …}")
        )
        return None
    extends = root.entries.get("extends")
    if extends is None:
        return root
    return _completed(root, extends[1], path, findings, opened)


def _completed(root: Keyed, extends: Node, path: Path, findings: Findings, opened: tuple[Path, ...]) -> Keyed | None:
    if not isinstance(extends, Text):
        findings.error("LOD3004", say("'extends' names one file"), extends.origin, say("extends: common.cube.yml"))
        return None
    other = path.parent / extends.value
    where = extends.at(0, len(extends.value))
    if not other.is_file():
        near = [os.path.relpath(each, path.parent) for each in path.parent.glob("*.yml")]
        findings.error(
            "LOD3601",
            say("there is no file {extends} to extend", extends=extends.value),
            where,
            did_you_mean(extends.value, near),
        )
        return None
    if other.resolve() in opened:
        findings.error(
            "LOD3601",
            say("{extends} extends this file in its turn", extends=extends.value),
            where,
            say("take one 'extends' out"),
        )
        return None
    shown = posixpath.normpath(posixpath.join(posixpath.dirname(root.origin.path), extends.value))
    below = _read(other, shown, findings, (*opened, other.resolve()))
    return merge(below, without(root, "extends")) if below else None
