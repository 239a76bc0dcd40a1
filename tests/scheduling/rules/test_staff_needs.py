from datetime import date

import pytest

from scheduling.rules.booking_settings import is_quiet, settings_problems
from scheduling.rules.capacity import BookedVisit, DayPlan, Lengths, Span
from scheduling.rules.staff_needs import needed_nurses, shift_notices, uncovered

DAY = date(2026, 9, 14)
NIGHT: Span = (1200, 480)


def plan(
    *, nurses: tuple[Span, ...] = ((450, 1050),), provider: tuple[Span, ...] = ((450, 1050),), starts: str = ""
) -> DayPlan:
    booked = tuple(BookedVisit(int(start), Lengths(), chair) for chair, start in enumerate(starts.split(), 1))
    return DayPlan(DAY, 450, 1050, nurses, provider, booked)


@pytest.mark.parametrize(
    ("starts", "minute", "needed"),
    [
        ("", 540, 0),
        ("540", 539, 0),
        ("540", 540, 1),
        ("540 550", 560, 1),  # two patients, one nurse
        ("540 540", 540, 2),  # two IV starts at once need two
        ("540 540", 550, 1),
        ("540 550 560", 565, 2),
        ("540 550 560", 620, 1),  # the first has just left
    ],
)
def test_the_bookings_ask_for_a_nurse_for_two_patients_and_for_every_iv_start(
    starts: str, minute: int, needed: int
) -> None:
    assert needed_nurses(plan(starts=starts), minute) == needed


def test_a_day_says_where_nobody_is_there() -> None:
    assert uncovered(plan()) == []
    assert uncovered(plan(nurses=())) == [("nurse on the floor", [(450, 1050)])]
    split = plan(provider=((450, 720), (750, 1040)))
    assert uncovered(split) == [("provider on site", [(720, 750), (1040, 1050)])]
    assert uncovered(plan(provider=((400, 700), (690, 1100)))) == []
    assert uncovered(plan(nurses=((500, 1050),))) == [("nurse on the floor", [(450, 500)])]


def test_sch_38_a_shift_of_six_hours_without_a_break_is_pointed_out() -> None:
    assert shift_notices((450, 809), []) == []
    assert shift_notices((450, 810), [(600, 615)]) == []
    assert shift_notices((450, 810), [])[0].sentence == "The shift from 07:30 to 13:30 has no break yet."


def settings(**changed: object) -> list[str]:
    facts = {
        "hold_minutes": 15,
        "offer_hours": 4,
        "confirm_days": 7,
        "quiet": NIGHT,
        "driver_deadline": 960,
        "cap": None,
    } | changed
    return [problem.field for problem in settings_problems(**facts)]  # type: ignore[arg-type]


def test_set_01_the_numbers_of_booking_stay_within_their_limits() -> None:
    assert settings() == []
    assert settings(hold_minutes=1, offer_hours=1, confirm_days=1, cap=1) == []
    assert settings(hold_minutes=120, offer_hours=72, confirm_days=60) == []
    wrong = settings(hold_minutes=0, offer_hours=0, confirm_days=0, cap=0)
    assert wrong == ["hold_minutes", "offer_hours", "confirm_days", "daily_cap"]
    assert settings(hold_minutes=121, offer_hours=73, confirm_days=61) == wrong[:3]


def test_set_02_quiet_hours_leave_eight_hours_and_the_driver_deadline() -> None:
    assert settings(quiet=(960, 480), driver_deadline=959) == []
    assert settings(quiet=(960, 481), driver_deadline=900) == ["quiet_to"]
    assert settings(driver_deadline=1200) == ["driver_deadline"]
    assert settings(driver_deadline=479) == ["driver_deadline"]
    assert settings(driver_deadline=480) == []


@pytest.mark.parametrize(("minute", "quiet"), [(1199, False), (1200, True), (0, True), (479, True), (480, False)])
def test_quiet_hours_run_over_midnight(minute: int, quiet: bool) -> None:
    assert is_quiet(minute, NIGHT) is quiet


def test_the_same_minute_twice_means_no_quiet_hours() -> None:
    assert not is_quiet(600, (600, 600))
