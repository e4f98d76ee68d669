"""`lod explain`: what a finding means and what to do about it."""

from __future__ import annotations

import re

import click

from lod.cli import output
from lod.cli.options import reporting
from lod.cli.output import Settings
from lod.diagnostics import did_you_mean, explanation, known_codes
from lod.errors import UsageError
from lod.wording import Wording, say


@click.command("explain")
@click.argument("code", required=False)
@reporting
@click.pass_obj
def command(settings: Settings, code: str | None) -> int:
    """Say what a finding means and what to do about it. Without CODE, list all codes.

    \b
    Examples:
      lod explain LOD3003
      lod explain
    """
    if code is None:
        _list(settings)
        return 0
    page = explanation(code, settings.language) if code.isalnum() else None
    if page is None:
        raise UsageError(
            say("no finding has the code '{code}'", code=code),
            hint=_near(code.upper()),
            code="LOD0007",
        )
    if settings.format == "json":
        output.document({"code": code.upper(), "title": _title(page), "text": page})
    elif output.console(error=False).is_terminal:
        from rich.markdown import Markdown

        output.console(error=False).print(Markdown(page))
    else:
        output.data(page)
    return 0


def _near(code: str) -> Wording:
    """Of a number that is none, those that begin alike; else what looks like it."""
    if re.fullmatch(r"LOD\d{1,4}", code):
        length = next(n for n in range(len(code), 2, -1) if any(known.startswith(code[:n]) for known in known_codes()))
        alike = [known for known in known_codes() if known.startswith(code[:length])]
        return say("begin alike: {codes}", codes=", ".join(alike[:12]) + (", …" if len(alike) > 12 else ""))
    return did_you_mean(code, known_codes())


def _list(settings: Settings) -> None:
    titles = {code: _title(explanation(code, settings.language) or "") for code in known_codes()}
    if settings.format == "json":
        output.document([{"code": code, "title": title} for code, title in titles.items()])
    else:
        output.data("\n".join(f"{code}  {title}" for code, title in titles.items()))


def _title(page: str) -> str:
    """The words after the code in a page's heading."""
    return page.partition("\n")[0].removeprefix("# ").partition(":")[2].strip()
