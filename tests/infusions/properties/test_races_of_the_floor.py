"""Fifty rounds of two people at one moment on the floor: who has which patient, and a suite that closes."""

from threading import Event
from time import sleep
from uuid import uuid4

import pytest

from infusions import actions
from infusions.actions import starting
from infusions.models import Infusion, InfusionEvent, OpeningCheck, VitalSet
from infusions.queries.nurses import covered_for, patients_of
from infusions.rules.chairside import PATIENTS_PER_NURSE
from kitclinic.models import AuditEvent
from scheduling.actions import record_call_out
from scheduling.models import ProviderPresence
from tests.factories import infusions, opening, people, scheduling
from tests.infusions.properties.again import ROUNDS, rounds, taking_turns
from tests.races import race

Kind = InfusionEvent.Kind


@pytest.fixture
def clinic(committed_db):
    return people.site()


@pytest.fixture
def four(clinic):
    """Nurse A with chairs 1 and 2, nurse B with chairs 3 and 4, and two more who are free."""
    first = infusions.infusion(site=clinic)
    crew = [first.nurse, *clinic.staff.filter(role="nurse").exclude(pk=first.nurse.pk).order_by("pk")[:3]]
    rest = [
        infusions.infusion(site=clinic, nurse=crew[number // 2], minute=540 + 5 * number, at=first.at)
        for number in (1, 2, 3)
    ]
    return [chair.infusion for chair in (first, *rest)], crew, first.at


def again():
    """Its number and the newest event before it, round by round, in one database: patients go back to the nurses
    of before.
    """
    began = list(Infusion.objects.values_list("pk", "nurse"))
    for number in range(ROUNDS):
        yield number, InfusionEvent.objects.latest("pk").pk
        for pk, nurse in began:
            Infusion.objects.filter(pk=pk).update(nurse=nurse)


def now(infusion):
    return Infusion.objects.select_related("nurse", "site").get(pk=infusion.pk)


def giving(infusion, to, *, by, at, note="calm"):
    return lambda: actions.hand_over(infusion=infusion, nurse=to, note=note, by=by, at=at, key=uuid4())


def leaving(nurse, to, *, at):
    given = {"nurse": nurse, "to": to, "note": "calm", "by": nurse, "at": at}
    return lambda: actions.hand_over_for_break(**given, key=uuid4())


def chain_of(infusion, first, *, since):
    """Who had the patient, one after another; each hand-over begins where the one before ended."""
    had = [first.pk]
    rows = InfusionEvent.objects.filter(infusion=infusion, kind=Kind.HANDED_OVER, pk__gt=since)
    for event in rows.order_by("pk"):
        assert event.detail["from"] == had[-1]
        had.append(event.detail["nurse"])
    assert now(infusion).nurse_id == had[-1]
    return had


def test_inf_31_two_nurses_who_take_one_patient_at_once_stand_one_after_the_other_in_fifty_rounds(four):
    (patient, *_), (a, _, c, d), at = four
    for number, since in again():
        done, lost = race(*taking_turns(number, giving(patient, c, by=c, at=at), giving(patient, d, by=d, at=at)))
        assert (len(done), lost) == (2, [])
        had = chain_of(patient, a, since=since)
        assert sorted(had[1:]) == sorted([c.pk, d.pk])  # neither is overwritten unseen: both stand on the chart
        assert len(patients_of(c, at)) + len(patients_of(d, at)) == 1


def test_what_is_charted_at_the_moment_of_a_hand_over_is_kept_in_fifty_rounds(four):
    """A fact is never refused for where the patient stands: the row is found again, whoever has it by then."""
    (patient, *_), (a, _, c, _), at = four
    given = {"infusion": patient, "by": a, "at": at}
    for number, since in again():
        read = lambda: actions.record_vitals(  # noqa: E731
            **given, reading=infusions.CALM, occurred_at=at, key=uuid4()
        )
        seen = lambda: actions.record_event(  # noqa: E731
            **given, kind=Kind.SIDE_EFFECT, detail={"symptom": "nausea", "severity": "mild"}, key=uuid4()
        )
        done, lost = race(*taking_turns(number, giving(patient, c, by=c, at=at), seen), read)
        assert (len(done), lost) == (3, [])
        assert chain_of(patient, a, since=since) == [a.pk, c.pk]
        assert InfusionEvent.objects.filter(kind=Kind.SIDE_EFFECT, pk__gt=since).count() == 1
    assert VitalSet.objects.filter(infusion=patient).count() == ROUNDS


def test_inf_21_a_nurse_with_one_patient_takes_one_more_and_never_two_in_fifty_rounds(four):
    (one, two, three, _), (a, b, c, _), at = four
    giving(one, c, by=c, at=at)()
    for number, since in again():
        done, lost = race(*taking_turns(number, giving(two, c, by=c, at=at), giving(three, c, by=c, at=at)))
        assert (len(done), len(lost)) == (1, 1)
        assert [problem.rule for problem in lost[0].problems] == ["INF-21"]
        assert len(patients_of(c, at)) == PATIENTS_PER_NURSE
        assert len(patients_of(a, at)) + len(patients_of(b, at)) == 2
        chain_of(two, a, since=since)
        chain_of(three, b, since=since)


def test_inf_31_two_breaks_crosswise_to_the_same_two_nurses_both_end_in_fifty_rounds(four):
    """A gives to C and D, B gives to D and C: each waits for the other's nurse, and neither for ever."""
    (one, two, three, other), (a, b, c, d), at = four
    mine, yours = {one.pk: c, two.pk: d}, {three.pk: d, other.pk: c}
    for number, _ in again():
        done, lost = race(*taking_turns(number, leaving(a, mine, at=at), leaving(b, yours, at=at)))
        assert (len(done), lost) == (2, [])
        assert [len(patients_of(nurse, at)) for nurse in (a, b, c, d)] == [0, 0, 2, 2]


def test_inf_31_a_break_never_gives_away_a_patient_whom_somebody_else_just_took_in_fifty_rounds(four):
    (one, two, *_), (a, _, c, d), at = four
    for number, since in again():
        done, lost = race(
            *taking_turns(number, leaving(a, {one.pk: d, two.pk: d}, at=at), giving(one, c, by=c, at=at))
        )
        had = chain_of(one, a, since=since)
        if lost:  # C was first: nobody is handed over, and A is asked again
            assert [problem.rule for problem in lost[0].problems] == ["INF-31"]
            assert (had, chain_of(two, a, since=since)) == ([a.pk, c.pk], [a.pk])
        else:  # A was first: C took the patient from D
            assert (len(done), had, chain_of(two, a, since=since)) == (2, [a.pk, d.pk, c.pk], [a.pk, d.pk])


def test_inf_31_taken_back_once_and_never_from_a_third_nurse_in_fifty_rounds(four):
    (one, two, *_), (a, _, c, d), at = four
    back = lambda: actions.take_back(nurse=a, by=a, at=at, key=uuid4())  # noqa: E731
    for number, since in again():
        leaving(a, {one.pk: c, two.pk: c}, at=at)()
        third = giving(one, d, by=d, at=at)
        done, lost = race(back, *taking_turns(number, back, third))
        assert (len(done), lost) == (3, [])
        had = chain_of(one, a, since=since)
        assert had in ([a.pk, c.pk, a.pk, d.pk], [a.pk, c.pk, d.pk])  # D keeps whom D took
        assert chain_of(two, a, since=since) == [a.pk, c.pk, a.pk]
        assert covered_for(a, at) == []


def written(event):
    """The number of the newest audit row of this act: the order in which acts under one lock were done."""
    return AuditEvent.objects.filter(event=event).latest("pk").pk


def one_after_the_other(chair, number, shut, *, act, rule):
    """Start while something shuts the suite; returns whether it started, which is then written before."""
    start = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at}

    def late():
        sleep(number % 25 * 0.008)
        return shut()

    _, lost = race(*taking_turns(number, lambda: actions.start_infusion(**start, key=uuid4()), late))
    started = now(chair.infusion).started_at is not None
    if started:
        assert lost == []
        assert written("infusion started") < written(act), "started once it was shut"
    else:
        assert {problem.rule for error in lost for problem in error.problems} == {rule}
    return started


def test_inf_25_a_start_comes_before_the_closing_or_not_at_all_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="ready")
    found = {"by": people.staff("nurse", site=clinic), "in_order": False, "note": "suction is dead"}
    before, seen = OpeningCheck.objects.count(), set()
    for number in rounds(committed_db):
        shut = lambda: opening.check(clinic, "oxygen", at=chair.at, **found)  # noqa: E731
        seen.add(one_after_the_other(chair, number, shut, act="opening check", rule="INF-25"))
        assert OpeningCheck.objects.count() == before + 1  # what was found is never refused
    assert seen == {True, False}, "only one of both was ever first"


