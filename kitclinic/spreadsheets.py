"""CSV files for people with a spreadsheet: what somebody typed never becomes a formula there."""

import csv
import re
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# Signs that begin a formula, in full width too, whatever space or invisible sign stands before them.
FORMULA = re.compile(r"^[\s\ufeff\u200b-\u200f\u2060\x00]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?$")


def guarded(text: str) -> str:
    """Return a cell that a spreadsheet shows as it is: a formula's first sign gets an apostrophe before it."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.match(text) else text


def csv_download(name: str, rows: Iterable[Sequence[str]]) -> HttpResponse:
    """Return rows of text as a file to save."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    csv.writer(response).writerows([guarded(cell) for cell in row] for row in rows)
    return response
