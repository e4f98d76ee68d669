"""`lod plan` names what changed, and leaves everything as it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess


def test_plan(lod: Callable[..., CompletedProcess[str]], published: Path) -> None:
    def plan() -> dict[str, object]:
        done = lod("plan", "--format", "json", cwd=published)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    assert plan()["builds"] is False
    shape = next((published / "shapes").glob("*.ttl"))
    shape.write_text(shape.read_text(encoding="utf-8") + "# a note\n", encoding="utf-8")
    found = plan()
    assert (found["builds"], found["lifts"], found["changed"]) == (True, False, [f"shapes/{shape.name}"])
    with (published / "tables" / "staff.csv").open("a", encoding="utf-8") as table:
        table.write("2031,A,F,16\n")
    found = plan()
    assert (found["starts_from"], found["things"]) == (found["release"], 1)
    assert found["statements_removed"] == 0
    said = lod("plan", "--lang", "zh-Hant-TW", cwd=published).stdout
    assert f"已變更：shapes/{shape.name}" in said
    assert [path.name for path in (published / "releases").iterdir() if path.name[0].isdigit()] == [found["release"]]
    shutil.rmtree(published / ".lod")
    assert plan()["lifts"] is True
