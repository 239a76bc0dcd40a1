"""Assessing eligibility: each assessment is a new version, and the last one counts."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.roles import PRESCRIBERS
from kitclinic.states import move
from scheduling.actions.groups import OPEN_SEAT, close_open_seat
from scheduling.models import Eligibility, GroupSeat, Patient, Sequence
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.charlson import age_points, charlson_problems, index_of
from scheduling.rules.eligibility import CAUTION_RULES, EligibilityFacts
from scheduling.rules.groups import clearing_lapsed
from scheduling.rules.pain import diagnosis_of
from scheduling.rules.verdicts import (
    acknowledgement_problems,
    reopening_problems,
    verdict_of,
    verdict_problems,
)
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import (
    Caution,
    CharlsonCondition,
    EnrolmentState,
    PainCategory,
    SeatState,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One filled-in form. facts: what the rules look at; the rest is kept for the order and the chart.

    charlson_imported: a total from elsewhere; then there are no conditions. height_cm: None leaves the
    patient's as it is. analgesics, psychotropics: one a line. reassess_on: with that verdict only.
    """

    facts: EligibilityFacts
    allergies: str = ""
    long_qt: bool = False
    apomorphine: bool = False
    note: str = ""
    ondansetron_allergy: bool = False
    ondansetron_other: str = ""
    charlson_reviewed: bool = False
    charlson_conditions: frozenset[CharlsonCondition] = frozenset()
    charlson_imported: int | None = None
    charlson_imported_from: str = ""
    height_cm: int | None = None
    analgesics: str = ""
    psychotropics: str = ""
    reassess_on: date | None = None

    @property
    def charlson_index(self) -> int | None:
        """The total from elsewhere, or else that of the conditions once the list was gone through."""
        if self.charlson_imported is not None:
            return self.charlson_imported
        known = self.charlson_reviewed or self.charlson_conditions
        return index_of(self.charlson_conditions) if known else None


@transaction.atomic
def assess_eligibility(
    *,
    patient: Patient,
    assessment: Assessment,
    by: StaffUser,
    at: datetime,
    verdict: Verdict | None = Verdict.ELIGIBLE,
    version: int | None = None,
) -> Eligibility:
    """Store an assessment as the patient's newest version and move the enrolment along.

    verdict: the result somebody chose, refused where the answers do not bear it; None takes the result
    the answers make. "Not eligible" made by the answers leaves the referral open; chosen, it declines.
    Decisions and acknowledgements are a prescriber's; in somebody else's form unchanged ones stay.
    version: the number this form was filled in for; a form that another one overtook is refused.
    """
    # The seat before the patient, as everywhere at the group visit: no two acts wait for each other.
    list(GroupSeat.objects.select_for_update().filter(site=by.site_id, patient=patient.pk, state__in=OPEN_SEAT))
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    last = latest_eligibility(locked)
    number = _next_version(locked, last, version)
    facts, deciders = _with_deciders(assessment.facts, last, by)
    result = verdict_of(facts) if verdict is None else verdict
    booked = Sequence.objects.filter(site=locked.site_id, patient=locked, state__in=OPEN_SEQUENCE).exists()
    today = locked.site.today(at)
    problems = _answer_problems(assessment, facts, last, by)
    problems += verdict_problems(
        result if verdict else Verdict.OPEN,
        facts,
        note=assessment.note,
        sequence_booked=booked,
        reassess_on=assessment.reassess_on,
        today=today,
    )
    refuse_if(problems)
    row = Eligibility.objects.create(
        site=locked.site,
        patient=locked,
        version=number,
        **_columns(assessment, facts),
        **deciders,
        charlson_age_points=age_points(locked.age_on(today)),
        result=result,
        reassess_on=assessment.reassess_on if result == Verdict.REASSESS else None,
        eligible=result in (Verdict.ELIGIBLE, Verdict.PENDING),
        assessed_by=by,
        assessed_at=at,
    )
    _keep_with_patient(locked, row)
    is_declined = verdict == Verdict.DECLINE
    _move_on(locked, row, declined=is_declined, sequence_booked=booked, by=by, at=at)
    _record(row, facts, declined=is_declined, by=by, at=at)
    return row


