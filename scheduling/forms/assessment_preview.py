"""What the answers in a form would make of the patient, before anything is saved."""

from dataclasses import dataclass
from datetime import date

from kitclinic.problems import Problem
from scheduling.actions import Assessment
from scheduling.forms.eligibility import EligibilityForm
from scheduling.models import Eligibility, Patient
from scheduling.queries.assessments import TONES, body_of
from scheduling.rules.charlson import age_points, not_counted_words
from scheduling.rules.eligibility import Finding, Standing, findings
from scheduling.rules.pain import diagnosis_of, diagnosis_words
from scheduling.rules.verdicts import verdict_of
from scheduling.states import Verdict


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """One line of what is open. target: the field's id; tone: of its mark."""

    sentence: str
    rule: str
    target: str
    tone: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the answers make, before anything is saved. optional: what may stay open."""

    verdict: Verdict
    tone: str
    points: tuple[OpenPoint, ...]
    optional: tuple[OpenPoint, ...]
    facts: tuple[tuple[str, str], ...]


def preview(form: EligibilityForm, patient: Patient, last: Eligibility | None, *, today: date) -> Preview:
    """Return what the form holds now: as typed, or as it starts."""
    typed = form if form.is_bound else _as_it_starts(form, patient, last)
    unreadable = [
        OpenPoint(f"{typed.fields[name].label or name}: {errors[0]}", "", typed[name].id_for_label, "overdue")
        for name, errors in typed.errors.items()
        if name in typed.fields
    ]
    if unreadable:
        return Preview(Verdict.OPEN, TONES[Verdict.OPEN], tuple(unreadable), (), ())
    answers = typed.assessment()
    found = findings(answers.facts)
    open_now = [one for one in found if one.standing != Standing.LATER and not _follows(one.problem, found)]
    points = [open_point(form, one.problem, _MARKS[one.standing]) for one in open_now]
    later = [open_point(form, one.problem, "info") for one in found if one.standing == Standing.LATER]
    verdict = verdict_of(answers.facts)
    facts = _made(answers, patient, today)
    return Preview(verdict, TONES[verdict], tuple(points), (*later, *_optional(answers, patient)), facts)


def _follows(problem: Problem, found: list[Finding]) -> bool:
    """Whether this is the rationale of a decision that stands in the list itself: one point, not two."""
    decision = problem.field.replace("_rationale", "_decision")
    return problem.field.endswith("_rationale") and any(one.problem.field == decision for one in found)


def _as_it_starts(form: EligibilityForm, patient: Patient, last: Eligibility | None) -> EligibilityForm:
    """Return the form bound to its own first answers."""
    start = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in start.items() if value not in (None, "", False)}
    return EligibilityForm(data, reader=form.reader, last=last, patient=patient)


_MARKS = {Standing.UNMET: "overdue", Standing.OPEN: "due", Standing.DECISION: "info"}


def open_point(form: EligibilityForm, problem: Problem, tone: str) -> OpenPoint:
    """Return the problem with the id of the field to go to; an open caution leads to its acknowledgement."""
    name = problem.field
    acknowledge = name.replace("caution_", "ack_", 1)
    if problem.rule.startswith("CAU-") and acknowledge in form.fields:
        name = acknowledge
    return OpenPoint(problem.sentence, problem.rule, f"id_{name}" if name else "", tone)


def _optional(answers: Assessment, patient: Patient) -> list[OpenPoint]:
    """Return what the record still lacks; it stops nobody."""
    lacks = []
    if answers.charlson_index is None:
        lacks.append(("Go through the other conditions (Charlson).", "charlson_reviewed"))
    if not (answers.height_cm or patient.height_cm):
        lacks.append(("Record the height; the body mass index needs it.", "height_cm"))
    return [OpenPoint(sentence, "", f"id_{name}", "info") for sentence, name in lacks]


def _made(answers: Assessment, patient: Patient, today: date) -> tuple[tuple[str, str], ...]:
    """Return what is computed from the answers, in words."""
    body = body_of(patient, site=patient.site, height_cm=answers.height_cm)
    points = age_points(patient.age_on(today))
    index = answers.charlson_index
    charlson = "" if index is None else f"{index}, age points {points} apart"
    left_out = not_counted_words(answers.charlson_conditions) if answers.charlson_imported is None else []
    diagnosis = diagnosis_words(diagnosis_of(answers.facts.pain_categories))
    weighed = f"{body.bmi}, weighed {body.weighed_on:%d %b %Y}" if body.bmi else ""
    made = (
        ("Pain category", diagnosis),
        ("Charlson index", ". ".join([charlson, *left_out])),
        ("Body mass index", weighed),
    )
    return tuple((label, words) for label, words in made if words)
