"""The gate's seat: it says truthfully that nothing was checked, and it fails closed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.disclosure.gate import clear
from lod.disclosure.protect import protect
from lod.disclosure.rules import NO_RULES, DisclosureRules
from lod.errors import GateRefused


def test_without_rules_nothing_is_checked_and_that_is_recorded() -> None:
    findings = Findings()
    clearance = clear("snapshot", ["links"], NO_RULES, findings)
    assert clearance.checked is False
    assert clearance.record()["rules"] == []
    assert "nothing was checked" in clearance.statement["en"]
    assert "未作揭露檢查" in clearance.statement["zh-Hant-TW"]
    assert [item.code for item in findings] == ["LOD7003"]


def test_rules_that_are_not_known_stop_everything() -> None:
    rules = DisclosureRules(("small cells",))
    with pytest.raises(GateRefused) as caught:
        clear("snapshot", [], rules, Findings())
    assert (caught.value.code, caught.value.exit_code) == ("LOD7001", 3)
    with pytest.raises(GateRefused):
        protect(["a table"], rules)
    assert protect(["a table"], NO_RULES) == ["a table"]


@pytest.mark.parametrize(("snapshot", "links"), [("other", ["l"]), ("s", []), ("s", ["l", "m"]), ("s", ["m"])])
def test_a_clearance_covers_only_what_the_gate_saw(snapshot: str, links: list[str]) -> None:
    clearance = clear("s", ["l"], NO_RULES, Findings())
    clearance.covers("s", ["l"])
    with pytest.raises(GateRefused) as caught:
        clearance.covers(snapshot, links)
    assert caught.value.code == "LOD7002"


def test_only_the_gate_makes_a_clearance(repository: Path) -> None:
    makers = {
        path.relative_to(repository / "src" / "lod").as_posix()
        for path in (repository / "src" / "lod").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Clearance"
    }
    assert makers == {"disclosure/gate.py"}
