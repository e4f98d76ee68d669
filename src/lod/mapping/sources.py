"""Sources of a YARRRML document: inline (`['people.csv~csv']`), named, and our dialect keys.

https://rml.io/yarrrml/spec/#sources. Beyond it a named source may say how its CSV is written: `encoding`, `delimiter`,
`quote`, `null` (one value or several) and `header`, and its `compression`; of a workbook the `sheet`; of a database the
`table` or the `query`. Secrets are no part of a mapping: `access: ${NAME}` names a variable of the environment.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.addresses import DATABASE, KINDS, address_of, has_password, is_known, is_variable
from lod.mapping.document import Keyed, Listed, Node, Text
from lod.mapping.ir import Dialect, Formulation, LogicalSource
from lod.mapping.shapes import Shapes
from lod.mapping.targets import COMPRESSIONS
from lod.mapping.yarrrml.keys import values_of
from lod.wording import NOTHING, say

_FORMULATIONS = {
    "csv": Formulation.CSV,
    "jsonpath": Formulation.JSONPATH,
    "json": Formulation.JSONPATH,
    "xpath": Formulation.XPATH,
    "xml": Formulation.XPATH,
    **dict.fromkeys(("xlsx", "xls", "xlsb", "ods", "excel"), Formulation.WORKBOOK),
    "parquet": Formulation.PARQUET,
    "sqlite": Formulation.SQLITE,
    "sparql": Formulation.SPARQL,
    "sql": Formulation.DATABASE,
    **dict.fromkeys(KINDS, Formulation.DATABASE),
}
_DATABASES = (Formulation.SQLITE, Formulation.DATABASE)
_LATER = frozenset({"xquery", "css3"})
_DELIMITERS = {"\\t": "\t", "tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


@dataclass(frozen=True, slots=True)
class Sources:
    """Reads sources; `named` are those of the document's root."""

    named: dict[str, LogicalSource | None]  # None: declared, but wrong
    findings: Findings

    def read(self, node: Node) -> list[LogicalSource]:
        """The logical sources that stand under a mapping's `sources`: one or several, inline or by name."""
        if isinstance(node, Listed) and node.items and not _is_inline(node):
            found = [self._one(item) for item in node.items]
        else:
            found = [self._one(node)]
        return [source for source in found if source]

    def _one(self, node: Node) -> LogicalSource | None:
        if isinstance(node, Text) and "~" not in node.value:
            if node.value not in self.named:
                hint = did_you_mean(node.value, self.named) or say("inline it is written ['file.csv~csv']")
                self.findings.error(
                    "LOD3007", say("there is no source '{node}'", node=node.value), node.at(0, len(node.value)), hint
                )
            return self.named.get(node.value)
        return read_source(node, self.findings)


def _is_inline(node: Listed) -> bool:
    return all(isinstance(item, Text) for item in node.items) and "~" in getattr(node.items[0], "value", "")


def read_source(node: Node, findings: Findings) -> LogicalSource | None:
    """One source, in short (`[access~formulation, iterator]`) or long form; None, and a finding, when it is wrong."""
    if isinstance(node, Text):
        return _short(node, "", findings)
    if isinstance(node, Listed) and 1 <= len(node.items) <= 2 and all(isinstance(i, Text) for i in node.items):
        texts = [item for item in node.items if isinstance(item, Text)]
        return _short(texts[0], texts[1].value if len(texts) > 1 else "", findings)
    if isinstance(node, Keyed):
        return _long(node, findings)
    findings.error("LOD3004", say("a source is written ['file.csv~csv'], or with the key 'access'"), node.origin)
    return None


def _short(text: Text, iterator: str, findings: Findings) -> LogicalSource | None:
    access, tilde, formulation = text.value.rpartition("~")
    if not tilde:
        hint = say("write ['{text}~csv']", text=text.value)
        findings.error("LOD3004", say("the source does not say what it is"), text.at(0, len(text.value)), hint)
        return None
    origin = text.at(len(access) + 1, len(formulation))
    known = _formulation(formulation, origin, findings)
    where = text.at(0, len(access))
    if known is Formulation.DATABASE:
        access = address_of(access, _scheme(formulation))
    if not known or not _is_allowed(access, known, where, findings):
        return None
    if known is Formulation.SPARQL and iterator:
        return LogicalSource(access, known, where, query=iterator)
    if known is not Formulation.WORKBOOK and known not in _DATABASES:
        return LogicalSource(access, known, where, iterator or _everything(known))
    if known in _DATABASES and not iterator:
        hint = say("write ['{text}', the table's name]", text=text.value)
        findings.error("LOD3005", say("the source does not say which table of the database it is"), where, hint)
        return None
    return LogicalSource(access, known, where, part=iterator)


