"""What stops the program.

Findings about the user's material are values (`lod.diagnostics.Diagnostic`), not exceptions. These are for what cannot
go on::

    LodError                 exit code 1
    ├── FindingsError        (lod.diagnostics) a stage found errors; carries them, all of them
    ├── UsageError           exit code 2: the command, not the material, is wrong
    ├── LockedError          another process is building or publishing here
    └── GateRefused          exit code 3: a gate said no
"""

from __future__ import annotations

from typing import ClassVar

from lod.wording import NOTHING, Wording


class LodError(Exception):
    """Something stopped the program: what happened, and what to do about it.

    `message` says what happened and where, `hint` what to do. `code` is the finding's code, for `lod explain`.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: Wording, *, hint: Wording = NOTHING, code: str = "") -> None:
        self.message = message
        self.hint = hint
        self.code = code
        super().__init__(message)


class UsageError(LodError):
    """The command cannot be carried out as it was given."""

    exit_code: ClassVar[int] = 2


class LockedError(LodError):
    """Another process holds the lock of this project's releases."""


class GateRefused(LodError):
    """A gate (validation, disclosure) refused; nothing was published."""

    exit_code: ClassVar[int] = 3
