"""The shape of the house: layers, the cut between the halves, who may print, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "lod"
MODULES = sorted(SOURCE.rglob("*.py"))

BUILD_HALF = (
    "lod.disclosure",
    "lod.lift",
    "lod.linking",
    "lod.mapping",
    "lod.pipeline",
    "lod.project",
    "lod.release.publishing.publish",
    "lod.tables",
    "lod.validation",
)
BUILD_HALF_LIBRARIES = ("click", "duckdb", "pyshacl", "rdflib", "rich", "yaml")

LINES_IN_A_FILE = 600
LINES_IN_A_FUNCTION = 60


def shown(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_contracts_of_pyproject(repository: Path) -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert " 0 broken" in result.stdout


def test_server_brings_no_build_half_along() -> None:
    """Import-linter does not follow the import of a parent package; a fresh interpreter does."""
    script = "import sys, lod.server.app; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert "lod.server.app" in loaded
    assert not {name for name in loaded if name.startswith(BUILD_HALF)}
    assert not loaded & set(BUILD_HALF_LIBRARIES)


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py" and p.parent != SOURCE], ids=shown)
def test_package_holds_a_docstring_only(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1, "import from the module that owns the thing"


@pytest.mark.parametrize("path", [p for p in MODULES if "cli" not in p.parts], ids=shown)
def test_core_never_prints(path: Path) -> None:
    assert list(printing(ast.parse(path.read_text(encoding="utf-8")))) == []


def printing(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield f"line {node.lineno}: print()"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("sys.stdout.write", "sys.stderr.write"):
            yield f"line {node.lineno}: {ast.unparse(node)}"


def test_what_counts_as_printing() -> None:
    assert len(list(printing(ast.parse("import sys\nprint(1)\nsys.stderr.write('')\n")))) == 2


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_sizes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LINES_IN_A_FILE
    too_long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LINES_IN_A_FUNCTION
    ]
    assert too_long == []


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
