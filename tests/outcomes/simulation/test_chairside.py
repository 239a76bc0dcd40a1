"""The simulated nurses chart a whole visit through the real actions, and give way to a person."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from infusions import actions
from infusions.models import FlagAcknowledgement, Infusion, InfusionEvent, VitalSet
from infusions.queries.course import course_of
from infusions.states import InfusionOutcome, InfusionState
from kitclinic.models import AuditEvent, Site
from outcomes.simulation.chair import Chair
from outcomes.simulation.chairside import PERSON_STAYS, run
from outcomes.simulation.script import Habits, Script
from scheduling.models import Sequence, Visit
from tests.factories import infusions as factory
from tests.factories import ledger, people
from tests.factories.scheduling import actor

MINUTE = timedelta(minutes=1)
Kind = InfusionEvent.Kind
SLOTS = ["baseline", "start+15", "start+30", "end", "end+15", "end+30"]


def taken_up(visit: Visit, *, seed: str = "calm-0", **unusual: Any) -> Chair:
    """The visit as a simulated nurse takes it up, with a script that does not depend on the row's number."""
    chair = Chair(visit=visit, script=Script(seed, Habits(**unusual)))
    chair.refresh()
    return chair


@pytest.fixture
def site(db: None) -> Site:
    """A demonstration clinic with a vial in the formulary and a second nurse, who watches the waste."""
    made = people.site(is_demo=True)
    ledger.stocked(made, vials=1)
    people.staff("nurse", site=made)
    return made


@pytest.fixture
def visit(site: Site) -> Visit:
    return factory.visit(site=site)


def infusion_of(visit: Visit) -> Infusion:
    return Infusion.objects.select_related("site", "visit", "patient", "order", "nurse").get(visit=visit)


def events_of(visit: Visit) -> list[str]:
    return list(InfusionEvent.objects.filter(infusion__visit=visit).order_by("pk").values_list("kind", flat=True))


def record(visit: Visit) -> list[tuple[Any, ...]]:
    """Everything charted, without the numbers of the rows."""
    infusion = infusion_of(visit)
    events = infusion.events.order_by("occurred_at", "kind").values_list("kind", "key", "occurred_at", "note")
    sets = infusion.vital_sets.order_by("occurred_at").values_list("slot", "key", "occurred_at", "sbp", "hr")
    return [infusion.state, infusion.started_at, infusion.discharged_at, *events, *sets]


def test_a_whole_visit_is_charted(visit: Visit) -> None:
    assert run([taken_up(visit)], until=visit.starts_at + timedelta(hours=3)) > 15
    infusion = infusion_of(visit)
    assert (infusion.state, infusion.outcome) == (InfusionState.DISCHARGED, InfusionOutcome.COMPLETED)
    assert events_of(visit) == [
        Kind.ARRIVED,
        Kind.IDENTITY_CHECKED,
        Kind.IV_PLACED,
        Kind.PREMEDICATION,
        Kind.PUMP_CHECKED,
        Kind.PUMP_CHECKED,
        Kind.STARTED,
        Kind.COMPLETED,
        Kind.DISCHARGED,
    ]
    assert list(infusion.vital_sets.order_by("occurred_at").values_list("slot", flat=True)) == SLOTS
    assert course_of(infusion).open_flags == ()
    assert infusion.weight is not None
    assert infusion.ended_at is not None
    assert infusion.started_at is not None
    assert infusion.discharged_at is not None
    assert infusion.ended_at - infusion.started_at == 40 * MINUTE
    assert infusion.discharged_at - infusion.ended_at >= 30 * MINUTE
    visit.refresh_from_db()
    assert visit.state == "attended"
    assert Sequence.objects.get().state == "in_progress"


