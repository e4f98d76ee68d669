"""Writes docs/reference/ from the code that runs: `python docs/generate.py`; with --check it fails if one is stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from lod.cli.main import COMMANDS, lod
from lod.diagnostics import explanation, known_codes
from lod.mapping.cube.keys import PLACES
from lod.mapping.cube.schema import json_schema
from lod.mapping.functions import FUNCTIONS, GREL, IDLAB, OURS, REFUSED, short_name
from lod.mapping.functions import PREFIXES as FUNCTION_PREFIXES
from lod.mapping.yarrrml.keys import PLACES as YARRRML_PLACES
from lod.mapping.yarrrml.schema import json_schema as yarrrml_json_schema
from lod.project.load import KEYS

REFERENCE = Path(__file__).resolve().parent / "reference"

RANGES = {
    "LOD0": "The command line",
    "LOD1": "The project file",
    "LOD2": "Tables",
    "LOD3": "Mappings",
    "LOD4": "Lifting",
    "LOD5": "The store and SPARQL",
    "LOD6": "Validation",
    "LOD7": "Disclosure and links",
    "LOD8": "Releases",
    "LOD9": "The server",
}

# Section → (what it is, key → (value, default, meaning)). Keys are those of lod.project.load, checked below.
PROJECT_FILE: dict[str, tuple[str, dict[str, tuple[str, str, str]]]] = {
    "project": (
        "What is published, and under which address.",
        {
            "name": ("text", "must be given", "Short name, for people and file names."),
            "base_iri": ("IRI ending in `/`", "must be given", "Every address begins with it. Decide once."),
            "languages": ("list of language tags", '`["en"]`', "Of all labels; the first is the default."),
            "title": ("texts", "must be given", "Shown on every page and in the catalogue."),
            "description": ("texts", "none", "A sentence or two, for the home page and the catalogue."),
            "theme": ("path", "none", "Your own templates, texts and static files: [how](../how-to/themes.md)."),
        },
    ),
    "agency": (
        "Who publishes.",
        {
            "iri": ("IRI", "must be given", "May be relative to `base_iri`; a vocabulary describes it."),
            "name": ("texts", "must be given", "Shown on every page."),
            "email": ("text", "none", "Where readers write to."),
        },
    ),
    "licence": (
        "The terms of use of everything, unless a dataset says otherwise.",
        {
            "iri": ("IRI", "must be given", "The licence's own address."),
            "name": ("texts", "must be given", "Shown beside the link."),
        },
    ),
    "attribution": (
        "Texts: the sentence that you ask users to print. Stands on every page and in every description.",
        {},
    ),
    "build": (
        "What goes in. Patterns such as `mappings/*.yarrrml.yml` are relative to the project; each must match a file.",
        {
            "tables": ("folder", "`tables`", "Where sources are looked for."),
            "mappings": ("list of patterns", '`["mappings/*"]`', "Mapping files."),
            "vocabularies": ("list of patterns", "none", "RDF that is published as it stands: code lists, structures."),
            "linksets": ("list of patterns", "none", "Links to vocabularies of others, as SSSOM tables."),
            "shapes": ("list of patterns", "none", "SHACL shapes; a violation stops the release."),
            "memory_limit": ("text", '`"512MB"`', "Of the columnar engine."),
            "threads": ("whole number", "one a processor, at most 4", "Of the columnar engine."),
            "on_error": (
                "text",
                '`"stop"`',
                '`"quarantine"`: rows that are not well-formed or make no legal term go to `.lod/rejects.csv`.',
            ),
            "max_rejects": ("text", '`"100%"`', "The share of a table's rows that may; more stop the build."),
        },
    ),
    "lift": (
        "What carries out the lift. `lod lift --engine` is the same without a project.",
        {
            "engine": (
                "text",
                '`"duckdb"`',
                '`"spark"`: [Apache Spark](../how-to/spark.md), for what outgrows one machine.',
            )
        },
    ),
    "release": (
        "Where releases are kept.",
        {
            "folder": ("folder", "`releases`", "Relative to the project."),
            "retired": ("file", "`retired.yml`", "URIs that were published and are no longer; need not be there."),
        },
    ),
    "serve": (
        "Where the site listens. `lod serve --host … --port …` overrules it.",
        {
            "host": ("address", '`"127.0.0.1"`', "`0.0.0.0` for all addresses of the machine."),
            "port": ("whole number", "`8080`", ""),
            "query_seconds": ("whole number", "`10`", "How long one query to `/sparql` may take."),
            "query_rows": (
                "whole number",
                "`10000`",
                "How many rows or triples it may answer; more is refused.",
            ),
            "query_megabytes": ("whole number", "`50`", "How long its answer may be."),
            "client_seconds": ("whole number", "`30`", "Of query work a minute for each client; then 429."),
            "proxies": (
                "list of addresses, networks",
                "`[]`",
                "Of proxies on other machines (`10.0.0.5`, `10.0.0.0/24`), whose `X-Forwarded-For` says who asks.",
            ),
            "services": ("list of URLs", "`[]`", "Endpoints that queries may call by `SERVICE`; each spelt as here."),
            "log": ("`none`, `text`, `json`", "`none`", "A line a request on standard error; never who asked."),
            "log_queries": ("`name`, `text`", "`name`", "What of a query is logged: a name for it, or all of it."),
        },
    ),
    "store": (
        "An engine elsewhere that holds the statements of published releases and answers for the site. Else each "
        "release has its own store and nothing else is needed.",
        {
            "kind": ("`embedded` or `sparql`", "`embedded`", "`sparql`: any SPARQL 1.1 store, at the addresses below."),
            "query": ("URL", "must be given", "SPARQL 1.1 Query, by POST."),
            "update": ("URL", "must be given", "SPARQL 1.1 Update, by POST."),
            "graph_store": ("URL", "none", "Graph Store HTTP Protocol, the faster way in; else updates."),
            "auth": ("`none`, `basic`, `digest`, `bearer`", "`none`", "How the store knows you."),
            "user": ("text", "none", "With `basic` and `digest`."),
            "secret_env": ("name", "none", "The variable of the environment that holds the password or token."),
            "timeout": ("whole number", "`60`", "Seconds that one request may take."),
        },
    ),
}


def commands() -> str:
    """Every command's own help."""
    lines = [
        "# Commands",
        "",
        "Data goes to standard output, messages to standard error. `--format json` makes a report that programs read.",
        "`NO_COLOR` and `FORCE_COLOR` are honoured.",
        "",
        "| exit code | means |",
        "|---|---|",
        "| 0 | well |",
        "| 1 | findings: something in your material is wrong, or the system refused |",
        "| 2 | usage: the command cannot be carried out as it was given |",
        "| 3 | a gate refused; nothing was published |",
        "| 70 | a bug in lod |",
        "| 130 | interrupted by Ctrl-C (`lod serve` ends with 0: that is how it ends) |",
    ]
    for name in ("", *COMMANDS):
        command = lod.get_command(click.Context(lod), name) if name else lod
        assert command is not None
        title = f"lod {name}".strip()
        with click.Context(command, info_name=title, terminal_width=96, help_option_names=["-h", "--help"]) as context:
            lines += ["", f"## {title}", "", "```text", command.get_help(context).rstrip(), "```"]
        parts = command.commands if isinstance(command, click.Group) and name else {}
        for part, inner in parts.items():
            title = f"lod {name} {part}"
            context = click.Context(inner, info_name=title, terminal_width=96, help_option_names=["-h", "--help"])
            lines += ["", f"### {title}", "", "```text", inner.get_help(context).rstrip(), "```"]
    return "\n".join(lines) + "\n"


