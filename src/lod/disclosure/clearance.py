"""What the disclosure gate decided, about exactly which bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lod.errors import GateRefused
from lod.wording import say


@dataclass(frozen=True, slots=True)
class Clearance:
    """The gate's decision about one snapshot and its links. Only `lod.disclosure.gate.clear` makes one."""

    snapshot: str  # digest of the store's statements
    linksets: tuple[str, ...]  # digests, in order
    rules: tuple[str, ...]  # names of the rules that were applied
    checked: bool  # False: there was no rule, so nothing was checked
    statement: Mapping[str, str]  # language tag → the decision in words

    def covers(self, snapshot: str, linksets: Sequence[str]) -> None:
        """Make sure that this clearance speaks about these digests.

        Raises:
            GateRefused: LOD7002 it speaks about something else.
        """
        if self.snapshot != snapshot or self.linksets != tuple(linksets):
            raise GateRefused(
                say("the clearance is for other data than what was to be released"),
                hint=say("the store or the linksets changed after the gate looked at them: lod build"),
                code="LOD7002",
            )

    def record(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {**asdict(self), "linksets": list(self.linksets), "rules": list(self.rules)}
