"""What a clinic sets for its booking: how long a hold lasts, when messages rest, the daily cap."""

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import Span

HOLD_MINUTES = (1, 120)  # SET-01
OFFER_HOURS = (1, 72)  # SET-01
CONFIRM_DAYS = (1, 60)  # SET-01
QUIET_MINUTES_AT_MOST = 16 * 60  # SET-02

SET_01 = Rule(
    "SET-01",
    "A hold lasts 1 to 120 minutes, an offer 1 to 72 hours; a tentative time is confirmed 1 to 60 days before.",
    source="clinic default",
)
SET_02 = Rule(
    "SET-02",
    "Quiet hours leave at least 8 hours of the day for messages; the driver deadline lies outside of them.",
    source="clinic default",
)


def settings_problems(
    *, hold_minutes: int, offer_hours: int, confirm_days: int, quiet: Span, driver_deadline: int, cap: int | None
) -> list[Problem]:
    """Return what stands against these settings. quiet: from and to, minutes of the day, over midnight or not."""
    problems: list[Problem] = []
    for name, value, (least, most), words in (
        ("hold_minutes", hold_minutes, HOLD_MINUTES, "A hold lasts {} to {} minutes."),
        ("offer_hours", offer_hours, OFFER_HOURS, "A waiting patient has {} to {} hours to answer an offer."),
        ("confirm_days", confirm_days, CONFIRM_DAYS, "A tentative time is confirmed {} to {} days before."),
    ):
        if not least <= value <= most:
            problems.append(Blocker(SET_01.id, words.format(least, most), name))
    if cap is not None and cap < 1:
        sentence = "A cap is at least 1. Leave it empty for as many visits as fit."
        problems.append(Blocker(SET_01.id, sentence, "daily_cap"))
    if (quiet[1] - quiet[0]) % (24 * 60) > QUIET_MINUTES_AT_MOST:
        sentence = "These quiet hours leave less than 8 hours of the day for messages. Choose shorter ones."
        problems.append(Blocker(SET_02.id, sentence, "quiet_to"))
    if is_quiet(driver_deadline, quiet):
        sentence = "The driver deadline lies in the quiet hours, when nobody can be reached. Choose another time."
        problems.append(Blocker(SET_02.id, sentence, "driver_deadline"))
    return problems


def is_quiet(minute: int, quiet: Span) -> bool:
    """Return whether a minute of the day lies in the quiet hours; the same minute twice: there are none."""
    return (minute - quiet[0]) % (24 * 60) < (quiet[1] - quiet[0]) % (24 * 60)
