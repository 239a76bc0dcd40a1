"""Plans for a day after a call-out: quick at once, better from the solver, carried out whole or not at all."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Conflict
from scheduling import tasks
from scheduling.actions import (
    accept_proposal,
    book_sequence,
    change_breaks,
    dismiss_proposal,
    keep_repairs,
    mark_arrived,
    note_no_solver,
    propose_repairs,
    record_call_out,
)
from scheduling.models import CallOut, CoverNeeded, NurseShift, Proposal, Sequence, SuiteDay, Visit
from scheduling.queries.plans import day_plans
from scheduling.queries.repair_plans import repairs_page
from scheduling.queries.repairs import repair_facts
from scheduling.rules.breaches import breaches
from scheduling.rules.repair import Named, RepairPlan
from scheduling.solver import model as solver_model
from scheduling.solver import repairs
from scheduling.states import ProposalKind, ProposalState, SequenceState, VisitState
from tests.factories.suite import MONDAY, before, booked_sequence, fill, open_week, patient_for, staffed

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(site: Site) -> StaffUser:
    return staffed(site, "clinic_lead", 1)[0]


def morning(site: Site, minute: int = 420) -> datetime:
    """The clinic's Monday, by default half an hour before it opens."""
    return site.instant(MONDAY, minute)


def called_out(
    site: Site, lead: StaffUser, *, from_minute: int = 450, minute: int = 420, nurses: int = 1
) -> CallOut:
    """One or more nurses of that Monday stay away from a minute on."""
    day = SuiteDay.objects.select_related("site").get(site=site, date=MONDAY)
    made = [
        record_call_out(
            suite_day=day, person=shift.nurse, from_minute=from_minute, by=lead, at=morning(site, minute)
        )
        for shift in NurseShift.objects.filter(suite_day=day).select_related("nurse").order_by("pk")[:nurses]
    ]
    return made[-1]


def full_monday(site: Site) -> list[Sequence]:
    """Six patients a day under two nurses: four at opening, two in the next turn."""
    open_week(site, MONDAY, nurses=2)
    return fill(site, MONDAY, (450, 450, 460, 460, 545, 545))


def late_monday(site: Site) -> list[Sequence]:
    """Four patients under two nurses, so late that one nurse is done with them after closing only."""
    open_week(site, MONDAY, nurses=2)
    return fill(site, MONDAY, (930, 930, 940, 940))


def monday_plan(site: Site, at: datetime) -> Any:
    day = SuiteDay.objects.select_related("site").get(site=site, date=MONDAY)
    return day_plans([day], today=site.today(at))[MONDAY]


def without_cover(plan: Any) -> Any:
    return replace(plan, nurse_cover=(), provider_cover=())


def test_a_quick_plan_is_there_at_once_and_changes_nothing(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    call_out = called_out(site, lead)
    before_it = list(Visit.objects.order_by("pk").values_list("pk", "start_minute", "chair", "state"))
    (quick, *_) = propose_repairs(call_out=call_out, by=lead, at=morning(site))
    assert quick.kind == ProposalKind.REPAIR
    assert quick.name == "Quick plan"
    assert not quick.by_solver
    assert not quick.is_proven
    assert quick.moves or quick.cancels
    assert list(Visit.objects.order_by("pk").values_list("pk", "start_minute", "chair", "state")) == before_it


def test_no_plan_is_made_where_nobody_lacks_a_nurse(site: Site, lead: StaffUser) -> None:
    booked_sequence(site)
    assert propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site)) == []
    assert not Proposal.objects.exists()


def test_sch_52_an_accepted_plan_is_carried_out_whole_and_the_day_keeps_every_rule(
    site: Site, lead: StaffUser
) -> None:
    full_monday(site)
    call_out = called_out(site, lead)
    assert CoverNeeded.objects.filter(closed_at=None).exists()
    (quick, *_) = propose_repairs(call_out=call_out, by=lead, at=morning(site))
    done = accept_proposal(proposal=quick, by=lead, at=morning(site))
    assert done.state == ProposalState.ACCEPTED
    assert done.decided_by == lead
    for entry in quick.moves:
        assert Visit.objects.get(pk=entry["visit"]).start_minute == entry["to_minute"]
    for entry in quick.cancels:
        visit = Visit.objects.get(pk=entry["visit"])
        assert (visit.state, visit.missed_reason) == (VisitState.CANCELLED, "scheduling")
        assert visit.sequence.state == SequenceState.INTERRUPTED
    assert breaches(without_cover(monday_plan(site, morning(site)))) == []
    assert not CoverNeeded.objects.filter(closed_at=None).exists()
    assert AuditEvent.objects.filter(event="visit_moved").count() == len(quick.moves)
    assert AuditEvent.objects.filter(event="proposal_accepted").count() == 1


