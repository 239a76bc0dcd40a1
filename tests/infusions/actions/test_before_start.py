"""Intake, the second person at the pump, the IV line, hand-over and breaks, the settings: on real rows."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction

from infusions import actions
from infusions.models import ChairsideSettings, InfusionEvent, Intake
from infusions.queries.chairside import chairside_settings, settings_told
from infusions.queries.intake import intake_words, intakes_of, standing
from infusions.queries.nurses import covered_for, nurse_choices, patients_of
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions, ledger, people, scheduling
from tests.factories.infusions import ANSWERS, Kind


def start(chair):
    return actions.start_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())


def refusal(act, *args, **fields):
    with pytest.raises(Refused) as refused:
        act(*args, **fields)
    return [problem.rule for problem in refused.value.problems]


def unasked(site, **fields):
    chair = infusions.chair(site=site, **fields).arrive(asks=False).weigh().identify().premed().draw().pump()
    chair.vitals()
    return chair


def set_chairside(site, at, **fields):
    row = chairside_settings(site)
    given = {name: getattr(row, name) for name in ("second_pump_check", "map_flags", "board_name")} | fields
    return actions.set_chairside(site=site, by=scheduling.actor("administrator", site), at=at, **given)


# -- intake


def test_inf_27_the_first_infusion_waits_for_the_answers(site):
    chair = unasked(site)
    assert refusal(start, chair) == ["INF-27"]
    chair.ask()
    assert start(chair).state == "infusing"


def test_inf_27_later_days_are_not_held_up_and_may_be_asked(site):
    first = infusions.infusion(site=site, at_state="discharged")
    second = first.visit.sequence.visits.select_related("site", "patient", "sequence").get(day_index=2)
    chair = unasked(site, visit=second)
    assert start(chair).state == "infusing"
    chair.ask()
    assert Intake.objects.filter(infusion=chair.infusion).count() == 1


def test_inf_29_a_correction_is_a_new_row_and_the_old_one_stays(site):
    chair = infusions.infusion(site=site, at_state="arrived")
    (first,) = intakes_of(chair.infusion)
    given = {"by": chair.nurse, "at": chair.at, "reason": "misheard"}
    answers = replace(ANSWERS, pain_now=7)
    second = actions.correct_intake(intake=first, answers=answers, key=uuid4(), **given)
    assert intakes_of(chair.infusion) == [first, second]
    assert standing(intakes_of(chair.infusion)).pain_now == 7
    with pytest.raises(Conflict):
        actions.correct_intake(intake=first, answers=ANSWERS, key=uuid4(), **given)
    with pytest.raises(Conflict):  # asked again is a correction
        actions.record_intake(infusion=chair.infusion, answers=ANSWERS, by=chair.nurse, at=chair.at, key=uuid4())


def test_inf_29_the_same_answers_sent_twice_are_one_row(site):
    chair = infusions.chair(site=site).arrive(asks=False)
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4()}
    first = actions.record_intake(answers=ANSWERS, **given)
    assert actions.record_intake(answers=ANSWERS, **given) == first
    with pytest.raises(Conflict):
        actions.record_intake(answers=replace(ANSWERS, pain_now=1), **given)
    assert intake_words(first) == (
        "Pain 6 now, 5 on average, 8 at worst; needs some help; takes gabapentin 300 mg, last night"
    )


# -- the pump


@pytest.fixture
def read_once(site):
    """Ready but for the second person: the nurse has read the pump."""
    set_chairside(site, scheduling.NOW, second_pump_check=False)
    chair = infusions.infusion(site=site, at_state="ready")
    set_chairside(site, chair.at, second_pump_check=True)
    return chair


def test_inf_28_one_reading_is_not_enough_where_the_clinic_wants_two(read_once):
    assert refusal(start, read_once) == ["INF-28"]
    read_once.pump_again()
    assert start(read_once).state == "infusing"


def test_inf_28_with_the_setting_off_one_reading_is_enough(site, read_once):
    set_chairside(site, read_once.at, second_pump_check=False)
    assert start(read_once).state == "infusing"


def test_inf_28_the_same_person_twice_is_one_person(read_once):
    assert refusal(read_once.pump_again, reader=read_once.nurse) == ["INF-28"]
    numbers = {"rate_ml_per_h": Decimal("75"), "volume_ml": Decimal("50")}
    read_once._do(actions.check_pump, **numbers)
    assert refusal(start, read_once) == ["INF-28"]


def test_inf_28_the_second_reading_is_the_second_persons_own_row(read_once):
    second = ledger.other(read_once.nurse)
    read_once.pump_again(second)
    event = InfusionEvent.objects.filter(kind=Kind.PUMP_CHECKED).latest("pk")
    assert event.by == second
    assert (event.detail["second"], event.detail["beside"]) == (second.pk, read_once.nurse.pk)


def test_inf_28_a_second_reading_that_differs_undoes_the_first(read_once):
    read_once.pump_again(rate_ml_per_h=Decimal("7.5"))
    assert refusal(start, read_once) == ["INF-19"]
    read_once.pump()  # both read anew
    assert start(read_once).state == "infusing"


def test_inf_28_who_neither_charts_nor_clears_nor_belongs_here_reads_nothing(site, other_site, read_once):
    for reader in (scheduling.actor("scheduler", site), scheduling.actor("nurse", other_site)):
        assert refusal(read_once.pump_again, reader=reader) == ["INF-28"]


def test_inf_28_there_is_no_second_reading_before_the_first(site):
    chair = infusions.infusion(site=site, at_state="arrived")
    assert refusal(chair.pump_again) == ["INF-28"]


# -- the IV line


def test_inf_30_attempts_that_placed_nothing_are_recorded_beside_the_line_that_is_in(site):
    chair = infusions.infusion(site=site, at_state="arrived")
    chair.event(Kind.IV_ATTEMPTED, site="hand", side="left", gauge=22, attempts=2)
    chair.event(Kind.IV_PLACED, site="forearm", side="right", gauge=22, attempts=1)
    assert refusal(chair.event, Kind.IV_PLACED, site="forearm", side="right", gauge=17, attempts=1) == ["INF-30"]


# -- who has the patient


@pytest.fixture
def pair(site):
    """Two patients of one nurse, and two nurses with room."""
    one = infusions.infusion(site=site, at_state="infusing")
    two = infusions.infusion(site=site, nurse=one.nurse, minute=550, at=one.at)
    others = [person for person in site.staff.filter(role="nurse").order_by("pk") if person != one.nurse][:2]
    return one, two, others


def test_inf_31_a_hand_over_needs_words(pair):
    one, _, (relief, _) = pair
    given = {"infusion": one.infusion, "nurse": relief, "by": one.nurse, "at": one.at, "key": uuid4()}
    assert refusal(actions.hand_over, note=" ", **given) == ["INF-31"]
    assert actions.hand_over(note="nausea on day 1", **given).nurse == relief
    event = InfusionEvent.objects.get(kind=Kind.HANDED_OVER)
    assert (event.note, event.detail) == ("nausea on day 1", {"nurse": relief.pk, "from": one.nurse.pk})


def test_inf_31_a_break_hands_over_both_and_gives_both_back(pair):
    one, two, (first, second) = pair
    nurse, keys = one.nurse, uuid4()
    given = {"nurse": nurse, "note": "both calm", "by": nurse, "at": one.at, "key": keys}
    rows = actions.hand_over_for_break(to={one.infusion.pk: first, two.infusion.pk: second}, **given)
    assert {row.nurse for row in rows} == {first, second}
    assert patients_of(nurse, one.at) == []
    assert len(covered_for(nurse, one.at)) == 2
    again = actions.hand_over_for_break(to={one.infusion.pk: first, two.infusion.pk: second}, **given)
    assert len(again) == 2
    assert InfusionEvent.objects.filter(kind=Kind.HANDED_OVER).count() == 2
    actions.take_back(nurse=nurse, by=nurse, at=one.at, key=uuid4())
    assert len(patients_of(nurse, one.at)) == 2
    assert covered_for(nurse, one.at) == []


def test_inf_31_all_or_none_and_nobody_takes_a_third(pair, site):
    one, two, (first, _) = pair
    given = {"nurse": one.nurse, "note": "calm", "by": one.nurse, "at": one.at}
    assert refusal(actions.hand_over_for_break, to={one.infusion.pk: first}, key=uuid4(), **given) == ["INF-31"]
    infusions.infusion(site=site, nurse=first, minute=560, at=one.at)
    both = {one.infusion.pk: first, two.infusion.pk: first}
    with transaction.atomic():
        assert refusal(actions.hand_over_for_break, to=both, key=uuid4(), **given) == ["INF-21"]
    assert len(patients_of(one.nurse, one.at)) == 2


def test_a_nurse_who_had_the_patient_before_stands_first_with_the_day(site):
    yesterday = infusions.infusion(site=site, at_state="discharged")
    visit = yesterday.visit.sequence.visits.select_related("site", "patient", "sequence").get(day_index=2)
    today = infusions.chair(site=site, visit=visit, nurse=people.staff("nurse", site=site)).arrive()
    choices = nurse_choices([today.infusion], site=site, at=today.at)[today.infusion.pk]
    assert choices[0].nurse == yesterday.nurse
    assert "had this patient on day 1" in choices[0].label
    assert today.nurse not in [choice.nurse for choice in choices]


# -- the settings


def test_inf_32_a_change_is_told_with_its_default_and_who_made_it(site):
    assert [one.now for one in settings_told(site)] == ["On", "Off", "Initials and the end of the record number"]
    set_chairside(site, scheduling.NOW, map_flags=True)
    pump, flags, _ = settings_told(site)
    assert (flags.now, flags.default) == ("On", "Off")
    assert flags.changed_by == scheduling.actor("administrator", site).name
    assert pump.changed_by == ""
    set_chairside(site, scheduling.NOW, map_flags=True)  # nothing changes, nothing is written
    assert AuditEvent.objects.filter(event="chairside settings changed").count() == 1


def test_inf_32_a_nurse_sets_nothing(site, nurse):
    fields = {"second_pump_check": False, "map_flags": False, "board_name": "name"}
    assert refusal(actions.set_chairside, site=site, by=nurse, at=scheduling.NOW, **fields) == ["INF-32"]
    assert not ChairsideSettings.objects.exists()
