"""What a clinic sets for its booking: how long a hold lasts, when messages rest, the daily cap."""

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.rules.capacity import Span

HOLD_MINUTES = (1, 120)  # SET-01
OFFER_HOURS = (1, 72)  # SET-01
CONFIRM_DAYS = (1, 60)  # SET-01
QUIET_MINUTES_AT_MOST = 16 * 60  # SET-02
CHAIRS = (1, 40)  # SET-03

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
SET_03 = Rule(
    "SET-03",
    "A clinic opens before it closes on the same day, and has 1 to 40 chairs; a chair with visits booked ahead is "
    "not taken away.",
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


def basics_problems(
    *, name: str, opens_minute: int, closes_minute: int, chairs: int, first_weekday: int, highest_chair: int = 0
) -> list[Problem]:
    """Return what stands against these. highest_chair: of the visits booked ahead; 0 for none."""
    problems: list[Problem] = []
    if not name.strip() or len(name) > 120:
        problems.append(Blocker(SET_03.id, "Give the clinic a name of at most 120 characters.", "name"))
    if not 0 <= opens_minute < closes_minute <= 24 * 60:
        sentence = "The clinic opens before it closes, on the same day. Correct the hours."
        problems.append(Blocker(SET_03.id, sentence, "closes_minute"))
    if not CHAIRS[0] <= chairs <= CHAIRS[1]:
        problems.append(Blocker(SET_03.id, f"A clinic has {CHAIRS[0]} to {CHAIRS[1]} chairs.", "chairs"))
    elif chairs < highest_chair:
        sentence = f"A visit is booked in chair {highest_chair}. Move it first, or take that chair out of service."
        problems.append(Blocker(SET_03.id, sentence, "chairs"))
    if not 0 <= first_weekday <= 6:
        problems.append(Blocker(SET_03.id, "Choose the first clinic day of the week.", "first_weekday"))
    return problems
