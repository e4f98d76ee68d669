"""Every key of a cube file: where it stands, what it means, how it looks. The reference page is made from these."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `kind` says what is written behind it, for people."""

    kind: str
    meaning: str
    example: str
    is_required: bool = False


def _key(kind: str, meaning: str, example: str, is_required: bool = False) -> Key:
    return Key(kind, meaning, example, is_required)


_TEXTS = "text by language"

PLACES: dict[str, dict[str, Key]] = {
    "a cube file": {
        "extends": _key(
            "path", "A file that this one completes; what both say is as it is said here.", "mocs.cube.yml"
        ),
        "base": _key("IRI", "What relative IRIs begin with; else the project's.", "https://lod.example.org/"),
        "prefixes": _key(
            "IRI by prefix", "Prefixes of this file, besides the well-known ones.", "{ex: 'https://example.org/'}"
        ),
        "dataset": _key(
            "keys", "What the dataset is called, and who publishes it how.", "{id: staff, title: {en: Staff}}", True
        ),
        "source": _key(
            "path or pattern",
            "The workbook (.xls, .xlsx, .ods) or CSV, looked for where tables are; *.xls: an edition each.",
            "101.xls",
            True,
        ),
        "encoding": _key("encoding", "Of a CSV.", "big5"),
        "sheet": _key(
            "name, number or /pattern/", "Which sheet; a pattern may fit several, a table each.", "/按官等分/"
        ),
        "layout": _key("keys", "Where header, labels and figures are.", "{header: {rows: 3-7}}", True),
        "values": _key("keys", "What signs mean, and which texts are figures.", "{zero: ['－']}"),
        "codelists": _key(
            "keys by list", "Classifications, for the dimensions to name.", "{sex: {codes: {M: {en: Male}}}}"
        ),
        "dimensions": _key(
            "keys by dimension", "What the figures are broken down by, in order.", "{sex: {codes: sex}}", True
        ),
        "units": _key("keys by unit", "Units of measure.", "{person: {label: {en: Persons}, printed: [人]}}"),
        "measures": _key("keys by measure", "What the figures measure.", "{headcount: {unit: person}}", True),
        "attributes": _key(
            "keys by attribute",
            "Texts beside the figures, said of the observations of their row.",
            "{remark: {label: {en: Remark}, column: D}}",
        ),
        "uri": _key(
            "template", "Of an observation; else data/{dataset}/obs/ and the codes.", "data/staff/obs/{period}/{sex}"
        ),
        "slices": _key(
            "keys by slice key, or none",
            "Groups of observations; unless said 'series', the observations of all periods, where there are several.",
            "{by-sex: {fixed: [sex]}}",
        ),
        "checks": _key("keys", "Which checks are made, and how strictly.", "{totals: warning}"),
        "editions": _key(
            "list of keys or workbooks",
            "Further sheets of the same dataset: what differs from the above.",
            "[100.xls, {source: 99.xls, sheet: 表2}]",
        ),
    },
    "'dataset'": {
        "id": _key("code", "Stands in URIs: lower-case letters, digits and hyphens.", "civil-servants-by-rank", True),
        "title": _key(_TEXTS, "Its title.", "{zh-Hant-TW: 公務人員人數按官等分, en: Civil servants by rank}", True),
        "described": _key(
            "true or false",
            "false: it, its structure and its code lists are described elsewhere; the file makes observations alone.",
            "false",
        ),
        "description": _key(_TEXTS, "A sentence or two.", "{en: Civil servants at the end of 2012.}"),
        "keywords": _key("list by language", "Words to find it by.", "{en: [civil servants, rank]}"),
        "publisher": _key("IRI", "Who publishes it.", "id/org/2.16.886.101.20003.20072"),
        "creator": _key("IRI", "Who made the figures.", "id/org/L0001"),
        "licence": _key("IRI", "Its terms of use.", "https://data.gov.tw/license"),
        "rights": _key("IRI", "The sentence that users are asked to print.", "catalog#attribution"),
        "access-rights": _key(
            "IRI", "Who may have it.", "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
        ),
        "contact": _key("IRI", "Whom to ask.", "catalog#contact"),
        "themes": _key(
            "list of IRIs", "What it is about.", "[http://publications.europa.eu/resource/authority/data-theme/GOVE]"
        ),
        "frequency": _key(
            "word or IRI", "annual, half-yearly, quarterly, monthly, weekly, daily, irregular, or an IRI.", "annual"
        ),
        "spatial": _key(
            "IRI", "The area that it covers.", "http://publications.europa.eu/resource/authority/country/TWN"
        ),
        "issued": _key("date", "When it was first published.", "2026-11-23"),
        "modified": _key("date", "When it last changed.", "2026-11-23"),
        "derived-from": _key("list of IRIs", "What it was made from.", "[id/source/2012/2]"),
        "relations": _key("list of IRIs", "Datasets that belong to it.", "[data/civil-servants-mean-age]"),
    },
    "'layout'": {
        "header": _key("keys", "The rows of the header.", "{rows: 3-7, labels: 3}", True),
        "labels": _key(
            "keys", "The columns that say what a row is.", "{columns: A, translations: B, hierarchy: indentation}", True
        ),
        "area": _key(
            "cells",
            "The cells of this table, where a sheet holds several; what no table takes in is an error.",
            "A1:K40",
        ),
        "data": _key("columns", "The columns of figures; else all others with a header.", "C-K"),
        "titles": _key(
            "list of /patterns/",
            "First texts of title rows above a repeated header, besides the usual ones.",
            "[/^附表/]",
        ),
        "notes": _key(
            "list of /patterns/", "First texts of rows that hold notes, besides the usual ones.", "[/^更新日期/]"
        ),
        "ignored": _key("list of cells and /patterns/", "Cells that mean nothing.", "[A41:B43, /^-$/]"),
    },
    "'header'": {
        "from": _key(
            "/pattern/", "The text in its first row, wherever that row is; rows are then counted from it.", "/^官等別/"
        ),
        "rows": _key(
            "rows", "All rows of the header, as on the first page; with 'from', else those of its cell.", "3-7"
        ),
        "labels": _key(
            "rows or chinese", "Those whose texts are matched; else all. chinese: the texts that are.", "[3, 4]"
        ),
        "fill": _key(
            "right", "An empty cell repeats the one to its left: for files that know no merged cells.", "right"
        ),
        "ignored": _key("list of labels", "Header texts that mean nothing.", "[機關層級, Agency Level]"),
    },
    "'labels'": {
        "columns": _key("columns", "Whose texts are matched; several: one level or dimension each.", "A", True),
        "translations": _key("columns", "That repeat the labels in another language.", "B"),
        "hierarchy": _key(
            "indentation, numbering, none or keys",
            "How rows belong to rows above them; numbering: 一、 over （一）; {parents: …}: what begins a group.",
            "indentation",
        ),
        "fill": _key(
            "down",
            "Of several label columns, an empty cell repeats the one above it: for files without merged cells.",
            "down",
        ),
        "headings": _key("true or false", "Whether a label without figures may begin a group.", "true"),
        "ignored": _key("list of labels", "Row labels that mean nothing.", "[其中]"),
    },
    "'hierarchy'": {
        "parents": _key(
            "list, or list of lists",
            "Labels or /patterns/ that begin a group; lists: outermost level first.",
            "[/^民國/]",
            True,
        ),
    },
    "'values'": {
        "zero": _key("list of signs", "Stand for 0.", "['－']"),
        "missing": _key("list of signs", "There is a figure and nobody knows it; 'empty' is the empty cell.", "['…']"),
        "not-applicable": _key("list of signs", "There cannot be a figure: no observation is made.", "[empty]"),
        "suppressed": _key("list of signs", "There is a figure and it is kept back.", "[X]"),
        "rounded": _key("list of endings", "Mark a figure that was rounded to protect.", "[r]"),
        "provisional": _key("list of endings", "Mark a figure that is not final.", "[p]"),
        "revised": _key(
            "list of endings", "Mark a figure that was corrected since: it is published as any other.", "[r]"
        ),
        "numbers": _key(
            "list of forms",
            "Texts that are figures: text, padded, full-width, thousands, spaced (1 234), percent-sign, parentheses "
            "((12) is -12), triangle (▲12 is -12).",
            "[padded, thousands]",
        ),
    },
    "a code list": {
        "title": _key(_TEXTS, "Its name.", "{zh-Hant-TW: 性別, en: Sex}"),
        "total": _key(
            "code", "The member that is the sum of all others; they are below it unless they say otherwise.", "T"
        ),
        "published": _key("true or false", "false: its concepts are described elsewhere.", "false"),
        "bands": _key(
            "half-open or closed",
            "Whose the ends of bands such as 18-25 and 25-30 are: half-open, the second's; closed, both's.",
            "half-open",
        ),
        "levels": _key(
            "list of texts by language",
            "Names of the levels of its hierarchy, from the top.",
            "[{zh-Hant-TW: 總計, en: Total}, {zh-Hant-TW: 縣市, en: County}]",
        ),
        "changes": _key(
            "organisations or none",
            "What codes are that replace others: organisations and places, whose changes are events; none: mere codes.",
            "none",
        ),
        "codes": _key(
            "keys by code", "The members, in order.", "{T: {en: Total}, M: {en: Male, labels: [男性]}}", True
        ),
    },
    "a code": {
        "parent": _key(
            "code, or list of codes", "What it is below; else the total. Several: one after the other.", "L"
        ),
        "labels": _key(
            "list of labels", "What sheets call it besides its texts; a path tells it apart.", "[男性, 研究所 > 計]"
        ),
        "from": _key("date", "The first day on which it is in force.", "2010-12-25"),
        "until": _key(
            "date", "The last one. Of two codes with one label, that of the figure's period counts.", "2010-12-24"
        ),
        "replaced-by": _key("list of codes", "What it became.", "'65000'"),
    },
    "a dimension": {
        "label": _key(_TEXTS, "Its name; else that of its list.", "{zh-Hant-TW: 性別, en: Sex}"),
        "codes": _key("list", "The code list of its values.", "sex"),
        "period": _key(
            "true or minguo", "Its values are periods: 民國101年底, 11310, 2015. minguo: 101 alone is one, too.", "true"
        ),
        "column": _key("column", "The one label column that says it, where several say alike things.", "B"),
        "from": _key(
            "word",
            "Where its value stands: labels (of row or column), rows, columns, title, file-name, value.",
            "title",
        ),
        "value": _key("code", "Its value, where the sheet does not say it.", "T"),
        "concept": _key("IRI", "The well-known property that it specialises.", "sdmx-dimension:sex"),
        "valid-at": _key(
            "date or last",
            "The day whose codes are meant, if not that of each figure: last, of the sheet's last period.",
            "last",
        ),
        "labels": _key(
            "labels by code", "What this sheet calls a code, besides what the list says.", "{graduate: 研究所 > 計}"
        ),
    },
    "a unit": {
        "label": _key(_TEXTS, "Its name.", "{zh-Hant-TW: 人, en: Persons}", True),
        "printed": _key("list of texts", "How titles write it (單位：人); another unit there is an error.", "[人]"),
    },
    "a measure": {
        "label": _key(_TEXTS, "Its name.", "{zh-Hant-TW: 人數, en: Headcount}", True),
        "unit": _key("unit", "One of 'units'.", "person"),
        "type": _key("integer or decimal", "Of the figures; integer unless said.", "decimal"),
        "codes": _key("list", "Its figures are codes of this list, such as 0 and 2, and no numbers.", "office-day"),
        "decimals": _key("number", "Digits after the point: more than these are rounded half up.", "2"),
        "scale": _key("number", "Power of ten that a figure is multiplied by: 3 for a table in thousands.", "3"),
        "totals": _key(
            "sum, between or none",
            "What a parent is to its children; between: a mean. Sum for integers, else none.",
            "between",
        ),
        "labels": _key("list of labels", "Labels that say that a figure is of this measure.", "[平均年齡(歲)]"),
        "dataset": _key(
            "keys",
            "A dataset of its own, as under 'dataset': a mean or a share stands apart from counts.",
            "{id: mean-age, title: {en: Mean age}}",
        ),
        "without": _key("list of dimensions", "That the dataset of its own lacks.", "[age]"),
    },
    "an attribute": {
        "label": _key(_TEXTS, "Its name.", "{zh-Hant-TW: 備註, en: Remark}", True),
        "column": _key("column", "Where its texts stand.", "D", True),
        "language": _key("language tag", "Of its texts; else they are plain strings.", "zh-Hant-TW"),
    },
    "a slice key": {
        "label": _key(_TEXTS, "Its name.", "{zh-Hant-TW: 各性別, en: By sex}"),
        "fixed": _key("list of dimensions", "Those that have one value in a slice.", "[sex]"),
        "free": _key("list of dimensions", "Instead of 'fixed': those that have several.", "[period]"),
    },
    "'checks'": {
        "totals": _key(
            "error, warning or none",
            "What a parent that is not the sum of its children is; error unless said.",
            "warning",
        ),
        "complete": _key(
            "error, warning or none",
            "What a point without a figure is, of all that its codes make with each other; none unless said.",
            "warning",
        ),
        "drift": _key(
            "error, warning or none",
            "What a code is that one edition has and another lacks, though in force; warning unless said.",
            "none",
        ),
        "revisions": _key(
            "error, warning or none",
            "What a figure is that a later edition prints differently; if no error, the later one holds.",
            "warning",
        ),
        "agrees-with": _key(
            "list of datasets",
            "Datasets that print the same figures: where all other dimensions are totals, they have to be equal.",
            "[civil-servants-by-age]",
        ),
        "agreement": _key(
            "error, warning or none",
            "What a figure is that another dataset prints differently; error unless said.",
            "warning",
        ),
    },
}


def known(place: str) -> tuple[str, ...]:
    """The keys that may stand in a place."""
    return tuple(PLACES[place])
