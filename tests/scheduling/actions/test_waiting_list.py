"""Waiting for a seat: who may, who comes first, and what ends it."""

from datetime import timedelta

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.models import GroupWait
from scheduling.queries.group_lists import choices_for, waiting_list
from scheduling.queries.groups import coming_groups
from scheduling.states import Verdict
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

pytestmark = pytest.mark.django_db
TOMORROW = timedelta(days=1)


def test_enr_67_a_booked_seat_ends_the_waiting_in_the_same_act(site: Site, scheduler: StaffUser) -> None:
    patient = make.eligible_patient(site=site)
    wait = actions.wait_for_seat(patient=patient, by=scheduler, at=NOW, note="Tuesdays")
    group = make.group_visit(site=site, day=site.today(NOW) + TOMORROW)
    actions.seat_from_waiting(wait=wait, group=group, support_person="Paul", by=scheduler, at=NOW)
    wait.refresh_from_db()
    assert (wait.ended_at, wait.ended_because) == (NOW, "A seat is booked.")
    with pytest.raises(Refused, match="not on the waiting list any more"):
        actions.seat_from_waiting(wait=wait, group=group, support_person="Paul", by=scheduler, at=NOW)


def test_enr_67_a_refused_seat_leaves_the_place_on_the_list(site: Site, scheduler: StaffUser) -> None:
    wait = actions.wait_for_seat(patient=make.eligible_patient(site=site), by=scheduler, at=NOW)
    group = make.group_visit(site=site, day=site.today(NOW) + TOMORROW)
    with pytest.raises(Refused, match="Name the support person"):
        actions.seat_from_waiting(wait=wait, group=group, support_person="", by=scheduler, at=NOW)
    assert GroupWait.objects.get().ended_at is None


def test_enr_67_who_has_a_seat_or_waits_already_is_refused(site: Site, scheduler: StaffUser) -> None:
    seated, waits = make.booked_patient(site=site), make.eligible_patient(site=site)
    actions.wait_for_seat(patient=waits, by=scheduler, at=NOW)
    for patient in (seated, waits, make.patient(site=site)):
        with pytest.raises(Refused) as refused:
            actions.wait_for_seat(patient=patient, by=scheduler, at=NOW)
        assert {problem.rule for problem in refused.value.problems} == {"ENR-67"}


def test_taking_off_the_list_needs_a_reason(site: Site, scheduler: StaffUser) -> None:
    wait = actions.wait_for_seat(patient=make.eligible_patient(site=site), by=scheduler, at=NOW)
    with pytest.raises(Refused, match="Say why"):
        actions.stop_waiting(wait=wait, reason="", by=scheduler, at=NOW)
    assert actions.stop_waiting(wait=wait, reason="Moved away", by=scheduler, at=NOW).ended_because == "Moved away"
    with pytest.raises(Refused, match="not on the waiting list any more"):
        actions.stop_waiting(wait=wait, reason="Again", by=scheduler, at=NOW)


def test_a_declined_patient_does_not_wait_any_more(site: Site, scheduler: StaffUser, physician: StaffUser) -> None:
    patient = make.eligible_patient(site=site)
    wait = actions.wait_for_seat(patient=patient, by=scheduler, at=NOW)
    facts = actions.Assessment(facts=make.facts(), allergies="None known", note="Another treatment helps.")
    actions.assess_eligibility(patient=patient, assessment=facts, by=physician, at=NOW, verdict=Verdict.DECLINE)
    wait.refresh_from_db()
    assert wait.ended_at == NOW


def test_enr_67_freed_seats_fall_to_the_longest_waiting(site: Site, scheduler: StaffUser) -> None:
    today = site.today(NOW)
    group = make.group_visit(site=site, day=today + TOMORROW, capacity=2)
    holder = make.booked_patient(site=site, group=group)
    waits = [
        actions.wait_for_seat(
            patient=make.eligible_patient(site=site), by=scheduler, at=NOW - timedelta(days=days)
        )
        for days in (1, 3)
    ]
    rows = waiting_list(site=site, today=today, groups=coming_groups(site=site, today=today))
    assert [(row.wait, row.days, row.group) for row in rows] == [(waits[1], 3, None), (waits[0], 1, None)]
    actions.cancel_seat(seat=holder.seats.get(), by=scheduler, at=NOW, reason="ill")
    rows = waiting_list(site=site, today=today, groups=coming_groups(site=site, today=today))
    assert [row.group for row in rows] == [group, None]


def test_the_best_group_visit_is_a_week_before_day_1_in_the_patients_language(site: Site) -> None:
    today = site.today(NOW)  # a Monday
    patient = make.eligible_patient(site=site, language="Spanish")
    early, best, late, full = (today + timedelta(days=days) for days in (5, 7, 9, 14))
    for day in (early, best, late):
        make.group_visit(site=site, day=day)
    spanish = make.group_visit(site=site, day=best, start_minute=900, language="Spanish")
    taken = make.group_visit(site=site, day=full, capacity=2, language="Spanish")
    make.booked_patient(site=site, group=taken)
    found = choices_for(patient, site=site, today=today)
    assert [choice.gap for choice in found] == [9, 7, 7, 5, 7]
    assert [choice.row.group for choice in found if choice.is_best] == [spanish]
    assert [choice.speaks for choice in found] == [False, False, True, False, True]
