"""The workbooks that a source names: one, or all that fit a pattern of names such as *.xls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

_OPENED = "~$"  # what a spreadsheet program writes beside a file that somebody has open


def is_pattern(access: str) -> bool:
    """Whether a source may name several files."""
    return "*" in access or "?" in access


def workbooks(access: str, folders: Iterable[Path]) -> tuple[str, ...]:
    """The names of the files that fit, in their order, of the first folder that has any; () if none has."""
    for folder in folders:
        if (folder / access).is_file():
            return (access,)
        files = [each for each in _fitting(access, folder) if each.is_file() and not each.name.startswith(_OPENED)]
        if files:
            return tuple(sorted(each.relative_to(folder).as_posix() for each in files))
    return ()


def _fitting(access: str, folder: Path) -> list[Path]:
    """What fits; nothing where the pattern is none that this version of Python reads, such as an absolute one."""
    try:
        return list(folder.glob(access))
    except (ValueError, NotImplementedError):
        return []
