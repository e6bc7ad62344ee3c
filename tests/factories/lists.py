"""Lists of recommendations in other files than Word: spreadsheets and exports of the index.

The fields are those of the Universal Human Rights Index; the records are made up.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

UHRI_HEADINGS = (
    "Text",
    "Countries Concerned",
    "Reccomending Body",
    "Document Symbol",
    "Themes",
    "Affected Persons",
    "Sdgs",
    "Document Publication Date",
    "UPR Reccomending States",
    "UPR Position",
    "Type",
    "OHCHR Annotation Id",
    "UPR Session",
    "Regions Concerned",
    "Recommending Regions",
    "Date of publication on UHRI",
)
TEMPLATE_HEADINGS = (
    "Number",
    "Recommendation",
    "Recommending States",
    "Position",
    "Document",
    "Paragraph",
    "Heading",
    "Themes",
    "Groups of persons",
    "SDGs",
)


def uhri_json(**changes: Any) -> dict[str, Any]:
    """A record of a recommendation of the review to Slovenia in session 48."""
    return {
        "AnnotationId": "00000000-0000-0000-0000-000000000001",
        "AnnotationType": "- Recommendations",
        "Body": "- UPR",
        "Symbol": "A/HRC/59/15",
        "DocumentId": "1",
        "PublicationDate": "2025-03-24T00:00:00Z",
        "PublicationDateOnUhri": "2025-04-01T00:00:00Z",
        "Countries": ["Slovenia"],
        "Regions": ["Europe"],
        "Themes": ["Right to education"],
        "AffectedPersons": ["Children"],
        "Sdgs": ["4 - QUALITY EDUCATION"],
        "Text": "140.1 Teach everyone (Fiji);",
        "UprCycle": "4",
        "UprPositions": ["Supported"],
        "UprRecommendingCountry": ["Fiji"],
        "UprRecommendingRegions": ["Asia-Pacific"],
        "UprSession": ["48"],
        **changes,
    }


def json_file(*records: Any) -> bytes:
    return json.dumps(list(records), ensure_ascii=False).encode()


def uhri_row(**changes: Any) -> list[Any]:
    """The same as a row of the spreadsheet; `changes` by heading with spaces as underscores."""
    values: dict[str, Any] = {
        "Text": "140.1 Teach everyone (Fiji);",
        "Countries Concerned": "- Slovenia",
        "Reccomending Body": "- UPR",
        "Document Symbol": "A/HRC/59/15",
        "Themes": "- Right to education",
        "Affected Persons": "- Children",
        "Sdgs": "- 4 - QUALITY EDUCATION",
        "Document Publication Date": 45740,
        "UPR Reccomending States": "- Fiji",
        "UPR Position": "- Supported",
        "Type": "- Recommendations",
        "OHCHR Annotation Id": "00000000-0000-0000-0000-000000000001",
        "UPR Session": "- 48",
        "Regions Concerned": "- Europe",
        "Recommending Regions": "- Asia-Pacific",
        "Date of publication on UHRI": 45748.5,
    }
    values.update({key.replace("_", " "): value for key, value in changes.items()})
    return list(values.values())


def xlsx_file(
    *rows: Sequence[Any], sheets: dict[str, Sequence[Sequence[Any]]] | None = None
) -> bytes:
    """A workbook; texts stay texts and numbers numbers."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    for name, lines in (sheets or {"Sheet1": rows}).items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(lines):
            for column, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(at, column, value)
                elif value is not None:
                    sheet.write_string(at, column, value)
    book.close()
    return buffer.getvalue()


def csv_file(*rows: Sequence[str], delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue().encode(encoding)
