"""A clinic's own protocols beside the standard: data, booked with their own days, finished as planned."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import (
    agree_to_four,
    book_sequence,
    change_request,
    mark_missed,
    move_sequence,
    release_hold,
    request_sequence,
    write_protocol,
)
from scheduling.models import Patient, ProtocolVersion, Sequence
from scheduling.queries.offers import offers_page
from scheduling.queries.plans import protocol_for
from scheduling.queries.protocols import protocol_choices, slug_of
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import Ordered
from scheduling.rules.wishes import Wish
from scheduling.states import MissedReason, SequenceMode, SequenceState
from tests.factories.suite import MONDAY, attend, before, booked_sequence, open_week, patient_for, visits_of

pytestmark = pytest.mark.django_db
NINE = 540
FOUR, LONG = Ordered(days=4), Ordered(days=1, mg_per_kg=Decimal("0.75"))


def written(site: Site, by: StaffUser, ordered: Ordered, name: str, **changes: Any) -> ProtocolVersion:
    facts: dict[str, Any] = {"lengths": Lengths(), "valid_from": MONDAY, "because": "asked for", "protocol": None}
    return write_protocol(site=site, name=name, ordered=ordered, by=by, at=before(site, MONDAY), **facts | changes)


@pytest.fixture
def four(site: Site, lead: StaffUser) -> ProtocolVersion:
    open_week(site)
    return written(site, lead, FOUR, "Four days")


@pytest.fixture
def long_day(site: Site, lead: StaffUser) -> ProtocolVersion:
    return written(site, lead, LONG, "One long day", lengths=Lengths(10, 90, 60, 5))


def book(patient: Patient, by: StaffUser, **changes: Any) -> Sequence:
    asked = {"first_day": MONDAY, "start_minute": NINE, "at": before(patient.site, MONDAY)} | changes
    return book_sequence(patient=patient, by=by, **asked)


def rules(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def test_ord_44_another_protocol_stands_beside_the_standard_and_keeps_its_numbers(
    site: Site, four: ProtocolVersion, long_day: ProtocolVersion, lead: StaffUser
) -> None:
    assert (four.protocol, four.days, four.number) == ("four-days", 4, 1)
    assert (long_day.protocol, long_day.days, long_day.mg_per_kg) == ("one-long-day", 1, Decimal("0.75"))
    assert protocol_for(site, MONDAY) is None  # the standard is as published
    assert protocol_for(site, MONDAY, "four-days") == four
    assert protocol_for(site, MONDAY - timedelta(days=1), "four-days") is None
    assert [one.slug for one in protocol_choices(site)] == ["standard", "four-days", "one-long-day"]
    event = AuditEvent.objects.filter(event="protocol_written").latest("pk")
    assert (event.by, event.detail["protocol"]) == (lead, "one-long-day")


def test_ord_44_unusual_numbers_are_never_blocked_and_nonsense_is_refused_in_words(
    site: Site, lead: StaffUser
) -> None:
    odd = written(site, lead, Ordered(3, Decimal("9.99"), 60, 100), "Odd", lengths=Lengths(1, 480, 480, 0))
    assert odd.ordered == Ordered(3, Decimal("9.99"), 60, 100)
    for nonsense, words in (
        (Ordered(days=0), "1 to 5 days"),
        (Ordered(days=6), "1 to 5 days"),
        (Ordered(mg_per_kg=Decimal(0)), "above 0 and below 10"),
        (Ordered(mg_per_kg=Decimal(-1)), "above 0 and below 10"),
        (Ordered(mg_per_kg=Decimal(10)), "above 0 and below 10"),
        (Ordered(mg_per_kg=Decimal("0.501")), "two decimals"),
        (Ordered(mg_per_kg=Decimal("NaN")), "above 0 and below 10"),
        (Ordered(vitals_minutes=0), "1 to 60 minutes"),
        (Ordered(vitals_minutes=61), "1 to 60 minutes"),
        (Ordered(change_percent=0), "1 to 100%"),
        (Ordered(change_percent=101), "1 to 100%"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            written(site, lead, nonsense, "Nonsense")
        assert rules(refused) == {"ORD-44"}
    assert ProtocolVersion.objects.filter(site=site).count() == 1


def test_ord_44_a_name_is_taken_once_and_a_version_is_of_a_protocol_that_exists(
    site: Site, four: ProtocolVersion, lead: StaffUser
) -> None:
    for name in ("Four  days!", "Standard"):
        with pytest.raises(Refused, match="of this name already"):
            written(site, lead, FOUR, name)
    with pytest.raises(Refused, match="letters or digits"):
        written(site, lead, FOUR, "…")
    with pytest.raises(Refused, match="does not exist here"):
        written(site, lead, FOUR, "Version", protocol="elsewhere")


def test_ord_45_another_number_of_days_is_another_protocol(
    site: Site, four: ProtocolVersion, lead: StaffUser
) -> None:
    with pytest.raises(Refused, match="has 4 days") as refused:
        written(site, lead, Ordered(days=3), "Shorter", protocol="four-days")
    assert rules(refused) == {"ORD-45"}
    with pytest.raises(Refused, match="has 5 days"):
        written(site, lead, FOUR, "Shorter", protocol="standard")
    second = written(site, lead, Ordered(4, Decimal("0.6")), "More", protocol="four-days")
    assert (second.number, second.protocol) == (2, "four-days")
    assert protocol_for(site, MONDAY, "four-days") == second


def test_a_version_is_never_changed(four: ProtocolVersion) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ProtocolVersion.objects.filter(pk=four.pk).update(mg_per_kg=Decimal("0.6"))


def test_ord_46_four_days_are_four_open_dates_of_one_week_that_follow_each_other(
    site: Site, four: ProtocolVersion, scheduler: StaffUser
) -> None:
    first = book(patient_for(site, MONDAY), scheduler, protocol="four-days")
    assert (first.protocol, first.planned_visits, first.mode) == (four, 4, SequenceMode.SAME_WEEK)
    assert [visit.date.weekday() for visit in visits_of(first)] == [0, 1, 2, 3]
    later = {"first_day": MONDAY + timedelta(days=1), "protocol": "four-days"}
    second = book(patient_for(site, MONDAY), scheduler, **later)
    assert [visit.date.weekday() for visit in visits_of(second)] == [1, 2, 3, 4]
    assert second.short_consent_at is None
    wednesday = {"first_day": MONDAY + timedelta(days=2), "protocol": "four-days"}
    with pytest.raises(Refused, match="days in a row"):
        book(patient_for(site, MONDAY), scheduler, **wednesday)


def test_ord_46_a_closed_day_elsewhere_in_the_week_does_not_matter(
    site: Site, scheduler: StaffUser, lead: StaffUser
) -> None:
    open_week(site, closed={MONDAY: "Holiday"})
    written(site, lead, FOUR, "Four days")
    patient = patient_for(site, MONDAY)
    with pytest.raises(Refused):
        book(patient, scheduler, protocol="four-days")
    with pytest.raises(Refused):
        book(patient, scheduler)  # the standard skips this week
    booked = book(patient, scheduler, first_day=MONDAY + timedelta(days=1), protocol="four-days")
    assert booked.visits.count() == 4


def test_ord_46_nothing_begins_before_the_first_day_of_a_protocol(
    site: Site, scheduler: StaffUser, lead: StaffUser
) -> None:
    open_week(site)
    written(site, lead, Ordered(days=2), "Two", valid_from=MONDAY + timedelta(days=2))
    patient = patient_for(site, MONDAY)
    with pytest.raises(Refused):
        book(patient, scheduler, first_day=MONDAY + timedelta(days=1), protocol="two")
    booked = book(patient, scheduler, first_day=MONDAY + timedelta(days=2), protocol="two")
    assert booked.planned_visits == 2


def test_one_long_day_takes_its_own_lengths_beside_the_standard(
    site: Site, long_day: ProtocolVersion, scheduler: StaffUser, nurse: StaffUser
) -> None:
    standard = booked_sequence(site)
    booked = book(
        patient_for(site, MONDAY), scheduler, first_day=MONDAY + timedelta(days=2), protocol="one-long-day"
    )
    (visit,) = visits_of(booked)
    assert (visit.infusion_minutes, visit.leaves_minute) == (90, NINE + 160)
    assert (standard.protocol, standard.planned_visits) == (None, 5)
    assert {one.infusion_minutes for one in visits_of(standard)} == {40}
    attend(visit, by=nurse)
    booked.refresh_from_db()
    assert booked.state == SequenceState.COMPLETED


def test_four_attended_days_complete_a_protocol_of_four(
    site: Site, four: ProtocolVersion, scheduler: StaffUser, nurse: StaffUser
) -> None:
    booked = book(patient_for(site, MONDAY), scheduler, protocol="four-days")
    for number, visit in enumerate(visits_of(booked), start=1):
        booked.refresh_from_db()
        assert booked.state != SequenceState.COMPLETED, number
        attend(visit, by=nurse)
    booked.refresh_from_db()
    assert booked.state == SequenceState.COMPLETED


def test_a_protocol_of_four_is_not_cut_to_four(site: Site, four: ProtocolVersion, scheduler: StaffUser) -> None:
    booked = book(patient_for(site, MONDAY), scheduler, protocol="four-days")
    at = site.instant(MONDAY, 600)
    mark_missed(visit=visits_of(booked)[3], reason=MissedReason.CLINIC_CLOSED, by=scheduler, at=at)
    with pytest.raises(Refused, match="exactly one of five"):
        agree_to_four(sequence=booked, by=scheduler, at=at)


def test_a_whole_sequence_of_four_days_moves_to_four_days(
    site: Site, four: ProtocolVersion, scheduler: StaffUser
) -> None:
    booked = book(patient_for(site, MONDAY), scheduler, protocol="four-days")
    to = {"first_day": MONDAY + timedelta(days=1), "start_minute": 600}
    moved = move_sequence(sequence=booked, by=scheduler, at=before(site, MONDAY), **to)
    assert [(visit.date.weekday(), visit.start_minute) for visit in visits_of(moved)] == [
        (day, 600) for day in (1, 2, 3, 4)
    ]


def test_a_request_keeps_its_protocol_through_a_hold_and_books_it(
    site: Site, four: ProtocolVersion, scheduler: StaffUser
) -> None:
    patient, at = patient_for(site, MONDAY), before(site, MONDAY)
    asked = request_sequence(patient=patient, wish=Wish(), by=scheduler, at=at, protocol="four-days")
    assert (slug_of(asked), asked.planned_visits) == ("four-days", 4)
    held = book(patient, scheduler, state=SequenceState.HELD)
    assert held.visits.count() == 4
    with pytest.raises(Refused, match="Release the hold"):
        change_request(sequence=held, wish=Wish(), by=scheduler, at=at, protocol="standard")
    back = release_hold(sequence=held, by=scheduler, at=at)
    assert (slug_of(back), back.planned_visits) == ("four-days", 4)
    change_request(sequence=back, wish=Wish(minute=600), by=scheduler, at=at)
    assert slug_of(Sequence.objects.select_related("protocol").get(pk=back.pk)) == "four-days"
    change_request(sequence=back, wish=Wish(), by=scheduler, at=at, protocol="standard")
    assert book(patient, scheduler).visits.count() == 5


def test_the_offers_are_of_the_chosen_protocol_and_the_choice_hides_while_there_is_one(
    site: Site, scheduler: StaffUser, lead: StaffUser
) -> None:
    open_week(site)
    patient, at = patient_for(site, MONDAY), before(site, MONDAY)
    plain = offers_page(patient, wish=Wish(), at=at)
    assert plain.protocols == ()
    written(site, lead, FOUR, "Four days")
    written(site, lead, LONG, "One long day", lengths=Lengths(10, 90, 60, 5))
    again = offers_page(patient, wish=Wish(), at=at)
    assert [line.offer for line in again.lines] == [line.offer for line in plain.lines]
    assert [one.days for one in again.protocols] == [5, 4, 1]
    for slug, days in (("four-days", 4), ("one-long-day", 1)):
        page = offers_page(patient, wish=Wish(), at=at, protocol=slug)
        assert page.lines
        assert {len(line.offer.dates) for line in page.lines} == {days}
        best = page.lines[0].offer
        booked = book(patient_for(site, MONDAY), scheduler, first_day=best.first_day, protocol=slug)
        assert booked.planned_visits == days
