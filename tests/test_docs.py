"""Documentation is under test: what the program has is described, what is described is there."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from ports import free_port

from lod.cli.main import COMMANDS, lod
from lod.diagnostics import explanation, known_codes
from lod.project.load import KEYS

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "src" / "lod"
DOCS = REPOSITORY / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *REPOSITORY.glob("*.md")])
HEADINGS = ("## What it means", "## Example", "## What to do")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shown(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Commands, options, keys ---------------------------------------------------------------------------------------------


def test_reference_pages_are_what_the_code_says(generate: ModuleType) -> None:
    assert generate.stale() == [], "make docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_described(name: str) -> None:
    page = read(DOCS / "reference" / "commands.md")
    section = page.partition(f"## lod {name}\n")[2].partition("\n## ")[0]
    command = lod.get_command(click.Context(lod), name)
    assert command is not None
    options = [option for each in command.params if isinstance(each, click.Option) for option in each.opts]
    assert options
    assert [option for option in options if option not in section] == []


def test_every_key_of_the_project_file_is_described() -> None:
    page = read(DOCS / "reference" / "project-file.md")
    for table, keys in KEYS.items():
        section = page.partition(f"## [{table}]\n")[2].partition("\n## ")[0] if table else page
        missing = [key for key in keys if f"`{key}`" not in section and f"[{key}]" not in section]
        assert missing == [], table


def paths_in_server() -> set[str]:
    """Every literal of the server that is a path of the site, without what follows a placeholder."""
    found = set()
    for path in (SOURCE / "server").glob("*.py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"/[a-z.\-][\w./\-]*(\{.*)?", str(node.value)):
                found.add(str(node.value).partition("{")[0].rstrip("/"))
    return found


def test_every_address_is_described() -> None:
    page = read(DOCS / "reference" / "urls.md")
    found = paths_in_server()
    assert found >= {"/id", "/doc", "/data", "/catalog", "/sparql", "/-/health"}
    assert sorted(path for path in found if f"`{path}" not in page) == []


# Findings ------------------------------------------------------------------------------------------------------------


def codes_in_source() -> dict[str, set[str]]:
    """Each code that the source holds as a string, and the files that do."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"LOD\d{4}", str(node.value)):
                found.setdefault(str(node.value), set()).add(shown(path))
    return found


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    used = codes_in_source()
    assert {code: used[code] for code in sorted(set(used) - set(known_codes()))} == {}, "codes without a page"
    assert sorted(set(known_codes()) - set(used)) == [], "pages whose code nothing uses"


@pytest.mark.parametrize("code", known_codes())
def test_page_of_a_finding(code: str) -> None:
    page = explanation(code)
    assert page is not None
    assert re.match(rf"# {code}: \S", page)
    places = [page.find(f"\n{heading}\n") for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)


# Make ----------------------------------------------------------------------------------------------------------------


def test_every_make_target_that_is_named_exists() -> None:
    makefile = read(REPOSITORY / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    named = {target for page in PAGES for target in re.findall(r"\bmake (demo|test|[a-z-]+)\b`", read(page))}
    assert "demo" in named
    assert named <= targets
    assert set(re.findall(r"^# make ([a-z-]+)", makefile, flags=re.MULTILINE)) == targets - {"help"}


# Links ---------------------------------------------------------------------------------------------------------------


def links(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", read(page), flags=re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", text)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", read(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(link)
    assert broken == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached = {REPOSITORY / "README.md"}
    queue = list(reached)
    while queue:
        page = queue.pop()
        for link in links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_file() and target not in reached:
                reached.add(target)
                queue.append(target)
    assert [shown(page) for page in PAGES if page not in reached] == []


# The tutorial, word by word ------------------------------------------------------------------------------------------


def steps(page: Path) -> Iterator[tuple[str, list[str]]]:
    """Each command of a page's console blocks, and the output lines shown under it."""
    for block in re.findall(r"^```console\n(.*?)^```", read(page), flags=re.DOTALL | re.MULTILINE):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output.splitlines()


def pattern(line: str) -> str:
    """A line of shown output as a regular expression: … stands for anything."""
    return ".*".join(re.escape(part) for part in line.split("…"))


class Terminal:
    """What a reader of the tutorial has: a folder that `cd` changes, and a second terminal for what keeps running."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.running: list[subprocess.Popen[str]] = []
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {"PATH": path, "NO_COLOR": "1", "PYTHONUTF8": "1", "COLUMNS": "200"}

    def type(self, command: str) -> str:
        """Carry a command out; what it prints."""
        words = command.split()
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            if "[serve]" not in read(self.folder / "lod.toml"):  # the tutorial's port may be taken here
                with (self.folder / "lod.toml").open("a", encoding="utf-8") as file:
                    file.write(f"\n[serve]\nport = {self.port}\n")
            return ""
        if words[:2] == ["lod", "serve"]:
            return self.keep_running(command)
        result = subprocess.run(
            ["/bin/sh", "-c", command.replace(":8080", f":{self.port}")],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        return result.stdout

    def keep_running(self, command: str) -> str:
        """Start a server; the first line that it prints."""
        server = subprocess.Popen(
            ["/bin/sh", "-c", f"exec {command}"],
            cwd=self.folder,
            env=self.environment,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.running.append(server)
        assert server.stderr is not None
        return server.stderr.readline().replace(f":{self.port}", ":8080")

    def close(self) -> None:
        """Ctrl-C to all that runs."""
        for server in self.running:
            server.send_signal(signal.SIGINT)
        for server in self.running:
            server.communicate(timeout=60)
            assert server.returncode == 0


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in an empty folder."""
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


@pytest.mark.skipif(shutil.which("curl") is None, reason="the tutorial uses curl, which is not installed")
def test_tutorial_word_by_word(terminal: Terminal) -> None:
    typed = list(steps(DOCS / "tutorial.md"))
    assert {command.split()[1] for command, _ in typed if command.startswith("lod ")} >= {"init", "build", "serve"}
    for command, expected in typed:
        printed = terminal.type(command)
        for line in expected:
            assert re.search(rf"^{pattern(line)}$", printed, flags=re.MULTILINE), f"$ {command}\n{printed}"
        assert "LOD0001" not in printed, printed
