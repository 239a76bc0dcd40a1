"""What closing a day would do to the sequences booked on it, for each rule, before anything is saved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch

from scheduling.models import Sequence, SuiteDay, Visit
from scheduling.queries.moves import lengths_of
from scheduling.queries.plans import RELEASED, day_plans, week_dates
from scheduling.rules.blocks import VISITS, clinic_week
from scheduling.rules.capacity import DayPlan
from scheduling.rules.closures import Effect, EffectKind, Touched, effects
from scheduling.states import SequenceState, VisitState, WeekRule


@dataclass(frozen=True, slots=True)
class Line:
    """One sequence that the closure touches."""

    sequence: Sequence
    visit: Visit
    effect: Effect


@dataclass(frozen=True, slots=True)
class ClosingEffects:
    """What a closure would do. by_rule: the sequences it touches, earliest visit first; staying: who is here."""

    day: date
    by_rule: Mapping[WeekRule, tuple[Line, ...]]
    staying: tuple[Visit, ...]

    def count(self, rule: WeekRule, kind: EffectKind) -> int:
        return sum(line.effect.kind == kind for line in self.by_rule[rule])


def closing_effects(suite_day: SuiteDay, *, at: datetime, from_minute: int | None = None) -> ClosingEffects:
    """Return what closing this day, or its rest from a minute on, would do under each rule. Needs site loaded."""
    today = suite_day.site.today(at)
    visits = touched_visits(suite_day, from_minute=from_minute)
    touched = touched_of(suite_day, visits)
    saturday, later = gained_days(suite_day, today=today)
    by_key = {visit.pk: visit for visit in visits}
    here = Visit.objects.filter(suite_day=suite_day, state__in=[VisitState.ARRIVED, VisitState.ATTENDED])
    return ClosingEffects(
        suite_day.date,
        {
            rule: tuple(
                Line(by_key[effect.touched.key].sequence, by_key[effect.touched.key], effect)
                for effect in effects(touched, rule, suite_day.date, saturday=saturday, later=later)
            )
            for rule in WeekRule
        },
        tuple(here.select_related("patient").order_by("start_minute")),
    )


def touched_visits(suite_day: SuiteDay, *, from_minute: int | None) -> list[Visit]:
    """Return the booked visits that the closure leaves without a day. from_minute: those that end after it."""
    rows = Visit.objects.filter(suite_day=suite_day, state=VisitState.BOOKED)
    holding = Visit.objects.exclude(state__in=RELEASED).order_by("date")
    related = rows.select_related("sequence__site", "sequence__patient", "patient").prefetch_related(
        Prefetch("sequence__visits", holding, to_attr="holding")
    )
    found = related.order_by("start_minute", "pk")
    return [visit for visit in found if from_minute is None or visit.leaves_minute > from_minute]


def touched_of(suite_day: SuiteDay, visits: list[Visit]) -> list[Touched]:
    """Return the sequences of these visits as the rules see them."""
    return [
        Touched(
            visit.pk,
            visit.sequence_id,
            visit.start_minute,
            tuple(row.date for row in _holding(visit)),
            tuple(row.date for row in _movable(visit, suite_day.date)),
            lengths_of(visit),
            any(row.state != VisitState.BOOKED for row in _holding(visit))
            or visit.sequence.state in (SequenceState.IN_PROGRESS, SequenceState.INTERRUPTED),
            visit.sequence.state == SequenceState.HELD,
        )
        for visit in visits
    ]


def gained_days(suite_day: SuiteDay, *, today: date) -> tuple[DayPlan | None, tuple[DayPlan, ...]]:
    """Return the week's Saturday where it is open, and the clinic days after the week, in order."""
    site = suite_day.site
    dates = week_dates(site, suite_day.date)
    last = clinic_week(suite_day.date, site.first_weekday)[-1]
    reach = [*dates, *(last + timedelta(weeks=2, days=-number) for number in range(VISITS))]
    plans = day_plans(SuiteDay.objects.filter(site=site, date__in=reach, date__gt=suite_day.date), today=today)
    saturday = plans.get(last + timedelta(days=1))
    later = tuple(plan for day, plan in sorted(plans.items()) if day > last + timedelta(days=1))
    return saturday if saturday and not saturday.closed else None, later


def _holding(visit: Visit) -> list[Visit]:
    return visit.sequence.holding  # type: ignore[attr-defined]


def _movable(visit: Visit, day: date) -> list[Visit]:
    return [row for row in _holding(visit) if row.state == VisitState.BOOKED and row.date >= day]
