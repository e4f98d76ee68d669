"""What a place in a document must look like: which keys it may have, text or list. Findings for what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lod.diagnostics import Findings, did_you_mean
from lod.mapping.document import Keyed, Listed, Node, Text
from lod.wording import say, word


@dataclass(frozen=True, slots=True)
class Shapes:
    """Looks at nodes and collects findings; what does not fit comes back as nothing."""

    findings: Findings

    def keys(
        self,
        node: Keyed,
        known: Sequence[str],
        *,
        aliases: Mapping[str, str] = {},
        later: Sequence[str] = (),
        place: str = "this place",
    ) -> dict[str, Node]:
        """The values of a keyed node by the keys' full names. Unknown keys, and two names for one key, are errors."""
        values: dict[str, Node] = {}
        for key, value in node:
            name = aliases.get(key.value, key.value)
            where = key.at(0, len(key.value))
            if name in later:
                self.findings.error(
                    "LOD3012", say("'{key}' in {place} is not supported yet", key=key.value, place=word(place)), where
                )
            elif name not in known:
                hint = did_you_mean(key.value, [*known, *(a for a in aliases if len(a) > 2)])
                self.findings.error(
                    "LOD3003", say("unknown key '{key}' in {place}", key=key.value, place=word(place)), where, hint
                )
            elif name in values:
                self.findings.error(
                    "LOD3002",
                    say("'{key}' says '{name}' a second time", key=key.value, name=name),
                    where,
                    say("keep one"),
                )
            else:
                values[name] = value
        return values

    def lacks(self, node: Keyed, values: Mapping[str, Node], needed: str, aliases: Mapping[str, str] = {}) -> bool:
        """Whether a needed key is missing, and not just misspelt: that has been said."""
        names = [needed, *(alias for alias, name in aliases.items() if name == needed and len(alias) > 2)]
        unknown = [key.value for key, _ in node if aliases.get(key.value, key.value) not in values]
        return needed not in values and not any(did_you_mean(key, names).startswith("did you") for key in unknown)

    def text(self, node: Node | None) -> Text | None:
        """A node that has to be text."""
        if node is None or isinstance(node, Text):
            return node
        self.findings.error("LOD3004", say("text is expected here, not {node}", node=word(_kind(node))), node.origin)
        return None

    def texts(self, node: Node | None) -> list[Text]:
        """Text, or a list of texts."""
        return [text for item in self.items(node) if (text := self.text(item))]

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """The items of a list; what is no list is a list of one."""
        if node is None:
            return ()
        return node.items if isinstance(node, Listed) else (node,)

    def keyed(self, node: Node | None, place: str) -> Keyed | None:
        """A node that has to have keys."""
        if node is None or isinstance(node, Keyed):
            return node
        self.findings.error(
            "LOD3004",
            say("{place} has keys and values, not {node}", place=word(place), node=word(_kind(node))),
            node.origin,
        )
        return None


def _kind(node: Node) -> str:
    return {Text: "text", Listed: "a list", Keyed: "keys and values"}[type(node)]
