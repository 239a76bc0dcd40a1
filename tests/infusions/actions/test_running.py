"""Pause, resume, stop, complete and the one further ondansetron."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import InfusionEvent
from infusions.queries.course import course_of
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from scheduling.actions import Assessment, assess_eligibility
from tests.factories import infusions

Kind = InfusionEvent.Kind


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


@pytest.fixture
def running(site):
    return infusions.infusion(site=site, at_state="infusing")


def act(name, chair, **more):
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4()} | more
    made = getattr(actions, name)(**given)
    chair.infusion.refresh_from_db()
    return made


def test_run_03_a_pause_moves_the_end_and_keeps_the_grid(running):
    start = running.at
    act("pause_infusion", running.later(minutes=10))
    running.later(minutes=4).vitals()
    act("resume_infusion", running, reason="line_or_pump")
    course = course_of(running.infusion)
    assert course.ends_at(running.at) == start + timedelta(minutes=44)
    assert [slot.code for slot in course.grid(running.at)][:3] == ["start+15", "start+30", "end"]


def test_run_04_resuming_needs_vitals_of_the_last_five_minutes(running):
    act("pause_infusion", running.later(minutes=10), reason="other")
    with pytest.raises(Refused) as refused:
        act("resume_infusion", running)
    assert rules(refused) == {"RUN-04"}
    running.vitals()
    act("resume_infusion", running.later(minutes=5))
    assert running.infusion.state == "infusing"


def test_run_06_a_clinical_pause_is_resumed_after_a_provider_was_called(running):
    act("pause_infusion", running.later(minutes=10))
    running.vitals()
    with pytest.raises(Refused) as refused:
        act("resume_infusion", running)
    assert rules(refused) == {"RUN-06"}
    with pytest.raises(Refused) as refused:
        act("resume_infusion", running, reason="symptoms")
    assert rules(refused) == {"RUN-06"}
    running.event(Kind.PROVIDER_CALLED, provider="Anneke Vantongeren")
    act("resume_infusion", running, reason="symptoms")
    assert running.infusion.state == "infusing"


def test_run_05_a_pause_of_more_than_thirty_minutes_ends_in_a_stop(running):
    act("pause_infusion", running, reason="other")
    running.later(minutes=31).vitals()
    with pytest.raises(Refused) as refused:
        act("resume_infusion", running)
    assert rules(refused) == {"RUN-05"}
    act("stop_infusion", running)
    assert running.infusion.state == "observing"


def test_nothing_is_resumed_that_is_not_paused(running):
    with pytest.raises(Refused):
        act("resume_infusion", running, reason="other")


def test_a_stop_is_recorded_first_and_explained_afterwards(running):
    act("stop_infusion", running.later(minutes=20))
    assert (running.infusion.state, running.infusion.outcome) == ("observing", "stopped")
    assert running.infusion.stop_reason == ""
    with pytest.raises(Refused) as refused:
        actions.explain_stop(infusion=running.infusion, reason="", by=running.nurse, at=running.at)
    assert rules(refused) == {"AEV-02"}
    actions.explain_stop(
        infusion=running.infusion,
        reason="side_effect",
        note="vomiting",
        delivered_mg=Decimal("20.6"),
        by=running.nurse,
        at=running.at,
    )
    running.infusion.refresh_from_db()
    assert (running.infusion.stop_reason, running.infusion.delivered_mg) == ("side_effect", Decimal("20.6"))


def test_only_a_stop_is_explained(running):
    with pytest.raises(Refused):
        actions.explain_stop(infusion=running.infusion, reason="other", by=running.nurse, at=running.at)


def test_a_second_stop_changes_nothing_and_is_noted(running):
    act("stop_infusion", running.later(minutes=20))
    ended = running.infusion.ended_at
    act("stop_infusion", running.later(minutes=1))
    assert running.infusion.ended_at == ended
    assert running.infusion.events.filter(kind=Kind.STOPPED).count() == 1
    assert AuditEvent.objects.filter(event="infusion stop repeated").count() == 1


def test_a_stop_of_what_does_not_run_is_kept_as_unmatched(site):
    observing = infusions.infusion(site=site, at_state="observing")
    act("stop_infusion", observing)
    assert observing.infusion.outcome == "completed"
    assert observing.infusion.events.get(kind=Kind.STOPPED).detail["unmatched"] is True


def test_a_stop_noted_too_early_leaves_room_for_the_real_one(site):
    ready = infusions.infusion(site=site, at_state="ready")
    act("stop_infusion", ready)
    assert ready.infusion.state == "arrived"
    ready.start()
    act("stop_infusion", ready.later(minutes=7))
    assert (ready.infusion.state, ready.infusion.outcome) == ("observing", "stopped")
    marks = [event.detail.get("unmatched", False) for event in ready.infusion.events.filter(kind=Kind.STOPPED)]
    assert sorted(marks) == [False, True]


def test_a_pause_of_what_does_not_run_is_kept_as_unmatched(site):
    observing = infusions.infusion(site=site, at_state="observing")
    act("pause_infusion", observing)
    assert observing.infusion.state == "observing"
    assert observing.infusion.events.get(kind=Kind.PAUSED).detail["unmatched"] is True


def test_a_paused_infusion_is_stopped(running):
    act("pause_infusion", running.later(minutes=5))
    act("stop_infusion", running.later(minutes=1), reason="patient_choice")
    assert running.infusion.state == "observing"


def test_completing_begins_the_observation_with_the_delivered_dose(running):
    act("complete_infusion", running.later(minutes=40), delivered_mg=Decimal("41.25"))
    assert (running.infusion.state, running.infusion.outcome) == ("observing", "completed")
    assert running.infusion.ended_at == running.at


def test_run_07_more_than_the_bag_held_is_impossible(running):
    with pytest.raises(Refused) as refused:
        act("complete_infusion", running.later(minutes=40), delivered_mg=Decimal("50"))
    assert rules(refused) == {"RUN-07"}


@pytest.mark.parametrize("name", ["pause_infusion", "stop_infusion"])
def test_a_fact_sent_twice_is_one_row(running, name):
    key = uuid4()
    act(name, running, key=key)
    act(name, running, key=key)
    assert running.infusion.events.filter(key=key).count() == 1


def test_resume_and_complete_sent_twice_are_one_row(running):
    act("pause_infusion", running, reason="other")
    running.vitals()
    key, other = uuid4(), uuid4()
    for _ in range(2):
        act("resume_infusion", running, key=key)
    for _ in range(2):
        act("complete_infusion", running, key=other, delivered_mg=Decimal("41"))
    assert running.infusion.events.filter(key__in=[key, other]).count() == 2


def test_ord_12_exactly_one_further_ondansetron(running):
    first = act("give_as_needed_ondansetron", running, assessment="nausea 6 of 10")
    assert first.kind == Kind.ONDANSETRON_PRN
    with pytest.raises(Refused) as refused:
        act("give_as_needed_ondansetron", running, assessment="still nauseous")
    assert rules(refused) == {"ORD-12"}


def test_ord_12_a_further_dose_needs_an_assessment(running):
    with pytest.raises(Refused) as refused:
        act("give_as_needed_ondansetron", running, assessment=" ")
    assert rules(refused) == {"ORD-12"}


def test_the_same_further_dose_sent_twice_is_one_dose(running):
    key = uuid4()
    first = act("give_as_needed_ondansetron", running, assessment="nausea", key=key)
    assert act("give_as_needed_ondansetron", running, assessment="nausea", key=key) == first
    with pytest.raises(Conflict):
        act("give_as_needed_ondansetron", running, assessment="other words", key=key)


AGAINST = [
    {"long_qt": True},
    {"apomorphine": True},
    {"ondansetron_allergy": True},
    {"ondansetron_other": "a seizure"},
]


def found_later(chair, **answers):
    """What the patient tells after the order was signed."""
    assessment = Assessment(facts=infusions.scheduling.facts(), **answers)
    physician = infusions.scheduling.actor("physician", chair.infusion.site)
    patient = chair.infusion.patient
    assess_eligibility(patient=patient, assessment=assessment, by=physician, at=chair.at, verdict=None)


@pytest.mark.parametrize("answers", AGAINST)
def test_ord_12_what_is_found_later_against_ondansetron_stops_the_further_dose(running, answers):
    found_later(running, **answers)
    with pytest.raises(Refused, match="ask the prescriber") as refused:
        act("give_as_needed_ondansetron", running, assessment="nausea")
    assert rules(refused) == {"ORD-12"}


@pytest.mark.parametrize("answers", AGAINST)
def test_ord_11_what_is_found_later_against_ondansetron_stops_the_first_dose(site, answers):
    chair = infusions.infusion(site=site)
    found_later(chair, **answers)
    with pytest.raises(Refused, match="ask the prescriber") as refused:
        chair.premed()
    assert rules(refused) == {"ORD-11"}
    chair.event(Kind.NO_PREMEDICATION, note="found today")


def test_no_further_dose_before_the_start(site):
    ready = infusions.infusion(site=site, at_state="ready")
    with pytest.raises(Refused) as refused:
        act("give_as_needed_ondansetron", ready, assessment="nausea")
    assert rules(refused) == {"STA-01", "ORD-12"}


def test_no_further_dose_where_the_order_has_none(site):
    visit = infusions.visit(site=site, signed=False)
    physician = infusions.scheduling.actor("physician", site)
    at = visit.starts_at - timedelta(days=3)
    infusions.signed_order(visit.sequence, by=physician, at=at, no_ondansetron="long_qt")
    chair = infusions.chair(site=site, visit=visit).arrive().weigh().identify()
    chair.event(Kind.NO_PREMEDICATION, note="long QT")
    chair.draw().pump().vitals()
    chair.start()
    with pytest.raises(Refused) as refused:
        act("give_as_needed_ondansetron", chair, assessment="nausea")
    assert rules(refused) == {"ORD-12"}
