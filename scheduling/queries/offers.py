"""Five starts for one patient, what each means, and why the wished one is refused."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Problem
from scheduling.models import GroupSeat, NurseShift, Patient, Visit
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.counted import Ahead, weeks_ahead
from scheduling.queries.groups import coming_groups
from scheduling.queries.offer_lines import Line, lines_of
from scheduling.queries.plans import RELEASED, current_seat, is_opened
from scheduling.queries.protocols import PUBLISHED_CHOICE, Choice, choice_of, protocol_choices
from scheduling.queries.refusal_picture import Picture, first_picture
from scheduling.queries.waiting import first_week
from scheduling.queries.weeks import versions_of, week_under
from scheduling.rules.blocks import VISITS, Block, WeekPlan, plans_of
from scheduling.rules.capacity import DayPlan, clock
from scheduling.rules.groups import ENR_24, Clearance, Window, screen_problems
from scheduling.rules.offers import Asking, GroupChoice, Offer, group_for, group_problems, liked, offers
from scheduling.rules.protocols import STANDARD
from scheduling.rules.residual import CountedWeek
from scheduling.rules.sequences import enrolment_problems, why_not
from scheduling.rules.visits import ASKING, open_sequence_problems
from scheduling.rules.wishes import Wish, wish_problems
from scheduling.states import EnrolmentState, SequenceMode, VisitState


@dataclass(frozen=True, slots=True)
class OffersPage:
    """What the scheduler reads out. refused: why the wish itself cannot be booked; standing: why nothing can.

    protocol: the one whose days are offered; protocols: to choose from, none where there is one only;
    groups: group visits with a free seat that could be booked along, of a patient who has no seat;
    needs_group: whether one is.
    """

    patient: Patient
    seat: GroupSeat | None
    number: int
    asked: Wish
    wish_minute: int
    earliest: date
    weeks: tuple[date, ...]
    lines: tuple[Line, ...]
    wished_week: date | None
    is_wish_short: bool
    refused: tuple[Problem, ...]
    picture: Picture | None
    standing: tuple[Problem, ...]
    window: Window
    clearance: Clearance | None
    needs_group: bool
    groups: tuple[GroupChoice, ...]
    protocol: Choice = PUBLISHED_CHOICE
    protocols: tuple[Choice, ...] = ()

    @property
    def wish(self) -> str:
        return clock(self.wish_minute)

    @property
    def offers_four(self) -> bool:
        """Whether one of the offers is a short course, to which the patient has to agree."""
        return any(line.is_short for line in self.lines)

    @property
    def hides_wish(self) -> bool:
        """Whether the wished start fits and still is none of the offers: others keep more places."""
        return not any(line.offer.off_wish == 0 for line in self.lines)

    @property
    def reasons(self) -> list[tuple[str, str]]:
        """The refusal as (rule, sentence), days with one and the same reason said together."""
        days: dict[tuple[str, str], list[str]] = {}
        for problem in self.refused:
            day, _, words = problem.sentence.partition(": ")
            days.setdefault((problem.rule, words), []).append(day)
        return [
            (rule, f"{_said_days(named)}: {words}" if words else named[0]) for (rule, words), named in days.items()
        ]


@dataclass(frozen=True, slots=True)
class _Wished:
    """The week that was asked for. block: the days that were meant, None where the week allows none."""

    week: WeekPlan
    block: Block | None

    @property
    def first_day(self) -> date:
        return self.block.first_day if self.block else self.week.first_day


def offers_page(patient: Patient, *, wish: Wish, at: datetime, protocol: str = STANDARD) -> OffersPage:
    """Return the offers for one patient over 26 weeks, in a fixed number of queries."""
    site: Site = patient.site
    today = site.today(at)
    needs_group = patient.state == EnrolmentState.ELIGIBLE
    seat = None if needs_group else current_seat(patient)
    clearance = clearance_of(patient)
    sequences = list(patient.sequences.values_list("pk", "state"))
    standing = _standing(patient, [state for _, state in sequences], clearance)
    choices = protocol_choices(site)
    chosen = choice_of(choices, protocol)
    ahead = _ahead(site, chosen, today)
    weeks = [week for week in ahead.weeks if is_opened(week.week)]
    asking = _asking(patient, seat, clearance, ahead, today=today, returning=len(sequences) > 0)
    fits = first_week(site, seat.group.date, today) if seat and clearance is None else None
    start = wish.from_day or fits or (weeks[0].week.first_day if weeks else today)
    later = [week for week in weeks if week.week.dates[-1] >= start]
    found = [] if standing else offers(later, wish, asking)
    wished = _wished(later, wish.from_day or fits)
    refused = _refused(wished, wish, asking, needs_group) if wished and not standing else []
    return OffersPage(
        patient=patient,
        seat=seat,
        number=sum(state not in ASKING for _, state in sequences) + 1,
        asked=wish,
        wish_minute=liked(wish),
        earliest=start,
        weeks=tuple(week.week.first_day for week in weeks if week.week.first_day > today),
        lines=tuple(_lines(found, ahead, seat, today, liked(wish), clearance)),
        wished_week=wished.week.first_day if wished else None,
        is_wish_short=bool(wished and wished.block and wished.block.mode == SequenceMode.SHORT),
        refused=tuple(refused),
        picture=first_picture(_days(wished), liked(wish), refused) if wished else None,
        standing=tuple(standing),
        window=asking.window,
        clearance=clearance,
        needs_group=needs_group,
        groups=tuple(asking.groups),
        protocol=chosen,
        protocols=choices if len(choices) > 1 else (),
    )


def _ahead(site: Site, protocol: Choice, today: date) -> Ahead:
    """Return the coming weeks as this protocol sees them."""
    ahead = weeks_ahead(site, today, today=today)
    if protocol.slug == STANDARD:
        return ahead
    versions = versions_of(site, protocol.slug)
    weeks = tuple(CountedWeek(week_under(week.week, versions)) for week in ahead.weeks)
    return Ahead(weeks, ahead.shifts)


def _standing(patient: Patient, states: list[str], clearance: Clearance | None) -> list[Problem]:
    """Everything that stands against any sequence of this patient, whatever the week."""
    problems = enrolment_problems(patient.state, with_group=True) + open_sequence_problems(states)
    return problems + (screen_problems(clearance) if clearance else [])


def _asking(
    patient: Patient,
    seat: GroupSeat | None,
    clearance: Clearance | None,
    ahead: Ahead,
    *,
    today: date,
    returning: bool,
) -> Asking:
    """Gather what the offers depend on. Two queries; two more for a returning patient, one for group visits."""
    site = patient.site
    chair, nurses = _before(patient) if returning else (None, frozenset())
    return Asking(
        today=today,
        group_day=seat.group.date if seat else None,
        groups=_groups(site, today) if patient.state == EnrolmentState.ELIGIBLE else (),
        booked_days=frozenset(_booked_days(patient)),
        window=window_of(site),
        clearance=clearance,
        chair=chair,
        nurses=nurses,
        shifts=ahead.shifts,
    )


def _groups(site: Site, today: date) -> tuple[GroupChoice, ...]:
    rows = coming_groups(site=site, today=today)
    return tuple(GroupChoice(row.group.pk, row.group.date, row.group.start_minute, row.left) for row in rows)


def _booked_days(patient: Patient) -> Sequence[date]:
    """The dates on which this patient holds a place; a hold gives way to the booking that follows it."""
    visits = Visit.objects.filter(site_id=patient.site_id, patient=patient).exclude(state__in=RELEASED)
    return list(visits.exclude(sequence__state__in=ASKING).values_list("date", flat=True))


def _before(patient: Patient) -> tuple[int | None, frozenset[int]]:
    """Return the chair of the course before, and the nurses who were on shift on most of its days."""
    visits = Visit.objects.filter(site_id=patient.site_id, patient=patient, state=VisitState.ATTENDED)
    last = list(visits.order_by("-date", "-pk")[:VISITS])
    if not last:
        return None, frozenset()
    shifts = NurseShift.objects.filter(suite_day__in=[visit.suite_day_id for visit in last])
    rows = set(shifts.values_list("suite_day_id", "nurse_id", "from_minute", "to_minute"))
    seen = Counter(
        nurse
        for visit in last
        for nurse in {
            nurse
            for day, nurse, begin, end in rows
            if day == visit.suite_day_id and begin <= visit.start_minute and visit.leaves_minute <= end
        }
    )
    most = max(seen.values(), default=0)
    chair = Counter(visit.chair for visit in last).most_common(1)[0][0]
    return chair, frozenset(nurse for nurse, days in seen.items() if days == most)


def _wished(weeks: list[CountedWeek], wanted: date | None) -> _Wished | None:
    """Return the week that was asked for; without a question, the one that follows the group visit."""
    week = next((week for week in weeks if wanted and wanted <= week.week.dates[-1]), None)
    if week is None or wanted is None:
        return None
    later = (block for block in week.blocks if block.first_day >= wanted)
    return _Wished(week.week, next(later, next(iter(week.blocks), None)))


def _days(wished: _Wished) -> Sequence[DayPlan]:
    return plans_of(wished.week, wished.block.dates) if wished.block else wished.week.days


def _refused(wished: _Wished, wish: Wish, asking: Asking, needs_group: bool) -> list[Problem]:
    minute, lengths = liked(wish), _days(wished)[0].lengths
    against_itself = wish_problems(wish, lengths, today=asking.today) if wish.minute is not None else []
    if against_itself:
        return against_itself
    group = group_for(wished.first_day, asking.groups, asking.window)
    problems = why_not(
        wished.week,
        minute,
        group_day=group.day if group else asking.group_day,
        booked_days=asking.booked_days,
        today=asking.today,
        window=asking.window,
        clearance=asking.clearance,
        block=wished.block,
    )
    if not needs_group or group:
        return problems
    others = [problem for problem in problems if problem.rule != ENR_24.id]
    return [*group_problems(wished.first_day, asking.window), *others]


def _said_days(days: list[str]) -> str:
    """Return "Every day", or "Monday, Wednesday 7 October": the date once, at the end."""
    if len(days) == VISITS:
        return "Every day"
    return ", ".join([day.split()[0] for day in days[:-1]] + days[-1:])


def _lines(
    found: list[Offer],
    ahead: Ahead,
    seat: GroupSeat | None,
    today: date,
    wish_minute: int,
    clearance: Clearance | None,
) -> list[Line]:
    nurses = {offer.nurse.nurse for offer in found if offer.nurse}
    names = dict(StaffUser.objects.filter(pk__in=nurses).values_list("pk", "name")) if nurses else {}
    lengths = {day.day: day.lengths for week in ahead.weeks for day in week.week.known}
    return lines_of(
        found,
        seat=seat,
        today=today,
        wish_minute=wish_minute,
        lengths=lengths,
        clearance=clearance,
        names=names,
    )
