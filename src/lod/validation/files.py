"""Validation without a project: RDF files against shapes files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lod.diagnostics import Findings
from lod.rdf.parse import parse_document
from lod.validation.report import ValidationReport
from lod.validation.trace import Sources, trace
from lod.validation.validate import read_shapes, validate


def validate_files(data: Sequence[Path], shapes: Sequence[Path], findings: Findings) -> ValidationReport:
    """Hold RDF files against shapes. Files of `data` are merged, whatever graphs they name.

    Each result is a finding (LOD6001) at the line of the Turtle file that describes its focus node.

    Raises:
        FindingsError: a file cannot be read, or the shapes are wrong.
        ValidationFailed: LOD6003 there is no report.
    """
    read = [parse_document(path, findings, blank=f"data{number}x") for number, path in enumerate(data)]
    shape_documents = read_shapes(shapes, findings)
    findings.raise_if_errors()
    documents = [document for document in read if document]
    report = validate((quad for document in documents for quad in document.quads), shape_documents, findings)
    findings.extend(trace(report, Sources(None, documents, shape_documents)))
    return report
