"""Safety tasks: who waits for a talk, since when, where the patient is, and who is on it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Count, Q, QuerySet

from kitclinic.models import Site, StaffUser
from outcomes.models import ItemResponse, SafetyStep, SafetyTask
from outcomes.queries.instruments import instrument_of
from outcomes.queries.safety_places import Place, places_of
from outcomes.rules.safety import option_words
from outcomes.states import FIRST_LINE, WAITING_STATES, SafetyStepKind, SafetyTaskState
from scheduling.models import Patient
from scheduling.queries.patients import family_keys

RECENT = timedelta(days=14)
LISTED = 50  # of what is acknowledged; the report has all of it


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of the list. holder: who is on it, None for nobody; tried: how often nobody was reached."""

    task: SafetyTask
    place: Place
    holder: StaffUser | None
    held_since: datetime | None
    tried: int
    told: tuple[str, ...]

    def mark(self, at: datetime) -> str:
        """What a glance at the line depends on."""
        task, holder = self.task, self.holder.pk if self.holder else 0
        return f"{task.pk}.{task.escalations}.{holder}.{self.tried}.{self.place.here}.{task.due_at < at:d}"


@dataclass(frozen=True, slots=True)
class SafetyPage:
    """What an answer raised and what a score raised, oldest first; what is to be followed up; what is over."""

    at: datetime
    waiting: tuple[TaskLine, ...]
    second_line: tuple[TaskLine, ...]
    to_follow_up: tuple[SafetyTask, ...]
    recent: tuple[SafetyTask, ...]

    @property
    def version(self) -> str:
        """Changes whenever the list would look different, apart from what its clocks count."""
        shown = [line.mark(self.at) for line in (*self.waiting, *self.second_line)]
        shown += [f"{task.pk}{task.state}" for task in (*self.to_follow_up, *self.recent)]
        return sha256("-".join(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One task with the question and every answer that was given to it, oldest first, and what happened since.

    corrected: the score as it stands now, "" where nobody corrected it. steps: those before the acknowledgement;
    after: those that followed it.
    """

    line: TaskLine
    question: str
    answers: tuple[tuple[datetime, str], ...]
    steps: tuple[SafetyStep, ...]
    after: tuple[SafetyStep, ...] = ()
    corrected: str = ""

    @property
    def task(self) -> SafetyTask:
        return self.line.task


def waiting_tasks_of(patient: Patient, *, at: datetime) -> int:
    """Return how many answers of this patient nobody has acknowledged, those of merged records too (PRO-18)."""
    return waiting_counts(patient, at=at)[0]


def waiting_counts(patient: Patient, *, at: datetime) -> tuple[int, int]:
    """Return (first line, second line): tasks of this patient that wait. Two queries."""
    rows = SafetyTask.objects.filter(
        site=patient.site_id, patient__in=family_keys(patient), state__in=WAITING_STATES, opened_at__lte=at
    )
    found = rows.aggregate(first=Count("pk", filter=Q(kind__in=FIRST_LINE)), all=Count("pk"))
    return found["first"], found["all"] - found["first"]


def waiting(site_id: int | None) -> QuerySet[SafetyTask]:
    """Return the site's tasks that nobody has acknowledged, oldest first."""
    found = SafetyTask.objects.filter(site=site_id, state__in=WAITING_STATES)
    related = found.select_related(
        "site", "patient", "response__sitting__tablet", "response__sitting__by", "score"
    )
    return related.order_by("opened_at", "pk")


def safety_page(site: Site, *, at: datetime) -> SafetyPage:
    """Six queries, however many tasks there are."""
    lines = _lines(site, list(waiting(site.pk)), at=at)
    over = SafetyTask.objects.filter(site=site, acknowledged_at__isnull=False)
    over = over.select_related("patient", "acknowledged_by")
    open_ones = over.filter(state=SafetyTaskState.ACKNOWLEDGED).order_by("acknowledged_at", "pk")
    closed = over.filter(state=SafetyTaskState.CLOSED, acknowledged_at__gte=at - RECENT)
    return SafetyPage(
        at=at,
        waiting=tuple(line for line in lines if line.task.is_first_line),
        second_line=tuple(line for line in lines if not line.task.is_first_line),
        to_follow_up=tuple(open_ones[:LISTED]),
        recent=tuple(closed.order_by("-acknowledged_at")[:LISTED]),
    )


def _lines(site: Site, tasks: list[SafetyTask], *, at: datetime) -> list[TaskLine]:
    steps: dict[int, list[SafetyStep]] = defaultdict(list)
    rows = SafetyStep.objects.filter(site=site, task__in=tasks).select_related("by")
    for step in rows.order_by("at", "pk"):
        steps[step.task_id].append(step)
    where = places_of(site, tasks, at=at)
    return [_line(task, where[task.pk], steps[task.pk]) for task in tasks]


def _line(task: SafetyTask, place: Place, steps: Iterable[SafetyStep]) -> TaskLine:
    steps = list(steps)
    last = holding(steps)
    return TaskLine(
        task=task,
        place=place,
        holder=last.by if last else None,
        held_since=last.at if last else None,
        tried=sum(step.kind == SafetyStepKind.TRIED for step in steps),
        told=tuple(step.to for step in steps if step.kind == SafetyStepKind.TOLD),
    )


def holding(steps: Iterable[SafetyStep]) -> SafetyStep | None:
    """Return the step by which somebody is on the task now; None when nobody is. steps: oldest first."""
    held = None
    for step in steps:
        if step.kind in (SafetyStepKind.TAKEN, SafetyStepKind.HANDED_BACK):
            held = step if step.kind == SafetyStepKind.TAKEN else None
    return held


def steps_of(task: SafetyTask) -> list[SafetyStep]:
    """Return what happened to a task, oldest first."""
    rows = SafetyStep.objects.filter(site=task.site_id, task=task).select_related("by")
    return list(rows.order_by("at", "pk"))


def task_page(task: SafetyTask, *, at: datetime) -> TaskPage:
    """Return the task with the wording of its question and the answers to it; of a score, what stands now."""
    steps = steps_of(task)
    place = places_of(task.site, [task], at=at)[task.pk]
    line = _line(task, place, steps)
    question, answers = _answers(task)
    before = tuple(step for step in steps if step.kind != SafetyStepKind.FOLLOWED_UP)
    after = tuple(step for step in steps if step.kind == SafetyStepKind.FOLLOWED_UP)
    return TaskPage(line, question, answers, before, after, _corrected(task))


def _answers(task: SafetyTask) -> tuple[str, tuple[tuple[datetime, str], ...]]:
    response = task.response
    if response is None:
        return "", ()
    assessment = response.assessment
    part = assessment.parts.select_related("wording", "bank", "table").get(instrument=response.instrument)
    item = instrument_of(part, assessment.language).item(response.item)
    given = ItemResponse.objects.filter(
        site_id=task.site_id,
        assessment_id=response.assessment_id,
        instrument=response.instrument,
        item=response.item,
    ).order_by("pk")
    words = (
        (row.answered_at, "preferred not to answer" if row.value is None else option_words(item, row.value))
        for row in given
    )
    return item.text, tuple(words)


def _corrected(task: SafetyTask) -> str:
    score = task.score
    now = score
    while now is not None:
        newer = type(now).objects.filter(site_id=task.site_id, corrects=now).first()
        if newer is None:
            break
        now = newer
    return "" if now is None or now == score else str(now.value)
