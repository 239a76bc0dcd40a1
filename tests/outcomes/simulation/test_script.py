"""A simulated visit: the same seed gives the same day, in order, with numbers a nurse could type."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infusions.models import VitalSet
from infusions.rules.vital_entry import entry_problems
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm, StopReason
from outcomes.simulation.script import RUNS, Act, Habits, Reading, Script, usual_habits
from scheduling.states import MissedReason

AT = datetime(2026, 9, 14, 13, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TARGETS = {"start+15": 15, "start+30": 30, "end": 40, "end+15": 55, "end+30": 70}
seeds = st.text(max_size=12)
habits = st.builds(
    Habits,
    slow_set=st.sampled_from(["", *TARGETS]),
    keeps_flag=st.booleans(),
    rises=st.booleans(),
    stops=st.booleans(),
    driver_late=st.booleans(),
)
many = settings(max_examples=150, deadline=None)


def acts_of(script: Script) -> list[Act]:
    return script.before_start(AT) + script.after_start(AT + 10 * MINUTE)


def readings(script: Script) -> Iterator[Reading]:
    yield from (act.reading for act in acts_of(script) if act.reading is not None)


@given(seeds, habits)
@many
def test_the_same_seed_gives_the_same_visit(seed: str, unusual: Habits) -> None:
    one, other = Script(seed, unusual), Script(seed, unusual)
    assert acts_of(one) == acts_of(other)
    assert one.arrival(AT) == other.arrival(AT)


def test_another_seed_gives_another_visit() -> None:
    assert len({str(acts_of(Script(f"1:{n}"))) for n in range(50)}) == 50


@given(seeds)
@many
def test_a_visit_does_not_depend_on_when_it_is(seed: str) -> None:
    """So that a process started later goes on with the same visit."""
    later = 3 * timedelta(hours=1)
    moved = [(act.label, act.at - later, act.reading) for act in Script(seed).after_start(AT + later)]
    assert moved == [(act.label, act.at, act.reading) for act in Script(seed).after_start(AT)]


@given(seeds)
@many
def test_the_patient_sits_down_within_four_minutes_of_the_booked_time(seed: str) -> None:
    assert abs(Script(seed).arrival(AT) - AT) < 4 * MINUTE


@given(seeds, habits)
@many
def test_acts_are_in_order_of_time_with_labels_of_their_own(seed: str, unusual: Habits) -> None:
    script = Script(seed, unusual)
    for acts in (script.before_start(AT), script.after_start(AT)):
        assert [act.at for act in acts] == sorted(act.at for act in acts)
        assert min(act.at for act in acts) > AT
    labels = [act.label for act in acts_of(script) if act.name != "as_needed"]
    assert len(set(labels)) == len(labels)


@given(seeds)
@many
def test_before_the_start_everything_the_start_needs_is_done(seed: str) -> None:
    names = [act.name for act in Script(seed).before_start(AT)]
    assert names == ["weigh", "identity", "pregnancy", "iv", "premedication", "vitals", "pump", "start"]


@given(seeds, habits.filter(lambda unusual: not unusual.stops))
@many
def test_every_set_is_taken_at_its_place_in_the_grid(seed: str, unusual: Habits) -> None:
    sets = {act.slot: act.at - AT for act in Script(seed, unusual).after_start(AT) if act.name == "vitals"}
    assert set(sets) == set(TARGETS)
    for slot, minutes in TARGETS.items():
        late = sets[slot] - minutes * MINUTE
        assert timedelta(0) < late <= (unusual.slow_by if slot == unusual.slow_set else 2 * MINUTE)


@given(seeds, habits.filter(lambda unusual: unusual.stops))
@many
def test_after_an_early_stop_the_sets_count_from_the_stop(seed: str, unusual: Habits) -> None:
    acts = Script(seed, unusual).after_start(AT)
    (stop,) = [act for act in acts if act.name == "stop"]
    assert AT < stop.at < AT + RUNS
    assert "complete" not in [act.name for act in acts]
    sets = {act.slot: act.at for act in acts if act.name == "vitals"}
    assert {"end", "end+15", "end+30"} <= set(sets)
    assert "start+30" not in sets
    assert sets["end+30"] >= stop.at + 30 * MINUTE


@given(seeds, habits)
@many
def test_home_is_after_half_an_hour_and_after_the_last_set_and_answer(seed: str, unusual: Habits) -> None:
    acts = Script(seed, unusual).after_start(AT)
    end = next(act.at for act in acts if act.name in {"stop", "complete"})
    home = next(act.at for act in acts if act.name == "discharge")
    assert home >= end + 30 * MINUTE
    if unusual.slow_set not in {"end+15", "end+30"}:
        sets = [act.at for act in acts if act.name == "vitals"]
        assert home > max(sets)


@given(seeds, habits)
@many
def test_every_reading_can_be_typed_in_without_a_question(seed: str, unusual: Habits) -> None:
    for one in readings(Script(seed, unusual)):
        assert entry_problems(Vitals(one.sbp, one.dbp, one.hr, one.spo2, Rhythm.SINUS)) == []


@given(seeds)
@many
def test_symptoms_are_ones_the_chart_knows_and_none_is_asked_before_the_start(seed: str) -> None:
    script = Script(seed)
    for one in readings(script):
        assert set(one.symptoms) <= set(VitalSet.Symptom.values)
    assert script.baseline.symptoms == ()


@given(seeds)
@many
def test_nausea_brings_the_further_dose_and_nothing_else_does(seed: str) -> None:
    acts = Script(seed).after_start(AT)
    sick = [act.at for act in acts if act.reading is not None and "nausea" in act.reading.symptoms]
    given_at = [act.at for act in acts if act.name == "as_needed"]
    assert [at - 2 * MINUTE for at in given_at] == sick


def test_a_pressure_that_rises_flags_and_the_usual_one_mostly_does_not() -> None:
    def tops(**unusual: bool) -> list[bool]:
        scripts = [Script(f"1:{n}", Habits(**unusual)) for n in range(100)]
        return [
            any(100 * (one.sbp - script.baseline.sbp) > 20 * script.baseline.sbp for one in readings(script))
            for script in scripts
        ]

    assert all(tops(rises=True))
    assert 0 < sum(tops()) < 50


def test_a_kept_flag_is_answered_after_the_end_and_before_the_way_home() -> None:
    acts = Script("x", Habits(keeps_flag=True, rises=True)).after_start(AT)
    answers = {act.at for act in acts if act.name == "acknowledge"}
    home = next(act.at for act in acts if act.name == "discharge")
    assert answers == {AT + RUNS + 31 * MINUTE}
    assert max(answers) < home


def test_habits_are_of_the_seed_and_their_rates_are_the_papers() -> None:
    usual = [usual_habits(f"1:{n}", day_index=2) for n in range(4000)]
    assert usual == [usual_habits(f"1:{n}", day_index=2) for n in range(4000)]
    missed = [one.misses for one in usual if one.misses]
    assert 0.01 < len(missed) / len(usual) < 0.025
    assert set(missed) <= set(MissedReason.values)
    assert {one.slow_set for one in usual} <= {"", *TARGETS}
    assert StopReason.PATIENT_CHOICE in StopReason.values


@pytest.mark.parametrize("number", range(0, 400, 40))
def test_nobody_misses_the_first_day(number: int) -> None:
    assert all(not usual_habits(f"1:{n}", day_index=1).misses for n in range(number, number + 40))


def test_the_random_numbers_of_a_script_are_not_shared_with_anybody() -> None:
    before = Random(7).random()
    acts_of(Script("x"))
    assert Random(7).random() == before


def test_every_number_of_two_thousand_visits_is_one_a_monitor_can_show() -> None:
    for number in range(2000):
        visit = Script(f"monitor:{number}")
        readings = [visit.baseline, *(act.reading for act in visit.after_start(AT) if act.reading)]
        assert all(93 <= reading.spo2 <= 100 for reading in readings)
        assert all(40 <= reading.dbp < reading.sbp <= 260 for reading in readings)
