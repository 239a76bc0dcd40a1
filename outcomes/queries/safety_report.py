"""Every alert of a period: what was answered, who did what when, and how long it took."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kitclinic.models import Site, StaffUser
from outcomes.models import SafetyStep, SafetyTask
from outcomes.queries.clinic_hours import opening_spans
from outcomes.rules.safety_report import MOST_DAYS, REPORT_DAYS, Answered, Summary, answered, summary
from outcomes.states import SafetyStepKind

TIERS = ("High", "Raised", "Second line")


@dataclass(frozen=True, slots=True)
class Line:
    """One alert. taken_at, taken_by: whoever was on it first; told: to whom it went and when."""

    task: SafetyTask
    tier: str
    taken_at: datetime | None
    taken_by: StaffUser | None
    told: tuple[tuple[str, datetime], ...]
    tried: int
    follow_up: str
    result: Answered


@dataclass(frozen=True, slots=True)
class Report:
    """first, last: both days included. tiers: (tier, its figures) of those that occurred."""

    first: date
    last: date
    lines: tuple[Line, ...]
    whole: Summary
    tiers: tuple[tuple[str, Summary], ...]

    @property
    def unanswered(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.result.minutes is None)


def period(site: Site, *, start: date | None, end: date | None, at: datetime) -> tuple[date, date]:
    """Return the days a report covers: the last 90 where none are asked for; a year at most."""
    last = min(end or site.today(at), site.today(at))
    first = start or last - timedelta(days=REPORT_DAYS - 1)
    if first > last:
        first, last = last, first
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def safety_report(site: Site, *, first: date, last: date, at: datetime) -> Report:
    """Return every alert opened on these clinic days, the newest first. Four queries, however many there are."""
    begins, ends = site.instant(first, 0), site.instant(last + timedelta(days=1), 0)
    tasks = list(
        SafetyTask.objects.filter(site=site, opened_at__gte=begins, opened_at__lt=ends)
        .select_related("patient", "acknowledged_by")
        .order_by("-opened_at", "-pk")
    )
    steps: dict[int, list[SafetyStep]] = defaultdict(list)
    for step in SafetyStep.objects.filter(site=site, task__in=tasks).select_related("by").order_by("at", "pk"):
        steps[step.task_id].append(step)
    spans = opening_spans(site, first, site.today(at)) if tasks else []
    lines = [_line(task, steps[task.pk], spans, at) for task in tasks]
    by_tier = [(tier, [line.result for line in lines if line.tier == tier]) for tier in TIERS]
    return Report(
        first=first,
        last=last,
        lines=tuple(lines),
        whole=summary(line.result for line in lines),
        tiers=tuple((tier, summary(results)) for tier, results in by_tier if results),
    )


def tier_of(task: SafetyTask) -> str:
    """Return "High", "Raised" or "Second line"."""
    return ("High" if task.high else "Raised") if task.is_first_line else "Second line"


def _line(task: SafetyTask, steps: list[SafetyStep], spans: list[tuple[datetime, datetime]], at: datetime) -> Line:
    taken = next((step for step in steps if step.kind == SafetyStepKind.TAKEN), None)
    return Line(
        task=task,
        tier=tier_of(task),
        taken_at=taken.at if taken else None,
        taken_by=taken.by if taken else None,
        told=tuple((step.to, step.at) for step in steps if step.kind == SafetyStepKind.TOLD),
        tried=sum(step.kind == SafetyStepKind.TRIED for step in steps),
        follow_up=next((step.words for step in steps if step.kind == SafetyStepKind.FOLLOWED_UP), ""),
        result=answered(
            opened_at=task.opened_at,
            due_at=task.due_at,
            acknowledged_at=task.acknowledged_at,
            now=at,
            spans=spans,
        ),
    )


HEADINGS = (
    "Task", "Record", "Patient", "Kind", "Tier", "What", "Opened", "Due", "First taken", "Taken by", "Tries",
    "Acknowledged", "By", "Minutes", "Minutes in opening hours", "In time", "What was done", "Told", "Escalations",
    "State", "Follow-up",
)  # fmt: skip


def report_rows(report: Report, site: Site) -> Iterator[list[str]]:
    """Return the report as rows of text, its headings first. Times are the clinic's, with their offset."""
    yield list(HEADINGS)
    for line in report.lines:
        task, result = line.task, line.result
        yield [
            str(task.pk),
            task.patient.record_number,
            task.patient.list_name,
            task.get_kind_display(),
            line.tier,
            task.says,
            _iso(site, task.opened_at),
            _iso(site, task.due_at),
            _iso(site, line.taken_at),
            line.taken_by.name if line.taken_by else "",
            str(line.tried),
            _iso(site, task.acknowledged_at),
            task.acknowledged_by.name if task.acknowledged_by else "",
            "" if result.minutes is None else str(result.minutes),
            "" if result.open_minutes is None else str(result.open_minutes),
            {True: "yes", False: "no", None: ""}[result.in_time],
            task.action,
            "; ".join(f"{to} {_iso(site, at)}" for to, at in line.told),
            str(task.escalations),
            task.get_state_display(),
            line.follow_up,
        ]


def _iso(site: Site, at: datetime | None) -> str:
    return site.local(at).isoformat(timespec="seconds") if at else ""