def test_a_moved_visit_keeps_its_day_number_and_the_other_days_stay(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    (quick, *_) = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    others = list(Visit.objects.exclude(date=MONDAY).order_by("pk").values_list("pk", "start_minute", "chair"))
    accept_proposal(proposal=quick, by=lead, at=morning(site))
    assert set(Visit.objects.filter(date=MONDAY).values_list("day_index", flat=True)) == {1}
    assert (
        list(Visit.objects.exclude(date=MONDAY).order_by("pk").values_list("pk", "start_minute", "chair"))
        == others
    )


def test_a_plan_that_the_day_has_outrun_is_put_aside_with_a_sentence(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    (quick, *_) = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    arrived = Visit.objects.select_related("site").get(pk=(quick.moves or quick.cancels)[0]["visit"])
    mark_arrived(visit=arrived, by=lead, at=morning(site))
    done = accept_proposal(proposal=quick, by=lead, at=morning(site))
    assert done.state == ProposalState.OVERTAKEN
    assert "the patient has come" in done.figures["because"]
    assert "Nothing was moved" in done.figures["because"]
    assert not Visit.objects.filter(state=VisitState.CANCELLED).exists()
    assert not AuditEvent.objects.filter(event="visit_moved").exists()
    assert Transition.objects.filter(to_state="overtaken", subject_id=done.pk).exists()


def test_a_plan_whose_day_changed_without_touching_it_is_still_accepted(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    (quick, *_) = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    book_sequence(
        patient=patient_for(site, MONDAY),
        first_day=MONDAY,
        start_minute=900,
        by=staffed(site, "scheduler", 1)[0],
        at=before(site, MONDAY),
    )
    assert repairs_page(site, MONDAY).lines[0].stale
    assert accept_proposal(proposal=quick, by=lead, at=morning(site)).state == ProposalState.ACCEPTED


def test_a_plan_is_decided_once(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    (quick, *_) = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    dismissed = dismiss_proposal(proposal=quick, by=lead, at=morning(site))
    assert dismissed.state == ProposalState.DISMISSED
    with pytest.raises(Conflict, match="dismissed already"):
        accept_proposal(proposal=quick, by=lead, at=morning(site))
    with pytest.raises(Conflict):
        dismiss_proposal(proposal=quick, by=lead, at=morning(site))


def test_accepting_one_plan_puts_the_others_of_the_day_aside(site: Site, lead: StaffUser) -> None:
    late_monday(site)
    plans = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    assert [plan.name for plan in plans] == ["Quick plan", "Quick plan with 30 minutes overtime"]
    accept_proposal(proposal=plans[0], by=lead, at=morning(site))
    plans[1].refresh_from_db()
    assert plans[1].state == ProposalState.OVERTAKEN


def test_overtime_lets_the_day_the_last_shifts_and_the_provider_end_later(site: Site, lead: StaffUser) -> None:
    late_monday(site)
    plans = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    closes = SuiteDay.objects.get(site=site, date=MONDAY).closes_minute
    done = accept_proposal(proposal=plans[1], by=lead, at=morning(site))
    assert done.state == ProposalState.ACCEPTED, done.figures
    day = SuiteDay.objects.get(site=site, date=MONDAY)
    assert day.closes_minute == closes + 30
    assert set(day.shifts.values_list("to_minute", flat=True)) == {closes + 30}
    assert breaches(without_cover(monday_plan(site, morning(site)))) == []


def test_the_solver_is_never_worse_than_the_quick_plan_and_says_that_it_proved_it(
    site: Site, lead: StaffUser
) -> None:
    full_monday(site)
    call_out = called_out(site, lead)
    (quick, *_) = propose_repairs(call_out=call_out, by=lead, at=morning(site))
    facts = repair_facts(SuiteDay.objects.select_related("site").get(site=site, date=MONDAY), at=morning(site))
    plans = repairs(facts.problem)
    kept = keep_repairs(suite_day=call_out.suite_day, plans=plans, call_out=call_out, at=morning(site))
    assert kept[0].name == "Breaks as they are"
    assert all(row.by_solver for row in kept)
    assert kept[0].is_proven
    assert (len(kept[0].cancels), len(kept[0].moves)) <= (len(quick.cancels), len(quick.moves))
    page = repairs_page(site, MONDAY)
    assert page.solver == "answered"
    assert accept_proposal(proposal=kept[0], by=lead, at=morning(site)).state == ProposalState.ACCEPTED


def test_a_break_that_the_solver_moves_is_moved_and_the_visits_stay(site: Site, lead: StaffUser) -> None:
    open_week(site, MONDAY, nurses=2)
    fill(site, MONDAY, (535, 545))
    day = SuiteDay.objects.select_related("site").get(site=site, date=MONDAY)
    shift = NurseShift.objects.filter(suite_day=day).select_related("suite_day__site").order_by("pk")[1]
    change_breaks(shift=shift, breaks=[(560, 590)], by=lead, at=morning(site))
    call_out = called_out(site, lead)
    plans = repairs(repair_facts(day, at=morning(site)).problem)
    kept = keep_repairs(suite_day=day, plans=plans, call_out=call_out, at=morning(site))
    assert [(row.name, len(row.moves)) for row in kept] == [("Breaks as they are", 2), ("Breaks moved", 0)]
    done = accept_proposal(proposal=kept[1], by=lead, at=morning(site))
    assert done.state == ProposalState.ACCEPTED, done.figures
    pause = shift.breaks.get()
    (entry,) = kept[1].figures["breaks"]
    assert (pause.from_minute, pause.to_minute) == (entry["from_minute"], entry["to_minute"]) != (560, 590)
    assert breaches(without_cover(monday_plan(site, morning(site)))) == []
    assert not CoverNeeded.objects.filter(closed_at=None).exists()


def test_without_the_solver_the_page_says_so_and_the_quick_plan_stands(
    site: Site, lead: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_monday(site)
    call_out = called_out(site, lead)
    (quick, *_) = propose_repairs(call_out=call_out, by=lead, at=morning(site))
    assert repairs_page(site, MONDAY).sentence.startswith("The solver has not answered")
    monkeypatch.setattr(solver_model, "cp_model", None)
    assert tasks.find_better_plans() > 0
    page = repairs_page(site, MONDAY)
    assert "not installed" in page.sentence
    assert accept_proposal(proposal=quick, by=lead, at=morning(site)).state == ProposalState.ACCEPTED


def test_a_plan_of_the_solver_that_the_count_refutes_is_never_shown(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    call_out = called_out(site, lead)
    facts = repair_facts(SuiteDay.objects.select_related("site").get(site=site, date=MONDAY), at=morning(site))
    wrong = Named("Breaks as they are", facts.problem, RepairPlan({}, (), proven=True, by_solver=True))
    assert keep_repairs(suite_day=call_out.suite_day, plans=[wrong], call_out=call_out, at=morning(site)) == []


def test_sch_49_mid_turn_the_plan_says_until_when_cover_is_needed(site: Site, lead: StaffUser) -> None:
    sequences = full_monday(site)
    for sequence in sequences[:4]:
        visit = sequence.visits.select_related("site").get(date=MONDAY)
        mark_arrived(visit=visit, by=lead, at=visit.starts_at)
    call_out = called_out(site, lead, minute=480)
    plans = propose_repairs(call_out=call_out, by=lead, at=morning(site, 480))
    page = repairs_page(site, MONDAY)
    assert page.lines[0].cover == ("Cover needed until 08:50 for 2 patients.",)
    accept_proposal(proposal=plans[0], by=lead, at=morning(site, 480))
    open_rows = CoverNeeded.objects.filter(closed_at=None)
    assert {row.to_minute for row in open_rows} == {530}


def test_the_page_names_whom_to_call_in_the_order_of_the_day(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    line = repairs_page(site, MONDAY).lines[0]
    assert [call.from_clock for call in line.calls] == sorted(call.from_clock for call in line.calls)
    assert all(call.phone and call.name for call in line.calls)
    assert line.made_by == "worked out the quick way"


def test_the_page_costs_three_queries_however_many_plans(
    site: Site, lead: StaffUser, django_assert_max_num_queries: Any
) -> None:
    late_monday(site)
    propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    with django_assert_max_num_queries(3):
        repairs_page(site, MONDAY)


def test_note_no_solver_touches_open_plans_only(site: Site, lead: StaffUser) -> None:
    full_monday(site)
    (quick, *_) = propose_repairs(call_out=called_out(site, lead), by=lead, at=morning(site))
    dismiss_proposal(proposal=quick, by=lead, at=morning(site))
    assert note_no_solver(site=site, first_day=MONDAY, kind=ProposalKind.REPAIR) == 0
