"""A patient's assessments in words: the one that counts, the earlier ones, and what changed between two."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from kitclinic.models import Site
from scheduling.models import Eligibility, Patient
from scheduling.queries.patients import DECIDERS, latest_weight
from scheduling.rules.body import bmi_words
from scheduling.rules.charlson import not_counted_words
from scheduling.states import Caution, CharlsonCondition, PainCategory, PregnancyState, Verdict

NOT_ASKED, NOT_REVIEWED = "not asked", "not reviewed"
TONES = {
    Verdict.ELIGIBLE: "ok",
    Verdict.PENDING: "due",
    Verdict.OPEN: "due",
    Verdict.REASSESS: "info",
    Verdict.DECLINE: "overdue",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of an assessment in words."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one version says otherwise than the one before."""

    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version. changes: against the one before; empty for the first."""

    row: Eligibility
    result: str
    tone: str
    lines: tuple[Line, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """Height, the last measured weight and what they make; "" for what is not known."""

    height_cm: int | None
    weight_kg: str
    weighed_on: date | None
    bmi: str


def versions_of(patient: Patient) -> list[Version]:
    """Return every version, the newest first. One query."""
    rows = Eligibility.objects.filter(site=patient.site_id, patient=patient).select_related(*DECIDERS)
    found: list[Version] = []
    before: tuple[Line, ...] = ()
    for row in rows.order_by("version"):
        lines = lines_of(row)
        found.append(Version(row, result_words(row), tone_of(row), lines, _changes(before, lines)))
        before = lines
    return found[::-1]


def body_of(patient: Patient, *, site: Site, height_cm: int | None = None) -> Body:
    """Return height, weight and body mass index now. height_cm: as typed; otherwise the patient's."""
    weight = latest_weight(patient)
    height = height_cm or patient.height_cm
    return Body(
        height,
        f"{weight.weight_kg} kg" if weight else "",
        site.today(weight.measured_at) if weight else None,
        bmi_words(weight.weight_kg if weight else None, height),
    )


def result_words(row: Eligibility) -> str:
    """Return the result for people: "Eligible, decisions pending", "Assess again from 4 January 2027"."""
    if row.result == Verdict.REASSESS and row.reassess_on:
        return f"Assess again from {row.reassess_on.day} {row.reassess_on:%B %Y}"
    return str(Verdict(row.result).label)


def tone_of(row: Eligibility) -> str:
    return TONES[Verdict(row.result)]


def lines_of(row: Eligibility) -> tuple[Line, ...]:
    """Return the answers in the order of the form; what was not asked says so. Needs the deciders loaded."""
    return tuple(Line(label, words(row)) for label, words in WORDS.items())


def charlson_words(row: Eligibility) -> str:
    """Return "3 (age points 2, apart)" with its conditions, or the total from elsewhere with its source."""
    if row.charlson_index is None:
        return "not gone through"
    age = row.charlson_age_points
    apart = "" if age is None else f" (age points {age}, apart)"
    if row.charlson_imported is not None:
        return f"{row.charlson_index}{apart}, total from elsewhere: {row.charlson_imported_from}"
    conditions = [CharlsonCondition(value) for value in row.charlson_conditions]
    named = [str(one.label) for one in CharlsonCondition if one in conditions]
    return "; ".join([f"{row.charlson_index}{apart}", *named, *not_counted_words(conditions)])


def ondansetron_words(row: Eligibility) -> str:
    """Return what speaks against ondansetron, "" for nothing."""
    known = (
        (row.ondansetron_allergy, "allergy"),
        (row.long_qt, "congenital long QT syndrome"),
        (row.apomorphine, "takes apomorphine"),
        (bool(row.ondansetron_other), row.ondansetron_other),
    )
    return "; ".join(words for applies, words in known if applies)


def pain_words(row: Eligibility) -> str:
    named = [str(one.label) for one in PainCategory if one in row.pain_categories]
    return "; ".join(named) + (" (multiple)" if len(named) > 1 else "")


def caution_words(row: Eligibility) -> str:
    """Return the cautions that apply, those that nobody acknowledged marked."""
    if not row.cautions_reviewed and not row.cautions:
        return NOT_REVIEWED
    known = set(row.acknowledged_cautions)
    named = [f"{c.label}{'' if c in known else ', not acknowledged'}" for c in Caution if c in row.cautions]
    return "; ".join(named) or "none"


def decision_words(row: Eligibility, which: str) -> str:
    """Return the answer about misuse and the prescriber's decision. which: "misuse" or "substance"."""
    answer = row.misuse_history if which == "misuse" else row.substance_misuse
    if answer is None:
        return NOT_ASKED
    if not answer:
        return "no"
    if not getattr(row, f"{which}_decision"):
        return "yes, not decided"
    label = getattr(row, f"get_{which}_decision_display")().lower()
    return f"yes; {label}, {getattr(row, f'{which}_decided_by').name}: {getattr(row, f'{which}_rationale')}"


def pregnancy_words(row: Eligibility) -> str:
    if row.pregnancy == PregnancyState.POSITIVE:
        return "pregnant"
    if row.childbearing_potential is None:
        return NOT_ASKED
    if not row.childbearing_potential:
        return "cannot become pregnant"
    if not row.pregnancy:
        return "possible, test to come"
    tested = row.pregnancy_tested_on
    on = f" on {tested.day} {tested:%B %Y}" if tested else ""
    why = ", ".join(filter(None, (row.pregnancy_reason, row.pregnancy_decided_by)))
    return f"{row.get_pregnancy_display().lower()}{on}{f': {why}' if why else ''}"


def _judged(row: Eligibility) -> str:
    answers = (
        ("referring provider", row.refractory_by_referrer),
        ("patient", row.refractory_by_patient),
        ("pain provider", row.refractory_by_pain_provider),
    )
    return ", ".join(f"{who} {'open' if said is None else 'yes' if said else 'no'}" for who, said in answers)


def _months(row: Eligibility) -> str:
    if row.pain_months is None:
        return NOT_ASKED
    return "1 month" if row.pain_months == 1 else f"{row.pain_months} months"


def _listed(text: str) -> str:
    return ", ".join(text.splitlines()) or "none listed"


WORDS: dict[str, Callable[[Eligibility], str]] = {
    "Result": result_words,
    "Pain": _months,
    "Pain category": lambda row: pain_words(row) or "not chosen",
    "Not helped enough": _judged,
    "Pregnancy": pregnancy_words,
    "Ketamine misuse": lambda row: decision_words(row, "misuse"),
    "Substance misuse": lambda row: decision_words(row, "substance"),
    "Cautions": caution_words,
    "Allergies": lambda row: (row.allergies or "none") if row.allergies_reviewed else NOT_REVIEWED,
    "Against ondansetron": lambda row: ondansetron_words(row) or "nothing",
    "Charlson index": charlson_words,
    "Height": lambda row: f"{row.height_cm} cm" if row.height_cm else "not recorded here",
    "Analgesics": lambda row: _listed(row.analgesics),
    "Psychotropics": lambda row: _listed(row.psychotropics),
    "Note": lambda row: row.note or "none",
}


def _changes(before: tuple[Line, ...], now: tuple[Line, ...]) -> tuple[Change, ...]:
    pairs = zip(before, now, strict=True) if before else ()
    return tuple(Change(new.label, old.words, new.words) for old, new in pairs if old.words != new.words)
