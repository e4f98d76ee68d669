"""Conditions: calls that a row has to make true."""

from __future__ import annotations

from lod.mapping.functions import IDLAB
from lod.mapping.ir import Call, Expression

TRUE_CONDITION = IDLAB + "trueCondition"
"""Gives its second value where the first is true: how two conditions become one, and how legacy RML writes one."""


def both(one: Expression | None, other: Expression | None) -> Expression | None:
    """True where both are; None is always true."""
    if one is None or other is None:
        return one or other
    return Call(TRUE_CONDITION, (("strBoolean", one), ("str", other)), other.origin)
