"""The worker's part of planning: it alone calls the solver, for whatever was asked."""

from datetime import datetime

from django.utils import timezone

from scheduling import solver
from scheduling.actions import keep_repairs, keep_retiming, note_no_solver, take_plan_asks
from scheduling.models import PlanAsk, SuiteDay
from scheduling.queries.repairs import repair_facts, retime_facts
from scheduling.states import ProposalKind


def work_on_plans(*, at: datetime) -> int:
    """Look for better plans wherever somebody asked; returns how many were kept."""
    return sum(_answer(ask, at=at) for ask in take_plan_asks(at=at))


def _answer(ask: PlanAsk, *, at: datetime) -> int:
    """Answer one ask; where no solver is installed, the plans say so."""
    if not solver.is_available():
        return note_no_solver(site=ask.site, first_day=ask.first_day, kind=ask.kind)
    return _repair(ask, at=at) if ask.kind == ProposalKind.REPAIR else _retime(ask, at=at)


def _repair(ask: PlanAsk, *, at: datetime) -> int:
    day = SuiteDay.objects.select_related("site").get(site=ask.site, date=ask.first_day)
    plans = solver.repairs(repair_facts(day, at=at).problem)
    return len(keep_repairs(suite_day=day, plans=plans, call_out=ask.call_out, at=timezone.now()))


def _retime(ask: PlanAsk, *, at: datetime) -> int:
    """Keep the best times of a week as a plan, where they are better than those it has."""
    problem = retime_facts(ask.site, ask.first_day, at=at).problem
    plan, now = solver.best_times(problem), timezone.now()
    kept = keep_retiming(site=ask.site, first_day=ask.first_day, problem=problem, plan=plan, at=now)
    return int(kept is not None)
