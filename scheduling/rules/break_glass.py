"""Emergency access: somebody whose role does not see records opens one, for an hour, with a reason."""

from datetime import datetime, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

MINUTES = 60  # ACC-20
LEAST_REASON = 10  # characters, ACC-21
LEAST_NOTE = 10  # characters, ACC-25

ACC_20 = Rule(
    "ACC-20",
    "Emergency access opens the record of one patient for 60 minutes by the clock: 59:59 after it was opened it "
    "is still open, at 60:00 it is not.",
    source="45 CFR 164.312(a)(2)(ii); the time is a clinic default",
)
ACC_21 = Rule(
    "ACC-21",
    "Emergency access asks for a reason of at least 10 characters and for the person's own password.",
    source="clinic default",
)
ACC_22 = Rule(
    "ACC-22",
    "Emergency access reads and never writes: every act still asks for the role's own permission.",
    source="clinic default: minimum necessary, 45 CFR 164.502(b)",
)
ACC_23 = Rule(
    "ACC-23",
    "While it is open, every page of that patient says so, with the minutes left and a button that ends it.",
    source="clinic default",
)
ACC_24 = Rule(
    "ACC-24",
    "Each emergency access is reviewed once, by somebody who reviews who looked at what and who is not the person "
    "that opened it.",
    source="45 CFR 164.308(a)(1)(ii)(D)",
)
ACC_25 = Rule(
    "ACC-25",
    "A review has a note of at least 10 characters and is due on the clinic's day on which the record was opened.",
    source="clinic default: the same day",
)
ACC_26 = Rule(
    "ACC-26",
    "Opened once more while it is open, emergency access is the same one and lasts no longer.",
    source="clinic default",
)


def is_open(opened_at: datetime, ended_at: datetime | None, *, at: datetime) -> bool:
    """Return whether a record stands open at this moment (ACC-20). ended_at: None while nobody ended it."""
    return ended_at is None and opened_at <= at < opened_at + timedelta(minutes=MINUTES)


def reason_problems(reason: str) -> list[Problem]:
    """Return what is wrong with the reason (ACC-21)."""
    if len(" ".join(reason.split())) >= LEAST_REASON:
        return []
    sentence = f"Say in at least {LEAST_REASON} characters why you need this record now."
    return [Blocker(ACC_21.id, sentence, "reason")]


def review_problems(note: str, *, by_opener: bool, reviewed: bool) -> list[Problem]:
    """Return why this review is not taken (ACC-24, ACC-25)."""
    found: list[Problem] = []
    if by_opener:
        found.append(Blocker(ACC_24.id, "You opened this record yourself. Somebody else reviews it."))
    if reviewed:
        found.append(Blocker(ACC_24.id, "This access was reviewed already."))
    if len(" ".join(note.split())) < LEAST_NOTE:
        sentence = f"Write in at least {LEAST_NOTE} characters what you found."
        found.append(Blocker(ACC_25.id, sentence, "note"))
    return found
