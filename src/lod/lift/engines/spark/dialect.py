"""DuckDB's SQL, as plans write it, as Spark's: sqlglot does it, but for what is listed here.

https://spark.apache.org/docs/latest/api/sql/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlglot import exp, parse_one

View = Callable[[Path, bool], str]  # a Parquet file, and whether its rows are numbered, → the view that reads it
_GROUP = re.compile(r"\\(\d)")
_LARGEST = 0x7FFF_FFFF_FFFF_FFFF


def spark_sql(query: str, view: View, names: Mapping[str, str]) -> str:
    """A query for Spark. `view` names the view that reads a Parquet file; `names` are others' views."""
    tree = parse_one(query, dialect="duckdb")
    for node in reversed(list(tree.walk())):  # what is inside a call is translated before the call
        if isinstance(node, exp.Table) and isinstance(node.this, exp.ReadParquet):
            file, *options = node.this.expressions
            node.this.replace(exp.to_identifier(view(_path(file), bool(options))))
        elif isinstance(node, exp.Table) and node.name in names:
            node.this.replace(exp.to_identifier(names[node.name]))
        elif translate := _TRANSLATED.get(type(node)) or _FUNCTIONS.get(_name(node)):
            node.replace(translate(node))
    return tree.sql(dialect="spark")


def _path(file: exp.Expr) -> Path:
    """The one file that is named, or the folder of those that are."""
    return Path(file.expressions[0].this).parent if isinstance(file, exp.Array) else Path(file.this)


def _name(node: exp.Expr) -> str:
    return str(node.this).lower() if isinstance(node, exp.Anonymous) else ""


def _call(name: str, *arguments: exp.Expr | str) -> exp.Expr:
    texts = (exp.Literal.string(each) if isinstance(each, str) else each for each in arguments)
    return exp.Anonymous(this=name, expressions=list(texts))


def _replaced(node: exp.Expr) -> exp.Expr:
    """A group is `\\1` in DuckDB's replacements and `$1` in Java's; Spark replaces all."""
    text = _GROUP.sub(r"$\1", node.args["replacement"].this.replace("$", "\\$"))
    return _call("regexp_replace", node.this, node.expression, text)


def _character(node: exp.Expr) -> exp.Expr:
    """Spark's chr knows 256 signs; its texts may hold any."""
    return exp.Literal.string(chr(int(node.expressions[0].this)))


def _full_match(node: exp.Expr) -> exp.Expr:
    pattern = _call("concat", r"\A(?:", node.expression, r")\z")
    return exp.RegexpLike(this=node.this, expression=pattern)


def _hash(node: exp.Expr) -> exp.Expr:
    """64 bits as DuckDB has, and never negative, so that a remainder is one."""
    number = _call("xxhash64", *node.expressions)
    return exp.Paren(this=exp.BitwiseAnd(this=number, expression=exp.Literal.number(_LARGEST)))


def _url_encoded(node: exp.Expr) -> exp.Expr:
    """Spark encodes forms: a blank becomes +, * stays and ~ does not (RFC 3986 §2.3 has it the other way round)."""
    found = _call("url_encode", *node.expressions)
    for sign, wanted in (("+", "%20"), ("*", "%2A"), ("%7E", "~")):
        found = _call("replace", found, sign, wanted)
    return found


def _joined(node: exp.Expr) -> exp.Expr:
    """`list_aggregate(texts, 'string_agg', '')`."""
    texts, _, between = node.expressions
    return _call("array_join", texts, between)


_Translate = Callable[[exp.Expr], exp.Expr]
_TRANSLATED: Mapping[type[exp.Expr], _Translate] = {
    exp.RegexpReplace: _replaced,
    exp.RegexpFullMatch: _full_match,
    exp.Chr: _character,
}
_FUNCTIONS: Mapping[str, _Translate] = {"hash": _hash, "url_encode": _url_encoded, "list_aggregate": _joined}
