"""The start: all gates at once, one transaction, the baseline frozen and the order pinned."""

from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import InfusionEvent, Order
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm
from kitclinic.models import AuditEvent
from kitclinic.problems import Blocker, NeedsConfirmation, Refused
from scheduling.actions import merge_patients, record_call_out, take_cover, withdraw_consent
from scheduling.models import Consent, CoverNeeded, NurseShift, Visit
from tests.factories import infusions, scheduling

Kind = InfusionEvent.Kind
HIGH = Vitals(182, 100, 80, 97, Rhythm.SINUS)


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


def start(chair):
    return actions.start_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())


def test_a_prepared_patient_starts_and_the_baseline_is_frozen(site):
    chair = infusions.infusion(site=site, at_state="ready").start()
    infusion, order = chair.infusion, Order.objects.get()
    assert infusion.state == "infusing"
    assert infusion.baseline == infusion.vital_sets.get()
    assert infusion.order == order
    chair.visit.refresh_from_db()
    assert chair.visit.state == "arrived"  # it counts as attended when the patient leaves
    assert infusion.events.filter(kind=Kind.STARTED).count() == 1
    assert AuditEvent.objects.filter(event="infusion started").count() == 1


def test_everything_missing_is_listed_at_once(site):
    chair = infusions.infusion(site=site, at_state="arrived", signed=False, driver=False)
    infusions.provider_leaves(site=site, at=chair.at)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-01", "WGT-08", "DRV-01", "VIT-12", "INF-16", "INF-17", "INF-19", "INF-20"}
    chair.infusion.refresh_from_db()
    assert (chair.infusion.state, chair.infusion.started_at) == ("arrived", None)


def test_inf_21_sch_33_cover_counts_for_no_start_taken_or_not(site, physician):
    chair = infusions.infusion(site=site, at_state="ready")
    clerk = scheduling.actor("scheduler", site)
    minute = site.minute(chair.at)
    for shift in NurseShift.objects.filter(suite_day=chair.visit.suite_day).select_related("nurse"):
        record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=minute, by=clerk, at=chair.at)
    with pytest.raises(Refused, match="1 patient for 0 nurses on the floor, at most 2 each"):
        start(chair)
    take_cover(cover=CoverNeeded.objects.get(kind="nurse"), person=physician, by=clerk, at=chair.at)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-21"}


@pytest.mark.parametrize(
    ("leave_out", "rule"),
    [
        ("identify", "INF-16"),
        ("premed", "INF-17"),
        ("draw", "INF-23"),
        ("pump", "INF-19"),
        ("vitals", "VIT-12"),
        ("weigh", "WGT-08"),
    ],
)
def test_each_step_that_is_left_out_is_named_alone(site, leave_out, rule):
    chair = infusions.infusion(site=site, at_state="arrived")
    for step in {"weigh", "identify", "premed", "draw", "pump", "vitals"} - {leave_out}:
        getattr(chair, step)()
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {rule}


def test_vit_12_a_baseline_of_sixteen_minutes_is_too_old(site):
    chair = infusions.infusion(site=site, at_state="ready").later(minutes=16)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"VIT-12"}


def test_inf_18_a_high_baseline_starts_only_after_a_provider_cleared_it(site, physician):
    chair = infusions.infusion(site=site, at_state="ready").later(minutes=1)
    chair.vitals(HIGH)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-18"}
    chair.later(minutes=1)
    actions.record_event(
        infusion=chair.infusion, kind=Kind.PROVIDER_CLEARED, key=uuid4(), by=physician, at=chair.at
    )
    assert start(chair).state == "infusing"


def test_a_clearance_does_not_cover_a_later_baseline(site, physician):
    chair = infusions.infusion(site=site, at_state="ready")
    actions.record_event(
        infusion=chair.infusion, kind=Kind.PROVIDER_CLEARED, key=uuid4(), by=physician, at=chair.at
    )
    chair.later(minutes=2).vitals(HIGH)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-18"}