def _next_version(patient: Patient, last: Eligibility | None, version: int | None) -> int:
    """Return the number of the new version, or refuse a form that cannot be saved any more."""
    if patient.state == EnrolmentState.MERGED:
        sentence = "This record was merged into another one. Open that record and assess there."
        raise Refused([Blocker("STA-01", sentence)])
    number = last.version + 1 if last else 1
    if version is not None and version != number:
        sentence = (
            "Somebody else has saved an assessment meanwhile. It stands beside the form; compare, then save."
        )
        raise Refused([Blocker("STA-01", sentence)])
    return number


def _answer_problems(
    assessment: Assessment, facts: EligibilityFacts, last: Eligibility | None, by: StaffUser
) -> list[Problem]:
    """Return what is wrong with these answers under every result."""
    prescriber = by.role in PRESCRIBERS
    acknowledged = frozenset(Caution(value) for value in last.acknowledged_cautions) if last else frozenset()
    return [
        *acknowledgement_problems(facts, before=acknowledged, by_prescriber=prescriber),
        *reopening_problems(
            facts,
            pregnancy_before=last.pregnancy if last else "",
            by_prescriber=prescriber,
            note=assessment.note,
        ),
        *charlson_problems(
            assessment.charlson_conditions,
            imported=assessment.charlson_imported,
            source=assessment.charlson_imported_from,
        ),
    ]


def _with_deciders(
    facts: EligibilityFacts, last: Eligibility | None, by: StaffUser
) -> tuple[EligibilityFacts, dict[str, StaffUser | None]]:
    """Return the facts with the names of who took the decisions, and these people by column."""
    misuse = _decider("misuse", (facts.misuse_decision, facts.misuse_rationale), last, by)
    substance = _decider("substance", (facts.substance_decision, facts.substance_rationale), last, by)
    named = replace(
        facts,
        misuse_decided_by=misuse.name if misuse else "",
        substance_decided_by=substance.name if substance else "",
    )
    return named, {"misuse_decided_by": misuse, "substance_decided_by": substance}


def _decider(which: str, taken: tuple[str, str], last: Eligibility | None, by: StaffUser) -> StaffUser | None:
    """Return who took this decision; None where there is none that counts.

    A decision that stands as it was stays with the prescriber who took it.
    """
    if not taken[0]:
        return None
    before = (getattr(last, f"{which}_decision"), getattr(last, f"{which}_rationale")) if last else None
    if taken == before:
        decider: StaffUser | None = getattr(last, f"{which}_decided_by")
        return decider
    return by if by.role in PRESCRIBERS else None


def _columns(assessment: Assessment, facts: EligibilityFacts) -> dict[str, Any]:
    return {
        "pain_months": facts.pain_months,
        "pain_categories": sorted(facts.pain_categories),
        "refractory_by_referrer": facts.inadequate_by_referrer,
        "refractory_by_patient": facts.inadequate_by_patient,
        "refractory_by_pain_provider": facts.inadequate_by_pain_provider,
        "childbearing_potential": facts.childbearing_potential,
        "pregnancy": facts.pregnancy,
        "pregnancy_tested_on": facts.pregnancy_tested_on,
        "pregnancy_reason": facts.pregnancy_reason,
        "pregnancy_decided_by": facts.pregnancy_decided_by,
        "misuse_history": facts.ketamine_misuse,
        "misuse_decision": facts.misuse_decision,
        "misuse_rationale": facts.misuse_rationale,
        "substance_misuse": facts.substance_misuse,
        "substance_decision": facts.substance_decision,
        "substance_rationale": facts.substance_rationale,
        "cautions_reviewed": facts.cautions_reviewed,
        "cautions": sorted(facts.cautions),
        "acknowledged_cautions": sorted(facts.acknowledged & facts.cautions),
        "allergies_reviewed": facts.allergies_reviewed,
        "allergies": assessment.allergies.strip(),
        "long_qt": assessment.long_qt,
        "apomorphine": assessment.apomorphine,
        "ondansetron_allergy": assessment.ondansetron_allergy,
        "ondansetron_other": assessment.ondansetron_other.strip(),
        "charlson_reviewed": assessment.charlson_reviewed,
        "charlson_conditions": sorted(assessment.charlson_conditions),
        "charlson_imported": assessment.charlson_imported,
        "charlson_imported_from": assessment.charlson_imported_from.strip(),
        "charlson_index": assessment.charlson_index,
        "height_cm": assessment.height_cm,
        "analgesics": _lines(assessment.analgesics),
        "psychotropics": _lines(assessment.psychotropics),
        "note": assessment.note.strip(),
    }


