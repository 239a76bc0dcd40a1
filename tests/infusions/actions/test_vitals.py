"""Sets of vital signs: slots, flags as shown, corrections, answers."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Flag
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm, Sign
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions

CALM = infusions.CALM
HIGH = replace(CALM, sbp=156)


def rules(refused) -> set[str]:
    return {problem.rule for problem in refused.value.problems}


@pytest.fixture
def running(site):
    return infusions.infusion(site=site, at_state="infusing")


def test_a_set_before_the_start_is_a_baseline_candidate_and_flags_nothing_relative(site):
    chair = infusions.infusion(site=site)
    row = chair.vitals(replace(CALM, sbp=190, dbp=105))
    assert row.slot == "baseline"
    assert not row.flags.exists()


def test_sets_fill_the_due_times_and_others_are_extra(running):
    slots = [running.vitals().slot]
    for minutes in (14, 1, 15, 10):
        slots.append(running.later(minutes=minutes).vitals().slot)
    assert slots == ["extra", "start+15", "extra", "start+30", "end"]


def test_a_whole_visit_fills_every_due_time(site):
    chair = infusions.infusion(site=site, at_state="observed")
    filled = list(chair.infusion.vital_sets.order_by("occurred_at").values_list("slot", flat=True))
    assert filled == ["baseline", "start+15", "start+30", "end", "end+15", "end+30"]


def test_vit_01_a_flag_is_stored_as_it_was_shown(running):
    row = running.later(minutes=15).vitals(HIGH)
    flag = row.flags.get()
    assert (flag.rule, flag.sign, flag.direction, flag.change) == ("VIT-01", "sbp", "high", "+21.9%")
    assert (flag.baseline, flag.value) == (128, 156)


def test_exactly_twenty_percent_does_not_flag(running):
    assert not running.vitals(replace(CALM, hr=84)).flags.exists()


def test_vit_06_a_rhythm_is_new_once_and_known_from_an_earlier_baseline(site, running):
    row = running.vitals(replace(CALM, rhythm=Rhythm.ATRIAL_FIBRILLATION))
    assert row.flags.get().rule == "VIT-06"


def test_facts_are_taken_in_every_state(site):
    chair = infusions.infusion(site=site, at_state="discharged").later(minutes=5)
    assert chair.vitals().slot == "extra"


def test_vit_09_what_cannot_be_is_refused(running):
    with pytest.raises(Refused) as refused:
        running.vitals(Vitals(80, 120, 70, 101, Rhythm.SINUS))
    assert rules(refused) == {"VIT-09"}
    assert running.infusion.vital_sets.count() == 1


def test_vit_10_an_unusual_number_is_stored_as_typed_once_confirmed(running):
    odd = replace(CALM, hr=18)
    with pytest.raises(Refused) as refused:
        running.vitals(odd)
    assert rules(refused) == {"VIT-10"}
    row = running.vitals(odd, confirmed=frozenset({"VIT-10"}))
    assert (row.hr, row.confirmed_rules) == (18, "VIT-10")


def test_vit_11_a_gap_needs_its_reason(running):
    gap = replace(CALM, hr=None)
    with pytest.raises(Refused) as refused:
        running.vitals(gap)
    assert rules(refused) == {"VIT-11"}
    row = running.vitals(gap, unable={Sign.HR: "lead off"})
    assert (row.hr, row.not_obtained_because) == (None, "HR: lead off")


def test_run_02_a_set_that_comes_late_keeps_its_own_time_and_is_marked(running):
    read_at = running.later(minutes=15).at
    running.later(minutes=20)
    row = actions.record_vitals(
        infusion=running.infusion,
        reading=CALM,
        key=uuid4(),
        by=running.nurse,
        at=running.at,
        occurred_at=read_at,
        device_at=read_at + timedelta(minutes=47),
        clock_offset_ms=47 * 60_000,
    )
    assert (row.slot, row.occurred_at, row.received_at) == ("start+15", read_at, running.at)
    assert AuditEvent.objects.filter(event="vitals recorded").latest("pk").detail["late"] is True


def test_the_same_set_sent_twice_is_one_row_and_other_numbers_a_conflict(running):
    key = uuid4()
    first = running.vitals(symptoms=("nausea", "dizzy"), key=key)
    assert running.vitals(symptoms=("dizzy", "nausea"), key=key) == first
    with pytest.raises(Conflict):
        running.vitals(HIGH, key=key)
    assert running.infusion.vital_sets.filter(key=key).count() == 1


def correct(chair, row, reading=CALM, *, reason="misread the cuff", by=None, key=None):
    return actions.correct_vitals(
        vital_set=row, reading=reading, reason=reason, key=key or uuid4(), by=by or chair.nurse, at=chair.at
    )


def test_vit_16_a_correction_is_a_new_row_in_the_same_slot(running):
    wrong = running.later(minutes=15).vitals(HIGH)
    right = correct(running.later(minutes=2), wrong)
    assert (right.corrects, right.slot, right.occurred_at) == (wrong, wrong.slot, wrong.occurred_at)
    assert not right.flags.exists()
    assert Flag.objects.filter(vital_set=wrong).exists()
    with pytest.raises(Refused) as refused:
        correct(running, wrong)
    assert rules(refused) == {"VIT-16"}


def test_vit_16_a_correction_needs_its_reason(running):
    with pytest.raises(Refused):
        correct(running, running.vitals(), reason=" ")


def test_a_correction_sent_twice_is_one_row(running):
    wrong, key = running.vitals(HIGH), uuid4()
    assert correct(running, wrong, key=key) == correct(running, wrong, key=key)


def test_vit_12_only_a_provider_corrects_the_frozen_baseline(running, physician):
    baseline = running.infusion.baseline
    with pytest.raises(Refused) as refused:
        correct(running, baseline, replace(CALM, sbp=182))
    assert rules(refused) == {"VIT-12"}
    right = correct(running, baseline, replace(CALM, sbp=182), by=physician)
    running.infusion.refresh_from_db()
    assert running.infusion.baseline == right
    assert not running.later(minutes=15).vitals(HIGH).flags.exists()


def acknowledge(chair, row, **answer):
    given = {"symptomatic": False, "action": "watched", "by": chair.nurse, "at": chair.at} | answer
    return actions.acknowledge_flag(flag=row.flags.get(), **given)


def test_vit_13_a_flag_is_answered_once_with_symptoms_and_action(running):
    row = running.later(minutes=15).vitals(HIGH)
    with pytest.raises(Refused) as refused:
        acknowledge(running, row, symptomatic=None, action="")
    assert [problem.rule for problem in refused.value.problems] == ["VIT-13", "VIT-13"]
    acknowledge(running, row)
    with pytest.raises(Conflict):
        acknowledge(running, row)


def test_vit_14_symptoms_need_a_provider(running):
    row = running.later(minutes=15).vitals(HIGH)
    with pytest.raises(Refused) as refused:
        acknowledge(running, row, symptomatic=True)
    assert rules(refused) == {"VIT-14"}
    told = {"provider_notified": "Anneke Vantongeren", "provider_reply": "slow down, repeat in 5 min"}
    assert acknowledge(running, row, symptomatic=True, **told).provider_notified == "Anneke Vantongeren"


def test_vit_14_the_second_flag_in_a_row_needs_a_provider(running):
    acknowledge(running, running.later(minutes=15).vitals(HIGH))
    second = running.later(minutes=15).vitals(HIGH)
    with pytest.raises(Refused) as refused:
        acknowledge(running, second)
    assert rules(refused) == {"VIT-14"}


def test_a_flag_of_a_corrected_set_is_not_waiting_any_more(running):
    wrong = running.later(minutes=15).vitals(HIGH)
    correct(running, wrong)
    with pytest.raises(Conflict):
        acknowledge(running, wrong)
