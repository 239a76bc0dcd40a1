"""Arrival, weight, checks, hand-over and the visit that does not start."""

from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Infusion, InfusionEvent, Order
from infusions.states import InfusionState, OrderState
from kitclinic.models import AuditEvent, Transition
from kitclinic.problems import Conflict, Refused
from scheduling.actions import mark_missed
from tests.factories import infusions, people, scheduling, suite

Kind = InfusionEvent.Kind


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


@pytest.fixture
def arrived(site):
    return infusions.infusion(site=site)


def test_arrival_seats_the_patient_and_moves_the_visit(arrived):
    visit = arrived.visit
    visit.refresh_from_db()
    assert visit.state == "arrived"
    assert arrived.infusion.state == InfusionState.ARRIVED
    assert arrived.infusion.events.get().kind == Kind.ARRIVED
    assert Transition.objects.filter(subject="infusions_infusion", to_state="arrived").count() == 1
    assert AuditEvent.objects.filter(event="infusion arrived", patient_id=visit.patient_id).count() == 1


def test_the_same_arrival_sent_twice_is_one_infusion(site, nurse):
    visit, key = infusions.visit(site=site), uuid4()
    given = {"visit": visit, "chair": visit.chair, "nurse": nurse, "by": nurse, "at": visit.starts_at, "key": key}
    first = actions.arrive(**given)
    assert actions.arrive(**given) == first
    assert Infusion.objects.count() == 1
    with pytest.raises(Conflict):
        actions.arrive(**given | {"chair": 7})


def test_an_occupied_chair_refuses_the_next_patient(site, arrived):
    other = infusions.visit(site=site, minute=600)
    with pytest.raises(Refused) as refused:
        infusions.chair(site=site, visit=other).arrive(chair=arrived.infusion.chair)
    assert rules(refused) == {"INF-08"}


def test_chs_01_a_chair_that_does_not_exist_and_a_nurse_of_elsewhere_are_both_named(site, other_site, nurse):
    visit = infusions.visit(site=site)
    stranger = people.staff("nurse", site=other_site)
    with pytest.raises(Refused) as refused:
        actions.arrive(visit=visit, chair=9, nurse=stranger, by=nurse, at=visit.starts_at, key=uuid4())
    assert [problem.rule for problem in refused.value.problems] == ["CHS-01", "CHS-01"]


def test_a_patient_who_is_seated_is_not_seated_again(arrived, nurse):
    with pytest.raises(Refused) as refused:
        actions.arrive(visit=arrived.visit, chair=8, nurse=nurse, by=nurse, at=arrived.at, key=uuid4())
    assert "INF-07" in rules(refused)


@pytest.mark.parametrize("over", ["discharged", "not started", "missed"])
def test_chs_07_a_visit_that_is_over_refuses_another_arrival_and_leaves_all_as_it_was(site, nurse, over):
    here = infusions.chair(site=site, nurse=nurse)
    if over == "discharged":
        here.ready().start().run().observe().discharge()
    elif over == "missed":
        mark_missed(visit=here.visit, reason="illness", by=nurse, at=here.at)
    else:
        here.arrive()
        actions.do_not_start(infusion=here.infusion, reason="illness", by=nurse, at=here.at, key=uuid4())
    rows = (Infusion.objects.count(), InfusionEvent.objects.count(), AuditEvent.objects.count())
    given = {"chair": here.visit.chair, "nurse": nurse, "by": nurse, "at": here.at}
    with pytest.raises(Refused) as refused:
        actions.arrive(visit=here.visit, key=uuid4(), **given)
    assert rules(refused) == {"CHS-07"}
    assert (Infusion.objects.count(), InfusionEvent.objects.count(), AuditEvent.objects.count()) == rows


def test_a_weight_close_to_the_order_leaves_it_signed(arrived):
    arrived.weigh("82.9")
    assert str(arrived.infusion.weight.weight_kg) == "82.9"
    assert Order.objects.get().state == OrderState.SIGNED


def test_wgt_07_five_percent_from_the_order_holds_it(arrived):
    arrived.weigh("86.7")
    order = Order.objects.get()
    assert order.state == OrderState.HELD
    assert "86.7 kg" in order.held_because


def test_inf_16_one_identifier_is_not_enough(arrived):
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.IDENTITY_CHECKED, identifiers=["name"])
    assert rules(refused) == {"INF-16"}
    arrived.event(Kind.IDENTITY_CHECKED, identifiers=["name", "record_number"])


def test_inf_16_a_chair_is_no_identifier(arrived):
    with pytest.raises(Refused):
        arrived.event(Kind.IDENTITY_CHECKED, identifiers=["name", "chair"])


def test_dos_10_a_pump_that_shows_another_rate_is_stop_and_reconcile(arrived):
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.PUMP_CHECKED, rate_ml_per_h="750", volume_ml="50")
    assert rules(refused) == {"DOS-10"}
    assert "Stop and reconcile" in str(refused.value)
    arrived.event(Kind.PUMP_CHECKED, rate_ml_per_h="75", volume_ml="50")


def test_inf_19_a_pump_check_needs_numbers(arrived):
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.PUMP_CHECKED, rate_ml_per_h="seventy", volume_ml="")
    assert len(refused.value.problems) == 2


def test_premedication_is_answered_once(arrived):
    arrived.premed()
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.NO_PREMEDICATION, note="second thoughts")
    assert rules(refused) == {"ORD-11"}


