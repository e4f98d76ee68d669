"""What to do about a syntax error: the parser says what it met, this says how people came there."""

from __future__ import annotations

import re

from lod.diagnostics import did_you_mean
from lod.rdf.namespaces import PREFIXES
from lod.wording import NOTHING, Wording, say

_UNDECLARED = re.compile(r"[Tt]he prefix (\S*): has not been declared")
_DECLARED = re.compile(r"(?:^|[\s@])prefix\s+([^\s:]*):", re.IGNORECASE)


def syntax_advice(message: str, text: str) -> Wording:
    """A hint for what the parser of Turtle and its kin says about a document; nothing where there is none."""
    undeclared = _UNDECLARED.search(message)
    if undeclared:
        return _prefix_advice(undeclared[1], set(_DECLARED.findall(text)))
    if "dot is expected" in message.lower():
        return say("the statement before ends with '.', or goes on with ';' or ','")
    if re.search("[“”「」『』＂]", message):
        return say('write straight quotation marks: "…"')
    if "should end with a ']'" in message:
        return say("is a ';' or a ']' missing before it?")
    if message.startswith("Unexpected character") and re.search(r'"@[A-Za-z]+_', text):
        return say("as in zh-Hant-TW or en, with hyphens")
    if "end of file" in message:
        return say("is a bracket, a quote or the last '.' missing?")
    if "IRI" in message and "scheme" in message:
        return say("an IRI between < and > begins with a scheme: <https://…>")
    return NOTHING


def _prefix_advice(prefix: str, declared: set[str]) -> Wording:
    near = did_you_mean(prefix, declared)
    if near.startswith("did you mean"):
        return near
    namespace = PREFIXES.get(prefix, "https://…")
    return say("declare it: @prefix {prefix}: <{namespace}> .", prefix=prefix, namespace=namespace)
