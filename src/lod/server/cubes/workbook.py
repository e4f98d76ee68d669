"""A view of a cube as an Excel workbook: its figures with codes and labels, and a sheet that says what they are.

SpreadsheetML: ISO/IEC 29500. Rows are written as they come, none is kept; texts are texts, whatever they begin with.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lod.rdf import languages
from lod.server.cubes.files import Extract, json_number
from lod.server.cubes.slices import keys_of
from lod.server.pages.reader import Reader

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

_IN_MEMORY = 1 << 20  # bytes; a larger file is on disk while it is made
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": False,
}


def as_xlsx(reader: Reader, extract: Extract) -> bytes:
    """Figures as a workbook."""
    import xlsxwriter

    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        book = xlsxwriter.Workbook(file, _OPTIONS)
        manifest = reader.served.release.manifest
        created = datetime.fromisoformat(manifest.created).replace(tzinfo=None)
        book.set_properties({"title": extract.title, "created": created})  # the same file every time
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        _write_figures(book.add_worksheet(reader.t("figures")), bold, reader, extract)
        _write_about(book.add_worksheet(reader.t("about_sheet")), bold, reader, extract)
        book.close()
        file.seek(0)
        return file.read()


def _write_figures(sheet: Worksheet, bold: object, reader: Reader, extract: Extract) -> None:
    labels = [reader.label(d.iri).text for d in extract.dimensions]
    heads = [head for label in labels for head in (f"{label} ({reader.t('code')})", label)]
    heads += [reader.t("measure"), reader.t("value"), reader.t("status"), reader.t("address")]
    sheet.freeze_panes(1, 0)
    for n, head in enumerate(heads):
        sheet.set_column(n, n, 12 if n % 2 == 0 and n < 2 * len(labels) else 24)
        sheet.write_string(0, n, head, bold)
    names = keys_of(extract.cube).names
    measures = {names[measure.iri]: reader.label(measure.iri).text for measure in extract.measures}
    states: dict[str, str] = {}
    row = 0
    for row, record in enumerate(extract.figures, 1):
        state = record.state
        if state not in states:
            states[state] = "" if state == "value" else reader.t(f"state_{state}")
        texts = [text for pair in zip(record.codes, record.labels, strict=True) for text in pair]
        for n, text in enumerate([*texts, measures.get(record.measure, record.measure)]):
            sheet.write_string(row, n, text)
        _write_value(sheet, row, len(texts) + 1, record.value)
        sheet.write_string(row, len(texts) + 2, states[state])
        sheet.write_string(row, len(texts) + 3, record.observation)
    if row:
        sheet.autofilter(0, 0, row, len(heads) - 1)


def _write_value(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A figure as a number where a spreadsheet keeps every digit of it; else as text."""
    number = json_number(text)
    if isinstance(number, int | float) and abs(number) < 1e15:
        sheet.write_number(row, column, number)
    elif text:
        sheet.write_string(row, column, text)


def _write_about(sheet: Worksheet, bold: object, reader: Reader, extract: Extract) -> None:
    """What the figures are, where they are from, on which terms."""
    site, manifest, t = reader.served.site, reader.served.release.manifest, reader.t
    rows: list[tuple[str, Any]] = [
        (t("name"), extract.title),
        (t("address"), extract.address),
        (t("in_dataset"), extract.cube.iri),
        (t("publisher"), languages.pick(site.agency_name, reader.language)),
        (t("release"), f"{manifest.name} ({manifest.created[:10]})"),
        (t("licence"), f"{languages.pick(site.licence_name, reader.language)} {site.licence_iri}"),
        *((t("attribution"), sentence) for sentence in site.attribution.values()),
        *((t("notice"), notice) for notice in extract.cut.notices(reader)),
    ]
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 100)
    for n, (name, text) in enumerate(rows):
        sheet.write_string(n, 0, name, bold)
        sheet.write_string(n, 1, text)
