"""Disclosure rules on tables, in the private work area, before anything is lifted.

A suppressed number must never reach a store, so protection comes before the lift and the gate's proof after it.
"""

from __future__ import annotations

from typing import TypeVar

from lod.disclosure.rules import DisclosureRules
from lod.errors import GateRefused
from lod.wording import say

T = TypeVar("T")


def protect(tables: T, rules: DisclosureRules) -> T:
    """The tables as they may be lifted: unchanged where there is no rule.

    Raises:
        GateRefused: LOD7001 there are rules, and this version knows none.
    """
    if rules.names:
        raise GateRefused(
            say("disclosure rules that this version cannot apply: {names}", names=", ".join(rules.names)),
            hint=say("nothing is lifted rather than lifted unprotected"),
            code="LOD7001",
        )
    return tables
