"""One line a suite, then the cases that are not passed and why: `python tests/conformance/rml_report.py SHARED`.

The outcomes are written as EARL (https://www.w3.org/TR/EARL10-Schema/), too: `--earl FILE`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import rml_suite

_SUBJECT = "urn:lod:lod"
_TESTS = {"rml-core": "core", "rml-io": "io", "rml-fnml": "fnml"}


def outcomes(shared: Path, suite: str, engine: str) -> Iterator[tuple[rml_suite.Case, str]]:
    """The cases of a suite, each with what is wrong, '' if nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        for case in rml_suite.cases(shared, suite):
            work = Path(folder) / case.name
            work.mkdir()
            yield case, rml_suite.fault(case, work, engine)


def lines(suite: str, name: str, found: list[tuple[rml_suite.Case, str]]) -> Iterator[str]:
    """The report of a suite: output and error cases are counted apart, for errors are easy to make."""
    outputs = [wrong for case, wrong in found if case.output]
    errors = [wrong for case, wrong in found if not case.output]
    passed = sum(not wrong for _, wrong in found)
    parts = ", ".join(
        f"{kind} {sum(not wrong for wrong in each)}/{len(each)}"
        for kind, each in (("output", outputs), ("error", errors))
        if each
    )
    yield f"{name} {passed}/{len(found)} ({parts})"
    for part in rml_suite.GROUPS.get(suite, {}):
        inside = [wrong for case, wrong in found if rml_suite.group(suite, case.name) == part]
        yield f"  {part} {sum(not wrong for wrong in inside)}/{len(inside)}"
    for case, wrong in found:
        if wrong:
            yield f"  {case.name}: {rml_suite.NOT_EXPECTED.get(case.name, wrong)}"


def earl(suite: str, found: list[tuple[rml_suite.Case, str]]) -> Iterator[str]:
    """The outcomes as assertions in Turtle."""
    for case, wrong in found:
        test = f"http://w3id.org/rml/{_TESTS[suite]}/test/{case.name}"
        outcome = "failed" if wrong else "passed"
        yield (
            f"[] a earl:Assertion ; earl:subject <{_SUBJECT}> ; earl:test <{test}> ; earl:mode earl:automatic ;\n"
            f"  earl:result [ a earl:TestResult ; earl:outcome earl:{outcome} ] .\n"
        )


def _missing(shared: Path, suite: str, engine: str) -> str:
    """Why a suite cannot be run, '' if it can."""
    if not (shared / "suites" / suite).is_dir():
        return f"not in {shared}"
    if engine == "spark" and not (find_spec("pyspark") and shutil.which("java")):
        return "needs lod[spark] and a Java runtime"
    return ""


def main(arguments: list[str]) -> int:
    """Print the report; 1 if a case fails that is not listed with a reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("suites", nargs="*", default=rml_suite.SUITES)
    parser.add_argument("--earl", type=Path)
    options = parser.parse_args(arguments)
    unexpected, assertions = 0, ["@prefix earl: <http://www.w3.org/ns/earl#> .\n"]
    for engine, suite in [*(("duckdb", suite) for suite in options.suites), ("spark", "rml-core")]:
        name = suite if engine == "duckdb" else f"{suite} on Spark"
        if missing := _missing(options.shared, suite, engine):
            sys.stdout.write(f"{name} skipped: {missing}\n")
            continue
        found = list(outcomes(options.shared, suite, engine))
        unexpected += sum(bool(wrong) and case.name not in rml_suite.NOT_EXPECTED for case, wrong in found)
        sys.stdout.writelines(f"{line}\n" for line in lines(suite, name, found))
        sys.stdout.flush()
        if engine == "duckdb":
            assertions += earl(suite, found)
    if options.earl:
        options.earl.write_text("".join(assertions), encoding="utf-8")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
