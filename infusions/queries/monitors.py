"""Monitors, what they sent, and what of it waits for a nurse."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from infusions.models import Infusion, Monitor, MonitorReading, ReadingAnswer
from infusions.queries.course import Course
from infusions.queries.words import slot_label
from infusions.rules import monitors as rules
from infusions.rules.monitors import MINUTE, SIGNS, Numbers
from infusions.states import OPEN_INFUSION
from kitclinic.display import show_percent_from
from kitclinic.models import AuditEvent, Site
from kitclinic.site_rows import found_by_key
from kitclinic.tokens import token_digest

RECENT = timedelta(days=1)
REFUSED = "refused: unknown monitor"  # of the audit trail


def monitor_by_token(token: str) -> Monitor | None:
    """The monitor of this token, in use or ended; found by its digest, so a comparison takes no telling time."""
    rows = Monitor.objects.select_related("site").filter(token_digest=token_digest(token))
    return found_by_key(rows, because="a monitor, by its device token")


def site_of_token(token: str) -> Site | None:
    """Where a refused token is written down: at the clinic it names, else at the only one there is."""
    clinics = Site.objects.filter(registry_of__isnull=True)
    named = clinics.filter(slug=token.partition(".")[0][:50]).first()
    if named is not None:
        return named
    two = list(clinics[:2])
    return two[0] if len(two) == 1 else None


def refusals_of(site: Site, address: str, *, at: datetime) -> int:
    """How many tokens of this address were refused within the last minute."""
    rows = AuditEvent.objects.filter(site=site, subject=Site._meta.db_table, subject_id=site.pk)
    return rows.filter(event=REFUSED, at__gt=at - MINUTE, detail__address=address).count()


def received_lately(monitor: Monitor, *, at: datetime) -> int:
    """Readings of this monitor within the last minute."""
    rows = MonitorReading.objects.filter(site_id=monitor.site_id, monitor=monitor)
    return rows.filter(received_at__gt=at - MINUTE).count()


def numbers_of(reading: MonitorReading) -> Numbers:
    return Numbers(**{sign: getattr(reading, sign) for sign in SIGNS})


# -- at the chart --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """One number of a reading. change: from the baseline, "+10.2%", "" without one."""

    label: str
    value: int
    unit: str
    change: str = ""


@dataclass(frozen=True)
class Proposal:
    """A reading nobody has answered. slot: which set it would be; skew: what its clock says, "" for nothing."""

    reading: MonitorReading
    time: str  # of the monitor, on the clinic's clock, "10:14:20"
    shown: tuple[Shown, ...]
    missing: tuple[tuple[str, str], ...]  # name and label of each sign of a set that it did not send
    slot: str
    minutes: int
    is_new: bool
    skew: str

    @property
    def line(self) -> str:
        """The numbers in one line: "141/84, HR 78, SpO₂ 97%"."""
        reading, parts = self.reading, []
        if reading.sbp is not None or reading.dbp is not None:
            parts.append(
                f"{reading.sbp if reading.sbp is not None else '–'}"
                f"/{reading.dbp if reading.dbp is not None else '–'}"
            )
        parts += [f"{one.label} {one.value}{one.unit}" for one in self.shown if one.label not in ("SBP", "DBP")]
        return ", ".join(parts)


@dataclass(frozen=True)
class Proposals:
    """What monitors offer one chart. newest: the one to stand beside the fields; old: the others, newest first."""

    newest: Proposal | None
    old: tuple[Proposal, ...]
    mark: str  # changes whenever a reading comes or is answered

    @property
    def every(self) -> tuple[Proposal, ...]:
        return ((self.newest,) if self.newest else ()) + self.old


def proposals_of(course: Course, *, at: datetime) -> Proposals:
    """Readings of this infusion that nobody has answered: one query."""
    infusion = course.infusion
    found = sorted(unanswered(infusion), key=lambda row: (row.measured_at, row.pk), reverse=True)
    made = [_proposal(course, row, at=at) for row in found]
    newest = made[0] if made and made[0].is_new else None
    return Proposals(
        newest=newest,
        old=tuple(made[1:] if newest else made),
        mark=".".join(str(row.pk) for row in found),
    )


def unanswered(infusion: Infusion) -> QuerySet[MonitorReading]:
    """Readings that wait at this chart: its own without a problem, and those a nurse gave to it."""
    mine = Q(infusion=infusion, problem="") | Q(given__infusion=infusion)
    rows = MonitorReading.objects.filter(mine, site_id=infusion.site_id, answer__isnull=True)
    return rows.select_related("monitor")


def _proposal(course: Course, reading: MonitorReading, *, at: datetime) -> Proposal:
    numbers = numbers_of(reading)
    code = course.slot_for(reading.measured_at, at=at)
    return Proposal(
        reading=reading,
        time=f"{course.infusion.site.local(reading.measured_at):%H:%M:%S}",
        shown=tuple(_shown(course, numbers)),
        missing=tuple((sign, rules.LABELS[sign]) for sign in SIGNS[:4] if getattr(numbers, sign) is None),
        slot={"baseline": "Baseline set", "extra": "Extra set"}.get(code, f"{slot_label(code)} set"),
        minutes=max(0, int((at - reading.measured_at) / MINUTE)),
        is_new=rules.is_offered(measured_at=reading.measured_at, at=at),
        skew=rules.skew_words(measured_at=reading.measured_at, received_at=reading.received_at),
    )


def _shown(course: Course, numbers: Numbers) -> list[Shown]:
    found = []
    frozen = course.baseline if course.infusion.baseline_id else None
    for sign in SIGNS:
        value = getattr(numbers, sign)
        if value is None:
            continue
        base = getattr(frozen, sign, None) if frozen is not None and sign in ("sbp", "dbp", "hr") else None
        change = show_percent_from(value, base) if base else ""
        found.append(Shown(rules.LABELS[sign], value, "%" if sign == "spo2" else "", change))
    return found


# -- the pages -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MonitorLine:
    monitor: Monitor
    heard_at: datetime | None
    today: int  # readings since midnight
    waiting: int  # of them on the review list


def monitor_lines(site: Site, *, at: datetime) -> list[MonitorLine]:
    """Monitors in use by chair and name, then ended ones: two queries."""
    since = site.instant(site.today(at), 0)
    counts = {
        row["monitor"]: (row["today"], row["waiting"])
        for row in MonitorReading.objects.filter(site=site, received_at__gte=since)
        .values("monitor")
        .annotate(today=Count("pk"), waiting=Count("pk", filter=_waits()))
    }
    rows = Monitor.objects.filter(site=site).annotate(heard_at=Max("readings__received_at"))
    lines = [
        MonitorLine(
            monitor=row,
            heard_at=row.heard_at,
            today=counts.get(row.pk, (0, 0))[0],
            waiting=counts.get(row.pk, (0, 0))[1],
        )
        for row in rows.select_related("added_by")
    ]
    return sorted(
        lines, key=lambda line: (line.monitor.ended_at is not None, line.monitor.chair or 99, line.monitor.name)
    )


def _waits() -> Q:
    """A reading on the review list: with a problem, neither given to a chart nor put away."""
    return ~Q(problem="") & Q(answer__isnull=True, given__isnull=True)


def review_list(site: Site) -> QuerySet[MonitorReading]:
    """Readings that no chart could take and nobody has settled, newest first."""
    rows = MonitorReading.objects.filter(_waits(), site=site).select_related("monitor", "infusion__patient")
    return rows.order_by("-received_at", "-pk")


def waiting_readings(site: Site) -> int:
    return MonitorReading.objects.filter(_waits(), site=site).count()


@dataclass(frozen=True)
class Review:
    """One reading on the review list and the numbers it sent, as text."""

    reading: MonitorReading
    line: str
    can_be_given: bool
    skew: str


def reviews(site: Site, *, at: datetime) -> list[Review]:
    """The review list with what can be done about each: one query."""
    return [_review(row, at=at) for row in review_list(site)]


def _review(row: MonitorReading, *, at: datetime) -> Review:
    numbers = numbers_of(row)
    parts = [
        f"{rules.LABELS[sign]} {getattr(numbers, sign)}" for sign in SIGNS if getattr(numbers, sign) is not None
    ]
    return Review(
        reading=row,
        line=", ".join(parts),
        can_be_given=bool(parts) and not rules.time_sentences(row.measured_at, at=at),
        skew=rules.skew_words(measured_at=row.measured_at, received_at=row.received_at),
    )


def settled_lately(site: Site, *, at: datetime) -> list[ReadingAnswer]:
    """Readings off the review list that were put away within a day, newest first."""
    rows = ReadingAnswer.objects.filter(site=site, at__gt=at - RECENT, vital_set__isnull=True)
    return list(rows.select_related("reading__monitor", "by").order_by("-at")[:20])


def open_charts(site: Site, *, at: datetime) -> QuerySet[Infusion]:
    """Infusions of today that a reading can be given to, by chair."""
    rows = Infusion.objects.filter(site=site, date=site.today(at), state__in=OPEN_INFUSION)
    return rows.select_related("patient", "visit").order_by("chair")
