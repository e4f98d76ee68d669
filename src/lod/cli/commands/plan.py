"""`lod plan`: what a build would do anew, and why."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.wording import Wording, joined, say, translated

if TYPE_CHECKING:
    from lod.pipeline.plan import BuildPlan


@click.command("plan")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, project: Path) -> int:
    """Say what 'lod build' would do anew, per dataset and stage, and why, without building.

    \b
    Example:
      lod plan
    """
    from lod.pipeline.plan import plan_build

    plan = plan_build(open_project(settings, project))
    if settings.format == "json":
        output.document(asdict(plan))
        return 0
    if not plan.builds:
        lines = [say("nothing to build: {release} is made from the same files", release=plan.release)]
    else:
        lines = [say("new: {file}", file=file) for file in plan.added]
        lines += [say("changed: {file}", file=file) for file in plan.changed]
        lines += [say("no longer used: {file}", file=file) for file in plan.removed]
        lines += [say("the program itself has changed")] if plan.program else []
        lines += _from_release(plan) if plan.starts_from else _from_tables(plan)
    output.data("\n".join(translated(line, settings.language) for line in lines))
    return 0


def _from_tables(plan: BuildPlan) -> list[Wording]:
    lift = say("lift: all tables") if plan.lifts else say("lift: none, that of the last build is kept")
    rest = say("store, validation, bulk files and columns: all, from the statements")
    return [say("everything is made from the tables: {because}", because=plan.because), lift, rest]


def _from_release(plan: BuildPlan) -> list[Wording]:
    lines = [
        say("the release is made from {name}", name=plan.starts_from),
        *([say("triples maps that are not what they were: {names}", names=", ".join(plan.maps))] if plan.maps else []),
        say(
            "lift: {things:,} {things:thing|things} changed; statements: {added:,} added, {removed:,} removed",
            things=plan.things,
            added=plan.statements_added,
            removed=plan.statements_removed,
        ),
        say("store: that of {name} with these changes", name=plan.starts_from),
        say("validation: shapes on all columns, constraints of cubes on what changed"),
    ]
    for iris, text in (
        (plan.anew, say("bulk files and columns made anew where they changed: {names}", names=_names(plan.anew))),
        (plan.taken, say("bulk files and columns taken as they are: {names}", names=_names(plan.taken))),
    ):
        lines += [text] if iris else []
    return lines


def _names(iris: tuple[str, ...]) -> Wording:
    return joined([Wording(iri) if iri else say("what is of no dataset") for iri in iris], say(", "))
