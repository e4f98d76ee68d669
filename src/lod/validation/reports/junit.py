"""A validation report as JUnit XML, which every server of continuous integration shows.

A test suite is a shape; a test case is one of its constraints that failed, with how often and where, or the shape
itself where none did. The format has no specification; this is what the schema of Jenkins, which is the strictest in
use, lets through (junit-10.xsd of <https://plugins.jenkins.io/xunit/>).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from lod.diagnostics import CellOrigin, Origin
from lod.validation.report import INFO, VIOLATION, WARNING, local_name
from lod.validation.reports.account import Account, Group, text
from lod.wording import joined, say, translated

_LISTED = 20  # results of a group that are told one by one
_IDLE = say("its target matches no node of the data")


def write_junit(account: Account, language: str) -> bytes:
    """The report as XML. Warnings and information are failures, too, and say of what severity they are."""
    by_shape: dict[str, list[Group]] = {text(each.shape): [] for each in account.report.judged}
    for group in account.groups:
        by_shape.setdefault(group.shape, []).append(group)
    idle = {text(shape) for shape in account.report.idle}
    tests = sum(max(1, len(groups)) for groups in by_shape.values())
    top = _counted(ET.Element("testsuites", name="SHACL"), tests, len(account.groups))
    for shape, groups in by_shape.items():
        suite = ET.SubElement(top, "testsuite", name=shape)
        _counted(suite, max(1, len(groups)), len(groups)).set("skipped", str(int(shape in idle)))
        for group in groups:
            _case(suite, group, language)
        if not groups:
            case = ET.SubElement(suite, "testcase", classname=shape, name=local_name(shape))
            if shape in idle:
                ET.SubElement(case, "skipped", message=translated(_IDLE, language))
    ET.indent(top)
    return bytes(ET.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"


def _counted(element: ET.Element, tests: int, failures: int) -> ET.Element:
    counts = {"tests": tests, "failures": failures, "errors": 0}
    for name, count in counts.items():
        element.set(name, str(count))
    return element


def _case(suite: ET.Element, group: Group, language: str) -> None:
    component = local_name(group.component).removesuffix("ConstraintComponent")
    name = " ".join(part for part in (local_name(group.path), component) if part)
    first = group.members[0].finding
    case = ET.SubElement(suite, "testcase", classname=group.shape, name=_printable(name))
    message = f"{len(group.members)} × {translated(group.said, language)}"
    kind = local_name(group.severity) if group.severity in (VIOLATION, WARNING, INFO) else group.severity
    failure = ET.SubElement(case, "failure", message=_printable(message), type=kind)
    lines = [
        f"{translated(_place(each.finding.origin), language)}: {translated(each.finding.message, language)}"
        for each in group.members[:_LISTED]
    ]
    if first.rule:
        lines.insert(0, translated(say("mapping rule: {rule}", rule=first.rule), language))
    if len(group.members) > _LISTED:
        lines.append(translated(say("{n} more places", n=len(group.members) - _LISTED), language))
    failure.text = _printable("\n".join(lines))


def _place(origin: Origin | None) -> str:
    if isinstance(origin, CellOrigin):
        place = say("{source}, row {row}, column {column}", source=origin.source, row=origin.row, column=origin.column)
        return joined([place, f" '{origin.text}'" if origin.text is not None else ""], "")
    return str(origin or "")


def _printable(words: str) -> str:
    """Without what XML 1.0 §2.2 does not allow."""
    return "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in words)
