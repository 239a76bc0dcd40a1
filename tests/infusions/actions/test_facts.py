"""Facts in every state; mistakes struck out; what came late is looked at."""

from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import FactReview, InfusionEvent
from infusions.queries.course import course_of
from infusions.queries.facts_to_review import facts_to_review, number_to_review
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions, scheduling
from tests.factories.infusions import STEPS

Kind = InfusionEvent.Kind
EFFECT = {"symptom": "nausea", "severity": "mild"}


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def fact(chair, kind=Kind.SIDE_EFFECT, detail=None, **more):
    given = {"by": chair.nurse, "at": chair.at, "key": uuid4(), "detail": detail or EFFECT} | more
    return actions.record_event(infusion=chair.infusion, kind=kind, **given)


@pytest.mark.parametrize("state", sorted(STEPS))
def test_chs_08_a_side_effect_and_a_call_are_stored_in_every_state(site, state):
    chair = infusions.infusion(site=site, at_state=state)
    chair.later(minutes=3)
    assert fact(chair).detail.get("unmatched", False) is (state == "discharged")
    fact(chair, Kind.EMERGENCY_TEAM, {"provider": ""})
    fact(chair, Kind.INTERVENTION, {"what": "oxygen"}, note="2 L/min")
    assert chair.infusion.events.filter(kind__in=[Kind.SIDE_EFFECT, Kind.EMERGENCY_TEAM]).count() == 2


def test_chs_08_four_times_are_kept_of_a_fact(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=20)
    tablet = chair.at + timedelta(minutes=47)
    row = fact(chair, occurred_at=chair.at - timedelta(minutes=18), device_at=tablet, clock_offset_ms=2_820_000)
    assert (row.occurred_at, row.received_at) == (chair.at - timedelta(minutes=18), chair.at)
    assert (row.device_at, row.clock_offset_ms) == (tablet, 2_820_000)
    (listed,) = facts_to_review(site)
    assert (listed.what, listed.why) == ("Side effect: Nausea, mild", "charted 18 min late")


def test_chs_08_a_stop_of_what_had_ended_is_kept_and_listed(site):
    chair = infusions.infusion(site=site, at_state="observing")
    ended = chair.infusion.ended_at
    actions.stop_infusion(
        infusion=chair.infusion,
        by=chair.nurse,
        at=chair.at,
        key=uuid4(),
        reason="medical_event",
        occurred_at=chair.at - timedelta(minutes=26),
    )
    chair.infusion.refresh_from_db()
    assert (chair.infusion.outcome, chair.infusion.ended_at) == ("completed", ended)
    (listed,) = facts_to_review(site)
    assert listed.why == "charted 26 min late, while nothing ran"


def test_sta_02_the_same_key_is_one_fact_and_other_content_is_kept_aside(site):
    chair, key = infusions.infusion(site=site, at_state="discharged").later(minutes=5), uuid4()
    first = fact(chair, key=key)
    assert first.detail["unmatched"] is True
    assert fact(chair, key=key).pk == first.pk
    with pytest.raises(Conflict):
        fact(chair, key=key, detail=EFFECT | {"severity": "severe"})


def test_chs_13_a_struck_fact_stays_and_counts_no_more(site):
    chair = infusions.infusion(site=site, at_state="infusing")
    row = fact(chair, Kind.EMERGENCY_TEAM, {"provider": ""})
    key = uuid4()
    given = {"event": row, "by": chair.nurse, "at": chair.at}
    with pytest.raises(Refused) as refused:
        actions.strike_event(**given, reason=" ", key=uuid4())
    assert rules(refused) == {"CHS-13"}
    strike = actions.strike_event(**given, reason="wrong button", key=key)
    assert actions.strike_event(**given, reason="wrong button", key=key).pk == strike.pk
    with pytest.raises(Refused):
        actions.strike_event(**given, reason="wrong button", key=uuid4())
    course = course_of(chair.infusion)
    assert row in course.events
    assert course.of_kind(Kind.EMERGENCY_TEAM) == []


def test_chs_10_a_colleague_looks_at_what_came_late_and_then_it_is_off_the_list(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=20)
    row = fact(chair, occurred_at=chair.at - timedelta(minutes=16))
    other, key = scheduling.actor("physician", site), uuid4()
    with pytest.raises(Refused) as refused:
        actions.look_at_fact(fact=row, by=chair.nurse, at=chair.at, key=uuid4())
    assert rules(refused) == {"CHS-10"}
    look = actions.look_at_fact(fact=row, by=other, at=chair.at, key=key, words="asked the patient, right")
    assert actions.look_at_fact(fact=row, by=other, at=chair.at, key=key).pk == look.pk
    with pytest.raises(Conflict):
        actions.look_at_fact(fact=row, by=other, at=chair.at, key=uuid4())
    assert (FactReview.objects.count(), number_to_review(site)) == (1, 0)


def test_chs_08_a_set_read_late_or_after_the_discharge_is_listed_and_a_correction_is_not(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=40)
    late = actions.record_vitals(
        infusion=chair.infusion,
        reading=infusions.CALM,
        by=chair.nurse,
        at=chair.at,
        key=uuid4(),
        occurred_at=chair.at - timedelta(minutes=25),
    )
    given = {"reason": "read wrong", "by": chair.nurse, "at": chair.at + timedelta(minutes=1), "key": uuid4()}
    actions.correct_vitals(vital_set=late, reading=infusions.Vitals(126, 78, 70, 98, "sinus"), **given)
    (listed,) = facts_to_review(site)
    assert (listed.pk, listed.url_kind, listed.why) == (late.pk, "set", "charted 25 min late")


def test_chs_08_what_is_in_time_and_fits_is_nothing_to_look_at(site):
    chair = infusions.infusion(site=site, at_state="discharged")
    assert facts_to_review(site) == []
    with pytest.raises(Refused) as refused:
        actions.look_at_fact(
            fact=chair.infusion.events.first(),
            by=scheduling.actor("physician", site),
            at=chair.at,
            key=uuid4(),
        )
    assert rules(refused) == {"CHS-08"}
