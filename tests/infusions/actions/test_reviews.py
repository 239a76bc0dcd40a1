"""Adverse events are computed from the chart; a physician judges them under a signature."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import AdverseEventReview, InfusionEvent
from infusions.queries.adverse_events import happening, happenings, number_overdue, waiting
from infusions.queries.event_story import event_story
from infusions.rules.adverse_events import Judgement
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm
from kitclinic import signing
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions, people, scheduling

Kind = InfusionEvent.Kind
GOOD = Judgement("hypotension", 2, "probable", "recovered", False, "Lay down, 250 mL saline, well after 10 min.")


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


@pytest.fixture
def running(site):
    return infusions.infusion(site=site, at_state="infusing").later(minutes=12)


def act(name, chair, **more):
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4()} | more
    made = getattr(actions, name)(**given)
    chair.infusion.refresh_from_db()
    return made


def fact(chair, kind, note="", **detail):
    return act("record_event", chair, kind=kind, detail=detail, note=note)


def review(chair, said=GOOD, *, by=None, **more):
    doctor = by or scheduling.actor("physician", chair.infusion.site)
    proof = signing.reauthenticate(user=doctor, password=people.PASSWORD, at=chair.at)
    given = {"said": said, "proof": proof, "by": doctor, "at": chair.at, "key": uuid4()} | more
    return actions.review_event(infusion=chair.infusion, **given)


def found(chair):
    return happening(chair.infusion, at=chair.at)


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        ("medical_event", True),
        ("side_effect", True),
        ("patient_choice", False),
        ("line_or_pump", False),
        ("other", False),
    ],
)
def test_aev_01_a_stop_counts_by_its_reason(running, site, reason, counts):
    act("stop_infusion", running, reason=reason)
    assert found(running).is_adverse is counts
    assert [one.infusion.pk for one in waiting(site, at=running.at)] == ([running.infusion.pk] if counts else [])


def test_aev_01_the_team_counts_whatever_became_of_the_infusion(running):
    fact(running, Kind.EMERGENCY_TEAM)
    assert found(running).is_adverse
    assert found(running).because == "Emergency team"


def test_aev_02_paused_and_resumed_is_none_and_is_told_as_resumed(running, site):
    act("pause_infusion", running)
    running.later(minutes=2).vitals()
    act("resume_infusion", running, reason="line_or_pump")
    assert (found(running).is_adverse, found(running).resumed) == (False, 1)
    assert happenings(site, at=running.at) == []


def test_aev_01_a_flag_of_twenty_percent_is_no_event_and_no_draft(running, site):
    running.vitals(Vitals(170, 100, 95, 98, Rhythm.SINUS))
    assert happenings(site, at=running.at) == []


def test_aev_04_a_new_rhythm_opens_a_draft_that_is_no_adverse_event(running, site):
    running.vitals(Vitals(128, 78, 130, 98, Rhythm.TACHYCARDIA))
    (draft,) = waiting(site, at=running.at)
    assert (draft.is_adverse, draft.because) == (False, "New Tachy, to look at")


def test_aev_04_a_set_that_was_corrected_opens_none(running, site):
    row = running.vitals(Vitals(128, 78, 130, 98, Rhythm.TACHYCARDIA))
    act_at = {"by": running.nurse, "at": running.at, "key": uuid4()}
    actions.correct_vitals(vital_set=row, reading=infusions.CALM, reason="wrong tap", **act_at)
    assert waiting(site, at=running.at) == []


def test_aev_03_a_side_effect_that_stops_is_an_event_and_stays_a_side_effect(running):
    fact(running, Kind.SIDE_EFFECT, symptom="headache", severity="mild")
    running.later(minutes=2)
    forcing = fact(running, Kind.SIDE_EFFECT, symptom="perception", severity="severe")
    act("stop_infusion", running)
    act("explain_stop", running, reason="side_effect", delivered_mg=Decimal("10"))
    event = found(running)
    assert (event.is_adverse, event.linked_effect.pk, len(event.effects)) == (True, forcing.pk, 2)
    assert event.because == "Stopped: side effect not tolerated, hallucination or perceptual disturbance"


def test_aev_03_the_side_effect_may_be_named_with_the_reason(running):
    act("stop_infusion", running)
    key = uuid4()
    for _ in range(2):
        act("explain_stop", running, reason="side_effect", effect=("nausea", "severe"), key=key)
    (effect,) = found(running).effects
    assert effect.detail == {"symptom": "nausea", "severity": "severe"}
    assert found(running).linked_effect.pk == effect.pk


def test_aev_02_a_stop_without_a_reason_waits_and_does_not_count(running, site):
    act("stop_infusion", running)
    (event,) = waiting(site, at=running.at)
    assert (event.is_adverse, event.because) == (False, "Stopped, why is not said")


def test_aev_10_another_reason_needs_words_and_the_first_stays_in_the_story(running):
    act("stop_infusion", running)
    act("explain_stop", running, reason="medical_event")
    with pytest.raises(Refused) as refused:
        act("explain_stop", running, reason="patient_choice")
    assert rules(refused) == {"AEV-10"}
    act("explain_stop", running, reason="patient_choice", note="asked again: wished to end")
    said = [step.what for step in event_story(found(running)).steps if step.what.startswith("Reason")]
    assert said == [
        "Reason of the stop: Medical event",
        "Reason of the stop: Patient's choice: asked again: wished to end",
    ]
    assert not found(running).is_adverse


def test_aev_10_after_a_review_the_reason_stands(running):
    act("stop_infusion", running, reason="medical_event")
    review(running)
    with pytest.raises(Refused) as refused:
        act("explain_stop", running, reason="patient_choice", note="really")
    assert rules(refused) == {"AEV-10"}


def test_aev_09_a_review_is_signed_over_chart_and_judgement_and_a_later_one_replaces_it(running, site):
    act("stop_infusion", running, reason="medical_event")
    first = review(running)
    assert signing.verify(first.signature)
    assert first.signature.meaning == "reviewed"
    for line in ("Stopped: Medical event", "Grade: 2 Moderate", "Course stopped: no", "250 mL saline"):
        assert line in first.signature.text
    assert waiting(site, at=running.at) == []
    second = review(running, replace(GOOD, course_stopped=True), replaces=first.pk)
    assert found(running).course_stopped is True
    assert [one.pk for one in found(running).reviews] == [second.pk, first.pk]
    assert "It replaces the review by" in second.signature.text


def test_aev_09_nurses_and_leads_do_not_judge(running, site):
    act("stop_infusion", running, reason="medical_event")
    for role in ("nurse", "clinic_lead", "psychologist", "scheduler", "administrator"):
        with pytest.raises(Refused) as refused:
            review(running, by=scheduling.actor(role, site))
        assert rules(refused) == {"AEV-09"}
    assert AdverseEventReview.objects.count() == 0


def test_aev_09_whoever_comes_second_reads_the_first_review(running):
    act("stop_infusion", running, reason="medical_event")
    review(running)
    with pytest.raises(Conflict, match="meanwhile"):
        review(running)
    assert AdverseEventReview.objects.count() == 1


def test_sta_02_a_key_signs_once(running):
    act("stop_infusion", running, reason="medical_event")
    key = uuid4()
    first = review(running, key=key)
    assert review(running, key=key).pk == first.pk
    with pytest.raises(Conflict):
        review(running, replace(GOOD, grade=3), key=key)


def test_sig_01_a_wrong_password_signs_nothing(running, physician):
    act("stop_infusion", running, reason="medical_event")
    with pytest.raises(Refused):
        signing.reauthenticate(user=physician, password="no", at=running.at)
    assert AdverseEventReview.objects.count() == 0


def test_aev_05_a_chart_without_an_event_is_not_judged(running):
    with pytest.raises(Refused) as refused:
        review(running)
    assert rules(refused) == {"AEV-05"}


def test_aev_07_a_chart_that_changed_while_it_was_read_is_not_signed(running):
    act("stop_infusion", running, reason="medical_event")
    shown = event_story(found(running)).digest
    fact(running, Kind.INTERVENTION, what="oxygen")
    with pytest.raises(Conflict, match="changed while"):
        review(running, shown_digest=shown)
    review(running, shown_digest=event_story(found(running)).digest)


def test_aev_07_a_fact_after_the_review_opens_it_again(running, site):
    act("stop_infusion", running, reason="medical_event")
    first = review(running)
    running.later(minutes=1)
    fact(running, Kind.INTERVENTION, what="watched")
    assert waiting(site, at=running.at) == []
    fact(running, Kind.EMERGENCY_TEAM)
    (event,) = waiting(site, at=running.at)
    assert event.newer_facts
    review(running.later(minutes=1), replaces=first.pk)
    assert waiting(site, at=running.at) == []


def test_aev_06_only_what_waits_longer_than_a_day_is_called_out(running, site):
    act("stop_infusion", running, reason="medical_event")
    day = timedelta(hours=24)
    assert number_overdue(site, at=running.at + day) == 0
    assert number_overdue(site, at=running.at + day + timedelta(seconds=1)) == 1
    review(running)
    assert number_overdue(site, at=running.at + 3 * day) == 0


def test_chs_13_a_team_called_by_mistake_is_no_adverse_event(running, site):
    row = fact(running, Kind.EMERGENCY_TEAM)
    actions.strike_event(event=row, reason="wrong button", by=running.nurse, at=running.at, key=uuid4())
    assert not found(running).is_adverse
    assert waiting(site, at=running.at) == []
