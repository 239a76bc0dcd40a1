"""What the enrolment funnel shows: cohorts by the month of the referral, and the people behind each number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from kitclinic.display import half_up
from kitclinic.models import Site
from scheduling.models import Patient, Referral
from scheduling.queries.ways import counted_ways
from scheduling.rules.funnel import Step, Way, gaps, median_days, month_of, quartile_days

NO_REASON = "no reason written"


@dataclass(frozen=True, slots=True)
class Count:
    """How many took a step, and how many the step before; before is 0 for the referral itself."""

    step: Step
    n: int
    before: int

    @property
    def percent(self) -> Decimal | None:
        """Whole percent of the step before, for the screen; None where there is nobody to compare with."""
        return half_up(Decimal(100 * self.n) / self.before, Decimal(1)) if self.before else None


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step over a set of referrals.

    left_after, way_after: how many of these left, or wait, for the next one; may_come: how many of earlier steps
    are still on their way; days: how many have both dates.
    """

    count: Count
    left_after: int
    way_after: int
    may_come: int
    days: int
    median: Decimal | None
    quartiles: tuple[Decimal, Decimal] | None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """One month of referrals: how many took each step, left, and are still on their way."""

    month: date
    counts: tuple[Count, ...]
    left: int
    way: int

    @property
    def key(self) -> str:
        return month_of(self.month)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many stand in one word after one step, and the reasons as they were written."""

    step: Step
    word: str
    n: int
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Funnel:
    first: date
    last: date
    at: datetime
    ways: tuple[Way, ...]
    steps: tuple[StepLine, ...]
    months: tuple[MonthLine, ...]
    left: tuple[Standing, ...]
    waits: tuple[Standing, ...]

    @property
    def all_steps(self) -> Step:
        """What stands for every step in the address of those who left or are on the way."""
        return Step.INFUSED

    @property
    def done(self) -> int:
        return self.steps[Step.INFUSED].count.n

    @property
    def gone(self) -> int:
        return sum(standing.n for standing in self.left)

    @property
    def under_way(self) -> int:
        return sum(standing.n for standing in self.waits)


def funnel(site: Site, *, first: date, last: date, at: datetime) -> Funnel:
    """Return the funnel of the referrals received from the month of ``first`` to that of ``last``."""
    ways = counted_ways(site, first=first, last=last)
    return Funnel(
        first=first,
        last=last,
        at=at,
        ways=tuple(ways),
        steps=tuple(_step_line(ways, step) for step in Step),
        months=tuple(_month_line(ways, month) for month in reversed(months_between(first, last))),
        left=tuple(_standings(ways, left=True)),
        waits=tuple(_standings(ways, left=False)),
    )


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months, both ends included."""
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def first_month(site: Site, today: date) -> date:
    """Return the month of the oldest referral, this one where there is none."""
    oldest = (
        Referral.objects.filter(site=site).order_by("received_on").values_list("received_on", flat=True).first()
    )
    return min(oldest or today, today).replace(day=1)


def behind(
    ways: Iterable[Way],
    *,
    month: str = "",
    step: Step,
    who: str = "reached",
    word: str = "",
    reason: str | None = None,
) -> list[Way]:
    """Return the referrals behind one number. who: "reached", "left" or "way"; reason: None for every reason."""
    found = [way for way in ways if not month or way.month == month]
    if who == "reached":
        return [way for way in found if way.reached >= step]
    found = [way for way in found if (way.left if who == "left" else way.waits) is not None]
    if step != Step.INFUSED:  # "after the first infusion" stands for every step
        found = [way for way in found if way.reached == step]
    if word:
        found = [way for way in found if (way.left or way.waits) == word]
    return found if reason is None else [way for way in found if (way.reason or NO_REASON) == reason]


@dataclass(frozen=True, slots=True)
class BehindLine:
    """One referral behind a number. name, record_number: "" and patient: None for who may not see names."""

    way: Way
    name: str
    record_number: str
    patient: int | None

    @property
    def days(self) -> list[tuple[str, date | None, bool]]:
        """Each step with its day; and whether it was passed, with or without a day of its own."""
        return [(step.label, self.way.days.get(step), self.way.reached >= step) for step in Step]