def _long(node: Keyed, findings: Findings) -> LogicalSource | None:
    shapes = Shapes(findings)
    values = values_of(node, "a source", findings)
    access = shapes.text(values.get("access"))
    if "access" not in values and {"table", "query"} & values.keys():
        where = values.get("table") or values["query"]  # as R2RML has it: a table of the database that is meant
        access = Text(DATABASE, where.origin, -1)
        values = {"type": Text("sql", where.origin, -1)} | values
    if access is None and "access" not in values:
        findings.error("LOD3005", say("a source needs 'access'"), node.origin, say("access: file.csv"))
    formulation_text = shapes.text(values.get("referenceFormulation")) or Text("csv", node.origin, -1)
    kind = shapes.text(values.get("type"))
    if kind and kind.value.lower() != "localfile":
        formulation_text = kind  # of a database YARRRML says so here
    formulation = _formulation(formulation_text.value, formulation_text.origin, findings)
    iterator, compression = shapes.text(values.get("iterator")), shapes.text(values.get("compression"))
    if compression and compression.value not in COMPRESSIONS:
        hint = did_you_mean(compression.value, COMPRESSIONS)
        findings.error(
            "LOD3114",
            say("no compression '{compression}' is known here", compression=compression.value),
            compression.origin,
            hint,
        )
    dialect = _dialect(values, shapes, findings)
    if access is None or formulation is None:
        return None
    address = access.value
    if formulation is Formulation.DATABASE:
        address = address_of(address, _scheme(formulation_text.value))
    if not _is_allowed(address, formulation, access.origin, findings):
        return None
    part, query = _part(values, formulation, access.origin, shapes)
    user, password = _credentials(values.get("credentials"), formulation, shapes)
    return LogicalSource(
        address,
        formulation,
        access.origin,
        iterator.value if iterator else _everything(formulation),
        dialect,
        part=part,
        query=query,
        user=user,
        password=password,
        compression=compression.value if compression else "",
    )


def _credentials(node: Node | None, formulation: Formulation, shapes: Shapes) -> tuple[str, str]:
    """The user of a database, and the variable of the environment that holds the password; '' for none."""
    keyed = shapes.keyed(node, "'credentials'")
    if keyed is None:
        return "", ""
    if formulation is not Formulation.DATABASE:
        shapes.findings.error(
            "LOD3004", say("a source read as {formulation} has no 'credentials'", formulation=formulation), keyed.origin
        )
    values = values_of(keyed, "credentials", shapes.findings)
    user, password = shapes.text(values.get("username")), shapes.text(values.get("password"))
    if password and not is_variable(password.value):
        hint = say("name the variable of the environment that holds it: password: $LOD_PASSWORD")
        shapes.findings.error("LOD3031", say("a password stands in the mapping"), password.origin, hint)
        password = None
    return user.value if user else "", password.value if password else ""


def _part(values: dict[str, Node], formulation: Formulation, origin: TextOrigin, shapes: Shapes) -> tuple[str, str]:
    """The sheet of a workbook or the table of a database, and the query of a database."""
    of_databases = formulation in _DATABASES
    of_rdf = formulation is Formulation.SPARQL
    allowed = {"sheet": formulation is Formulation.WORKBOOK, "table": of_databases, "query": of_databases or of_rdf}
    found = {name: text for name in allowed if (text := shapes.text(values.get(name)))}
    for name, text in found.items():
        if not allowed[name]:
            shapes.findings.error(
                "LOD3004",
                say("a source read as {formulation} has no '{name}'", formulation=formulation, name=name),
                text.origin,
            )
    if of_databases and ("table" in found) == ("query" in found):
        both = say("a database needs 'table' or 'query', not both")
        what = both if "table" in found else say("a database needs 'table' or 'query'")
        shapes.findings.error("LOD3005", what, origin, say("table: staff"))
    if of_rdf and "query" not in found:
        message = say("a source read as {formulation} needs 'query'", formulation=formulation)
        shapes.findings.error("LOD3005", message, origin, say("query: SELECT ?person ?name WHERE { … }"))
    language = shapes.text(values.get("queryFormulation"))
    expected = "sparql" if of_rdf else "sql"
    if language and not language.value.lower().startswith((expected, *(() if of_rdf else KINDS))):
        message = say("queries in '{language}' are not supported", language=language.value)
        hint = say("queryFormulation: sparql11") if of_rdf else say("queryFormulation: sql2008")
        shapes.findings.error("LOD3012", message, language.origin, hint)
    part = found.get("sheet") or found.get("table")
    return part.value if part else "", found["query"].value if "query" in found else ""


