"""The gate before every release. It fails closed: without its `Clearance` nothing can be written as a release."""

from __future__ import annotations

from collections.abc import Sequence

from lod.diagnostics import Findings
from lod.disclosure.clearance import Clearance
from lod.disclosure.rules import DisclosureRules
from lod.errors import GateRefused
from lod.wording import in_each_language, say

_NOTHING_CHECKED = say("No disclosure rule has been configured yet; nothing was checked for disclosure.")


def clear(snapshot: str, linksets: Sequence[str], rules: DisclosureRules, findings: Findings) -> Clearance:
    """Decide about a sealed snapshot with its links, given by their digests.

    Findings: LOD7003 (warning) no rule has been configured, so nothing was checked.

    Raises:
        GateRefused: LOD7001 there are rules, and this version knows none.
    """
    if rules.names:
        raise GateRefused(
            say("disclosure rules that this version cannot prove"), hint=say("nothing is released"), code="LOD7001"
        )
    findings.warning("LOD7003", _NOTHING_CHECKED, hint=say("make sure that no figure here describes one person"))
    return Clearance(snapshot, tuple(linksets), (), False, in_each_language(_NOTHING_CHECKED))
