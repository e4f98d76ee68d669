"""`lod map`: mappings as documents: in another language; the shapes of cubes; the schemas of languages in YAML."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import existing
from lod.cli.options import quiet_and_verbose, reporting, reporting_findings
from lod.cli.output import Settings
from lod.wording import say

_LANGUAGES = ("rml", "yarrrml")
_SCHEMAS = ("yarrrml", "cube")


@click.group("map")
@quiet_and_verbose
def command() -> None:
    """Write mappings in another language, or the shapes of cubes; print the schemas of languages in YAML.

    \b
    Examples:
      lod map convert mappings/staff.yarrrml.yml --to rml -o staff.rml.ttl
      lod map schema yarrrml > yarrrml.schema.json
    """


@command.command("convert")
@click.argument("mappings", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MAPPING...")
@click.option("--to", "language", required=True, type=click.Choice(_LANGUAGES), help="The language to write.")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), metavar="FILE", help="Where to; else printed.")
@click.option(
    "--tables", type=click.Path(path_type=Path), metavar="DIR", help="With --tidy: look here for sources first."
)
@click.option(
    "--tidy",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write rows that only this program can read (printed sheets, CSVW) there as CSV files, and map these.",
)
@reporting_findings
@click.pass_obj
def convert_command(
    settings: Settings,
    mappings: tuple[Path, ...],
    language: str,
    out: Path | None,
    tables: Path | None,
    tidy: Path | None,
) -> int:
    """Write mappings of any language as one document in RML or YARRRML.

    It makes the same statements. What the language cannot say is an error, and nothing is written. Functions of others
    and targets that are no files, which no lift here has, are written with a warning. Paths to tables are changed so
    that they fit the place of FILE; without -o the document fits the place of the mapping.

    \b
    Examples:
      lod map convert mappings/staff.yarrrml.yml --to rml -o mappings/staff.rml.ttl
      lod map convert mappings/staff.cube.yml --to rml -o out/staff.rml.ttl --tidy out
    """
    from lod.diagnostics import Findings
    from lod.mapping.convert import Language, convert, without_what_only_lifts_need
    from lod.mapping.read import read_mappings

    if out and out.resolve() in [path.resolve() for path in mappings]:
        raise click.UsageError(say("'{out}' is what is to be converted: give another name with -o", out=out))
    if tidy and not out:
        raise click.UsageError(say("--tidy needs -o: the paths to its files fit the place of the document"))
    findings = Findings()
    mapping = read_mappings([existing(path) for path in mappings], findings)
    findings = without_what_only_lifts_need(findings)
    findings.raise_if_errors()
    if tidy and out:
        from lod.lift.tidy import tidied

        folders = [*([tables] if tables else []), *dict.fromkeys(path.parent for path in mappings)]
        mapping = tidied(mapping, folders, tidy, out, findings)
        findings.raise_if_errors()
    text = convert(mapping, Language(language), findings, folder=out.parent if out else None)
    findings.raise_if_errors()
    if out:
        out.write_text(text, encoding="utf-8")
    output.show(findings, settings, facts={"output": str(out) if out else None, "text": text})
    if out:
        said = say("{n} {n:mapping|mappings} in {out}", n=len(mapping.triples_maps), out=out)
        output.line(said, settings, after=findings)
    elif settings.format == "text":
        output.data(text)
    return 0


@command.command("shape")
@click.argument("mappings", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CUBE...")
@click.option("--base", "base_iri", metavar="IRI", default="", help="What relative IRIs are resolved against.")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), metavar="FILE", help="Where to; else printed.")
@reporting_findings
@click.pass_obj
def shape_command(settings: Settings, mappings: tuple[Path, ...], base_iri: str, out: Path | None) -> int:
    """Write the SHACL shape of each dataset that cube files describe, made from its structure.

    A build holds the observations against these shapes, and a release has them beside the data.

    \b
    Example:
      lod map shape mappings/*.cube.yml -o shapes.ttl
    """
    from lod.diagnostics import Findings
    from lod.mapping.cube.cube_shape import cube_shapes, cubes_in
    from lod.mapping.read import read_mappings
    from lod.rdf.namespaces import PREFIXES
    from lod.rdf.serialize import to_turtle

    findings = Findings()
    cubes = cubes_in(read_mappings([existing(path) for path in mappings], findings))
    findings.raise_if_errors()
    if not base_iri and not all(cube.base for cube in cubes):
        raise click.UsageError(say("the cube files have no 'base': give one with --base"))
    shapes = cube_shapes(cubes, base_iri)
    text = to_turtle((triple for shape in shapes for triple in shape.triples), PREFIXES)
    if out:
        out.write_text(text, encoding="utf-8")
    output.show(findings, settings, facts={"output": str(out) if out else None, "text": text})
    if out:
        output.line(say("{n} {n:shape|shapes} in {out}", n=len(shapes), out=out), settings, after=findings)
    elif settings.format == "text":
        output.data(text)
    return 0


@command.command("schema")
@click.argument("language", type=click.Choice(_SCHEMAS), metavar="LANGUAGE")
@reporting
def schema_command(language: str) -> int:
    """Print the JSON Schema of a mapping language in YAML, for editors: yarrrml or cube.

    \b
    Example:
      lod map schema yarrrml > mappings/yarrrml.schema.json
    """
    if language == "cube":
        from lod.mapping.cube.schema import json_schema
    else:
        from lod.mapping.yarrrml.schema import json_schema
    output.document(json_schema())
    return 0
