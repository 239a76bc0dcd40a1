"""Scheduled work of scheduling."""

from datetime import date
from typing import Any

from celery import shared_task
from django.utils import timezone

from kitclinic.models import Site
from scheduling import solver
from scheduling.actions import (
    extend_all_series,
    import_waiting_files,
    keep_repairs,
    keep_retiming,
    note_no_solver,
    offer_all_free_places,
    offer_free_places,
    propose_retiming,
    queue_group_reminders,
    queue_visit_reminders,
    release_all_expired_holds,
)
from scheduling.models import CallOut, SuiteDay
from scheduling.queries.repairs import repair_facts, retime_facts, weeks_to_retime
from scheduling.states import ProposalKind


@shared_task(name="scheduling.remind_of_visits")
def remind_of_visits() -> int:
    at = timezone.now()
    return queue_visit_reminders(at=at) + queue_group_reminders(at=at)


@shared_task(name="scheduling.extend_series")
def extend_series() -> int:
    return extend_all_series(at=timezone.now())


@shared_task(name="scheduling.import_referral_files")
def import_referral_files() -> int:
    return import_waiting_files(at=timezone.now())


@shared_task(name="scheduling.repair_day")
def repair_day(*, suite_day_id: int, call_out_id: int | None = None, **_: Any) -> int:
    """Look for better plans than the quick ones; the day's row says so where no solver is installed."""
    day, at = SuiteDay.objects.select_related("site").get(pk=suite_day_id), timezone.now()
    if not solver.is_available():
        return note_no_solver(site=day.site, first_day=day.date, kind=ProposalKind.REPAIR)
    call_out = CallOut.objects.filter(pk=call_out_id or 0).first()
    plans = solver.repairs(repair_facts(day, at=at).problem)
    return len(keep_repairs(suite_day=day, plans=plans, call_out=call_out, at=timezone.now()))


@shared_task(name="scheduling.retime_week")
def retime_week(*, site_id: int, first_day: str, **_: Any) -> int:
    """Look for the best times of a week; kept as a plan where they are better than those it has."""
    site, day, at = Site.objects.get(pk=site_id), date.fromisoformat(first_day), timezone.now()
    if not solver.is_available():
        return note_no_solver(site=site, first_day=day, kind=ProposalKind.RETIME)
    problem = retime_facts(site, day, at=at).problem
    plan = solver.best_times(problem)
    return int(keep_retiming(site=site, first_day=day, problem=problem, plan=plan, at=timezone.now()) is not None)


@shared_task(name="scheduling.retime_weeks")
def retime_weeks() -> int:
    """Every night: a quick plan for each week with tentative sequences, and the solver asked for a better one."""
    at = timezone.now()
    weeks = [(site, day) for site in Site.objects.order_by("pk") for day in weeks_to_retime(site, at=at)]
    plans = [propose_retiming(site=site, first_day=day, by=None, at=at) for site, day in weeks]
    return sum(plan is not None for plan in plans)


@shared_task(name="scheduling.release_holds")
def release_holds() -> int:
    return release_all_expired_holds(at=timezone.now())


@shared_task(name="scheduling.offer_places")
def offer_places(*, site_id: int | None = None, **_: Any) -> int:
    """Offer free places to who waits: at one clinic after a cancellation, at all of them every few minutes."""
    if site_id is None:
        return offer_all_free_places(at=timezone.now())
    return offer_free_places(site=Site.objects.get(pk=site_id), at=timezone.now())
