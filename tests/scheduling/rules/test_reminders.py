from datetime import date, timedelta

import pytest

from scheduling.rules.reminders import (
    Quiet,
    driver_text,
    is_spoken_for,
    is_time,
    patient_text,
    spoken,
    unreachable_text,
    window_of,
)

MONDAY = date(2026, 9, 14)
NIGHT = Quiet(1200, 480)


@pytest.mark.parametrize(
    ("minute", "words"),
    [
        (545, "9:05 in the morning"),
        (720, "12:00 in the afternoon"),
        (970, "4:10 in the afternoon"),
        (1020, "5:00 in the evening"),
        (0, "12:00 in the morning"),
    ],
)
def test_a_clock_time_is_said_as_people_say_it(minute: int, words: str) -> None:
    assert spoken(minute) == words


def test_reminders_of_group_visits_do_not_leave_before_ten() -> None:
    assert not is_time(599)
    assert is_time(600)


@pytest.mark.parametrize(
    ("before", "due"), [(7, date(2026, 9, 7)), (2, date(2026, 9, 12)), (1, date(2026, 9, 13))]
)
def test_rem_01_a_reminder_is_due_at_ten_so_many_days_before(before: int, due: date) -> None:
    assert window_of(before, MONDAY, 545, NIGHT).due == (due, 600)


@pytest.mark.parametrize(
    ("before", "until"),
    [(7, (date(2026, 9, 8), 1200)), (2, (date(2026, 9, 12), 1200)), (1, (MONDAY, 545))],
)
def test_rem_03_a_reminder_leaves_in_its_window_or_not_at_all(before: int, until: tuple[date, int]) -> None:
    assert window_of(before, MONDAY, 545, NIGHT).until == until


@pytest.mark.parametrize(
    ("quiet", "minute", "holds"),
    [
        (NIGHT, 1199, False),
        (NIGHT, 1200, True),
        (NIGHT, 479, True),
        (NIGHT, 480, False),
        (Quiet(720, 780), 719, False),
        (Quiet(720, 780), 720, True),
        (Quiet(720, 780), 780, False),
        (Quiet(0, 0), 0, False),
    ],
)
def test_rem_04_the_quiet_hours_begin_and_end_on_the_minute(quiet: Quiet, minute: int, holds: bool) -> None:
    assert quiet.holds(minute) is holds


def test_rem_04_what_falls_into_the_quiet_hours_waits_for_their_end() -> None:
    assert NIGHT.after((MONDAY, 1260)) == (MONDAY + timedelta(days=1), 480)
    assert NIGHT.after((MONDAY, 100)) == (MONDAY, 480)
    assert NIGHT.after((MONDAY, 480)) == (MONDAY, 480)
    assert window_of(1, MONDAY, 800, Quiet(1200, 660)).due == (date(2026, 9, 13), 660)


def test_rem_04_without_a_quiet_evening_the_day_ends_at_midnight() -> None:
    assert window_of(2, MONDAY, 545, Quiet(0, 0)).until == (date(2026, 9, 12), 1440)


@pytest.mark.parametrize(
    ("before", "others", "is_spoken"),
    [
        (2, [MONDAY - timedelta(days=1)], True),
        (2, [MONDAY - timedelta(days=2)], True),
        (2, [MONDAY - timedelta(days=3)], False),
        (2, [MONDAY, MONDAY + timedelta(days=1)], False),
        (7, [MONDAY - timedelta(days=4)], True),
        (1, [MONDAY - timedelta(days=1)], False),
    ],
)
def test_rem_05_an_earlier_day_speaks_for_the_days_that_follow(
    before: int, others: list[date], is_spoken: bool
) -> None:
    assert is_spoken_for(before, MONDAY, others) is is_spoken


@pytest.mark.parametrize("days", [[(MONDAY, 545)], [(MONDAY, 545), (date(2026, 9, 18), 545)]])
def test_rem_01_the_text_names_neither_clinic_nor_treatment(days: list[tuple[date, int]]) -> None:
    text = patient_text(days, phone="555-0100", link="https://x.example/d/#abc").casefold()
    assert "monday 14 september at 9:05 in the morning" in text
    assert "555-0100" in text
    assert not any(word in text for word in ("ketamine", "infusion", "pain", "clinic", "juniper"))
    assert "please call us" in patient_text(days, phone="")


def test_several_days_are_named_by_the_first_and_the_last() -> None:
    days = [(MONDAY + timedelta(days=n), 545) for n in range(5)]
    text = patient_text(days, phone="")
    assert (
        "you have 5 appointments, from Monday 14 September at 9:05 in the morning to Friday 18 September." in text
    )


def test_rem_06_the_text_asks_who_drives_only_with_a_link() -> None:
    assert "Who drives you home? Tell us here: https://x.example/d/#abc" in patient_text(
        [(MONDAY, 545)], phone="", link="https://x.example/d/#abc"
    )
    assert "?" not in patient_text([(MONDAY, 545)], phone="")


def test_rem_02_staff_read_the_records_tail_not_a_name() -> None:
    text = driver_text("8813", day_words="Monday 14 September", clock="09:05", chair=4, named=False)
    assert text == "No driver is named for record …8813, Monday 14 September 09:05, chair 4. Call the patient."
    text = driver_text("8813", day_words="Monday 14 September", clock="09:05", chair=4, named=True)
    assert text.startswith("The driver is not confirmed for record …8813")
    assert "by phone or letter" in unreachable_text("8813", day_words="Monday 14 September", clock="09:05")
