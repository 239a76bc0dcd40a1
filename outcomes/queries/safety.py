"""Safety tasks: who waits for a talk, since when, and what was answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from outcomes.models import ItemResponse, SafetyTask
from outcomes.queries.instruments import instrument_of
from outcomes.states import SafetyTaskState
from scheduling.models import Patient
from scheduling.queries.patients import family_keys

WAITING = (SafetyTaskState.OPEN, SafetyTaskState.ESCALATED)
RECENT = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class SafetyPage:
    """The safety page: what waits, oldest first, and what was acknowledged in the last 14 days."""

    waiting: tuple[SafetyTask, ...]
    recent: tuple[SafetyTask, ...]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One task with the question and every answer that was given to it, oldest first."""

    task: SafetyTask
    question: str
    answers: tuple[tuple[datetime, str], ...]


def waiting_tasks_of(patient: Patient, *, at: datetime) -> int:
    """Return how many safety tasks of this patient nobody has acknowledged, those of merged records too."""
    family = family_keys(patient)
    return SafetyTask.objects.filter(
        site=patient.site_id, patient__in=family, state__in=WAITING, opened_at__lte=at
    ).count()


def waiting(site_id: int | None) -> QuerySet[SafetyTask]:
    """Return the site's tasks that nobody has acknowledged, oldest first."""
    found = SafetyTask.objects.filter(site=site_id, state__in=WAITING)
    return found.select_related("patient", "response").order_by("opened_at", "pk")


def safety_page(site_id: int | None, *, at: datetime) -> SafetyPage:
    """Two queries, however many tasks there are."""
    recent = SafetyTask.objects.filter(site=site_id, acknowledged_at__gte=at - RECENT)
    return SafetyPage(
        waiting=tuple(waiting(site_id)),
        recent=tuple(recent.select_related("patient", "acknowledged_by").order_by("-acknowledged_at")[:50]),
    )


def task_page(task: SafetyTask) -> TaskPage:
    """Return the task with the wording of its question and the answers to it; of a score, none."""
    response = task.response
    if response is None:
        return TaskPage(task=task, question="", answers=())
    assessment = response.assessment
    part = assessment.parts.select_related("wording", "bank", "table").get(instrument=response.instrument)
    item = instrument_of(part, assessment.language).item(response.item)
    words = {option.value: option.text for option in item.options}
    given = ItemResponse.objects.filter(
        site_id=task.site_id,
        assessment_id=response.assessment_id,
        instrument=response.instrument,
        item=response.item,
    ).order_by("pk")
    return TaskPage(
        task=task,
        question=item.text,
        answers=tuple(
            (row.answered_at, "preferred not to answer" if row.value is None else words[row.value])
            for row in given
        ),
    )
