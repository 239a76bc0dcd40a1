"""The cover that is still needed, as the red banner shows it, and who could take it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from kitclinic.models import Site, StaffUser
from kitclinic.roles import PRESCRIBERS, Permission, Role
from scheduling.models import CoverNeeded
from scheduling.queries.cover import CoverLine, open_cover
from scheduling.rules.capacity import Span, clock
from scheduling.states import CoverKind

TAKERS = (Permission.CHART, Permission.CLEAR_FOR_START, Permission.BOOK, Permission.RUN_CLINIC)


@dataclass(frozen=True, slots=True)
class Gap:
    """One person who is missing, over one or more times of a day. taken_by: who covers them, "" while nobody does.

    day: None for today; has_begun: the first of them; people: who could take it; mine: the reader could.
    """

    lines: tuple[CoverLine, ...]
    day: date | None
    has_begun: bool = False
    people: tuple[StaffUser, ...] = ()
    mine: bool = False

    @property
    def kind(self) -> str:
        return self.lines[0].kind

    @property
    def taken_by(self) -> str:
        return self.lines[0].taken_by

    @property
    def keys(self) -> str:
        """The rows, as the form names them."""
        return ",".join(str(line.pk) for line in self.lines)

    @property
    def begins(self) -> str:
        return self.lines[0].from_clock

    @property
    def ends(self) -> str:
        return clock(max(line.span[1] for line in self.lines))

    @property
    def patients(self) -> int:
        """The most patients who depend on it at once."""
        return max(line.patients for line in self.lines)

    @property
    def times(self) -> str:
        """Return "12:30–13:15, 13:30–14:50": times that touch are one."""
        return ", ".join(f"{clock(start)}–{clock(end)}" for start, end in joined(line.span for line in self.lines))

    @property
    def who(self) -> str:
        return "No provider on site" if self.kind == CoverKind.PROVIDER else "1 nurse missing"


@dataclass(frozen=True, slots=True)
class CoverBanner:
    """open: what nobody has taken; taken: what somebody covers. ahead: days to come are shown as well."""

    open: tuple[Gap, ...] = ()
    taken: tuple[Gap, ...] = ()
    ahead: bool = False
    may_name: bool = False

    @property
    def first(self) -> tuple[Gap, ...]:
        """What stands open at once: one beside a patient, three for whoever plans."""
        return self.open[: 3 if self.ahead else 1]

    @property
    def rest(self) -> tuple[Gap, ...]:
        return self.open[len(self.first) :]

    @property
    def version(self) -> str:
        """Changes whenever the banner would look different."""
        shown = (f"{gap.keys}.{gap.patients}.{gap.has_begun:d}" for gap in self.open)
        return "-".join([*shown, *(f"{gap.keys}t" for gap in self.taken)])


def cover_banner(site: Site, *, reader: StaffUser, at: datetime, ahead: bool = False) -> CoverBanner:
    """Return the cover needed from this minute on. One query while all is well.

    ahead: with the days to come, for whoever plans; else of today only.
    """
    today, now = site.today(at), site.minute(at)
    rows = CoverNeeded.objects.filter(site=site, closed_at=None, suite_day__date__gte=today)
    if not ahead:
        rows = rows.filter(suite_day__date=today)
    wanted = dict(rows.exclude(suite_day__date=today, to_minute__lte=now).values_list("pk", "suite_day__date"))
    if not wanted:
        return CoverBanner(ahead=ahead)
    may_name = any(map(reader.may, TAKERS))
    staff = list(_able(site)) if may_name else []
    gaps = []
    for day in sorted(set(wanted.values())):
        lines = [line for line in open_cover(site, day) if line.pk in wanted]
        for turn in turns(lines):
            kind, begun = turn[0].kind, day == today and turn[0].span[0] <= now
            shown = None if day == today else day
            gaps.append(Gap(turn, shown, begun, _people(kind, staff), _fits(kind, reader)))
    return CoverBanner(
        tuple(gap for gap in gaps if not gap.taken_by),
        tuple(gap for gap in gaps if gap.taken_by),
        ahead,
        may_name,
    )


def turns(lines: Iterable[CoverLine]) -> list[tuple[CoverLine, ...]]:
    """Put times that one person could take, one after the other, together; what overlaps needs another person."""
    found: list[list[CoverLine]] = []
    for line in sorted(lines, key=lambda one: (one.span, one.pk)):
        for turn in found:
            same = (turn[0].kind, turn[0].taken_by) == (line.kind, line.taken_by)
            if same and turn[-1].span[1] <= line.span[0]:
                turn.append(line)
                break
        else:
            found.append([line])
    return [tuple(turn) for turn in found]


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, those that touch or overlap as one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _able(site: Site) -> Iterable[StaffUser]:
    able = Q(role_here=Role.NURSE, trained_here=True) | Q(role_here__in=PRESCRIBERS)
    return StaffUser.objects.at(site).filter(able).order_by("name", "pk")


def _people(kind: str, staff: Iterable[StaffUser]) -> tuple[StaffUser, ...]:
    return tuple(person for person in staff if _fits(kind, person))


def _fits(kind: str, person: StaffUser) -> bool:
    trained = person.role == Role.NURSE and person.is_ketamine_trained
    return person.role in PRESCRIBERS or (kind == CoverKind.NURSE and trained)