def test_inf_02_a_held_order_starts_nothing(site):
    chair = infusions.infusion(site=site, at_state="ready")
    actions.hold_order(order=Order.objects.get(), reason="ask first", by=chair.nurse, at=chair.at)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-02"}


def test_inf_10_a_positive_pregnancy_test_stops_without_override(site):
    chair = infusions.infusion(site=site, at_state="ready")
    chair.event(Kind.PREGNANCY_TEST, result="positive", method="urine", lot="")
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-10"}


def test_a_pump_checked_against_another_order_does_not_count(site, physician):
    chair = infusions.infusion(site=site, at_state="ready")
    order = Order.objects.get()
    actions.supersede_order(order=order, reason="new weight", by=physician, at=chair.at)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-01", "INF-19"}


def test_inf_21_a_third_patient_waits_for_another_nurse(site, nurse):
    for minute in (540, 570):
        infusions.infusion(site=site, nurse=nurse, minute=minute)
    chair = infusions.infusion(site=site, nurse=nurse, minute=600, at_state="ready")
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-21"}


def test_a_question_about_the_driver_is_answered_by_its_rule(site):
    chair = infusions.infusion(site=site, at_state="ready")
    Visit.objects.filter(pk=chair.visit.pk).update(driver_name="Robin")
    chair.infusion.refresh_from_db()
    with pytest.raises(Refused) as refused:
        start(chair)
    (problem,) = refused.value.problems
    assert isinstance(problem, NeedsConfirmation)
    started = actions.start_infusion(
        infusion=chair.infusion,
        by=chair.nurse,
        at=chair.at,
        key=uuid4(),
        confirmed=frozenset({problem.rule}),
    )
    assert started.state == "infusing"


def a_check_from_the_right(patient, at):
    return [Blocker("INF-22", f"Ask about {patient.record_number} first.")]


def test_inf_22_checks_of_other_apps_join_the_list(site, settings):
    settings.READINESS_CHECKS = [f"{__name__}.a_check_from_the_right"]
    chair = infusions.infusion(site=site, at_state="ready")
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"INF-22"}


def test_enr_83_no_infusion_starts_on_a_withdrawn_consent(site):
    chair = infusions.infusion(site=site, at_state="ready")
    consent = Consent.objects.get(patient=chair.infusion.patient)
    withdraw_consent(consent=consent, reason="wants to wait", by=chair.nurse, at=chair.at)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"ENR-83"}


def test_enr_83_a_merged_record_with_an_assessment_stops_the_next_start(site):
    chair = infusions.infusion(site=site, at_state="ready")
    other = scheduling.eligible_patient(site=site)
    scheduler = scheduling.actor("scheduler", site)
    merge_patients(kept=chair.infusion.patient, folded=other, reason="same person", by=scheduler, at=chair.at)
    with pytest.raises(Refused) as refused:
        start(chair)
    assert rules(refused) == {"ENR-83"}


def test_the_same_start_sent_twice_is_one_start(site):
    chair, key = infusions.infusion(site=site, at_state="ready"), uuid4()
    for _ in range(2):
        actions.start_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=key)
    assert chair.infusion.events.filter(kind=Kind.STARTED).count() == 1


def test_a_started_or_paused_infusion_is_not_started_again(site):
    chair = infusions.infusion(site=site, at_state="infusing")
    with pytest.raises(Refused):
        start(chair)
    actions.pause_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())
    with pytest.raises(Refused):
        start(chair)


def test_a_release_by_a_prescriber_lets_the_new_weight_start(site, physician):
    chair = infusions.infusion(site=site, at_state="arrived")
    chair.weigh("86.7").identify().vitals()
    with pytest.raises(Refused) as refused:
        start(chair)
    assert {"INF-02", "WGT-07"} <= rules(refused)
    affirm(Order.objects.get(), physician, chair.at)
    chair.premed().draw().pump()
    assert start(chair).state == "infusing"


def affirm(order, physician, at):
    from_text = infusions.affirmed(order)
    proof = infusions.Proof(user_id=physician.pk, at=at, method="password")
    actions.release_order(
        order=order, reason="dose stands", proof=proof, by=physician, at=at, shown_digest=from_text
    )
