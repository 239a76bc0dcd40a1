"""The body of a request of a monitor, by its type."""

from infusions.rules.monitor_csv import read_csv
from infusions.rules.monitor_fhir import read_fhir
from infusions.rules.monitor_text import NotTaken, decoded
from infusions.rules.monitors import READINGS_MOST, Parsed

READERS = {
    "application/fhir+json": read_fhir,
    "application/json": read_fhir,
    "text/csv": read_csv,
}


def read_body(body: bytes, content_type: str, *, most: int = READINGS_MOST) -> Parsed:
    """Return the readings, or every problem; content_type: a key of READERS."""
    try:
        text = decoded(body)
    except NotTaken as refused:
        return Parsed(problems=(refused.problem,))
    return READERS[content_type](text, most=most)
