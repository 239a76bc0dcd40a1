"""Plans for a day or a week: worked out, kept for a decision, dismissed. ``acceptance`` carries them out."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict
from kitclinic.states import begin, move
from scheduling.actions.plan_asks import ask_for_plans
from scheduling.actions.suite import lock_days
from scheduling.models import CallOut, Proposal, SuiteDay
from scheduling.queries.repairs import (
    DayFacts,
    WeekFacts,
    repair_facts,
    retime_dates,
    retime_facts,
    weeks_to_retime,
)
from scheduling.rules.blocks import clinic_week
from scheduling.rules.proposals import SCH_52
from scheduling.rules.repair import Named, changes_anything, plan_errors, quick_plans, score
from scheduling.rules.retime import RetimePlan, RetimeProblem, quick_plan, unmoved_plan
from scheduling.rules.retime import plan_errors as retime_errors
from scheduling.rules.retime import score as retime_score
from scheduling.states import ProposalKind, ProposalState

PROCESS = "scheduler process"
ANEW = "worked out anew"


@transaction.atomic
def propose_repairs(*, call_out: CallOut, by: StaffUser, at: datetime) -> list[Proposal]:
    """Work out quick plans for the day of a call-out at once, and ask the worker for better ones.

    Returns the quick plans; none where every booked and seated patient still has a nurse.
    """
    return _propose_day(call_out.suite_day, call_out, by=by, at=at)


@transaction.atomic
def propose_day_repairs(*, suite_day: SuiteDay, by: StaffUser, at: datetime) -> list[Proposal]:
    """As ``propose_repairs``, for a day that was changed in another way, such as shorter hours."""
    return _propose_day(suite_day, None, by=by, at=at)


def _propose_day(suite_day: SuiteDay, call_out: CallOut | None, *, by: StaffUser, at: datetime) -> list[Proposal]:
    (day,) = lock_days(site=suite_day.site, dates=[suite_day.date])
    facts = repair_facts(day, at=at)
    overtake(day.site, [day.date], kind=ProposalKind.REPAIR, because=ANEW, by=by, at=at)
    plans = [named for named in quick_plans(facts.problem) if changes_anything(named.plan)]
    rows = [_keep_repair(day, call_out, named, facts, by=by, at=at, solver="asked") for named in plans]
    if rows:
        kind = ProposalKind.REPAIR
        ask_for_plans(site=day.site, kind=kind, first_day=day.date, call_out=call_out, at=at)
    return rows


@transaction.atomic
def keep_repairs(
    *, suite_day: SuiteDay, plans: Iterable[Named], at: datetime, call_out: CallOut | None = None
) -> list[Proposal]:
    """Keep what the solver found for a day; a plan that the day has outrun meanwhile is left out.

    Each is counted anew without the solver before it is shown.
    """
    (day,) = lock_days(site=suite_day.site, dates=[suite_day.date])
    facts = repair_facts(day, at=at)
    asked = Proposal.objects.filter(site=day.site, kind=ProposalKind.REPAIR, first_day=day.date, by_solver=False)
    rows, word = [], "nothing"
    for named in plans:
        now = replace(named.problem, known_at=facts.problem.known_at, overtime=0)
        if now != facts.problem:
            word = "outrun"
        elif changes_anything(named.plan) and not plan_errors(named.problem, named.plan):
            rows.append(_keep_repair(day, call_out, named, facts, by=None, at=at, solver="answered"))
    _note_solver(asked.filter(state=ProposalState.OPEN), "answered" if rows else word)
    return rows


@transaction.atomic
def propose_retiming(*, site: Site, first_day: date, by: StaffUser | None, at: datetime) -> Proposal | None:
    """Work out better times for a week at once and ask the worker for the best ones; None: nothing is better."""
    lock_days(site=site, dates=retime_dates(site, first_day))
    facts = retime_facts(site, first_day, at=at)
    if not facts.problem.tentative:
        return None
    row = _keep_retiming(site, first_day, quick_plan(facts.problem), facts, by=by, at=at, solver="asked")
    ask_for_plans(site=site, kind=ProposalKind.RETIME, first_day=first_day, at=at)
    return row


def propose_all_retimings(*, at: datetime) -> int:
    """Work out better times for every week with tentative sequences, at every clinic; returns the plans found."""
    weeks = [(site, day) for site in Site.objects.order_by("pk") for day in weeks_to_retime(site, at=at)]
    plans = [propose_retiming(site=site, first_day=day, by=None, at=at) for site, day in weeks]
    return sum(plan is not None for plan in plans)


@transaction.atomic
def keep_retiming(
    *, site: Site, first_day: date, problem: RetimeProblem, plan: RetimePlan, at: datetime
) -> Proposal | None:
    """Keep what the solver found for a week, where it is better than the week as it is.

    problem: that it answered; a week that has changed meanwhile keeps nothing.
    """
    lock_days(site=site, dates=retime_dates(site, first_day))
    facts = retime_facts(site, first_day, at=at)
    if facts.problem != problem:
        return None
    return _keep_retiming(site, first_day, plan, facts, by=None, at=at, solver="answered")


def _keep_retiming(
    site: Site,
    first_day: date,
    plan: RetimePlan,
    facts: WeekFacts,
    *,
    by: StaffUser | None,
    at: datetime,
    solver: str,
) -> Proposal | None:
    problem = facts.problem
    now = retime_score(problem, unmoved_plan(problem))
    dates = retime_dates(site, first_day)
    better = not retime_errors(problem, plan) and retime_score(problem, plan) < now and plan.moved(problem)
    standing = Proposal.objects.filter(
        site=site, kind=ProposalKind.RETIME, state=ProposalState.OPEN, first_day=_week(site, first_day)
    )
    if not better:
        _note_solver(standing, "nothing" if solver == "answered" else solver)
        return None
    overtake(site, [_week(site, first_day)], kind=ProposalKind.RETIME, because=ANEW, by=by, at=at)
    moves: list[dict[str, Any]] = []
    for wanted in plan.moved(problem):
        for day, key in facts.visits[int(wanted.key)].items():
            to = plan.starts[wanted.key]
            moves.append({"visit": key, "date": day.isoformat(), "from_minute": wanted.start, "to_minute": to})
    off_now, off_then = now[1], retime_score(problem, plan)[1]
    figures = {
        "placed": len(plan.placed),
        "waiting": [{"sequence": key, "minute": minute} for key, minute in sorted(plan.placed.items())],
        "sequences_moved": len(plan.moved(problem)),
        "off_wish": off_then,
        "off_wish_before": off_now,
        "solver": solver,
    }
    return _write(
        Proposal(
            site=site,
            kind=ProposalKind.RETIME,
            first_day=_week(site, first_day),
            last_day=max((day for day in dates if day.isoformat() in facts.versions), default=dates[-1]),
            name=f"Better times for {len(plan.moved(problem))} tentative "
            + ("sequence" if len(plan.moved(problem)) == 1 else "sequences"),
            moves=moves,
            figures=figures,
            versions=facts.versions,
            is_proven=plan.proven,
            by_solver=plan.by_solver,
        ),
        by=by,
        at=at,
    )


def _keep_repair(
    day: SuiteDay,
    call_out: CallOut | None,
    named: Named,
    facts: DayFacts,
    *,
    by: StaffUser | None,
    at: datetime,
    solver: str,
) -> Proposal:
    plan, problem = named.plan, named.problem
    starts = {int(seat.key): seat.start for seat in problem.seats}
    was = {pause.key: pause.span[0] for nurse in problem.nurses for pause in nurse.breaks}
    uncovered, cancelled, _, moved, shift = score(problem, plan)
    iso = day.date.isoformat()
    return _write(
        Proposal(
            site=day.site,
            kind=ProposalKind.REPAIR,
            first_day=day.date,
            last_day=day.date,
            call_out=call_out,
            name=named.name,
            moves=[
                {"visit": int(key), "date": iso, "from_minute": starts[int(key)], "to_minute": start}
                for key, start in sorted(plan.starts.items(), key=lambda item: item[1])
            ],
            cancels=[
                {"visit": int(key), "date": iso, "from_minute": starts[int(key)]}
                for key in sorted(plan.cancels, key=lambda key: starts[int(key)])
            ],
            figures={
                "uncovered": uncovered,
                "cancelled": cancelled,
                "moved": moved,
                "shift": shift,
                "overtime": problem.overtime,
                "cover": [
                    {"from": one.span[0], "to": one.span[1], "nurses": one.nurses, "patients": one.patients}
                    | {"sentence": one.sentence}
                    for one in plan.cover
                ],
                "breaks": [
                    {"break": int(key), "was": was[key], "from_minute": span[0], "to_minute": span[1]}
                    for key, span in sorted(plan.breaks.items(), key=lambda item: item[1])
                ],
                "solver": solver,
            },
            versions=facts.versions,
            is_proven=plan.proven,
            by_solver=plan.by_solver,
        ),
        by=by,
        at=at,
    )


def _write(row: Proposal, *, by: StaffUser | None, at: datetime) -> Proposal:
    row.made_at = at
    row.save()
    begin(row, by=by, at=at)
    detail = {"kind": row.kind, "name": row.name, "moves": len(row.moves), "cancels": len(row.cancels)}
    record("proposal_made", row, detail, by=by, at=at)
    return row


@transaction.atomic
def note_no_solver(*, site: Site, first_day: date, kind: str) -> int:
    """Write on the open plans of a day or a week that no solver is installed; returns how many there are."""
    rows = Proposal.objects.filter(site=site, kind=kind, first_day=first_day, state=ProposalState.OPEN)
    return _note_solver(rows, "absent")


def _note_solver(rows: Any, word: str) -> int:
    count = 0
    for row in rows.select_for_update().order_by("pk"):
        row.figures = row.figures | {"solver": word}
        row.save(update_fields=["figures"])
        count += 1
    return count


@transaction.atomic
def dismiss_proposal(*, proposal: Proposal, by: StaffUser, at: datetime) -> Proposal:
    """Decide against a plan; nothing else changes."""
    row = lock_open(proposal)
    row.decided_by, row.decided_at = by, at
    move(row, ProposalState.DISMISSED, by=by, at=at, also=("decided_by", "decided_at"))
    record("proposal_dismissed", row, {"name": row.name}, by=by, at=at)
    return row


def lock_open(proposal: Proposal) -> Proposal:
    """Lock a plan that waits for a decision. Raises Conflict where somebody has decided."""
    rows = Proposal.objects.select_for_update(of=("self",)).select_related("site")
    row = rows.get(site=proposal.site_id, pk=proposal.pk)
    if row.state != ProposalState.OPEN:
        label = ProposalState(row.state).label.lower()
        raise Conflict(
            [Blocker(SCH_52.id, f"This plan is {label} already. Reload the page to see where it stands.")]
        )
    return row


def overtake(
    site: Site, first_days: Iterable[date], *, kind: str | None, because: str, by: StaffUser | None, at: datetime
) -> None:
    """Put open plans for these days aside: another one, or a change, has outrun them."""
    rows = Proposal.objects.select_for_update(of=("self",)).filter(
        site=site, state=ProposalState.OPEN, first_day__in=list(first_days)
    )
    for row in rows.filter(kind=kind) if kind else rows:
        move(row, ProposalState.OVERTAKEN, by=by, at=at, reason=because)


def record(event: str, row: Proposal, detail: dict[str, Any], *, by: StaffUser | None, at: datetime) -> None:
    actor = "" if by else PROCESS
    audit.record(event=event, by=by, actor=actor, at=at, site=row.site, subject=row, detail=detail)


def _week(site: Site, day: date) -> date:
    return clinic_week(day, site.first_weekday)[0]