def findings() -> str:
    """Every code with its title, linked to its page."""
    lines = ["# Findings", "", "`lod explain CODE` prints a page, without a network."]
    for prefix, title in RANGES.items():
        codes = [code for code in known_codes() if code.startswith(prefix)]
        if codes:
            lines += ["", f"## {title}", "", "| code | |", "|---|---|"]
        for code in codes:
            heading = (explanation(code) or "").partition("\n")[0].partition(":")[2].strip()
            lines.append(f"| [{code}](../../src/lod/findings/{code}.md) | {heading} |")
    return "\n".join(lines) + "\n"


def project_file() -> str:
    """Every key of lod.toml."""
    known = {(table, key) for table, keys in KEYS.items() if table for key in keys} | {("attribution", "")}
    described = {(table, key) for table, (_, keys) in PROJECT_FILE.items() for key in keys or [""]}
    if known != described:
        raise SystemExit(f"docs/generate.py and lod.project.load differ about: {sorted(known ^ described)}")
    lines = [
        "# The project file, lod.toml",
        "",
        "TOML. An unknown key is an error. *Texts* are a table of texts by language, or a text in the first language:",
        "",
        "```toml",
        "[project.title]",
        'zh-Hant-TW = "員額統計"',
        'en = "Staff statistics"',
        "```",
    ]
    for table, (meaning, keys) in PROJECT_FILE.items():
        lines += ["", f"## [{table}]", "", meaning]
        if keys:
            lines += ["", "| key | value | default | |", "|---|---|---|---|"]
        lines += [f"| `{key}` | {value} | {default} | {text} |" for key, (value, default, text) in keys.items()]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def cube_file() -> str:
    """Every key of a cube file."""
    lines = [
        "# Cube files, *.cube.yml",
        "",
        "YAML. An unknown key is an error. *Text by language* is written `{zh-Hant-TW: 性別, en: Sex}`; a list of one",
        "may be written without brackets. How to begin: [Printed tables](../how-to/printed-tables.md).",
        "",
        "Editors complete and check the keys by the [JSON Schema](cube-file.schema.json) beside this page. First line:",
        "`# yaml-language-server: $schema=cube-file.schema.json`.",
    ]
    for place, keys in PLACES.items():
        lines += ["", f"## {place[:1].upper()}{place[1:]}", "", "| key | value | | example |", "|---|---|---|---|"]
        for name, key in keys.items():
            needed = " **Must be given.**" if key.is_required else ""
            example = f"`{name}: {key.example}`".replace("|", "\\|")
            lines.append(f"| `{name}` | {key.kind} | {key.meaning}{needed} | {example} |")
    return "\n".join(lines) + "\n"


