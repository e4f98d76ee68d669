"""One line a manifest, then the cases that are not passed and why: `python tests/conformance/csvw_report.py SHARED`.

With `--earl FILE` the outcomes are written as EARL (https://www.w3.org/TR/EARL10-Schema/), too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import csvw_suite
from csvw_suite import Case, Lifter

_SUBJECT = "urn:lod:lod"


def lines(manifest: str, found: list[tuple[Case, str]]) -> Iterator[str]:
    """The report of a manifest: kinds of cases are counted apart, for errors are easy to make."""
    kinds, passed = Counter(case.kind for case, _ in found), Counter(case.kind for case, wrong in found if not wrong)
    parts = ", ".join(f"{kind} {passed[kind]}/{count}" for kind, count in kinds.items())
    yield f"csvw-{manifest} {passed.total()}/{kinds.total()} ({parts})"
    for case, wrong in found:
        if wrong:
            yield f"  {case.name} {case.title}: {csvw_suite.NOT_EXPECTED[manifest].get(case.name, wrong)}"


def earl(manifest: str, found: list[tuple[Case, str]]) -> Iterator[str]:
    """The outcomes in Turtle."""
    for case, wrong in found:
        outcome = "failed" if wrong else "passed"
        yield (
            f"[ a earl:Assertion ; earl:subject <{_SUBJECT}> ; "
            f"earl:test <{csvw_suite.BASE}manifest-{manifest}#{case.name}> ; earl:mode earl:automatic ; "
            f"earl:result [ a earl:TestResult ; earl:outcome earl:{outcome} ] ] .\n"
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--earl", type=Path)
    options = parser.parse_args(arguments)
    if not csvw_suite.folder(options.shared).is_dir():
        sys.stdout.write(f"csvw skipped: not in {options.shared}\n")
        return 0
    unexpected, assertions = 0, ["@prefix earl: <http://www.w3.org/ns/earl#> .\n"]
    with tempfile.TemporaryDirectory() as work:
        lifter = Lifter(options.shared, Path(work))
        for manifest in csvw_suite.MANIFESTS:
            cases = csvw_suite.cases(options.shared, manifest)
            found = [(case, csvw_suite.fault(manifest, case, lifter.lift(case), options.shared)) for case in cases]
            unexpected += sum(bool(wrong) and c.name not in csvw_suite.NOT_EXPECTED[manifest] for c, wrong in found)
            sys.stdout.writelines(f"{line}\n" for line in lines(manifest, found))
            sys.stdout.flush()
            assertions += earl(manifest, found)
    if options.earl:
        options.earl.write_text("".join(assertions), encoding="utf-8")
    return 1 if unexpected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
