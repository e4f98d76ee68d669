"""All statements of a release, in order: a file, and what changed since it was written.

Few who make a release from the one before read them all, so the file is shared with that one and what changed stands
beside it; whoever reads them all has them written out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lod.release.bulk.sorted_lines import by_subject, first_line, on_disk, splice
from lod.release.durability import take

FILE, GONE, SAID, WHOLE = "statements.nq", "statements-gone.nq", "statements-said.nq", "statements-whole.nq"
_MOST = 16  # what changed is at most one in so many bytes of the file


@dataclass(frozen=True, slots=True)
class Statements:
    """Those in a folder. Beside the file may stand all that it says of the subjects that changed since, and all that is
    said of these now."""

    folder: Path

    @property
    def exist(self) -> bool:
        """Whether they are all there."""
        return self._file.is_file() and self._gone.is_file() is self._said.is_file()

    @property
    def _file(self) -> Path:
        return self.folder / FILE

    @property
    def _gone(self) -> Path:
        return self.folder / GONE

    @property
    def _said(self) -> Path:
        return self.folder / SAID

    def changed(self, gone: Path, said: Path, folder: Path) -> tuple[Statements, str]:
        """In another folder, with all replaced that was said of some subjects; with the SHA-256 of them all.

        `gone` and `said`: sorted N-Quads, all that was and is said of these subjects.
        """
        new = Statements(folder)
        take(self._file, new._file)
        old_lines, new_lines = by_subject(gone), by_subject(said)
        before = {**old_lines, **(by_subject(self._gone) if self._gone.is_file() else {})}
        now = by_subject(self._said) if self._said.is_file() else {}
        now = {s: lines for s, lines in now.items() if s not in old_lines} | new_lines
        for file, lines in ((new._gone, before), (new._said, now)):
            file.write_bytes(b"".join(lines[subject] for subject in sorted(lines)))
        is_much = new._gone.stat().st_size + new._said.stat().st_size > new._file.stat().st_size // _MOST
        digest = splice(new._file, new._gone, new._said, new.folder / WHOLE if is_much else None)
        return new, digest

    def write_about(self, subjects: Iterable[str], target: Path) -> None:
        """Write all that is said of some subjects, as N-Quads spells them."""
        gone, said = (by_subject(file) if file.is_file() else {} for file in (self._gone, self._said))
        place = 0
        with on_disk(self._file) as lines, target.open("wb") as out:
            for subject in sorted(f"{each} ".encode() for each in subjects):
                if subject in said or subject in gone:
                    out.write(said.get(subject, b""))
                    continue
                start = place = first_line(lines, subject, place)
                while lines.read(place, place + len(subject)) == subject:
                    place = lines.line_after(place)
                out.write(lines.read(start, place))

    def read(self) -> Path:
        """The file with all of them; written out where something changed since the one that is there."""
        whole = self.folder / WHOLE
        if not self._gone.is_file():
            return self._file
        if not whole.is_file():
            splice(self._file, self._gone, self._said, whole)
        return whole

    def settle(self) -> None:
        """Where they were written out, let that be the file."""
        whole = self.folder / WHOLE
        if whole.is_file():
            whole.replace(self._file)
            self._gone.unlink()
            self._said.unlink()
