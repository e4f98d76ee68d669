"""`shacl 120/120`, then the cases that are not passed and why: `python tests/conformance/shacl_report.py SHARED`.

With `--earl FILE` the outcomes are written as EARL (https://www.w3.org/TR/EARL10-Schema/), as the implementation report
of SHACL asks for them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import shacl_suite

_SUBJECT = "urn:lod:lod"
_TESTS = "urn:x-shacl-test:/"  # how implementation reports name the tests


def earl(found: Mapping[str, str]) -> Iterator[str]:
    """The outcomes as assertions in Turtle."""
    yield "@prefix doap: <http://usefulinc.com/ns/doap#> .\n@prefix earl: <http://www.w3.org/ns/earl#> .\n\n"
    yield f'<{_SUBJECT}> a doap:Project, earl:Software, earl:TestSubject ; doap:name "lod" .\n'
    for name, wrong in found.items():
        outcome = "failed" if wrong else "passed"
        yield (
            f"\n[] a earl:Assertion ; earl:assertedBy <{_SUBJECT}> ; earl:subject <{_SUBJECT}> ;\n"
            f"  earl:test <{_TESTS}{name.removesuffix('.ttl')}> ; earl:mode earl:automatic ;\n"
            f"  earl:result [ a earl:TestResult ; earl:outcome earl:{outcome} ] .\n"
        )


def main(arguments: list[str]) -> int:
    """Print the report; 1 if a case fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--earl", type=Path)
    parser.add_argument("--processor", default="auto", choices=("auto", "shacl", "pyshacl"))
    options = parser.parse_args(arguments)
    if not (options.shared / "suites" / "shacl").is_dir():
        sys.stdout.write(f"shacl skipped: not in {options.shared}\n")
        return 0
    cases = shacl_suite.cases(options.shared)
    found = {name: shacl_suite.fault(path, options.processor) for name, path in cases.items()}
    sys.stdout.write(f"shacl {sum(not wrong for wrong in found.values())}/{len(found)}\n")
    sys.stdout.writelines(f"  {name}: {wrong}\n" for name, wrong in found.items() if wrong)
    if options.earl:
        options.earl.write_text("".join(earl(found)), encoding="utf-8")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
