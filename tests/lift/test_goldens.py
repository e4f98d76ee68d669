"""Every golden folder through every engine: tables and a mapping in, statements and findings out.

The folders are also the how-to. `GAPS` is what an engine does otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest

from lod.diagnostics import Diagnostic, Findings, FindingsError
from lod.lift.run import lift_files

GOLDENS = Path(__file__).resolve().parent.parent / "goldens"
CASES = sorted(path.parent.name for path in GOLDENS.glob("*/mapping.yarrrml.yml"))


def described(finding: Diagnostic) -> str:
    """A finding as `expected.txt` writes it."""
    lines = [f"{finding.severity} {finding.code} {finding.origin or '-'}: {finding.message}"]
    lines += [f"    hint: {finding.hint}"] if finding.hint else []
    return "\n".join([*lines, *(f"    see: {origin}" for origin in finding.related)])


# (engine, golden) → notimpl: nobody has built it · notyet: the engine cannot do it in this version · never, and why
Gap = Literal["notimpl", "notyet", "never"]
GAPS: Mapping[tuple[str, str], tuple[Gap, str]] = {}


def run(case: str, engine: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], str]:
    """The lines and the findings of a case, as seen from its folder."""
    monkeypatch.chdir(GOLDENS / case)
    findings = Findings()
    try:
        result = lift_files([Path("mapping.yarrrml.yml")], out, engine=engine, findings=findings)
    except FindingsError:
        assert not out.exists()
        assert list(out.parent.iterdir()) == []
        return [], "".join(described(each) + "\n" for each in findings)
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    assert result.statements == len(lines) == sum(result.by_triples_map.values())
    return lines, "".join(described(each) + "\n" for each in findings)


@pytest.mark.parametrize("case", CASES)
def test_golden(
    case: str, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if gap := GAPS.get((engine, case)):
        request.applymarker(pytest.mark.xfail(reason=": ".join(gap), strict=True))
    lines, findings = run(case, engine, tmp_path / "out.nq", monkeypatch)
    expected, told = GOLDENS / case / "expected.nq", GOLDENS / case / "expected.txt"
    assert findings == (told.read_text(encoding="utf-8") if told.exists() else "")
    assert sorted(lines) == sorted(
        expected.read_text(encoding="utf-8").splitlines(keepends=True) if expected.exists() else []
    )
    assert expected.exists() or told.exists()


def test_goldens_are_all_found() -> None:
    assert len(CASES) == len([path for path in GOLDENS.iterdir() if path.is_dir()])
