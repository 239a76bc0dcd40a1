"""A day and a week on paper: what is needed when the network is down, and no more (no score, no dose)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from kitclinic.models import Site
from kitclinic.models.places import trained_at
from scheduling.models import CallOut, ChairOutage, CoverNeeded, NurseShift, ProviderPresence, SuiteDay, Visit
from scheduling.queries.cover import CoverLine, open_cover
from scheduling.rules.capacity import Span, clock
from scheduling.rules.visits import RELEASED
from scheduling.states import SequenceState

CHAIRS_A_PAIR = 2
LINES = 12  # rows of a pair's page: empty ones for what is written in by hand


@dataclass(frozen=True, slots=True)
class Person:
    """One person's day. breaks, out: in words, "" where there are none; counts: a nurse trained for ketamine."""

    name: str
    hours: str
    breaks: str = ""
    out: str = ""
    counts: bool = True

    @property
    def words(self) -> str:
        """Return "Ines Varga 07:30–16:00, breaks 10:00–10:15"."""
        parts = [f"{self.name} {self.hours}"]
        parts += [f"breaks {self.breaks}"] if self.breaks else []
        parts += [f"NOT THERE {self.out}"] if self.out else []
        parts += ["not trained, does not count"] if not self.counts else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Chair:
    """One chair and who sits in it, by time. out: why it is out of service, "" while it is in use."""

    number: int
    visits: tuple[Visit, ...]
    out: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two chairs of one nurse. letter: as on the boards."""

    letter: str
    chairs: tuple[Chair, ...]

    @property
    def title(self) -> str:
        numbers = [str(chair.number) for chair in self.chairs]
        return f"Chair{'s' if len(numbers) > 1 else ''} {' and '.join(numbers)}"

    @property
    def visits(self) -> list[Visit]:
        found = [visit for chair in self.chairs for visit in chair.visits]
        return sorted(found, key=lambda visit: (visit.start_minute, visit.chair))

    @property
    def blanks(self) -> range:
        return range(max(0, LINES - len(self.visits)))


@dataclass(frozen=True, slots=True)
class DayPaper:
    """One day. day: None where it was never opened; cover: what nobody stands for yet, or who has taken it."""

    date: date
    day: SuiteDay | None
    pairs: tuple[Pair, ...]
    nurses: tuple[Person, ...]
    providers: tuple[Person, ...]
    cover: tuple[str, ...]

    @property
    def chairs(self) -> list[Chair]:
        return [chair for pair in self.pairs for chair in pair.chairs]

    @property
    def count(self) -> int:
        return sum(len(chair.visits) for chair in self.chairs)

    @property
    def without_driver(self) -> int:
        return sum(not visit.driver_named for chair in self.chairs for visit in chair.visits)

    @property
    def closed(self) -> str:
        return "not open yet" if self.day is None else self.day.closed_because

    @property
    def hours(self) -> str:
        return f"{clock(self.day.opens_minute)}–{clock(self.day.closes_minute)}" if self.day else ""


@dataclass(frozen=True, slots=True)
class WeekPaper:
    """Five days, or six where the Saturday is open."""

    days: tuple[DayPaper, ...]

    @property
    def pairs(self) -> list[tuple[Pair, list[Pair]]]:
        """Each pair of chairs, with its own pages of the days."""
        widest = max((day.pairs for day in self.days), key=len)
        return [(pair, [_pair_of(day, place) for day in self.days]) for place, pair in enumerate(widest)]


def day_paper(day: SuiteDay) -> DayPaper:
    """Return one day. Nine queries, four more when cover is needed."""
    site = day.site
    made = _papers(site, [day.date], {day.date: day})
    cover = tuple(_cover_words(line) for line in open_cover(site, day.date))
    paper = made[0]
    return DayPaper(paper.date, paper.day, paper.pairs, paper.nurses, paper.providers, cover)


def week_paper(site: Site, first: date) -> WeekPaper:
    """Return the clinic week that begins on this day; its sixth day only while it is open. Nine queries."""
    dates = [first + timedelta(days=place) for place in range(6)]
    days = {day.date: day for day in SuiteDay.objects.filter(site=site, date__in=dates)}
    sixth = days.get(dates[5])
    shown = dates if sixth and not sixth.is_closed else dates[:5]
    return WeekPaper(tuple(_papers(site, shown, days)))


def _papers(site: Site, dates: Sequence[date], days: dict[date, SuiteDay]) -> list[DayPaper]:
    keys = [day.pk for day in days.values()]
    visits: dict[date, list[Visit]] = defaultdict(list)
    booked = Visit.objects.filter(suite_day__in=keys).exclude(state__in=RELEASED)
    promised = booked.exclude(sequence__state=SequenceState.HELD).select_related("patient", "sequence")
    for visit in promised.order_by("start_minute", "chair"):
        visits[visit.date].append(visit)
    outages = list(
        ChairOutage.objects.filter(
            Q(last_day__isnull=True) | Q(last_day__gte=dates[0]), site=site, first_day__lte=dates[-1]
        )
    )
    nurses, providers = _people(keys)
    cover: dict[int, list[str]] = defaultdict(list)
    for row in CoverNeeded.objects.filter(suite_day__in=keys, closed_at=None).order_by("from_minute", "pk"):
        span = f"{clock(row.from_minute)}–{clock(row.to_minute)}"
        cover[row.suite_day_id].append(f"{span} {row.how_many} {row.get_kind_display().lower()}")
    return [
        DayPaper(
            one,
            day,
            tuple(_pairs(day.chairs if day else site.chairs, visits[one], _out_on(outages, one))),
            tuple(nurses[day.pk]) if day else (),
            tuple(providers[day.pk]) if day else (),
            tuple(cover[day.pk]) if day else (),
        )
        for one in dates
        for day in [days.get(one)]
    ]


def _pairs(chairs: int, visits: Collection[Visit], out: dict[int, str]) -> Iterable[Pair]:
    most = max([chairs, *(visit.chair for visit in visits)])
    for place, first in enumerate(range(1, most + 1, CHAIRS_A_PAIR)):
        numbers = range(first, min(first + CHAIRS_A_PAIR, most + 1))
        yield Pair(
            chr(ord("A") + place),
            tuple(
                Chair(number, tuple(one for one in visits if one.chair == number), out.get(number, ""))
                for number in numbers
            ),
        )


def _pair_of(day: DayPaper, place: int) -> Pair:
    return day.pairs[place] if place < len(day.pairs) else Pair("", ())


def _out_on(outages: Iterable[ChairOutage], day: date) -> dict[int, str]:
    return {
        one.chair: one.because
        for one in outages
        if one.first_day <= day and (one.last_day is None or day <= one.last_day)
    }


def _people(keys: list[int]) -> tuple[dict[int, list[Person]], dict[int, list[Person]]]:
    """Return nurses and providers, by the day's key and the person's name. Four queries."""
    out: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for one in CallOut.objects.filter(suite_day__in=keys, taken_back_at=None).order_by("from_minute"):
        out[one.suite_day_id, one.person_id].append((one.from_minute, one.to_minute))
    nurses: dict[int, list[Person]] = defaultdict(list)
    shifts = (
        NurseShift.objects.filter(suite_day__in=keys)
        .annotate(counts=trained_at("nurse"))
        .select_related("nurse")
        .prefetch_related("breaks")
    )
    for shift in shifts.order_by("nurse__name", "from_minute"):
        breaks = sorted((pause.from_minute, pause.to_minute) for pause in shift.breaks.all())
        gone = _within(out[shift.suite_day_id, shift.nurse_id], shift.from_minute, shift.to_minute)
        hours = _spans([(shift.from_minute, shift.to_minute)])
        person = Person(shift.nurse.name, hours, _spans(breaks), _spans(gone), shift.counts)
        nurses[shift.suite_day_id].append(person)
    providers: dict[int, list[Person]] = defaultdict(list)
    presences = ProviderPresence.objects.filter(suite_day__in=keys).select_related("provider")
    for row in presences.order_by("provider__name", "from_minute"):
        gone = _within(out[row.suite_day_id, row.provider_id], row.from_minute, row.to_minute)
        hours = _spans([(row.from_minute, row.to_minute)])
        providers[row.suite_day_id].append(Person(row.provider.name, hours, out=_spans(gone)))
    return nurses, providers


def _within(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    return [(max(a, start), min(b, end)) for a, b in spans if a < end and start < b]


def _spans(spans: Iterable[Span]) -> str:
    return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in spans)


def _cover_words(line: CoverLine) -> str:
    who = f"{line.how_many} nurse{'' if line.how_many == 1 else 's'}" if line.kind == "nurse" else "a provider"
    taken = f"taken by {line.taken_by}" if line.taken_by else "nobody has taken it yet"
    people = f"{line.patients} patient{'' if line.patients == 1 else 's'}"
    return f"{line.from_clock}–{line.to_clock}: {who} missing for {people}, {taken}"
