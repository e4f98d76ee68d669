"""Writing so that a crash leaves the old or the new, never half of either.

A file is durable when it was synced and the folder that names it was synced; a rename inside one file system is atomic.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def sync(path: Path) -> None:
    """Ask the disk to keep a file, or a folder's list of names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Ask the disk to keep everything below `folder`: files first, then folders from the inside out."""
    for inside, folders, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(inside, name))
        for name in folders:
            sync(Path(inside, name))
    sync(folder)


def write_atomically(path: Path, text: str) -> None:
    """Replace the content of a file: readers see the old text or the new."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to a file. A line that a crash cut short is ended first, so that it spoils no other."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)


def move(folder: Path, target: Path) -> None:
    """Give a synced folder its final name."""
    folder.rename(target)
    sync(target.parent)
    sync(folder.parent)


def take(path: Path, target: Path) -> Path:
    """Take a file that will not change into another folder, or under another name, as a hard link; a copy where there
    are none. Returns where it is now.
    """
    place = target / path.name if target.is_dir() else target
    try:
        os.link(path, place)
    except OSError:
        shutil.copyfile(path, place)
    return place
