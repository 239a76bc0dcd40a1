"""The waiting list for places: on and off it, offers one at a time, answers, expiry, the next in line."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import AuditEvent, OutboxMessage, Site, StaffUser
from kitclinic.problems import Conflict, Refused
from scheduling.actions import (
    answer_place_offer,
    book_sequence,
    cancel_sequence,
    confirm_sequence,
    offer_all_free_places,
    offer_free_places,
    release_all_expired_holds,
    release_hold,
    stop_waiting_for_place,
    wait_for_place,
)
from scheduling.models import Patient, PlaceOffer, PlaceWait, Sequence, Visit
from scheduling.queries.places import places_page
from scheduling.queries.reminders import standing
from scheduling.rules.places import Wait
from scheduling.states import EnrolmentState, SequenceState
from scheduling.tasks import offer_places
from tests.factories.suite import MONDAY, before, booked_sequence, fill, open_week, patient_for

pytestmark = pytest.mark.django_db
NEXT = MONDAY + timedelta(weeks=1)
NINE = 540


@pytest.fixture
def now(site: Site) -> datetime:
    return before(site, MONDAY, days=6)


@pytest.fixture
def two_weeks(site: Site) -> None:
    open_week(site, MONDAY)
    open_week(site, NEXT)


def waiting(patient: Patient, by: StaffUser, at: datetime, **wants: Any) -> PlaceWait:
    return wait_for_place(patient=patient, wait=Wait(**wants), by=by, at=at)


def later(site: Site, scheduler: StaffUser) -> Sequence:
    """A patient who waits although booked in the later week; both weeks are in reach of the group visit."""
    site.sma_earliest_days = 30
    site.save(update_fields=["sma_earliest_days"])
    patient = patient_for(site, MONDAY)
    return book_sequence(
        patient=patient, first_day=NEXT, start_minute=NINE, by=scheduler, at=before(site, MONDAY, days=7)
    )


def open_offer() -> PlaceOffer:
    return PlaceOffer.objects.select_related("site", "sequence__site", "wait").get(state="open")


@pytest.mark.usefixtures("two_weeks")
def test_sch_70_accepting_moves_the_later_booking_to_the_earlier_place(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    booked = later(site, scheduler)
    wait = waiting(booked.patient, scheduler, now)
    assert offer_free_places(site=site, at=now) == 1
    offer = open_offer()
    assert (offer.first_day, offer.sequence.state) == (MONDAY, SequenceState.HELD)
    assert offer.sequence.held_until == offer.expires_at == now + timedelta(hours=4)
    booked.refresh_from_db()
    assert booked.state == SequenceState.CONFIRMED
    answer_place_offer(offer=offer, accepts=True, by=scheduler, at=now + timedelta(hours=1))
    booked.refresh_from_db()
    wait.refresh_from_db()
    assert booked.state == SequenceState.CANCELLED
    assert set(booked.visits.values_list("state", "missed_reason")) == {("cancelled", "scheduling")}
    taken = Sequence.objects.get(pk=offer.sequence_id)
    assert (taken.state, taken.first_day, taken.visits.count()) == (SequenceState.CONFIRMED, MONDAY, 5)
    assert (taken.booked_by, taken.held_until) == (scheduler, None)
    assert wait.ended_because == "A free place was taken."
    assert PlaceOffer.objects.get().state == "accepted"
    assert AuditEvent.objects.filter(event="place_offered", by=None, actor="scheduler process").exists()
    assert AuditEvent.objects.filter(event="place_offer_accepted", by=scheduler).exists()


@pytest.mark.usefixtures("two_weeks")
def test_sch_70_declining_keeps_booking_and_line_and_sch_68_asks_no_second_time(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    booked = later(site, scheduler)
    wait = waiting(booked.patient, scheduler, now)
    offer_free_places(site=site, at=now)
    answer_place_offer(offer=open_offer(), accepts=False, by=scheduler, at=now)
    booked.refresh_from_db()
    wait.refresh_from_db()
    assert (booked.state, wait.ended_at, Visit.objects.count()) == (SequenceState.CONFIRMED, None, 5)
    assert Sequence.objects.exclude(pk=booked.pk).get().state == SequenceState.CANCELLED
    assert offer_free_places(site=site, at=now) == 0
    assert PlaceOffer.objects.get().state == "declined"


@pytest.mark.usefixtures("two_weeks")
def test_sch_69_at_its_end_the_offer_is_over_and_the_next_in_line_has_the_place(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    first, second = patient_for(site, MONDAY), patient_for(site, MONDAY)
    waiting(first, scheduler, now - timedelta(hours=2), from_minute=NINE, to_minute=NINE + 80)
    waiting(second, scheduler, now - timedelta(hours=1), from_minute=NINE, to_minute=NINE + 80)
    fill(site, MONDAY, [NINE] * 4)  # one of five IV starts at nine is left
    assert offer_free_places(site=site, at=now) == 1
    offer = open_offer()
    assert offer.wait.patient == first
    assert offer_free_places(site=site, at=offer.expires_at - timedelta(seconds=1)) == 0
    assert offer_free_places(site=site, at=offer.expires_at) == 1
    offer.refresh_from_db()
    assert offer.state == "expired"
    assert open_offer().wait.patient == second


@pytest.mark.usefixtures("two_weeks")
def test_sch_69_an_answer_after_the_end_is_refused_and_settled(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    waiting(patient_for(site, MONDAY), scheduler, now)
    offer_free_places(site=site, at=now)
    offer = open_offer()
    with pytest.raises(Refused, match="ended at 14:00"):
        answer_place_offer(offer=offer, accepts=True, by=scheduler, at=offer.expires_at)
    offer.refresh_from_db()
    assert (offer.state, Visit.objects.count()) == ("expired", 0)
    with pytest.raises(Conflict, match="answered: expired"):
        answer_place_offer(offer=offer, accepts=True, by=scheduler, at=now)


@pytest.mark.usefixtures("two_weeks")
def test_sch_68_one_open_offer_a_patient_and_one_patient_a_place(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    for hours in (3, 1):
        waiting(patient_for(site, MONDAY), scheduler, now - timedelta(hours=hours))
    assert offer_free_places(site=site, at=now) == 2  # two places, one each
    assert offer_free_places(site=site, at=now) == 0
    starts = set(Visit.objects.values_list("date", "chair", "start_minute"))
    assert len(starts) == 10


@pytest.mark.usefixtures("two_weeks")
def test_sch_69_nothing_is_offered_in_the_quiet_hours(site: Site, scheduler: StaffUser, now: datetime) -> None:
    waiting(patient_for(site, MONDAY), scheduler, now)
    night = site.instant(site.today(now), 20 * 60)
    assert offer_free_places(site=site, at=night) == 0
    morning = site.instant(site.today(now) + timedelta(days=1), 8 * 60)
    assert offer_all_free_places(at=morning) == 1


@pytest.mark.usefixtures("two_weeks")
def test_sch_67_the_notice_counts_from_the_end_of_the_answering_time(site: Site, scheduler: StaffUser) -> None:
    wait = waiting(patient_for(site, MONDAY), scheduler, before(site, MONDAY, days=6), notice_hours=48)
    late = before(site, MONDAY, days=2, minute=21 * 60 - 120)  # Saturday 19:00: answered on Sunday at 11:00
    assert offer_free_places(site=site, at=late) == 0
    assert wait.offers.count() == 0


@pytest.mark.usefixtures("two_weeks")
def test_sch_67_days_and_window_are_kept(site: Site, scheduler: StaffUser, now: datetime) -> None:
    site.sma_earliest_days = 30
    site.save(update_fields=["sma_earliest_days"])
    waiting(patient_for(site, MONDAY), scheduler, now, from_day=MONDAY + timedelta(days=1), from_minute=780)
    offer_free_places(site=site, at=now)
    offer = open_offer()
    assert offer.first_day == NEXT
    assert offer.start_minute >= 780


@pytest.mark.usefixtures("two_weeks")
def test_a_cancelled_course_frees_a_place_for_who_waits(site: Site, scheduler: StaffUser, now: datetime) -> None:
    taken = fill(site, MONDAY, [NINE] * 5)
    waiting(patient_for(site, MONDAY), scheduler, now, from_minute=NINE, to_minute=NINE + 80)
    assert offer_free_places(site=site, at=now) == 0
    cancel_sequence(sequence=taken[0], reason="patient_choice", by=scheduler, at=now)
    with time_machine.travel(now, tick=False):
        assert offer_places() == 1
        assert offer_places() == 0


@pytest.mark.usefixtures("two_weeks")
def test_the_message_leaves_by_the_channel_agreed_to_else_staff_call(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    by_text, by_phone = patient_for(site, MONDAY), patient_for(site, MONDAY)
    by_phone.consent_sms = False
    by_phone.save(update_fields=["consent_sms"])
    waiting(by_text, scheduler, now)
    waiting(by_phone, scheduler, now)
    offer_free_places(site=site, at=now)
    sent = OutboxMessage.objects.filter(key__startswith="place-offer:").order_by("pk")
    assert [(one.channel, one.to) for one in sent] == [("sms", by_text.phone), ("staff", "schedulers")]
    assert "2:00 in the afternoon" in sent[0].text
    assert all(one.expires_at == now + timedelta(hours=4) for one in sent)
    assert standing(sent[0], now).withdrawn == ""
    answer_place_offer(offer=PlaceOffer.objects.get(wait__patient=by_text), accepts=False, by=scheduler, at=now)
    assert "answered" in standing(sent[0], now).withdrawn


@pytest.mark.usefixtures("two_weeks")
def test_stopping_frees_what_was_held_and_needs_a_reason(site: Site, scheduler: StaffUser, now: datetime) -> None:
    wait = waiting(patient_for(site, MONDAY), scheduler, now)
    offer_free_places(site=site, at=now)
    with pytest.raises(Refused, match="Say why"):
        stop_waiting_for_place(wait=wait, reason=" ", by=scheduler, at=now)
    stop_waiting_for_place(wait=wait, reason="goes elsewhere", by=scheduler, at=now)
    assert (PlaceOffer.objects.get().state, Visit.objects.count()) == ("withdrawn", 0)
    with pytest.raises(Conflict, match="not on the waiting list any more"):
        stop_waiting_for_place(wait=wait, reason="again", by=scheduler, at=now)


@pytest.mark.usefixtures("two_weeks")
def test_sch_66_the_list_refuses_with_every_reason(site: Site, scheduler: StaffUser, now: datetime) -> None:
    patient = patient_for(site, MONDAY)
    waiting(patient, scheduler, now)
    Patient.objects.filter(pk=patient.pk).update(state=EnrolmentState.ELIGIBLE)
    with pytest.raises(Refused) as refused:
        waiting(patient, scheduler, now, notice_hours=999)
    assert len(refused.value.problems) == 3
    assert {problem.rule for problem in refused.value.problems} == {"SCH-66"}


@pytest.mark.usefixtures("two_weeks")
@pytest.mark.parametrize("act", ["confirmed", "released", "booked otherwise", "ran out"])
def test_whatever_ends_the_hold_settles_the_offer(
    site: Site, scheduler: StaffUser, now: datetime, act: str
) -> None:
    patient = patient_for(site, MONDAY)
    waiting(patient, scheduler, now)
    offer_free_places(site=site, at=now)
    offer = open_offer()
    if act == "confirmed":
        confirm_sequence(sequence=offer.sequence, by=scheduler, at=now)
    elif act == "released":
        release_hold(sequence=offer.sequence, by=scheduler, at=now)
    elif act == "ran out":
        release_all_expired_holds(at=offer.expires_at)
    else:
        book_sequence(patient=patient, first_day=MONDAY, start_minute=NINE, by=scheduler, at=now)
    offer.refresh_from_db()
    ends = {
        "confirmed": "accepted",
        "released": "withdrawn",
        "booked otherwise": "withdrawn",
        "ran out": "expired",
    }
    assert offer.state == ends[act]


@pytest.mark.usefixtures("two_weeks")
def test_a_patient_on_the_phone_with_a_hold_is_not_offered_another(
    site: Site, scheduler: StaffUser, now: datetime
) -> None:
    patient = patient_for(site, MONDAY)
    waiting(patient, scheduler, now)
    book_sequence(
        patient=patient, first_day=MONDAY, start_minute=NINE, state=SequenceState.HELD, by=scheduler, at=now
    )
    assert offer_free_places(site=site, at=now) == 0


@pytest.mark.usefixtures("two_weeks")
def test_the_list_shows_place_booking_and_offer(
    site: Site, scheduler: StaffUser, now: datetime, django_assert_max_num_queries: Any
) -> None:
    booked = later(site, scheduler)
    waiting(booked.patient, scheduler, now - timedelta(days=1))
    for _ in range(3):
        waiting(patient_for(site, MONDAY), scheduler, now)
    offer_free_places(site=site, at=now)
    with django_assert_max_num_queries(6):
        page = places_page(site, at=now)
    assert [line.place for line in page.lines] == [1, 2, 3, 4]
    assert (page.lines[0].booked, page.lines[0].days) == (booked, 1)
    assert page.open_offers == 4


def test_nobody_sees_another_clinics_list(site: Site, other_site: Site, scheduler: StaffUser) -> None:
    taken = booked_sequence(other_site)
    wait = PlaceWait.objects.create(
        site=other_site, patient=taken.patient, since=before(other_site, MONDAY), added_by=taken.booked_by
    )
    assert places_page(site, at=wait.since).lines == ()