def cube_schema() -> str:
    """The JSON Schema of cube files."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def yarrrml() -> str:
    """Every key of a YARRRML file."""
    lines = [
        "# YARRRML, *.yarrrml.yml",
        "",
        "YAML, as <https://rml.io/yarrrml/spec/> has it. An unknown key is an error; a list of one may be written",
        "without brackets. `$(column)` is a value, `\\$(` and `\\)` are signs. The well-known prefixes need not be",
        "declared. `~iri` behind an object makes it an IRI, `~lang` behind a language tells it from a datatype.",
        "",
        "In other languages: `lod map convert FILE --to rml`. Editors complete and check the keys by",
        "`lod map schema yarrrml > yarrrml.schema.json`; first line of the mapping then:",
        "`# yaml-language-server: $schema=yarrrml.schema.json`.",
        "",
        "## Short forms",
        "",
        "| written | is |",
        "|---|---|",
        "| `[rdfs:label, $(name)]` | a predicate-object of text |",
        "| `[rdfs:label, $(name), zh-Hant-TW~lang]` | of text in a language |",
        "| `[ex:count, $(count), xsd:integer]` | of text with a datatype |",
        "| `[foaf:page, $(address)~iri]` | of an IRI |",
        "| `[[rdfs:label, foaf:name], [$(a), [$(b), en~lang]]]` | every predicate with every object |",
        "| `function: grel:toUpperCase(valueParam = $(name))` | a call in one line |",
        "| `['staff.json~jsonpath', '$[*]']` | a source |",
        "| `['dump.nt~void', ntriples, gzip]` | a target |",
    ]
    for place, keys in YARRRML_PLACES.items():
        lines += ["", f"## {place[:1].upper()}{place[1:]}", ""]
        lines += ["| key | short | value | | example |", "|---|---|---|---|---|"]
        for name, key in keys.items():
            if key.is_later:
                lines.append(f"| `{name}` | | | Refused: [LOD3012](../../src/lod/findings/LOD3012.md). | |")
                continue
            short = ", ".join(f"`{alias}`" for alias in key.aliases)
            example = f"`{name}: {key.example}`".replace("|", "\\|")
            lines.append(f"| `{name}` | {short} | {key.kind} | {key.meaning} | {example} |")
    lines += ["", "Functions: [functions.md](functions.md)."]
    return "\n".join(lines) + "\n"


def functions() -> str:
    """The functions that mappings may call, each with its parameters and what it makes."""
    lines = [
        "# Functions",
        "",
        "What mappings may call in every language: `function: grel:toUpperCase` in YARRRML, `rml:function` in RML,",
        "`fno:executes` in legacy RML. A missing value of a parameter without `?` gives none; `…` behind a parameter:",
        "it may be given several times, and is the list of its values. A *list* as a term is a term for each item.",
        "",
        "Prefixes: " + ", ".join(f"`{prefix}` <{iri}>" for prefix, iri in FUNCTION_PREFIXES.items()) + ".",
        "",
        "All are evaluated by the engine: as SQL, or once for each distinct combination of their arguments. None is",
        "random or tells the time: " + ", ".join(f"`{short_name(each)}`" for each in sorted(REFUSED)) + " are refused.",
        "",
        "## More functions",
        "",
        "An installed package adds functions by entry points in the group `lod.functions`. Each is a",
        "`lod.mapping.functions.Function`, with an expression of DuckDB or a Python function; a mapping only names it.",
        "",
        "```toml",
        '[project.entry-points."lod.functions"]',
        'left_pad = "our_functions:LEFT_PAD"',
        "```",
        "",
        "```python",
        "LEFT_PAD = Function(",
        '    "https://example.org/function/leftPad",',
        '    (Parameter("value", ("https://example.org/function/value",)),),',
        "    (),",
        '    "http://www.w3.org/2001/XMLSchema#string",',
        '    "three digits",',
        "    None,",
        "    sql=\"lpad({value}, 3, '0')\",",
        ")",
        "```",
    ]
    for title, prefix in (("GREL", GREL), ("IDLab", IDLAB), ("Ours", OURS)):
        lines += ["", f"## {title}", "", "| function | parameters | makes | value |", "|---|---|---|---|"]
        for iri, function in FUNCTIONS.items():
            if not iri.startswith(prefix):
                continue
            parameters = [
                f"`{short_name(p.iris[0])}`" + ("" if p.required else "?") + ("…" if p.repeats else "")
                for p in function.parameters
            ]
            kind = ("list of " if function.makes_list else "") + "xsd:" + function.datatype.rpartition("#")[2]
            lines.append(f"| `{short_name(iri)}` | {', '.join(parameters)} | {kind} | {function.summary} |")
    return "\n".join(lines) + "\n"


def yarrrml_schema() -> str:
    """The JSON Schema of YARRRML files, which `lod map schema yarrrml` prints."""
    return json.dumps(yarrrml_json_schema(), ensure_ascii=False, indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "yarrrml.md": yarrrml,
    "functions.md": functions,
    "../../src/lod/mapping/schemas/yarrrml.schema.json": yarrrml_schema,
    "cube-file.md": cube_file,
    "cube-file.schema.json": cube_schema,
    "commands.md": commands,
    "findings.md": findings,
    "project-file.md": project_file,
}


def stale() -> list[str]:
    """The pages that are not what the code says."""
    return [
        name
        for name, make in PAGES.items()
        if not (REFERENCE / name).is_file() or (REFERENCE / name).read_text(encoding="utf-8") != make()
    ]


def main() -> int:
    """Write the pages, or with --check say which are stale."""
    if "--check" in sys.argv[1:]:
        for name in stale():
            sys.stdout.write(f"docs/reference/{name} is stale: make docs\n")
        return 1 if stale() else 0
    REFERENCE.mkdir(exist_ok=True)
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
