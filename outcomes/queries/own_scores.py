"""The patient's own view of the scores: whether the clinic shows it, and what stands in it."""

from dataclasses import dataclass
from datetime import datetime

from outcomes.models import Assessment
from outcomes.queries.asking import newest_plan
from outcomes.queries.trajectory import trajectory
from outcomes.rules.own_view import Group, groups, own_words
from outcomes.states import AssessmentState
from scheduling.models import Patient, Sequence
from scheduling.queries.patients import family_keys
from scheduling.rules.protocols import STANDARD


@dataclass(frozen=True, slots=True)
class OwnScores:
    """groups: better, about the same, harder, too early. compared: something could be compared."""

    groups: tuple[Group, ...]
    compared: bool


def may_see_own_scores(assessment: Assessment) -> bool:
    """True where the plan in force of the patient's newest course lets patients see scores (PRO-147)."""
    patient = _person(assessment)
    courses = Sequence.objects.filter(site=patient.site_id, patient__in=family_keys(patient)).order_by("-pk")
    protocol = courses.values_list("protocol__protocol", flat=True).first()
    plan = newest_plan(assessment.site, protocol or STANDARD)
    return plan is not None and plan.patients_see_scores


def own_link(assessment: Assessment) -> str:
    """Return the words of the link to the own scores, "" before the last answer or where the clinic shows none."""
    if assessment.state != AssessmentState.COMPLETED or not may_see_own_scores(assessment):
        return ""
    return str(own_words(assessment.language)["link"])


def own_scores(assessment: Assessment, *, at: datetime) -> OwnScores:
    """Return what this patient sees."""
    found = trajectory(_person(assessment), at=at)
    shown = groups([(line.measure.name, line.change) for line in found.lines], assessment.language)
    compared = any(group.kind != "early" for group in shown)
    return OwnScores(tuple(shown), compared)


def _person(assessment: Assessment) -> Patient:
    """The record that counts: the one this one was merged into."""
    return assessment.patient.merged_into or assessment.patient
