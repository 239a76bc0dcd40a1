"""The suite board: every chair's state, what it needs next, who is here and who comes. Ten queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef

from infusions.models import Infusion, Order
from infusions.queries.board_acts import Act, act_of, changes_at, loudness
from infusions.queries.chairside import chairside_settings
from infusions.queries.course import Course, courses_of
from infusions.queries.opening import Floor as OnFloor
from infusions.queries.tiles import Tile, busy_tile
from infusions.queries.tiles_empty import empty_tile, out_tile
from infusions.states import BoardName, InfusionState, OrderState
from kitclinic.display import half_up, show
from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.models.audit import LOOKED
from scheduling.models import ChairOutage, NurseShift, Visit
from scheduling.queries.clinic import chairs_out
from scheduling.queries.floor import providers_on_site, shifts_today
from scheduling.rules.capacity import PATIENTS_PER_NURSE
from scheduling.states import VisitState

ARRIVALS = 3
NEWEST = 5  # audit events that a version names
QUEUED = ("flag", "late", "stopped", "soon", "wait")


@dataclass(frozen=True)
class Pair:
    """Two chairs side by side and the nurse who has them."""

    label: str
    nurse: StaffUser | None
    load: int
    limit: int
    tiles: tuple[Tile, ...]


@dataclass(frozen=True)
class Arrival:
    """A booked visit that has not arrived. warn: what is missing, in words, or ""."""

    visit: Visit
    starts_at: datetime
    line: str
    warn: bool


@dataclass(frozen=True)
class Floor:
    """Nurses and patients of this minute. ratio: patients a nurse, "1.75", or "" without a nurse."""

    nurses: int
    on_break: int
    patients: int
    limit: int
    loads: tuple[int, ...]
    ratio: str


@dataclass(frozen=True)
class Board:
    """names: full names stand on it. nurses, loud: by chair, whose patient it is, and what may sound.

    changes_at: when it will look different although nothing is done.
    """

    at: datetime
    today: date
    version: str
    pairs: tuple[Pair, ...]
    floor: Floor
    providers: str
    provider_since: int | None  # local minute
    arrivals: tuple[Arrival, ...]
    done: int
    to_come: int
    names: bool
    nurses: dict[int, int]
    loud: dict[int, str]
    changes_at: datetime | None
    here: OnFloor  # for the opening list, which asks for the same people

    @property
    def acts(self) -> dict[int, Act | None]:
        """The likely act of each chair."""
        return {tile.chair: act_of(tile) for tile in self.tiles}

    @property
    def tiles(self) -> list[Tile]:
        return [tile for pair in self.pairs for tile in pair.tiles]

    @property
    def queue(self) -> list[Tile]:
        """Chairs that need someone, the most pressing first, within a kind the one that waits longest."""
        waiting = [tile for tile in self.tiles if tile.kind in QUEUED]
        return sorted(waiting, key=lambda tile: (QUEUED.index(tile.kind), tile.since or self.at, tile.chair))


def board_version(site: Site, at: datetime) -> str:
    """What changes when the board would look different: any act at this site, or a new minute. One query.

    Every act writes an audit event in its own transaction. The newest few are named, not only the last one:
    two acts at the same moment may be committed in the other order than they were numbered.
    """
    acts = AuditEvent.objects.filter(site=site).exclude(event__in=LOOKED)  # who only looks changes nothing
    newest = acts.order_by("-pk").values_list("pk", flat=True)[:NEWEST]
    return "-".join(str(part) for part in (*newest, int(at.timestamp()) // 60))


def board(site: Site, at: datetime, *, version: str = "") -> Board:
    """Everything on the board. The version is read first: what commits meanwhile changes it again."""
    version, today = version or board_version(site, at), site.today(at)
    visits = list(
        Visit.objects.filter(site=site, date=today).select_related("patient").order_by("start_minute", "pk")
    )
    signed = Order.objects.filter(sequence=OuterRef("visit__sequence_id"), state=OrderState.SIGNED)
    infusions = list(
        Infusion.objects.filter(site=site, date=today)
        .select_related("visit__sequence", "patient", "nurse", "order__protocol")
        .annotate(order_signed=Exists(signed))
    )
    open_now = [infusion for infusion in infusions if infusion.is_open]
    courses = courses_of(open_now)
    shifts = list(shifts_today(site, at))
    providers = providers_on_site(site, at)
    to_come = [visit for visit in visits if visit.state == VisitState.BOOKED]
    chosen = chairside_settings(site)
    shown = {"names": chosen.board_name == BoardName.NAME, "two_read": chosen.second_pump_check}
    return Board(
        at=at,
        today=today,
        version=version,
        pairs=_pairs(site, at, courses, infusions, to_come, shifts, chairs_out(site, today), **shown),
        floor=_floor(site, at, open_now, shifts),
        providers=", ".join(dict.fromkeys(presence.provider.short_name for presence in providers)),
        provider_since=min((presence.from_minute for presence in providers), default=None),
        arrivals=_arrivals(site, at, to_come, {infusion.chair for infusion in open_now}),
        done=sum(infusion.state == InfusionState.DISCHARGED for infusion in infusions),
        to_come=len(to_come),
        names=shown["names"],
        nurses={course.infusion.chair: course.infusion.nurse_id for course in courses.values()},
        loud={course.infusion.chair: loudness(course, at) for course in courses.values()},
        changes_at=changes_at(courses.values(), at),
        here=(providers, [shift.nurse for shift in shifts if _is_there(shift, site.minute(at))]),
    )


def _pairs(
    site: Site,
    at: datetime,
    courses: dict[int, Course],
    infusions: Sequence[Infusion],
    to_come: Sequence[Visit],
    shifts: Iterable[NurseShift],
    out: dict[int, ChairOutage],
    *,
    names: bool,
    two_read: bool,
) -> tuple[Pair, ...]:
    in_chair = {course.infusion.chair: course for course in courses.values()}
    loads: dict[int, int] = {}
    for course in in_chair.values():
        loads[course.infusion.nurse_id] = loads.get(course.infusion.nurse_id, 0) + 1
    minute = site.minute(at)
    spare = [shift.nurse for shift in shifts if _is_there(shift, minute) and shift.nurse_id not in loads]
    spare = list({nurse.pk: nurse for nurse in spare}.values())
    pairs = []
    for first in range(1, site.chairs + 1, 2):
        chairs = range(first, min(first + 2, site.chairs + 1))
        nurses = [in_chair[chair].infusion.nurse for chair in chairs if chair in in_chair]
        nurse = nurses[0] if nurses else (spare.pop(0) if spare else None)
        tiles = tuple(
            busy_tile(in_chair[chair], site=site, at=at, column_nurse=nurse, names=names, two_read=two_read)
            if chair in in_chair
            else out_tile(out[chair], next_visit=_next(chair, to_come))
            if chair in out
            else empty_tile(
                chair,
                site=site,
                at=at,
                free_at=_free_at(chair, infusions, at),
                next_visit=_next(chair, to_come),
                names=names,
            )
            for chair in chairs
        )
        label = f"Chairs {chairs[0]} and {chairs[-1]}" if len(chairs) > 1 else f"Chair {chairs[0]}"
        load = loads.get(nurse.pk, 0) if nurse else 0
        pairs.append(Pair(label, nurse, load, PATIENTS_PER_NURSE, tiles))
    return tuple(pairs)


def _free_at(chair: int, infusions: Iterable[Infusion], at: datetime) -> datetime | None:
    """When the chair has been cleaned after its last patient; None when it is clean."""
    ends = [
        infusion.discharged_at + timedelta(minutes=infusion.visit.cleaning_minutes)
        for infusion in infusions
        if infusion.chair == chair and infusion.discharged_at is not None
    ]
    free_at = max(ends, default=None)
    return free_at if free_at and free_at > at else None


def _next(chair: int, to_come: Iterable[Visit]) -> Visit | None:
    return next((visit for visit in to_come if visit.chair == chair), None)


def _floor(site: Site, at: datetime, open_now: Sequence[Infusion], shifts: Iterable[NurseShift]) -> Floor:
    minute = site.minute(at)
    on = {shift.nurse_id for shift in shifts if _is_there(shift, minute)}
    out = {shift.nurse_id for shift in shifts if getattr(shift, "is_out", False)}
    paused = {shift.nurse_id for shift in shifts if getattr(shift, "is_paused", False)}
    before = {shift.nurse_id for shift in shifts if shift.to_minute <= minute}
    after = {shift.nurse_id for shift in shifts if shift.from_minute > minute}
    held = [infusion.nurse_id for infusion in open_now]
    loads = tuple(held.count(nurse) for nurse in sorted(on | set(held)))
    ratio = show(half_up(Decimal(len(open_now)) / len(on), Decimal("0.01"))) if on and open_now else ""
    return Floor(
        nurses=len(on),
        on_break=len((paused | (before & after)) - on - out),
        patients=len(open_now),
        limit=PATIENTS_PER_NURSE * len(on),
        loads=loads,
        ratio=ratio,
    )


def _is_there(shift: NurseShift, minute: int) -> bool:
    """On the floor: in the shift, and by ``shifts_today`` neither on a break nor called out."""
    away = getattr(shift, "is_paused", False) or getattr(shift, "is_out", False)
    return shift.from_minute <= minute < shift.to_minute and not away


def _arrivals(site: Site, at: datetime, to_come: Sequence[Visit], taken: set[int]) -> tuple[Arrival, ...]:
    arrivals = []
    for visit in to_come[:ARRIVALS]:
        starts_at = site.instant(visit.date, visit.start_minute)
        warn = not visit.driver_named
        line = "no driver named" if warn else "chair still taken" if visit.chair in taken else "driver named"
        arrivals.append(Arrival(visit, starts_at, f"Day {visit.day_index}, {line}", warn))
    return tuple(arrivals)
