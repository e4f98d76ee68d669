"""What may be told. No rule can be configured yet: an empty set of rules checks nothing, and says so."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DisclosureRules:
    """The rules of a project by name. Empty: none has been configured."""

    names: tuple[str, ...] = ()


NO_RULES = DisclosureRules()
