"""Help, usage and what happens when something stops the program."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import click
import pytest

from lod.cli import main
from lod.cli.main import COMMANDS
from lod.cli.output import Settings
from lod.errors import GateRefused
from lod.wording import say

Lod = Callable[..., CompletedProcess[str]]


def test_help_names_every_command(lod: Lod, tmp_path: Path) -> None:
    result = lod("--help", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stderr == ""
    listed = result.stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in listed.splitlines() if line.strip()] == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example(name: str) -> None:
    command = main.lod.get_command(click.Context(main.lod), name)
    assert command is not None
    assert command.help is not None
    examples = command.help.partition("\b\n")[2].splitlines()
    assert examples[0].strip() == ("Example:" if len([line for line in examples if line.strip()]) == 2 else "Examples:")
    assert all(line.strip().startswith(f"lod {name} ") or line.strip() == f"lod {name}" for line in examples[1:-1])
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_help_imports_no_engine(lod: Lod, tmp_path: Path) -> None:
    result = lod("--help", cwd=tmp_path, env={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = {
        line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if line.startswith("import time:")
    }
    assert "lod.cli.options" in imported
    heavy = {"duckdb", "pyoxigraph", "rdflib", "pyshacl", "yaml", "jinja2", "starlette", "uvicorn", "asyncio", "rich"}
    assert imported & heavy == set()


def test_misspelt_command(lod: Lod, tmp_path: Path) -> None:
    result = lod("biuld", cwd=tmp_path)
    assert result.returncode == 2
    assert "no command 'biuld'; did you mean 'build'?" in result.stderr
    assert result.stdout == ""


def test_misspelt_option(lod: Lod, tmp_path: Path) -> None:
    result = lod("build", "--pubish", cwd=tmp_path)
    assert result.returncode == 2
    assert "--publish" in result.stderr


def test_no_arguments(lod: Lod, tmp_path: Path) -> None:
    result = lod(cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("Usage: lod [OPTIONS] COMMAND")
    assert lod(cwd=tmp_path, env={"LOD_LANG": "zh-TW"}).stderr.startswith("用法：lod [選項] 指令")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--lang", "--lang 之後要有值"),
        ("--lang zh", "沒有給指令"),
        ("biuld", "沒有「biuld」這個指令；您是不是要寫「build」？"),
        ("map shap", "沒有「shap」這個指令；您是不是要寫「shape」？"),
        ("check --fromat json", "沒有選項 --fromat；您是不是要寫「--format」？"),
        ("check --format xml", "--format：「xml」不是下列之一：text, json, sarif, github"),
        ("check --quiet=3", "--quiet 不接受值"),
        ("check --lang fr", "--lang：沒有「fr」的訊息；可用的是 en, zh-Hant-TW"),
        ("serve --port high", "--port：「high」不是數字"),
        ("serve --port 99999", "--port：99999 不在 0 <= x <= 65535 的範圍內"),
        ("releases one two", "多了這些參數：one two"),
        ("lift staff.yarrrml.yml", "缺少 -o / --output"),
        ("validate staff.nq", "缺少 --shapes / -s"),
    ],
)
def test_usage_in_chinese(
    arguments: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOD_LANG", "zh-TW")
    assert main.run(arguments.split()) == 2
    assert capsys.readouterr().err.endswith(f"錯誤 {said}\n")


def test_no_project(lod: Lod, tmp_path: Path) -> None:
    result = lod("build", cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error LOD1001 no lod.toml in . or above it\n   = hint: 'lod init DIR'")


def test_no_project_as_json(lod: Lod, tmp_path: Path) -> None:
    result = lod("build", "--format", "json", cwd=tmp_path)
    assert result.returncode == 2
    assert [item["code"] for item in json.loads(result.stdout)["findings"]] == ["LOD1001"]


def test_colours_follow_the_terminal(lod: Lod, tmp_path: Path) -> None:
    assert "\x1b[" not in lod("build", cwd=tmp_path).stderr
    assert "\x1b[" in lod("build", cwd=tmp_path, env={"FORCE_COLOR": "1"}).stderr
    assert "\x1b[31" not in lod("build", cwd=tmp_path, env={"FORCE_COLOR": "1", "NO_COLOR": "1"}).stderr


def test_narrow_locale_escapes(lod: Lod, project: Path) -> None:
    (project / "lod.toml").write_text("性 = 1\n", encoding="utf-8")
    result = lod("build", cwd=project, env={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"})
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "\\u6027" in result.stderr


@click.command()
@click.option("--verbose", is_flag=True)
@click.pass_obj
def failing(settings: Settings, verbose: bool) -> None:
    """A command with a bug in it."""
    settings.verbose = verbose
    raise KeyError("row")


@click.command()
def refused() -> None:
    """A command whose gate says no."""
    raise GateRefused(say("one person's pay would be told"), code="LOD7001", hint=say("group the ages"))


@click.command()
def full() -> None:
    """A command on a full disk."""
    raise OSError(28, "No space left on device", "releases/.staging")


@click.command()
def interrupted() -> None:
    """A command during which someone types Ctrl-C."""
    raise KeyboardInterrupt


@click.command()
def interrupted_engine() -> None:
    """A command whose engine answers Ctrl-C with an error of its own, as columnar engines do."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise RuntimeError("query interrupted") from None


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands above, beside the real ones."""
    ours = {
        "failing": failing,
        "refused": refused,
        "full": full,
        "interrupted": interrupted,
        "engine": interrupted_engine,
    }
    monkeypatch.setattr(main, "COMMANDS", (*COMMANDS, *ours))
    real = main.lod.get_command
    monkeypatch.setattr(main.lod, "get_command", lambda ctx, name: ours.get(name) or real(ctx, name))


@pytest.mark.usefixtures("commands")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["failing"], 70, "error LOD0001 this is a bug in lod, not in your material: KeyError: 'row'"),
        (["refused"], 3, "error LOD7001 one person's pay would be told\n   = hint: group the ages"),
        (["full"], 1, "error LOD0005 releases/.staging: No space left on device"),
        (["interrupted"], 130, "interrupted"),
        (["engine"], 130, "interrupted"),
    ],
)
def test_what_stops_the_program(arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(arguments) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.usefixtures("commands")
def test_traceback_under_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["failing", "--verbose"]) == 70
    assert "Traceback" in capsys.readouterr().err
