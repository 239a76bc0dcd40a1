"""Numbers, times and text of a monitor, read exactly or refused in words."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from infusions.rules.monitors import DIGITS_MOST, LABELS, MON_02, MON_04, MON_05, Numbers
from kitclinic.problems import Blocker, Problem

MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})", re.ASCII
)  # FHIR dateTime, with seconds and zone
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
SHOWN = 40  # characters of somebody else's text in a sentence


class NotTaken(Exception):
    """One thing in a request is not taken; the sentence says what and why."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(sentence)
        self.problem: Problem = Blocker(rule, sentence)


def decoded(body: bytes) -> str:
    """Return the text of a request; raises NotTaken when it is not UTF-8 or holds what cannot be stored."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotTaken(MON_02.id, f"Byte {error.start + 1} is not UTF-8. Nothing was stored.") from error
    if FORBIDDEN.search(text):
        raise NotTaken(MON_02.id, "A character that no text holds is in it, such as NUL. Nothing was stored.")
    if not text.strip():
        raise NotTaken(MON_02.id, "The request is empty. Nothing was stored.")
    return text


def moment(value: Any, what: str) -> datetime:
    """Return a moment in UTC; raises NotTaken without a zone, without seconds, or for a day there is none of."""
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise NotTaken(
            MON_05.id,
            f"{what} is no moment with its time zone. Write it as 2026-11-23T10:14:20-05:00, or with Z for UTC.",
        )
    date, fraction, zone = found.groups()
    try:
        return datetime.fromisoformat(f"{date}{fraction or ''}{zone}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotTaken(MON_05.id, f"{what} {value} is no day and time that exists.") from error


def whole(value: int | Decimal, sign: str) -> int:
    """Return a whole number exactly; raises NotTaken for a fraction and for more than three digits (MON-04)."""
    label = LABELS[sign]
    value = Decimal(value)
    if not -DIGITS_MOST <= value <= DIGITS_MOST:
        raise NotTaken(MON_04.id, f"{label} has more than three digits. No monitor shows that.")
    if value != int(value):
        raise NotTaken(
            MON_04.id,
            f"{label} {str(value)[:SHOWN]} is no whole number. Send what the monitor shows; none is rounded.",
        )
    return int(value)


def something(numbers: Numbers) -> None:
    """Raise NotTaken for a reading without a single number."""
    if numbers == Numbers():
        raise NotTaken(MON_04.id, "It holds no number at all.")


def shown(text: Any) -> str:
    """Somebody else's text inside a sentence: short, on one line."""
    short = " ".join(str(text).split())
    return short if len(short) <= SHOWN else short[: SHOWN - 1] + "…"