def test_inf_25_a_closing_that_comes_while_a_start_is_being_written_waits_for_it(clinic, monkeypatch):
    """The one interleaving that chance seldom finds: every gate is asked and open, and nothing is written yet."""
    chair, asked, move = infusions.infusion(site=clinic, at_state="ready"), Event(), starting.move

    def slowly(*given, **more):
        asked.set()
        sleep(0.5)
        move(*given, **more)

    def shut():
        assert asked.wait(30)
        return opening.check(clinic, "oxygen", at=chair.at, in_order=False, note="suction is dead")

    monkeypatch.setattr(starting, "move", slowly)
    assert one_after_the_other(chair, 0, shut, act="opening check", rule="INF-25")


def test_inf_20_no_start_after_the_only_provider_was_called_away_in_fifty_rounds(committed_db, clinic):
    chair = infusions.infusion(site=clinic, at_state="ready")
    day, clerk, seen = chair.visit.suite_day, scheduling.actor("scheduler", clinic), set()
    (here,) = ProviderPresence.objects.filter(suite_day=day).select_related("provider")
    gone = {"person": here.provider, "from_minute": clinic.minute(chair.at), "by": clerk, "at": chair.at}
    for number in rounds(committed_db):
        shut = lambda: record_call_out(suite_day=day, **gone)  # noqa: E731
        seen.add(one_after_the_other(chair, number, shut, act="called_out", rule="INF-20"))
    assert seen == {True, False}, "only one of both was ever first"