def test_every_act_is_a_nurses_of_this_clinic_and_audited(visit: Visit) -> None:
    run([taken_up(visit)], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    second = infusion.events.filter(kind=Kind.PUMP_CHECKED).order_by("occurred_at", "pk").last()
    assert second is not None
    assert second.by.role == "nurse"
    others = infusion.events.exclude(pk=second.pk)
    assert set(others.values_list("by", flat=True)) == {infusion.nurse_id}
    assert infusion.nurse.site == visit.site
    assert infusion.nurse.role == "nurse"
    charted = AuditEvent.objects.filter(subject="infusions_infusion", subject_id=infusion.pk)
    assert charted.count() >= infusion.events.count() + infusion.vital_sets.count()


def test_nothing_is_charted_before_its_time(visit: Visit) -> None:
    until = visit.starts_at + 33 * MINUTE
    chair = taken_up(visit)
    assert run([chair], until=chair.script.arrival(visit.starts_at) - timedelta(seconds=1)) == 0
    assert not Infusion.objects.exists()
    run([chair], until=until)
    infusion = infusion_of(visit)
    assert infusion.state == InfusionState.INFUSING
    assert max(infusion.events.values_list("received_at", flat=True)) <= until
    assert max(infusion.vital_sets.values_list("received_at", flat=True)) <= until


def test_going_on_where_another_process_ended_gives_the_same_chart(visit: Visit) -> None:
    """Each look by a fresh process: what is stored is all it knows."""
    with transaction.atomic():
        run([taken_up(visit, seed="nausea-3")], until=visit.starts_at + timedelta(hours=3))
        at_once = record(visit)
        transaction.set_rollback(True)
    visit.refresh_from_db()
    assert not Infusion.objects.exists()
    for minutes in range(-10, 190, 7):
        run([taken_up(visit, seed="nausea-3")], until=visit.starts_at + minutes * MINUTE)
    assert record(visit) == at_once


def test_a_second_run_to_the_same_moment_adds_nothing(visit: Visit) -> None:
    until = visit.starts_at + timedelta(hours=3)
    run([taken_up(visit)], until=until)
    before = record(visit)
    assert run([taken_up(visit)], until=until) == 0
    assert record(visit) == before


def test_another_process_does_not_chart_again_what_is_on_the_chart(visit: Visit) -> None:
    """Answers to flags leave no key of their own, so only they may be looked at twice."""
    until = visit.starts_at + 40 * MINUTE
    run([taken_up(visit)], until=until)
    before, audited = record(visit), AuditEvent.objects.count()
    assert run([taken_up(visit)], until=until) <= 1
    assert (record(visit), AuditEvent.objects.count()) == (before, audited)


def test_a_missed_day_is_marked_and_nobody_sits_down(visit: Visit) -> None:
    chair = taken_up(visit, misses="transport")
    run([chair], until=visit.starts_at + 19 * MINUTE)
    visit.refresh_from_db()
    assert visit.state == "booked"
    run([chair], until=visit.starts_at + timedelta(hours=3))
    visit.refresh_from_db()
    assert (visit.state, visit.missed_reason) == ("missed", "transport")
    assert not Infusion.objects.exists()


def test_a_patient_who_wishes_to_end_is_stopped_observed_and_sent_home(visit: Visit) -> None:
    run([taken_up(visit, stops=True)], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    assert (infusion.state, infusion.outcome) == (InfusionState.DISCHARGED, InfusionOutcome.STOPPED)
    assert infusion.stop_reason == "patient_choice"
    assert Kind.COMPLETED not in events_of(visit)


def test_a_kept_flag_is_open_until_the_way_home(visit: Visit) -> None:
    chair = taken_up(visit, rises=True, keeps_flag=True)
    run([chair], until=visit.starts_at + 70 * MINUTE)
    assert course_of(infusion_of(visit)).open_flags
    assert not FlagAcknowledgement.objects.exists()
    run([chair], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    assert course_of(infusion).open_flags == ()
    assert infusion.state == InfusionState.DISCHARGED


def test_a_late_set_is_late_on_the_chart(visit: Visit) -> None:
    run([taken_up(visit, slow_set="start+15")], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    late = infusion.vital_sets.order_by("occurred_at")[1]
    assert infusion.started_at is not None
    assert late.occurred_at - infusion.started_at == 27 * MINUTE


@pytest.mark.parametrize("seed", [f"seed-{n}" for n in range(3)])
def test_any_seed_comes_to_its_end(visit: Visit, seed: str) -> None:
    run([taken_up(visit, seed=seed)], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    assert infusion.state == InfusionState.DISCHARGED
    assert infusion.vital_sets.count() >= len(SLOTS)
    assert course_of(infusion).open_flags == ()


# -- what stands in the way ---------------------------------------------------------------------------


def test_without_a_signed_order_nothing_starts_and_the_chair_is_free_again(site: Site) -> None:
    visit = factory.visit(site=site, signed=False)
    chair = taken_up(visit)
    run([chair], until=visit.starts_at + 40 * MINUTE)
    assert infusion_of(visit).state == InfusionState.ARRIVED
    run([chair], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    assert infusion.state == InfusionState.NOT_STARTED
    visit.refresh_from_db()
    assert (visit.state, visit.missed_reason) == ("missed", "held_by_provider")


def test_an_order_signed_late_still_starts_on_a_fresh_baseline(site: Site) -> None:
    visit = factory.visit(site=site, signed=False)
    chair = taken_up(visit)
    run([chair], until=visit.starts_at + 30 * MINUTE)
    factory.signed_order(
        Sequence.objects.get(), by=actor("physician", site), at=visit.starts_at + timedelta(minutes=30)
    )
    run([chair], until=visit.starts_at + timedelta(hours=3))
    infusion = infusion_of(visit)
    assert infusion.outcome == InfusionOutcome.COMPLETED
    assert infusion.started_at is not None
    assert infusion.baseline is not None
    assert infusion.started_at > visit.starts_at + 30 * MINUTE
    assert infusion.started_at - infusion.baseline.occurred_at <= 15 * MINUTE


def test_a_patient_waits_until_the_chair_is_free(site: Site) -> None:
    early = factory.visit(site=site, minute=540, chair=3)
    late = factory.visit(site=site, minute=640, chair=3)
    sits = factory.infusion(site=site, at_state="arrived", visit=early, at=late.starts_at - 20 * MINUTE)
    chair = taken_up(late)
    run([chair], until=late.starts_at + 15 * MINUTE)
    assert not Infusion.objects.filter(visit=late).exists()
    actions.do_not_start(
        infusion=sits.infusion,
        reason="illness",
        note="fever",
        by=sits.nurse,
        at=late.starts_at + 15 * MINUTE,
        key=uuid4(),
    )
    run([chair], until=late.starts_at + timedelta(hours=3))
    assert infusion_of(late).state == InfusionState.DISCHARGED


# -- a person takes over ------------------------------------------------------------------------------


def under_way(visit: Visit, *, minutes: int) -> tuple[Chair, Infusion]:
    """A chair charted by the simulated nurse up to some minutes after the start."""
    chair = taken_up(visit)
    run([chair], until=visit.starts_at + 15 * MINUTE)
    infusion = infusion_of(visit)
    assert infusion.started_at is not None
    run([chair], until=infusion.started_at + minutes * MINUTE)
    return chair, infusion_of(visit)


def acts_as_a_person(infusion: Infusion, at: datetime) -> InfusionEvent:
    return actions.record_event(
        infusion=infusion,
        kind=Kind.SIDE_EFFECT,
        key=uuid4(),
        by=infusion.nurse,
        at=at,
        detail={"symptom": "dizzy", "severity": "mild"},
    )


def count_of(visit: Visit) -> int:
    return len(record(visit))


def look(chair: Chair, at: datetime) -> int:
    """What the living clinic does every few seconds."""
    chair.refresh()
    return run([chair], until=at)


def test_the_simulation_does_not_take_its_own_acts_for_a_persons(visit: Visit) -> None:
    chair = taken_up(visit)
    for minutes in range(0, 120, 20):
        look(chair, visit.starts_at + minutes * MINUTE)
        assert chair.person_at is None


def test_a_persons_act_is_seen_with_its_time(visit: Visit) -> None:
    chair, infusion = under_way(visit, minutes=5)
    assert infusion.started_at is not None
    at = infusion.started_at + 6 * MINUTE
    acts_as_a_person(infusion, at)
    chair.refresh()
    assert chair.person_at == at


def test_after_a_persons_act_the_simulated_nurse_keeps_away_for_twenty_minutes(visit: Visit) -> None:
    chair, infusion = under_way(visit, minutes=5)
    assert infusion.started_at is not None
    person_at = infusion.started_at + 6 * MINUTE
    acts_as_a_person(infusion, person_at)
    before = count_of(visit)
    for minutes in range(1, 20, 3):
        assert look(chair, person_at + minutes * MINUTE) == 0
    assert look(chair, person_at + PERSON_STAYS) == 0
    assert count_of(visit) == before, "the set at 15 min is the person's to take"


def test_she_goes_on_afterwards_and_brings_the_patient_home(visit: Visit) -> None:
    chair, infusion = under_way(visit, minutes=5)
    assert infusion.started_at is not None
    acts_as_a_person(infusion, infusion.started_at + 6 * MINUTE)
    for minutes in range(6, 120, 6):
        look(chair, infusion.started_at + minutes * MINUTE)
    charted = infusion_of(visit)
    assert charted.state == InfusionState.DISCHARGED
    slots = list(charted.vital_sets.order_by("occurred_at").values_list("slot", flat=True))
    assert slots == ["baseline", "start+30", "end", "end+15", "end+30"]


def test_each_further_act_of_the_person_keeps_her_away_longer(visit: Visit) -> None:
    chair, infusion = under_way(visit, minutes=5)
    assert infusion.started_at is not None
    for minutes in range(6, 60, 15):
        acts_as_a_person(infusion, infusion.started_at + minutes * MINUTE)
        assert look(chair, infusion.started_at + (minutes + 14) * MINUTE) == 0
    assert infusion_of(visit).state == InfusionState.INFUSING, "ending it is the person's as well"


def test_a_person_at_one_chair_does_not_stop_the_others(site: Site) -> None:
    mine, hers = factory.visit(site=site, minute=540), factory.visit(site=site, minute=560)
    one, other = taken_up(mine), taken_up(hers, seed="calm-1")
    run([one, other], until=hers.starts_at + 15 * MINUTE)
    at = hers.starts_at + 15 * MINUTE
    acts_as_a_person(infusion_of(mine), at)
    one.refresh()
    other.refresh()
    run([one, other], until=at + 19 * MINUTE)
    assert infusion_of(hers).vital_sets.filter(received_at__gt=at).exists()
    assert not infusion_of(mine).vital_sets.filter(received_at__gt=at).exists()


def test_a_visit_that_a_person_seated_and_left_is_still_brought_to_the_start(visit: Visit) -> None:
    """Somebody looks in, seats a patient, checks the identity and goes away: the patient is not forgotten."""
    by_hand = factory.Chair(visit, actor("nurse", visit.site), visit.starts_at).arrive().identify()
    chair = taken_up(visit)
    for minutes in range(0, 150, 10):
        look(chair, visit.starts_at + minutes * MINUTE)
    charted = infusion_of(visit)
    assert charted.pk == by_hand.infusion.pk
    assert charted.outcome == InfusionOutcome.COMPLETED
    assert charted.started_at is not None
    assert charted.started_at >= visit.starts_at + PERSON_STAYS
    assert events_of(visit).count(Kind.IDENTITY_CHECKED) == 1, "what the person has done is not done again"


def test_what_a_person_charted_before_the_start_is_not_charted_twice(visit: Visit) -> None:
    by_hand = factory.Chair(visit, actor("nurse", visit.site), visit.starts_at).ready()
    by_hand.later(minutes=1).start()
    chair = taken_up(visit)
    for minutes in range(0, 150, 10):
        look(chair, visit.starts_at + minutes * MINUTE)
    assert infusion_of(visit).state == InfusionState.DISCHARGED
    kinds = events_of(visit)
    kinds.remove(Kind.PUMP_CHECKED)  # two nurses read the pump
    assert len(set(kinds)) == len(kinds)
    sets = VitalSet.objects.filter(infusion__visit=visit).order_by("occurred_at")
    assert sets[0].occurred_at == visit.starts_at


def test_she_does_not_give_up_at_once_where_a_person_has_been_trying(site: Site) -> None:
    visit = factory.visit(site=site, signed=False)
    chair = taken_up(visit)
    run([chair], until=visit.starts_at + 20 * MINUTE)
    acts_as_a_person(infusion_of(visit), visit.starts_at + 45 * MINUTE)
    look(chair, visit.starts_at + 75 * MINUTE)
    assert infusion_of(visit).state == InfusionState.ARRIVED
    look(chair, visit.starts_at + 100 * MINUTE)
    assert infusion_of(visit).state == InfusionState.NOT_STARTED


def test_a_visit_a_person_finished_is_left_as_it_is(visit: Visit) -> None:
    by_hand = factory.Chair(visit, actor("nurse", visit.site), visit.starts_at)
    by_hand.ready().start().run().observe().discharge()
    before = record(visit)
    assert look(taken_up(visit), visit.starts_at + timedelta(hours=5)) == 0
    assert record(visit) == before
