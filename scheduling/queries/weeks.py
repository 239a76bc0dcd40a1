"""One week with everything its blocks of days may reach: the clinic's decision, the Saturday, the days after."""

from datetime import date

from kitclinic.models import Site
from scheduling.models import SuiteDay, WeekPolicy
from scheduling.queries.plans import day_plans, week_dates, week_plan
from scheduling.rules.blocks import WeekPlan, blocks_of, clinic_week
from scheduling.states import WeekRule


def rule_of(site: Site, day: date) -> WeekRule:
    """Return what the clinic does with the week of this day; a week without a decision is skipped."""
    first = clinic_week(day, site.first_weekday)[0]
    rule = WeekPolicy.objects.filter(site=site, first_day=first).values_list("rule", flat=True).first()
    return WeekRule(rule) if rule else WeekRule.SKIP


def week_around(site: Site, day: date, *, today: date, rule: WeekRule | None = None) -> WeekPlan:
    """Return the week that holds this day, with its Saturday and, in a rolling week, the week after.

    rule: another one than the clinic has decided, to see what it would do.
    """
    first = clinic_week(day, site.first_weekday)[0]
    rule = rule_of(site, day) if rule is None else rule
    days = SuiteDay.objects.filter(site=site, date__in=week_dates(site, first))
    return week_plan(site, first, day_plans(days, today=today), rule)


def dates_from(site: Site, first_day: date, *, today: date) -> tuple[date, ...]:
    """Return the days of a sequence that begins on this day: the clinic week, or what the clinic has decided."""
    week = clinic_week(first_day, site.first_weekday)
    if rule_of(site, first_day) == WeekRule.SKIP:
        return week
    blocks = blocks_of(week_around(site, first_day, today=today))
    return next((block.dates for block in blocks if block.first_day == first_day), week)