def _lines(text: str) -> str:
    """Return the list with one entry a line and no empty lines."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _keep_with_patient(patient: Patient, row: Eligibility) -> None:
    """Carry diagnosis, height and Charlson index over to the patient; an open answer changes nothing."""
    diagnosis = diagnosis_of([PainCategory(value) for value in row.pain_categories])
    patient.diagnosis = diagnosis or patient.diagnosis
    patient.height_cm = row.height_cm or patient.height_cm
    if row.charlson_index is not None:
        patient.charlson_index = row.charlson_index
    patient.save(update_fields=["diagnosis", "height_cm", "charlson_index"])


def _record(row: Eligibility, facts: EligibilityFacts, *, declined: bool, by: StaffUser, at: datetime) -> None:
    cautions = [CAUTION_RULES[caution].id for caution in sorted(facts.acknowledged & facts.cautions)]
    audit.record(
        event="eligibility assessed",
        by=by,
        at=at,
        site=row.site,
        subject=row,
        patient_id=row.patient_id,
        detail={
            "version": row.version,
            "verdict": str(row.result),
            "declined": declined,
            "acknowledged": cautions,
        },
    )


def _move_on(
    patient: Patient, row: Eligibility, *, declined: bool, sequence_booked: bool, by: StaffUser, at: datetime
) -> None:
    """Move the enrolment: a declined patient gives the seat back, a reopened one is referred again."""
    over = patient.state in (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN)
    if row.result == Verdict.DECLINE:
        if declined and not over:
            close_open_seat(patient=patient, by=by, at=at, note=row.note)
            move(patient, EnrolmentState.DECLINED, by=by, at=at, reason=row.note[:300])
        return
    if over:
        move(patient, EnrolmentState.REFERRED, by=by, at=at, reason="asked again")
    if row.result == Verdict.REASSESS:
        _put_off(patient, row, by=by, at=at)
        return
    later_course = patient.state == EnrolmentState.CLEARED and not sequence_booked and _lapsed(patient, at)
    if row.eligible and (patient.state == EnrolmentState.REFERRED or later_course):
        move(patient, EnrolmentState.ELIGIBLE, by=by, at=at)


def _put_off(patient: Patient, row: Eligibility, *, by: StaffUser, at: datetime) -> None:
    """Give back a seat: nobody sits in a group visit before the day on which to assess again."""
    if patient.state != EnrolmentState.GROUP_BOOKED:
        return
    reason = f"to be assessed again on {row.reassess_on}"
    close_open_seat(patient=patient, by=by, at=at, note=reason)
    move(patient, EnrolmentState.ELIGIBLE, by=by, at=at, reason=reason)


def _lapsed(patient: Patient, at: datetime) -> bool:
    """Whether no course can begin on the patient's last clearing any more (ENR-26, ENR-60)."""
    today = patient.site.today(at)
    clearance = clearance_of(patient)
    if clearance is not None:
        return not clearance.holds(today + timedelta(days=1))
    cleared = GroupSeat.objects.filter(site=patient.site_id, patient=patient, state=SeatState.CLEARED)
    seat = cleared.select_related("group").order_by("-group__date").first()
    return seat is None or clearing_lapsed(seat.group.date, today, window_of(patient.site))