def _everything(formulation: Formulation) -> str:
    """The iterator where none is written."""
    return {Formulation.JSONPATH: "$", Formulation.XPATH: "/*"}.get(formulation, "")


def _formulation(name: str, origin: TextOrigin, findings: Findings) -> Formulation | None:
    known = _FORMULATIONS.get(_bare(name))
    if known is None and name.lower() in _LATER:
        findings.error(
            "LOD3012",
            say("sources read as '{name}' are not supported yet", name=name),
            origin,
            say("save the table as CSV"),
        )
    elif known is None:
        hint = did_you_mean(name, _FORMULATIONS)
        findings.error("LOD3007", say("no reference formulation '{name}'", name=name), origin, hint)
    return known


def _bare(name: str) -> str:
    return name.lower().removeprefix("ql:").removeprefix("rml:")


def _scheme(name: str) -> str:
    """The scheme of addresses of a kind of database; '' where the address has to say it."""
    return KINDS.get(_bare(name), "")


def _is_allowed(access: str, formulation: Formulation, origin: TextOrigin, findings: Findings) -> bool:
    """Whether a source is a local file, or the address of a database without a secret in it."""
    if formulation is Formulation.DATABASE:
        return _is_address(access, origin, findings)
    is_known = "://" not in access or access.startswith(("http://", "https://"))
    if not is_known:
        hint = say("download the file first: a lift fetches nothing")
        findings.error("LOD3012", say("'{access}' is not a file", access=access), origin, hint)
    return is_known


def _is_address(access: str, origin: TextOrigin, findings: Findings) -> bool:
    if has_password(access):
        hint = say("put the address in a variable of the environment and write access: ${LOD_DATABASE_URL}")
        findings.error("LOD3031", say("a password stands in the mapping"), origin, hint)
        return False
    if not is_known(access):
        hint = say("access: ${LOD_DATABASE_URL}, or postgresql://user@host/database")
        near = did_you_mean(access.partition(":")[0], KINDS) if ":" in access else NOTHING
        message = say("'{access}' is not the address of a database", access=access)
        findings.error("LOD3004", message, origin, near or hint)
    return is_known(access)


def _dialect(values: dict[str, Node], shapes: Shapes, findings: Findings) -> Dialect:
    default = Dialect()
    encoding = shapes.text(values.get("encoding"))
    if encoding:
        try:
            codecs.lookup(encoding.value)
        except LookupError:
            hint = did_you_mean(encoding.value.lower(), ["utf-8", "big5", "cp950", "utf-16", "big5hkscs"])
            findings.error(
                "LOD3014", say("no encoding is called '{encoding}'", encoding=encoding.value), encoding.origin, hint
            )
            encoding = None
    header = shapes.text(values.get("header"))
    if header and header.value not in ("true", "false"):
        findings.error("LOD3014", say("'header' is true or false, not '{header}'", header=header.value), header.origin)
    empty = shapes.text(values.get("empty"))
    if empty and empty.value not in ("null", "text"):
        findings.error("LOD3014", say("'empty' is null or text, not '{empty}'", empty=empty.value), empty.origin)
    return Dialect(
        encoding=encoding.value if encoding else default.encoding,
        delimiter=_sign(shapes.text(values.get("delimiter")), default.delimiter, findings),
        quote=_sign(shapes.text(values.get("quote")), default.quote, findings),
        nulls=tuple(text.value for text in shapes.texts(values.get("null"))),
        empty_is_null=not (empty and empty.value == "text"),
        header=not (header and header.value == "false"),
    )


def _sign(text: Text | None, default: str, findings: Findings) -> str:
    if text is None:
        return default
    sign = _DELIMITERS.get(text.value, text.value)
    if len(sign) != 1 or ord(sign) > 0x7E or sign in "\r\n":
        message = say("'{text}' is not one ASCII sign", text=text.value)
        findings.error("LOD3014", message, text.origin, say("delimiter: ';' or delimiter: tab"))
        return default
    return sign
