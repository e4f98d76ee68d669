"""Why a query has no answer, from what the engine says of it: the place, in words, and the way out."""

from __future__ import annotations

import re

from lod.store.guard import Query, QueryError
from lod.store.mistakes import mistake
from lod.wording import Wording, say

_PLACE = re.compile(r"error at (\d+):(\d+): ")
_SERVICE = re.compile(r"\bSERVICE\b", re.IGNORECASE)
_UNKNOWN_FUNCTION = re.compile("custom function <([^>]*)> is not supported")


def syntax_error(text: str, message: Wording) -> QueryError:
    """The place where the engine gave up. Its list of every character that could have stood there helps nobody."""
    if known := mistake(text, message):
        return known
    found = _PLACE.match(message)
    if not found:
        return QueryError(say("the query cannot be read: {message}", message=message), code="LOD5010")
    line, column = int(found[1]), int(found[2])
    shown = [*text.splitlines(), ""][line - 1 if line <= text.count("\n") + 1 else -1]
    before, after = shown[max(column - 21, 0) : column - 1].strip(), shown[column - 1 : column + 19].strip()
    where = say("before '{after}'", after=after) if after else say("at the line's end")
    if before:
        where = say("after '{before}' {where}", before=before, where=where)
    hint = say("a bracket, full stop or keyword is missing or misspelt at this place or a little before it")
    return QueryError(
        say("the query cannot be read {where}", where=where), code="LOD5010", hint=hint, line=line, column=column
    )


def evaluation_error(error: Exception, inspected: Query) -> QueryError:
    """A function that nobody has (LOD9120), another endpoint (LOD9121), or whatever else failed (LOD5017), in words."""
    if unknown := _UNKNOWN_FUNCTION.search(str(error)):
        return QueryError(
            say("the function <{name}> is not known here", name=unknown[1]),
            code="LOD9120",
            hint=say("use the functions of SPARQL 1.1, casts of xsd: and the functions of GeoSPARQL"),
        )
    if isinstance(error, OSError) and _SERVICE.search(inspected.text):
        return QueryError(
            say("the other endpoint does not answer as one: {error}", error=error),
            code="LOD9121",
            hint=say("ask it yourself whether it is well, or write SERVICE SILENT to go on without it"),
        )
    return QueryError(
        say("the query failed: {error}", error=error),
        code="LOD5017",
        hint=say("simplify it; tell us if it goes on failing"),
    )


def too_many_rows(max_rows: int) -> QueryError:
    """The refusal of an answer that is longer than its limit."""
    return QueryError(
        say("the answer has more than {max_rows:,} rows", max_rows=max_rows),
        code="LOD5018",
        hint=say(
            "add LIMIT {max_rows} to see the first ones, ask for totals, or download the whole data", max_rows=max_rows
        ),
    )
