"""One week with everything its blocks of days may reach: the clinic's decision, the Saturday, the days after."""

from dataclasses import replace
from datetime import date, timedelta

from kitclinic.models import Site
from scheduling.models import ProtocolVersion, Sequence, SuiteDay, WeekPolicy
from scheduling.queries.plans import day_plans, week_dates, week_plan
from scheduling.rules.blocks import VISITS, WeekPlan, blocks_of, clinic_week, under
from scheduling.rules.protocols import STANDARD
from scheduling.states import SequenceMode, WeekRule


def rule_of(site: Site, day: date) -> WeekRule:
    """Return what the clinic does with the week of this day; a week without a decision is skipped."""
    first = clinic_week(day, site.first_weekday)[0]
    rule = WeekPolicy.objects.filter(site=site, first_day=first).values_list("rule", flat=True).first()
    return WeekRule(rule) if rule else WeekRule.SKIP


def week_around(
    site: Site, day: date, *, today: date, rule: WeekRule | None = None, protocol: str = STANDARD
) -> WeekPlan:
    """Return the week that holds this day, with its Saturday and, in a rolling week, the week after.

    rule: another one than the clinic has decided, to see what it would do; protocol: with its own lengths and
    number of days.
    """
    first = clinic_week(day, site.first_weekday)[0]
    rule = rule_of(site, day) if rule is None else rule
    days = SuiteDay.objects.filter(site=site, date__in=week_dates(site, first))
    week = week_plan(site, first, day_plans(days, today=today), rule)
    return week if protocol == STANDARD else week_under(week, versions_of(site, protocol))


def dates_from(
    site: Site, first_day: date, *, today: date, protocol: str = STANDARD, visits: int = VISITS
) -> tuple[date, ...]:
    """Return the days of a sequence that begins on this day: the clinic week, or what the clinic has decided.

    visits: how many there are; of another protocol its own number.
    """
    versions = versions_of(site, protocol) if protocol != STANDARD else []
    visits = versions[0].days if versions else visits
    week = clinic_week(first_day, site.first_weekday)
    if visits != VISITS:
        return tuple(first_day + timedelta(days=place) for place in range(visits))
    if rule_of(site, first_day) == WeekRule.SKIP:
        return week
    blocks = blocks_of(week_around(site, first_day, today=today))
    return next((block.dates for block in blocks if block.first_day == first_day), week)


def versions_of(site: Site, protocol: str) -> list[ProtocolVersion]:
    """Return the versions of one protocol, the one that begins last first."""
    rows = ProtocolVersion.objects.filter(site=site, protocol=protocol)
    return list(rows.order_by("-valid_from", "-number"))


def week_under(week: WeekPlan, versions: list[ProtocolVersion]) -> WeekPlan:
    """Return the week as a protocol with these versions sees it; none: nothing begins in it."""
    visits = versions[0].days if versions else VISITS
    return under(week, [(one.valid_from, one.lengths) for one in versions], visits=visits)


def week_for(week: WeekPlan, sequence: Sequence) -> WeekPlan:
    """Return the week with as many days a sequence as this one has; a course cut to four had five."""
    visits = VISITS if sequence.mode == SequenceMode.SHORT else sequence.planned_visits
    return week if visits == VISITS else replace(week, visits=visits)
