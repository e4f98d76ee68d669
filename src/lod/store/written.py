"""Answers as the engine's own serialisers write them: in blocks, counted, and no longer than they may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Triple

from lod.rdf.formats import RESULTS_TSV, Format
from lod.rdf.in_xml import NotInXml
from lod.rdf.iris import is_absolute
from lod.rdf.tags import TagStream
from lod.store.failures import evaluation_error, too_many_rows
from lod.store.guard import Query, QueryError
from lod.store.rows import RowCounter

BLOCK = 32 * 1024  # bytes that are collected before they are handed on


class Sink(Protocol):
    """What takes an answer's bytes: a file open for writing, a pipe."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes; raise to stop the evaluation."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows of results, triples of a graph, 1 for ASK; whether there were more."""

    rows: int
    is_cut: bool = False


def write_results(
    results: QuerySolutions | QueryBoolean,
    inspected: Query,
    chosen: Format,
    out: Sink,
    max_rows: int | None,
    is_cut: bool,
) -> Written:
    """Solutions, or ASK's answer. What it raises: `lod.store.query.evaluate`."""
    blocks = _Blocks(out, chosen)
    if isinstance(results, QuerySolutions):
        assert not is_cut or chosen is RESULTS_TSV, "only lines can be cut"
        blocks.counter, blocks.max_rows, blocks.is_cut = RowCounter(chosen), max_rows, is_cut
    try:
        results.serialize(blocks, QueryResultsFormat.from_media_type(chosen.media_type))  # type: ignore[arg-type]
        blocks.finish()
    except _Cut:
        blocks.reason()  # which nobody is told, but it must not be kept
        return Written(max_rows or 0, is_cut=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise blocks.reason() or evaluation_error(error, inspected) from None
    finally:
        del results
    return Written(blocks.counter.rows if blocks.counter else 1)


def write_graph(
    results: Iterable[Triple], inspected: Query, chosen: Format, out: Sink, max_rows: int | None, is_cut: bool
) -> Written:
    """A graph, triple by triple. What it raises: `lod.store.query.evaluate`."""
    blocks, seen, is_longer = _Blocks(out, chosen), 0, False

    def counted(triples: Iterable[Triple]) -> Iterator[Triple]:
        nonlocal seen, is_longer
        try:
            for triple in triples:
                if seen == max_rows:
                    is_longer = True
                    if is_cut:
                        return
                    raise too_many_rows(max_rows)
                seen += 1
                yield triple
        finally:
            del triples

    prefixes = {name: iri for name, iri in inspected.prefixes.items() if is_absolute(iri)}
    syntax = RdfFormat.from_media_type(chosen.media_type)
    try:
        pyoxigraph.serialize(counted(results), blocks, syntax, prefixes=prefixes)  # type: ignore[arg-type]
        blocks.finish()
    except (OSError, RuntimeError, ValueError) as error:
        raise blocks.reason() or evaluation_error(error, inspected) from None
    finally:
        del results
    return Written(seen, is_cut=is_longer)


class _Cut(Exception):
    """The answer was ended at its last permitted row."""


class _Blocks:
    """Collects what a serialiser writes into blocks, counts rows, and remembers why it stopped."""

    def __init__(self, out: Sink, chosen: Format) -> None:
        self._out = out
        self._tags = TagStream(chosen)
        self._pending: list[bytes] = []
        self._size = 0
        self.counter: RowCounter | None = None
        self.max_rows: int | None = None
        self.is_cut = False
        self.stopped_by: Exception | None = None

    def write(self, data: bytes) -> int:
        self._pending.append(bytes(data))
        self._size += len(data)
        if self._size >= BLOCK:
            try:
                self.flush()
            except Exception as error:
                self.stopped_by = error  # the engine may wrap it
                raise
        return len(data)

    def reason(self) -> Exception | None:
        """Why it stopped, told once: kept, it and the results would hold each other until a collector comes by.

        Results belong to the thread that made them, also when they are thrown away.
        """
        reason, self.stopped_by = self.stopped_by, None
        try:
            return reason
        finally:
            del reason

    def flush(self) -> None:
        """Hand on what has come, but for what may be half a language tag."""
        self._hand_on(is_last=False)

    def finish(self) -> None:
        """Hand on the rest."""
        self._hand_on(is_last=True)

    def _hand_on(self, *, is_last: bool) -> None:
        pending, self._pending, self._size = self._pending, [], 0
        try:
            block = self._tags.take(b"".join(pending), is_last=is_last)
        except NotInXml as error:
            raise QueryError(error.message, hint=error.hint, code=error.code) from None
        try:
            self._give(block)
        except OSError as error:
            self.stopped_by = error  # no fault of the query
            raise

    def _give(self, block: bytes) -> None:
        if not block:
            return
        rows = self.counter.count(block) if self.counter else 0
        if self.max_rows is None or rows <= self.max_rows:
            self._out.write(block)
        elif self.is_cut:
            self._out.write(block.rsplit(b"\n", rows - self.max_rows + 1)[0] + b"\n")
            raise _Cut
        else:
            raise too_many_rows(self.max_rows)
