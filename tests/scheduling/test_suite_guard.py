"""What the database holds about a suite-day, whoever writes: plain SQL as the application, refused by name."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from scheduling.models import ChairOutage, NurseBreak, NurseShift, ProviderPresence, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.rules.breaches import breaches
from scheduling.rules.capacity import Lengths, feasible_starts
from tests.factories.plain_sql import first_day, name_of, put, refusal, run, visit_of
from tests.factories.suite import MONDAY, before, booked_sequence, open_week

pytestmark = pytest.mark.django_db
NOON = 12 * 60


def day_with(site: Site, nurses: int = 1) -> SuiteDay:
    open_week(site, nurses=nurses)
    return first_day(site)


def may_start(day: SuiteDay, minute: int) -> bool:
    """What the rules say about one more visit."""
    (plan,) = day_plans([SuiteDay.objects.get(pk=day.pk)], today=MONDAY - timedelta(days=1)).values()
    return minute in feasible_starts(plan)


def test_sch_04_the_third_patient_of_a_nurse_is_refused_with_the_minute(site: Site) -> None:
    day = day_with(site)
    put(day, 540, chair=1)
    put(day, 550, chair=2)
    name, said = refusal(*visit_of(day, 560, chair=3))
    assert name == "suite_ratio"
    assert said.startswith("Monday 14 September: at 09:20 there would be 3 patients for 1 nurse on the floor")
    assert not may_start(day, 560)


def test_sch_05_case_14_two_iv_starts_of_one_nurse_five_minutes_apart(site: Site) -> None:
    day = day_with(site)
    put(day, 540, chair=1)
    assert refusal(*visit_of(day, 545, chair=2))[0] == "suite_iv_starts"
    assert not may_start(day, 545)
    assert may_start(day, 550)
    put(day, 550, chair=2)


def test_sch_03_case_12_the_ninth_patient_finds_no_chair(site: Site) -> None:
    day = day_with(site, nurses=5)
    for chair in range(1, 9):
        put(day, 540 if chair <= 5 else 550, chair=chair)
    assert name_of(*visit_of(day, 560, chair=9)) == "suite_chairs"
    assert name_of(*visit_of(day, 560, chair=8)) == "visit_chair_is_free"
    assert not may_start(day, 560)


def test_sch_08_case_07_one_visit_ends_as_the_next_begins(site: Site) -> None:
    day = day_with(site)
    put(day, 480, chair=1)  # 08:00, cleaned until 09:25
    assert name_of(*visit_of(day, 560, chair=1)) == "visit_chair_is_free"
    put(day, 565, chair=1)
    assert Visit.objects.filter(suite_day=day, chair=1).count() == 2


def test_sch_02_case_08_cleaning_may_run_past_closing(site: Site) -> None:
    day = day_with(site)
    last = put(day, 970, chair=1)
    assert last.leaves_minute == day.closes_minute
    assert last.leaves_minute + last.cleaning_minutes > day.closes_minute


def test_sch_02_case_09_the_last_seat_is_exactly_its_length_before_closing(site: Site) -> None:
    day = day_with(site)
    name, said = refusal(*visit_of(day, 975, chair=1))
    assert name == "suite_hours"
    assert "from 16:15 to 17:35 is outside the hours, 07:30 to 17:30" in said
    assert may_start(day, 970)
    assert not may_start(day, 975)
    put(day, 970, chair=1)


def test_sch_02_nobody_is_seated_before_opening(site: Site) -> None:
    day = day_with(site)
    assert name_of(*visit_of(day, 445)) == "suite_hours"
    put(day, 450)


def test_sch_07_nothing_is_written_on_a_closed_day(site: Site) -> None:
    day = day_with(site)
    run("UPDATE scheduling_suiteday SET closed_because = 'Snow' WHERE id = %s", [day.pk])
    name, said = refusal(*visit_of(day, 540))
    assert (name, "closed (Snow)" in said) == ("suite_closed", True)


def test_sch_37_the_cap_of_a_day_is_its_last_visit(site: Site) -> None:
    day = day_with(site, nurses=2)
    run("UPDATE scheduling_suiteday SET daily_cap = 2 WHERE id = %s", [day.pk])
    put(day, 540, chair=1)
    assert may_start(day, 700)
    put(day, 700, chair=1)
    assert not may_start(day, 800)
    assert name_of(*visit_of(day, 800)) == "suite_cap"
    assert name_of("UPDATE scheduling_suiteday SET daily_cap = 1 WHERE id = %s", [day.pk]) == "suite_cap"


@pytest.mark.parametrize("minute", [585, 645, 660])
def test_sch_06_case_19_a_provider_gap_across_a_visit(site: Site, minute: int) -> None:
    day = day_with(site)
    run("UPDATE scheduling_providerpresence SET to_minute = 660 WHERE suite_day_id = %s", [day.pk])
    ProviderPresence.objects.create(
        site=site,
        suite_day=day,
        provider=ProviderPresence.objects.filter(suite_day=day).get().provider,
        from_minute=690,
        to_minute=1050,
    )
    name, said = refusal(*visit_of(day, minute))
    assert (name, "no provider would be on site at 11:00" in said) == ("suite_provider", True)
    assert not may_start(day, minute)


def test_sch_06_case_20_a_provider_swap_with_no_gap(site: Site, physician: StaffUser) -> None:
    day = day_with(site)
    run("UPDATE scheduling_providerpresence SET to_minute = 660 WHERE suite_day_id = %s", [day.pk])
    ProviderPresence.objects.create(site=site, suite_day=day, provider=physician, from_minute=660, to_minute=1050)
    assert may_start(day, 630)
    put(day, 630)


def test_sch_04_case_13_a_third_patient_at_the_edge_of_a_break(site: Site) -> None:
    day = day_with(site, nurses=2)
    shift = NurseShift.objects.filter(suite_day=day).first()
    NurseBreak.objects.create(site=site, shift=shift, from_minute=620, to_minute=635)  # 10:20 to 10:35
    put(day, 545, chair=1)  # until 10:25
    put(day, 555, chair=2)
    assert name_of(*visit_of(day, 545, chair=3)) == "suite_ratio"  # still there at 10:20
    assert not may_start(day, 545)
    assert may_start(day, 540), "discharged at 10:20, as the break begins"
    put(day, 540, chair=3)
    assert may_start(day, 625), "one patient of the two is gone at 10:25"


def test_sch_30_a_nurse_without_the_training_does_not_count(site: Site) -> None:
    day = day_with(site)
    run("UPDATE kitclinic_staffuser SET is_ketamine_trained = false WHERE role = 'nurse'")
    name, said = refusal(*visit_of(day, 540))
    assert (name, "there would be 1 patient for no nurse on the floor" in said) == ("suite_ratio", True)
    assert not may_start(day, 540)


def test_sch_30_training_is_not_taken_away_under_a_visit(site: Site) -> None:
    today = site.today(timezone.now())  # days gone by are left alone, so a day to come on the database's own clock
    later = today + timedelta(days=14 - today.weekday())
    open_week(site, later, nurses=1)
    day = SuiteDay.objects.select_related("site").get(date=later)
    put(day, 540)
    taken = "UPDATE kitclinic_staffuser SET is_ketamine_trained = false WHERE role = 'nurse'"
    assert name_of(taken) == "suite_ratio"
    assert name_of(taken + " AND site_id = %s", [site.pk]) == "suite_ratio"


def test_sch_19_case_15_a_nurse_counts_once_at_any_minute(site: Site) -> None:
    day = day_with(site)
    again = (
        "INSERT INTO scheduling_nurseshift (site_id, suite_day_id, nurse_id, from_minute, to_minute) "
        "SELECT site_id, suite_day_id, nurse_id, %s, %s FROM scheduling_nurseshift WHERE suite_day_id = %s"
    )
    assert name_of(again, [1049, 1100, day.pk]) == "nurse_shift_once"
    run(again, [1050, 1100, day.pk])
    provider = again.replace("nurseshift", "providerpresence").replace("nurse_id", "provider_id")
    assert name_of(provider, [600, 610, day.pk]) == "provider_presence_once"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM scheduling_nurseshift WHERE suite_day_id = %s",
        "UPDATE scheduling_nurseshift SET to_minute = 619 WHERE suite_day_id = %s",
        "UPDATE scheduling_nurseshift SET from_minute = 541 WHERE suite_day_id = %s",
    ],
)
def test_sch_21_case_18_a_shift_does_not_end_under_a_visit(site: Site, statement: str) -> None:
    day = day_with(site)
    put(day, 540)
    assert name_of(statement, [day.pk]) == "suite_ratio"
    run("UPDATE scheduling_nurseshift SET from_minute = 540, to_minute = 620 WHERE suite_day_id = %s", [day.pk])


def test_sch_21_a_shift_does_not_move_to_another_day_or_nurse_under_a_visit(site: Site, nurse: StaffUser) -> None:
    day = day_with(site)
    put(day, 540)
    other = SuiteDay.objects.get(date=MONDAY + timedelta(days=1))
    NurseShift.objects.filter(suite_day=other).delete()
    moved = "UPDATE scheduling_nurseshift SET suite_day_id = %s WHERE suite_day_id = %s"
    assert name_of(moved, [other.pk, day.pk]) == "suite_ratio"
    run("UPDATE kitclinic_staffuser SET is_ketamine_trained = false WHERE id = %s", [nurse.pk])
    NurseShift.objects.exclude(suite_day=day).delete()
    if NurseShift.objects.get().nurse_id != nurse.pk:
        assert name_of("UPDATE scheduling_nurseshift SET nurse_id = %s", [nurse.pk]) == "suite_ratio"


def test_sch_21_case_16_a_break_does_not_move_under_a_visit(site: Site) -> None:
    day = day_with(site)
    shift = NurseShift.objects.get(suite_day=day)
    pause = NurseBreak.objects.create(site=site, shift=shift, from_minute=480, to_minute=510)
    put(day, 540)
    moved = "UPDATE scheduling_nursebreak SET from_minute = %s, to_minute = %s WHERE id = %s"
    assert name_of(moved, [619, 640, pause.pk]) == "suite_ratio"
    assert name_of(moved, [510, 541, pause.pk]) == "suite_ratio"
    run(moved, [620, 640, pause.pk])
    new = "INSERT INTO scheduling_nursebreak (site_id, shift_id, from_minute, to_minute) VALUES (%s, %s, 560, 570)"
    assert name_of(new, [site.pk, shift.pk]) == "suite_ratio"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM scheduling_providerpresence WHERE suite_day_id = %s",
        "UPDATE scheduling_providerpresence SET to_minute = 600 WHERE suite_day_id = %s",
    ],
)
def test_sch_21_a_provider_is_not_taken_from_a_visit(site: Site, statement: str) -> None:
    day = day_with(site)
    put(day, 540)
    assert name_of(statement, [day.pk]) == "suite_provider"


def test_sch_32_a_call_out_without_its_cover_is_refused(site: Site, scheduler: StaffUser) -> None:
    day = day_with(site)
    put(day, 540)
    called = (
        "INSERT INTO scheduling_callout (site_id, suite_day_id, person_id, from_minute, to_minute, because, "
        "recorded_by_id, recorded_at) SELECT site_id, suite_day_id, {0}_id, 600, 700, '', %s, now() "
        "FROM scheduling_{1} WHERE suite_day_id = %s"
    )
    nurse = called.format("nurse", "nurseshift")
    provider = called.format("provider", "providerpresence")
    assert name_of(nurse, [scheduler.pk, day.pk]) == "suite_ratio"
    assert name_of(provider, [scheduler.pk, day.pk]) == "suite_provider"


def test_sch_36_a_chair_with_bookings_is_not_taken_out_and_not_booked_when_it_is(
    site: Site, scheduler: StaffUser
) -> None:
    day = day_with(site)
    put(day, 540, chair=3)
    out = (
        "INSERT INTO scheduling_chairoutage (site_id, chair, first_day, last_day, because, recorded_by_id, "
        "recorded_at) VALUES (%s, %s, %s, %s, 'Torn', %s, now())"
    )
    name, said = refusal(out, [site.pk, 3, MONDAY - timedelta(days=3), None, scheduler.pk])
    assert (name, "the visit at 09:00 is in chair 3" in said) == ("suite_chair_out", True)
    run(out, [site.pk, 3, MONDAY + timedelta(days=1), None, scheduler.pk])
    run(out, [site.pk, 4, MONDAY, MONDAY, scheduler.pk])
    earlier = "UPDATE scheduling_chairoutage SET first_day = %s WHERE chair = 3"
    assert name_of(earlier, [MONDAY]) == "suite_chair_out"
    assert name_of("UPDATE scheduling_visit SET chair = 4") == "suite_chair_out"
    assert name_of(*visit_of(day, 700, chair=4)) == "suite_chair_out"
    tuesday = SuiteDay.objects.select_related("site").get(date=MONDAY + timedelta(days=1))
    put(tuesday, 700, chair=4)
    assert ChairOutage.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("closes_minute = 619", "suite_hours"),
        ("opens_minute = 545", "suite_hours"),
        ("chairs = 4", "suite_chairs"),
        ("closed_because = 'Snow'", "suite_closed"),
        ("date = '2026-09-12'", "suite_day_of_visit"),
    ],
)
def test_sch_21_a_day_does_not_change_under_a_booked_visit(site: Site, change: str, name: str) -> None:
    day = day_with(site)
    put(day, 540, chair=5)
    assert name_of(f"UPDATE scheduling_suiteday SET {change} WHERE id = %s", [day.pk]) == name


def test_a_day_may_close_early_around_patients_who_have_come(site: Site) -> None:
    day = day_with(site)
    put(day, 540, state="arrived")
    run("UPDATE scheduling_suiteday SET closes_minute = 600, closed_because = 'Snow' WHERE id = %s", [day.pk])
    with_it = day_plans([SuiteDay.objects.get(pk=day.pk)], today=MONDAY)[MONDAY]
    assert breaches(with_it) == []


def test_a_visit_is_dated_like_its_suite_day(site: Site) -> None:
    day = day_with(site)
    put(day, 540)
    assert name_of("UPDATE scheduling_visit SET date = '2026-09-15'") == "suite_day_of_visit"


def test_a_visit_is_counted_again_when_it_is_moved_or_taken_back(site: Site) -> None:
    day = day_with(site)
    put(day, 540, chair=1)
    put(day, 550, chair=2)
    late = put(day, 700, chair=3)
    moved = "UPDATE scheduling_visit SET start_minute = %s WHERE id = %s"
    assert name_of(moved, [560, late.pk]) == "suite_ratio"
    gone = "UPDATE scheduling_visit SET state = %s, missed_reason = %s, start_minute = %s WHERE id = %s"
    run(gone, ["missed", "illness", 560, late.pk])
    back = "UPDATE scheduling_visit SET state = 'booked', missed_reason = '' WHERE id = %s"
    assert name_of(back, [late.pk]) == "suite_ratio"


def test_a_longer_visit_is_counted_with_its_own_length(site: Site) -> None:
    day = day_with(site)
    put(day, 540, chair=1)
    put(day, 550, chair=2)
    longer = Lengths(observation=45)
    assert name_of(*visit_of(day, 460, chair=3, lengths=longer)) == "suite_ratio"
    put(day, 455, chair=3, lengths=Lengths())


def test_several_visits_move_in_one_statement_or_deferred(site: Site) -> None:
    """Two visits change places with a third in between: right at the end, wrong half-way."""
    day = day_with(site)
    first, second = put(day, 540, chair=1), put(day, 550, chair=2)
    third = put(day, 650, chair=1)
    swap: dict[int, Any] = {first.pk: 650, second.pk: 660, third.pk: 540}
    cases = " ".join(f"WHEN {pk} THEN {minute}" for pk, minute in swap.items())
    run(f"UPDATE scheduling_visit SET start_minute = CASE id {cases} END WHERE id = ANY (%s)", [list(swap)])
    assert set(Visit.objects.values_list("pk", "start_minute")) == set(swap.items())
    step = "UPDATE scheduling_visit SET start_minute = %s, chair = %s WHERE id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for values in ((550, 3, first.pk), (540, 2, second.pk), (650, 1, third.pk)):
            cursor.execute(step, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Visit.objects.get(pk=third.pk).start_minute == 650


def test_deferred_does_not_mean_unchecked(site: Site) -> None:
    day = day_with(site)
    put(day, 540, chair=1)
    put(day, 550, chair=2)
    late = put(day, 700, chair=3)

    both = (
        f"SET CONSTRAINTS ALL DEFERRED; UPDATE scheduling_visit SET start_minute = 560 WHERE id = {late.pk}; "
        "SET CONSTRAINTS ALL IMMEDIATE"
    )
    assert name_of(both) == "suite_ratio"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("UPDATE scheduling_nurseshift SET to_minute = from_minute", "nurse_shift_has_length"),
        ("UPDATE scheduling_nurseshift SET to_minute = from_minute - 5", "nurse_shift_has_length"),
        ("UPDATE scheduling_providerpresence SET to_minute = from_minute", "provider_presence_has_length"),
        ("UPDATE scheduling_suiteday SET closes_minute = opens_minute", "suite_day_opens_before_it_closes"),
    ],
)
def test_case_11_an_empty_or_reversed_range_is_refused(site: Site, statement: str, name: str) -> None:
    day_with(site)
    assert name_of(statement) == name


def test_what_can_only_help_is_never_refused(site: Site, nurse: StaffUser) -> None:
    """A day that breaks a rule, from before there was a count, can still be mended."""
    day = day_with(site)
    booked_sequence(site, start_minute=540, at=before(site, MONDAY))
    NurseShift.objects.create(site=site, suite_day=day, nurse=nurse, from_minute=1050, to_minute=1080)
    pause = NurseBreak.objects.create(
        site=site, shift=NurseShift.objects.filter(nurse=nurse).last(), from_minute=1055, to_minute=1060
    )
    pause.delete()
    assert name_of("DELETE FROM scheduling_nurseshift WHERE suite_day_id = %s AND to_minute = 1050", [day.pk])
