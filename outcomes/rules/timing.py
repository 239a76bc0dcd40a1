"""When a patient may answer: not on a day an infusion was started, once it has started."""

from collections.abc import Iterable
from datetime import date, timedelta

from kitclinic.problems import Problem
from kitclinic.register import Rule
from outcomes.rules.words import told, words

NOT_WHILE_IMPAIRED = Rule(
    "PRO-11",
    "From the start of an infusion until the next calendar day no questionnaire is opened or answered; "
    "answers given before are kept.",
    source="clinic default",
)


def in_words(day: date, language: str = "en") -> str:
    """Return a date as patients read it: "Tuesday, September 8"."""
    return words(language).day(day)


def impaired_until(started_on: Iterable[date], *, today: date) -> date | None:
    """Return the first day on which the patient may answer again; None when that is today.

    started_on: the clinic's calendar days of infusions that have started.
    """
    return today + timedelta(days=1) if today in set(started_on) else None


def may_answer(started_on: Iterable[date], *, today: date) -> list[Problem]:
    """Return why this patient may not answer today, in words for the patient's own screen."""
    again = impaired_until(started_on, today=today)
    if again is None:
        return []
    return [told(NOT_WHILE_IMPAIRED.id, "tomorrow", day=again)]
