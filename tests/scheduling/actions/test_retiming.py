"""Better times for tentative sequences of a week: proposed, accepted whole, and never for who is confirmed."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from scheduling import tasks
from scheduling.actions import (
    accept_proposal,
    ask_for_plans,
    book_sequence,
    confirm_sequence,
    keep_retiming,
    propose_retiming,
    request_sequence,
)
from scheduling.models import Proposal, Sequence, Visit
from scheduling.queries.plans import day_plans
from scheduling.queries.repairs import retime_facts, weeks_to_retime
from scheduling.rules.breaches import breaches
from scheduling.rules.retime import RetimePlan
from scheduling.rules.wishes import Wish
from scheduling.solver import best_times
from scheduling.solver import model as solver_model
from scheduling.states import ProposalKind, ProposalState, SequenceState
from tests.factories.suite import MONDAY, before, open_week, patient_for, staffed

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(site: Site) -> StaffUser:
    return staffed(site, "clinic_lead", 1)[0]


def early(site: Site) -> datetime:
    """Three weeks before the week."""
    return before(site, MONDAY, days=21)


def tentative(
    site: Site, minute: int, *, state: str = SequenceState.TENTATIVE, wish: Wish | None = None
) -> Sequence:
    by = staffed(site, "scheduler", 1)[0]
    patient = patient_for(site, MONDAY)
    if wish is not None:
        request_sequence(patient=patient, wish=wish, by=by, at=early(site))
    return book_sequence(
        patient=patient, first_day=MONDAY, start_minute=minute, by=by, at=early(site), state=state
    )


def asked(site: Site, wish: Wish) -> Sequence:
    by = staffed(site, "scheduler", 1)[0]
    return request_sequence(patient=patient_for(site, MONDAY), wish=wish, by=by, at=early(site))


def crowded(site: Site) -> list[Sequence]:
    """One nurse, tentative sequences at 9:00 and 9:20, and a request that can come at 9:00 only."""
    open_week(site, MONDAY, nurses=1)
    booked = [tentative(site, 540), tentative(site, 560)]
    return [*booked, asked(site, Wish(minute=540, from_minute=540, to_minute=620))]


def times(sequence: Sequence) -> list[int]:
    return list(sequence.visits.order_by("date").values_list("start_minute", flat=True))


def without_errors(site: Site) -> bool:
    days = {visit.suite_day for visit in Visit.objects.select_related("suite_day__site")}
    plans = day_plans(days, today=site.today(early(site)))
    return all(not breaches(plan) for plan in plans.values())


def test_sch_51_the_quick_plan_makes_room_and_moves_nobody_before_it_is_accepted(
    site: Site, lead: StaffUser
) -> None:
    *booked, request = crowded(site)
    plan = propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site))
    assert plan is not None
    assert plan.figures["placed"] == 1
    assert plan.figures["waiting"] == [{"sequence": request.pk, "minute": 540}]
    assert [times(sequence) for sequence in booked] == [[540] * 5, [560] * 5]


def test_sch_52_accepted_all_five_days_move_together_and_the_request_fits(site: Site, lead: StaffUser) -> None:
    *booked, request = crowded(site)
    plan = propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site))
    assert plan is not None
    done = accept_proposal(proposal=plan, by=lead, at=early(site))
    assert done.state == ProposalState.ACCEPTED, done.figures
    moved = {entry["visit"]: entry["to_minute"] for entry in plan.moves}
    for sequence in booked:
        sequence.refresh_from_db()
        assert set(times(sequence)) == {sequence.start_minute}
        assert sequence.promised_from_minute is not None
        assert sequence.promised_from_minute <= times(sequence)[0] <= (sequence.promised_to_minute or 0)
    assert {Visit.objects.get(pk=key).start_minute for key in moved} == set(moved.values())
    assert AuditEvent.objects.filter(event="visit_moved").count() == 5
    assert without_errors(site)
    again = book_sequence(patient=request.patient, first_day=MONDAY, start_minute=540, by=lead, at=early(site))
    assert again.state == SequenceState.CONFIRMED


def test_a_confirmed_sequence_is_never_moved(site: Site, lead: StaffUser) -> None:
    *booked, _ = crowded(site)
    for sequence in booked:
        confirm_sequence(sequence=sequence, by=lead, at=early(site))
    assert propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site)) is None


def test_confirmed_after_the_plan_was_made_it_is_put_aside(site: Site, lead: StaffUser) -> None:
    *booked, _ = crowded(site)
    plan = propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site))
    assert plan is not None
    for sequence in booked:
        confirm_sequence(sequence=sequence, by=lead, at=early(site))
    done = accept_proposal(proposal=plan, by=lead, at=early(site))
    assert done.state == ProposalState.OVERTAKEN
    assert "confirmed" in done.figures["because"]
    assert [times(sequence) for sequence in booked] == [[540] * 5, [560] * 5]


def test_somebody_booked_the_place_meanwhile_and_the_plan_is_put_aside(site: Site, lead: StaffUser) -> None:
    *booked, _ = crowded(site)
    plan = propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site))
    assert plan is not None
    tentative(site, plan.moves[0]["to_minute"], state=SequenceState.CONFIRMED)
    done = accept_proposal(proposal=plan, by=lead, at=early(site))
    assert done.state == ProposalState.OVERTAKEN
    assert "too many" in done.figures["because"]
    assert [times(sequence) for sequence in booked] == [[540] * 5, [560] * 5]


@pytest.mark.parametrize(("days", "found"), [(7, True), (6, False)])
def test_sch_51_a_week_less_than_seven_days_away_is_left_alone(
    site: Site, lead: StaffUser, days: int, found: bool
) -> None:
    crowded(site)
    at = before(site, MONDAY, days=days)
    assert (weeks_to_retime(site, at=at) == [MONDAY]) is found
    assert (propose_retiming(site=site, first_day=MONDAY, by=lead, at=at) is not None) is found


def test_the_solver_is_never_worse_than_the_quick_plan(site: Site, lead: StaffUser) -> None:
    crowded(site)
    quick = propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site))
    assert quick is not None
    facts = retime_facts(site, MONDAY, at=early(site))
    plan = best_times(facts.problem)
    kept = keep_retiming(site=site, first_day=MONDAY, problem=facts.problem, plan=plan, at=early(site))
    assert kept is not None
    assert kept.by_solver
    assert kept.is_proven
    assert kept.figures["placed"] >= quick.figures["placed"]
    quick.refresh_from_db()
    assert quick.state == ProposalState.OVERTAKEN
    assert accept_proposal(proposal=kept, by=lead, at=early(site)).state == ProposalState.ACCEPTED


def test_a_plan_for_a_week_that_has_changed_meanwhile_is_not_kept(site: Site, lead: StaffUser) -> None:
    crowded(site)
    facts = retime_facts(site, MONDAY, at=early(site))
    plan = best_times(facts.problem)
    tentative(site, 900)
    assert keep_retiming(site=site, first_day=MONDAY, problem=facts.problem, plan=plan, at=early(site)) is None


def test_a_plan_that_the_count_refutes_is_not_kept(site: Site, lead: StaffUser) -> None:
    booked = crowded(site)
    facts = retime_facts(site, MONDAY, at=early(site))
    wrong = RetimePlan(
        {sequence.pk: 540 for sequence in booked[:2]}, {booked[2].pk: 540}, proven=True, by_solver=True
    )
    assert keep_retiming(site=site, first_day=MONDAY, problem=facts.problem, plan=wrong, at=early(site)) is None


def test_a_week_without_tentative_sequences_has_no_plan(site: Site, lead: StaffUser) -> None:
    open_week(site, MONDAY, nurses=1)
    asked(site, Wish(minute=540))
    assert propose_retiming(site=site, first_day=MONDAY, by=lead, at=early(site)) is None


def test_who_does_not_wish_this_week_does_not_count_as_waiting(site: Site, lead: StaffUser) -> None:
    open_week(site, MONDAY, nurses=1)
    tentative(site, 540)
    asked(site, Wish(from_day=MONDAY + timedelta(days=1)))
    asked(site, Wish(avoids=(MONDAY + timedelta(days=2),)))
    assert retime_facts(site, MONDAY, at=early(site)).problem.waiting == ()


def test_every_night_each_week_gets_its_plan_and_without_the_solver_it_says_so(
    site: Site, lead: StaffUser, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    crowded(site)
    time_machine.move_to(early(site), tick=False)
    assert tasks.retime_weeks() == 1
    monkeypatch.setattr(solver_model, "cp_model", None)
    assert tasks.find_better_plans() == 1
    assert tasks.find_better_plans() == 0  # asked once, answered once
    assert Proposal.objects.get(state=ProposalState.OPEN).figures["solver"] == "absent"


def test_the_worker_keeps_the_proven_plan(site: Site, lead: StaffUser, time_machine: Any) -> None:
    crowded(site)
    time_machine.move_to(early(site), tick=False)
    ask_for_plans(site=site, kind=ProposalKind.RETIME, first_day=MONDAY, at=early(site))
    assert tasks.find_better_plans() == 1
    plan = Proposal.objects.get(state=ProposalState.OPEN)
    assert plan.is_proven
    assert plan.first_day == MONDAY == date(2026, 9, 14)