def behind_lines(ways: Sequence[Way], *, with_names: bool) -> list[BehindLine]:
    """Return the lines of a page, newest first as given. Two queries."""
    if not with_names:
        return [BehindLine(way, "", "", None) for way in ways]
    referrals = Referral.objects.in_bulk([way.key for way in ways])
    patients = Patient.objects.in_bulk([way.record for way in ways if way.record])
    lines = []
    for way in ways:
        patient = patients.get(way.record or 0)
        known = patient or referrals[way.key]
        lines.append(BehindLine(way, known.list_name, known.record_number, patient.pk if patient else None))
    return lines


def _step_line(ways: Sequence[Way], step: Step) -> StepLine:
    days = gaps(ways, step) if step else []
    return StepLine(
        count=_count(ways, step),
        left_after=sum(way.left is not None and way.reached == step for way in ways),
        way_after=sum(way.waits is not None and way.reached == step for way in ways),
        may_come=sum(way.waits is not None and way.reached < step for way in ways),
        days=len(days),
        median=median_days(days),
        quartiles=quartile_days(days),
    )


def _month_line(ways: Sequence[Way], month: date) -> MonthLine:
    mine = behind(ways, month=month_of(month), step=Step.REFERRED)
    return MonthLine(
        month=month,
        counts=tuple(_count(mine, step) for step in Step),
        left=sum(way.left is not None for way in mine),
        way=sum(way.waits is not None for way in mine),
    )


def _count(ways: Sequence[Way], step: Step) -> Count:
    before = sum(way.reached >= step - 1 for way in ways) if step else 0
    return Count(step, sum(way.reached >= step for way in ways), before)


def _standings(ways: Iterable[Way], *, left: bool) -> list[Standing]:
    """Return who left, or who waits, step by step, the most frequent word first."""
    found: dict[tuple[Step, str], Counter[str]] = defaultdict(Counter)
    for way in ways:
        word = way.left if left else way.waits
        if word is not None:
            found[way.reached, word][(way.reason or NO_REASON) if left else ""] += 1
    standings = [
        Standing(step, word, reasons.total(), tuple(sorted(reasons.items(), key=_most_first)) if left else ())
        for (step, word), reasons in found.items()
    ]
    return sorted(standings, key=lambda one: (one.step, -one.n, one.word))


def _most_first(reason: tuple[str, int]) -> tuple[int, str]:
    return -reason[1], reason[0]


def export_rows(shown: Funnel, *, site: Site) -> list[tuple[str, ...]]:
    """Return the whole page as one sheet: what it is, then every table under its heading."""
    local = site.local(shown.at)
    rows: list[tuple[str, ...]] = [
        ("Enrolment funnel", site.name),
        ("referrals received", month_of(shown.first), month_of(shown.last)),
        ("as of", f"{local:%Y-%m-%d %H:%M %Z}"),
        (),
        ("step", "referrals", "percent_of_step_before", *STEP_COLUMNS),
    ]
    rows += [_step_row(line) for line in shown.steps]
    names = [step.label for step in Step]
    rows += [
        (),
        ("month", *(f"{name}{more}" for name in names for more in ("", " %")), "left", "still on their way"),
    ]
    for month in shown.months:
        cells = [cell for count in month.counts for cell in (str(count.n), _text(count.percent))]
        rows.append((month.key, *cells, str(month.left), str(month.way)))
    rows += [(), ("left after", "how", "reason", "referrals")]
    rows += [(one.step.label, one.word, reason, str(n)) for one in shown.left for reason, n in one.reasons]
    rows += [(), ("on the way after", "waits for", "referrals")]
    return rows + [(one.step.label, one.word, str(one.n)) for one in shown.waits]


STEP_COLUMNS = (
    "days_n",
    "days_median",
    "days_lower_quartile",
    "days_upper_quartile",
    "left_after",
    "on_the_way_after",
)


def _step_row(line: StepLine) -> tuple[str, ...]:
    low, high = line.quartiles or (None, None)
    return (
        line.count.step.label,
        str(line.count.n),
        _text(line.count.percent),
        str(line.days) if line.count.step else "",
        _text(line.median),
        _text(low),
        _text(high),
        str(line.left_after),
        str(line.way_after),
    )


def _text(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
