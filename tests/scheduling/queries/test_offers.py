from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from scheduling.models import GroupVisit, WeekPolicy
from scheduling.queries.counted import weeks_ahead
from scheduling.queries.offers import OffersPage, offers_page
from scheduling.queries.strip import strip_of
from scheduling.rules.wishes import Wish
from scheduling.states import EnrolmentState
from tests.factories.suite import MONDAY, STARTS_56, before, booked_sequence, fill, open_week, patient_for

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
NINE = 540


def asked(site: Site, patient: Any, **wish: Any) -> OffersPage:
    return offers_page(patient, wish=Wish(**wish), at=before(site, MONDAY))


def test_sch_15_five_offers_the_wish_first(site: Site) -> None:
    open_week(site)
    shown = asked(site, patient_for(site, MONDAY), minute=NINE)
    assert len(shown.lines) == 5
    first = shown.lines[0]
    assert (first.time, first.leaves, first.in_days, first.gap) == ("09:00", "10:20", 5, 7)
    assert (first.offer.keeps, first.chairs, first.group_time) == (
        "keeps 55 of 55 places",
        "all in chair 1",
        "15:00",
    )
    assert first.said_time == "9:00 in the morning"
    assert first.value == "2026-09-14 540"
    assert (shown.refused, shown.picture, shown.hides_wish, shown.offers_four) == ((), None, False, False)


def test_a_wish_that_fits_and_is_none_of_the_offers_is_told_apart(site: Site) -> None:
    open_week(site)
    shown = asked(site, patient_for(site, MONDAY), minute=NINE)
    others = tuple(line for line in shown.lines if line.offer.off_wish)
    assert len(others) == len(shown.lines) - 1
    assert (shown.hides_wish, replace(shown, lines=others).hides_wish) == (False, True)


def test_the_distance_to_the_wish_and_the_loss_are_said(site: Site) -> None:
    open_week(site)
    lines = asked(site, patient_for(site, MONDAY), minute=NINE).lines
    assert {line.away for line in lines[1:3]} == {"−1 h 20 min", "+1 h 20 min"}
    assert [line.lost for line in lines] == ["none lost"] * 5
    costs = asked(site, patient_for(site, MONDAY), minute=NINE + 30).lines[-1]
    assert (costs.lost, costs.offer.keeps, costs.offer.off_wish) == ("one lost", "keeps 54 of 55 places", 0)


def test_why_the_wish_is_refused_names_rule_day_and_minute_once_for_equal_days(site: Site) -> None:
    open_week(site, nurses=2)
    fill(site, MONDAY, [NINE, NINE, NINE + 10, NINE + 10])
    shown = asked(site, patient_for(site, MONDAY), minute=NINE)
    (iv, ratio) = sorted(shown.reasons, reverse=True)
    assert iv[0] == "SCH-05"
    assert ratio[0] == "SCH-04"
    assert ratio[1].startswith("Every day: 2 nurses are on the floor with 4 patients at 09:10, full until 10:20")
    picture = shown.picture
    assert picture is not None
    assert (picture.day, picture.what, picture.most, picture.least) == (MONDAY, "patients", 4, 4)
    assert [column.over for column in picture.columns[:3]] == [False, False, True]


def test_a_chair_or_an_iv_start_that_is_missing_is_drawn_too(site: Site) -> None:
    open_week(site, nurses=5)
    fill(site, MONDAY, [NINE] * 5)
    shown = asked(site, patient_for(site, MONDAY), minute=NINE)
    assert shown.picture is not None
    assert shown.picture.what == "IV starts"
    fill(site, MONDAY, [NINE + 10] * 3)
    shown = asked(site, patient_for(site, MONDAY), minute=NINE + 20)
    assert shown.picture is not None
    assert shown.picture.what == "patients in chairs"


def test_a_refusal_on_some_days_names_those(site: Site) -> None:
    days = open_week(site, nurses=1)
    booked_sequence(site, start_minute=NINE)
    booked_sequence(site, start_minute=NINE + 10)
    for visit in list(days[1].visits.all()):
        visit.delete()
    reasons = asked(site, patient_for(site, MONDAY), minute=NINE + 20).reasons
    assert reasons[0][1].startswith("Monday, Wednesday, Thursday, Friday 18 September: ")


