"""`sparql11-protocol 34/34` and the other suites of SPARQL 1.1, then the cases that are not passed and why.

    python tests/conformance/sparql_report.py SHARED [--earl FILE]

Beside each figure stands what other servers passed.
Requests that would write count as passed when they are refused with 405: a release is read-only.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import sparql_evaluation
import sparql_graph_store
import sparql_suite

SUITES: Mapping[str, Callable[[Path], Iterator[tuple[str, str]]]] = {
    "sparql11-protocol": sparql_suite.outcomes,
    "sparql11-service-description": sparql_evaluation.description,
    "sparql11-graph-store": sparql_graph_store.outcomes,
    "sparql11-results": sparql_evaluation.results,
    "sparql11-query": sparql_evaluation.evaluation,
    "sparql11-syntax-query": sparql_evaluation.syntax,
}
ANCHORS: Mapping[str, str] = {
    "sparql11-protocol": "oxigraph server 0.5.13 31/34, rdflib-endpoint 0.6.3 15/34, Virtuoso 7.2.5.1 8/34",
    "sparql11-service-description": "oxigraph server 3/3, rdflib-endpoint 2/3, Virtuoso 2/3",
    "sparql11-graph-store": "oxigraph server 11/13, rdflib-endpoint none, Virtuoso 1/13",
    "sparql11-results": "oxigraph server 9/10, rdflib-endpoint 7/10, Virtuoso 1/10",
    "sparql11-query": "oxigraph server 224/234, rdflib-endpoint 203/234, Virtuoso 140/234",
}
"""What other servers were measured to pass over HTTP, on the same cases, with a runner of the same rules (2026-11-23).

With updates and their syntax, which a release has not, the whole of SPARQL 1.1 was 522/538, 359/525 and 276/538.
"""
_SUBJECT = "urn:lod:lod"
_TESTS = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"


def earl(found: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """The outcomes as assertions in Turtle (https://www.w3.org/TR/EARL10-Schema/)."""
    yield "@prefix doap: <http://usefulinc.com/ns/doap#> .\n@prefix earl: <http://www.w3.org/ns/earl#> .\n\n"
    yield f'<{_SUBJECT}> a doap:Project, earl:Software, earl:TestSubject ; doap:name "lod" .\n'
    for suite, cases in found.items():
        for name, wrong in cases.items():
            folder, _, case = name.rpartition("/")
            where = f"{_TESTS}{folder or suite.removeprefix('sparql11-')}/manifest#{case}"
            yield (
                f"\n[] a earl:Assertion ; earl:assertedBy <{_SUBJECT}> ; earl:subject <{_SUBJECT}> ;\n"
                f"  earl:test <{where}> ; earl:mode earl:automatic ;\n"
                f"  earl:result [ a earl:TestResult ; earl:outcome earl:{'failed' if wrong else 'passed'} ] .\n"
            )


def main(arguments: list[str]) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--earl", type=Path)
    options = parser.parse_args(arguments)
    if not (options.shared / "suites" / "sparql11").is_dir():
        print("sparql11: no suite there")  # noqa: T201
        return 0
    found = {name: dict(suite(options.shared)) for name, suite in SUITES.items()}
    for name, cases in found.items():
        beside = f"   ({ANCHORS[name]})" if name in ANCHORS else ""
        print(f"{name} {sum(not wrong for wrong in cases.values())}/{len(cases)}{beside}")  # noqa: T201
    for cases in found.values():
        for case, wrong in cases.items():
            if wrong:
                print(f"  {case}: {wrong}")  # noqa: T201
    if options.earl:
        options.earl.write_text("".join(earl(found)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