def test_ord_11_leaving_premedication_out_needs_a_reason(arrived):
    with pytest.raises(Refused):
        arrived.event(Kind.NO_PREMEDICATION)
    arrived.event(Kind.NO_PREMEDICATION, note="took 8 mg at home on advice")


def test_chs_03_after_a_positive_test_only_a_provider_records_another(arrived, physician):
    arrived.event(Kind.PREGNANCY_TEST, result="positive", method="urine", lot="L1")
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.PREGNANCY_TEST, result="negative", method="urine", lot="L2")
    assert rules(refused) == {"CHS-03"}
    actions.record_event(
        infusion=arrived.infusion,
        kind=Kind.PREGNANCY_TEST,
        key=uuid4(),
        by=physician,
        at=arrived.at,
        detail={"result": "negative", "method": "serum", "lot": "L2"},
    )


def test_inf_18_a_nurse_does_not_clear_a_patient(arrived, physician):
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.PROVIDER_CLEARED)
    assert rules(refused) == {"INF-18"}
    actions.record_event(
        infusion=arrived.infusion, kind=Kind.PROVIDER_CLEARED, key=uuid4(), by=physician, at=arrived.at
    )


def test_chs_04_a_side_effect_says_what_and_how_strong(arrived):
    with pytest.raises(Refused) as refused:
        arrived.event(Kind.SIDE_EFFECT)
    assert len(refused.value.problems) == 2
    arrived.event(Kind.SIDE_EFFECT, symptom="nausea", severity="mild")


def test_chs_06_a_call_names_who_was_called(arrived):
    with pytest.raises(Refused):
        arrived.event(Kind.PROVIDER_CALLED, provider=" ")
    arrived.event(Kind.PROVIDER_CALLED, provider="Anneke Vantongeren")


def test_the_same_event_sent_twice_is_one_row_and_another_content_a_conflict(arrived):
    key = uuid4()
    given = {
        "infusion": arrived.infusion,
        "kind": Kind.SIDE_EFFECT,
        "key": key,
        "by": arrived.nurse,
        "at": arrived.at,
    }
    mild = {"detail": {"symptom": "nausea", "severity": "mild"}}
    first = actions.record_event(**given, **mild)
    assert actions.record_event(**given, **mild) == first
    with pytest.raises(Conflict):
        actions.record_event(**given, detail={"symptom": "nausea", "severity": "severe"})
    assert arrived.infusion.events.filter(kind=Kind.SIDE_EFFECT).count() == 1


def test_run_01_a_time_in_the_future_is_no_fact(arrived):
    given = {"infusion": arrived.infusion, "kind": Kind.IV_PLACED, "by": arrived.nurse, "at": arrived.at}
    with pytest.raises(Refused) as refused:
        actions.record_event(**given, key=uuid4(), occurred_at=arrived.at + timedelta(minutes=3))
    assert rules(refused) == {"RUN-01"}
    actions.record_event(**given, key=uuid4(), occurred_at=arrived.at + timedelta(minutes=2))


def test_a_patient_is_handed_to_a_nurse_with_room(site, arrived):
    relief = people.staff("nurse", site=site, name="Theo Brandt")
    actions.hand_over(
        infusion=arrived.infusion, nurse=relief, note="calm", by=arrived.nurse, at=arrived.at, key=uuid4()
    )
    arrived.infusion.refresh_from_db()
    assert arrived.infusion.nurse == relief
    assert arrived.infusion.events.filter(kind=Kind.HANDED_OVER).count() == 1


def test_inf_21_nobody_hands_over_a_third_patient(site, arrived):
    relief = people.staff("nurse", site=site, name="Theo Brandt")
    for minute in (550, 560):
        infusions.chair(site=site, visit=infusions.visit(site=site, minute=minute), nurse=relief).arrive()
    with pytest.raises(Refused) as refused:
        actions.hand_over(
            infusion=arrived.infusion, nurse=relief, note="calm", by=arrived.nurse, at=arrived.at, key=uuid4()
        )
    assert rules(refused) == {"INF-21"}


def test_a_visit_that_does_not_start_frees_the_chair_and_counts_as_missed(arrived):
    given = {
        "infusion": arrived.infusion,
        "reason": "held_by_provider",
        "note": "fever",
        "by": arrived.nurse,
        "at": arrived.at,
        "key": uuid4(),
    }
    ended = actions.do_not_start(**given)
    assert (ended.state, ended.outcome) == ("not_started", "not_started")
    assert actions.do_not_start(**given) == ended
    arrived.visit.refresh_from_db()
    assert (arrived.visit.state, arrived.visit.missed_reason) == ("missed", "held_by_provider")


def test_chs_05_a_visit_that_does_not_start_needs_a_reason_from_the_list(arrived):
    with pytest.raises(Refused) as refused:
        actions.do_not_start(infusion=arrived.infusion, reason="", by=arrived.nurse, at=arrived.at, key=uuid4())
    assert rules(refused) == {"CHS-05"}


def test_what_runs_is_stopped_not_left_unstarted(site):
    running = infusions.infusion(site=site, at_state="infusing")
    with pytest.raises(Refused):
        actions.do_not_start(
            infusion=running.infusion, reason="illness", by=running.nurse, at=running.at, key=uuid4()
        )


def test_the_next_week_has_its_own_visits(site):
    """The factory books more than one patient a week, each in a chair of their own."""
    visits = [infusions.visit(site=site, minute=minute) for minute in (540, 550, 560)]
    assert len({visit.chair for visit in visits}) == 3
    assert visits[0].date == suite.MONDAY
    assert scheduling.actor("nurse", site).site == site
