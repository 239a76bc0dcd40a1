"""The link by which a patient says who drives home: who may open it, how long it lives, what it answers."""

from datetime import datetime, timedelta

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

MOST_WRONG_YEARS = 5  # DRV-05
PAGE_LASTS = timedelta(minutes=45)  # DRV-06

DRV_05 = Rule(
    "DRV-05",
    "A link to the driver's page opens with the patient's year of birth; the fifth wrong year closes it. It works "
    "until the last visit it was made for.",
    source="clinic default",
)
DRV_06 = Rule("DRV-06", "An opened driver's page stays open on a device for 45 minutes.", source="clinic default")
OVER = "This link is over. The visits it was made for have passed, or are no longer booked."


def may_open(
    *, is_revoked: bool, wrong_years: int, expires_at: datetime, days_to_come: int, at: datetime
) -> list[Problem]:
    """Return why a link does not open, in words for the patient's own screen."""
    if wrong_years >= MOST_WRONG_YEARS:
        return [_closed()]
    if is_revoked or at >= expires_at or not days_to_come:
        return [Blocker(DRV_05.id, OVER)]
    return []


def unknown_link() -> list[Problem]:
    """Return what to say when a code belongs to no link."""
    sentence = "This link is not complete, or it is not ours. Copy the whole link from your message and try again."
    return [Blocker(DRV_05.id, sentence, "token")]


def wrong_year(wrong_years: int) -> list[Problem]:
    """Return what to say after a wrong year of birth. wrong_years: how many there have been, this one counted."""
    left = MOST_WRONG_YEARS - wrong_years
    if left <= 0:
        return [_closed()]
    tries = "1 try is" if left == 1 else f"{left} tries are"
    return [Blocker(DRV_05.id, f"That is not the year we have. {tries} left.", "birth_year")]


def _closed() -> Problem:
    sentence = f"The year of birth was not right {MOST_WRONG_YEARS} times, so this link was closed."
    return Blocker(DRV_05.id, sentence)


def no_known_driver(kind: str) -> list[Problem]:
    """Return, in words for the patient, why this is no way home after the visit. kind: "taxi" or "nobody"."""
    why = (
        "A taxi, a rideshare or a bus cannot take you home after this visit: somebody you know has to be with "
        "you. Ask a family member, a friend or a neighbor."
        if kind == "taxi"
        else "Without somebody who drives you home, the visit cannot take place."
    )
    return [Blocker("DRV-01", f"{why} If there is nobody, call us now; we look for a way together.", "who")]