def test_a_week_too_early_says_why_and_is_not_drawn(site: Site) -> None:
    open_week(site)
    open_week(site, MONDAY + WEEK)
    shown = asked(site, patient_for(site, MONDAY), from_day=MONDAY + WEEK)
    assert shown.lines == ()
    assert [rule for rule, _ in shown.reasons] == ["ENR-24"]
    assert shown.picture is None


def test_nothing_is_offered_without_a_group_visit_or_beside_an_open_sequence(site: Site) -> None:
    open_week(site)
    bare = patient_for(site, MONDAY, state=EnrolmentState.REFERRED)
    assert [problem.rule for problem in asked(site, bare).standing] == ["SCH-18"]
    booked = booked_sequence(site).patient
    shown = asked(site, booked)
    assert [problem.rule for problem in shown.standing] == ["SCH-23"]
    assert shown.lines == ()


def test_a_clinic_that_has_opened_nothing_offers_nothing(site: Site) -> None:
    shown = asked(site, patient_for(site, MONDAY))
    assert (shown.lines, shown.weeks, shown.wished_week) == ((), (), None)


def test_every_offer_of_a_nearly_full_week_can_be_booked(site: Site) -> None:
    open_week(site)
    fill(site, MONDAY, STARTS_56[:50])
    patient = patient_for(site, MONDAY)
    for line in asked(site, patient).lines:
        assert line.offer.chairs.chairs
    best = asked(site, patient).lines[0].offer
    assert booked_sequence(site, patient=patient, start_minute=best.minute).start_minute == best.minute


def test_twenty_six_weeks_cost_few_queries(site: Site, django_assert_max_num_queries: Any) -> None:
    for week in range(4):
        open_week(site, MONDAY + week * WEEK)
    fill(site, MONDAY, STARTS_56[:10])
    patient = patient_for(site, MONDAY)
    with django_assert_max_num_queries(14):  # all read afresh, protocols too; test_counted has the usual case
        asked(site, patient)


def seatless(site: Site) -> Any:
    """A patient found eligible, without a seat; the group visit of the week before has room."""
    return patient_for(site, MONDAY, state=EnrolmentState.ELIGIBLE, seated=False)


def test_sch_47_a_patient_without_a_seat_is_offered_the_group_visit_along(site: Site) -> None:
    open_week(site)
    patient = seatless(site)
    shown = offers_page(patient, wish=Wish(), at=before(site, MONDAY, days=10))
    group = GroupVisit.objects.get(site=site)
    assert len(shown.lines) == 5
    assert {(line.along, line.group_day, line.gap) for line in shown.lines} == {(group.pk, MONDAY - WEEK, 7)}
    assert (shown.needs_group, shown.standing, shown.seat) == (True, (), None)


def test_sch_47_where_no_group_visit_has_a_free_seat_nothing_is_offered_and_it_says_so(site: Site) -> None:
    open_week(site)
    patient = seatless(site)
    GroupVisit.objects.filter(site=site).update(capacity=2)
    patient_for(site, MONDAY, state=EnrolmentState.GROUP_BOOKED)
    shown = offers_page(patient, wish=Wish(from_day=MONDAY), at=before(site, MONDAY, days=10))
    assert shown.lines == ()
    assert [rule for rule, _ in shown.reasons] == ["SCH-47"]


def test_sch_42_a_short_week_is_offered_as_one_with_its_closed_day(site: Site, scheduler: StaffUser) -> None:
    open_week(site, closed={MONDAY: "Labor Day"})
    patient = patient_for(site, MONDAY + timedelta(days=1))
    assert asked(site, patient).lines == ()
    WeekPolicy.objects.create(
        site=site, first_day=MONDAY, rule="short", decided_by=scheduler, decided_at=before(site, MONDAY)
    )
    shown = asked(site, patient)
    line = shown.lines[0]
    assert (len(line.offer.dates), line.mode, line.is_short, shown.offers_four) == (4, "short", True, True)
    assert shown.is_wish_short
    assert line.holiday == "short course of four days, with consent; Mon 14 Sep closed (Labor Day)"
    (column, *_) = strip_of(
        weeks_ahead(site, MONDAY - WEEK, today=MONDAY - WEEK).weeks[1:], today=MONDAY - WEEK, selected=MONDAY
    )
    assert (column.left, column.is_short, column.is_exact) == (56, True, True)


def test_sch_44_who_is_on_shift_on_most_of_the_days_is_named(site: Site) -> None:
    open_week(site, nurses=1)
    line = asked(site, patient_for(site, MONDAY)).lines[0]
    assert line.nurse_days == "5 of 5 days with Ines Varga"
