"""Assessing eligibility: each assessment is a new version, and the last one counts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.roles import PRESCRIBERS
from kitclinic.states import move
from scheduling.actions.groups import close_open_seat
from scheduling.models import Eligibility, GroupSeat, Patient, Sequence
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.eligibility import CAUTION_RULES, EligibilityFacts, verdict_problems
from scheduling.rules.enrolment import FINISHED
from scheduling.rules.groups import clearing_lapsed
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.states import EnrolmentState, SeatState, Verdict


@dataclass(frozen=True, slots=True)
class Assessment:
    """One filled-in form. facts: what the rules look at; the rest is kept for the order and the chart."""

    facts: EligibilityFacts
    allergies: str = ""
    long_qt: bool = False
    apomorphine: bool = False
    note: str = ""


@transaction.atomic
def assess_eligibility(
    *,
    patient: Patient,
    assessment: Assessment,
    by: StaffUser,
    at: datetime,
    verdict: Verdict = Verdict.ELIGIBLE,
    version: int | None = None,
) -> Eligibility:
    """Store an assessment as the patient's newest version and move the enrolment along.

    A decision about misuse is a prescriber's; in somebody else's form an unchanged one stays.
    version: the number this form was filled in for; a form that another one overtook is refused.
    """
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    last = latest_eligibility(locked)
    number = last.version + 1 if last else 1
    if version is not None and version != number:
        sentence = (
            "Somebody else has saved an assessment meanwhile. It stands beside the form; compare, then save."
        )
        raise Refused([Blocker("STA-01", sentence)])
    decider = _decider(assessment.facts, last, by)
    facts = replace(assessment.facts, misuse_decided_by=decider.name if decider else "")
    booked = Sequence.objects.filter(site=locked.site_id, patient=locked, state__in=OPEN_SEQUENCE).exists()
    refuse_if(verdict_problems(verdict, facts, note=assessment.note, sequence_booked=booked))
    row = Eligibility.objects.create(
        site=locked.site,
        patient=locked,
        version=number,
        **_columns(assessment, facts),
        misuse_decided_by=decider,
        result=verdict,
        eligible=verdict in (Verdict.ELIGIBLE, Verdict.PENDING),
        assessed_by=by,
        assessed_at=at,
    )
    _move_on(locked, verdict, sequence_booked=booked, by=by, at=at, note=assessment.note)
    cautions = [CAUTION_RULES[caution].id for caution in sorted(facts.acknowledged)]
    audit.record(
        event="eligibility assessed",
        by=by,
        at=at,
        site=locked.site,
        subject=row,
        patient_id=locked.pk,
        detail={"version": number, "verdict": str(verdict), "acknowledged": cautions},
    )
    return row


def _decider(facts: EligibilityFacts, last: Eligibility | None, by: StaffUser) -> StaffUser | None:
    """Return who took the misuse decision of this form; None where there is none that counts."""
    if not facts.misuse_decision:
        return None
    if by.role in PRESCRIBERS:
        return by
    unchanged = last is not None and (last.misuse_decision, last.misuse_rationale) == (
        facts.misuse_decision,
        facts.misuse_rationale,
    )
    return last.misuse_decided_by if last is not None and unchanged else None


def _columns(assessment: Assessment, facts: EligibilityFacts) -> dict[str, Any]:
    return {
        "pain_months": facts.pain_months,
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
        "cautions_reviewed": facts.cautions_reviewed,
        "cautions": sorted(facts.cautions),
        "acknowledged_cautions": sorted(facts.acknowledged & facts.cautions),
        "allergies_reviewed": facts.allergies_reviewed,
        "allergies": assessment.allergies.strip(),
        "long_qt": assessment.long_qt,
        "apomorphine": assessment.apomorphine,
        "note": assessment.note.strip(),
    }


def _move_on(
    patient: Patient, verdict: Verdict, *, sequence_booked: bool, by: StaffUser, at: datetime, note: str
) -> None:
    """Move the enrolment: a declined patient gives the seat back, a reopened one is referred again."""
    over = patient.state in (EnrolmentState.DECLINED, EnrolmentState.WITHDRAWN)
    if verdict == Verdict.DECLINE:
        if not over:
            close_open_seat(patient=patient, by=by, at=at, note=note)
            move(patient, EnrolmentState.DECLINED, by=by, at=at, reason=note[:300])
        return
    if over:
        move(patient, EnrolmentState.REFERRED, by=by, at=at, reason="asked again")
    later_course = patient.state == EnrolmentState.CLEARED and not sequence_booked and _lapsed(patient, at)
    if verdict == Verdict.ELIGIBLE and (patient.state == EnrolmentState.REFERRED or later_course):
        move(patient, EnrolmentState.ELIGIBLE, by=by, at=at)


def _lapsed(patient: Patient, at: datetime) -> bool:
    """Whether the patient's last clearing is used up, or too old to begin a sequence on (ENR-26)."""
    cleared = GroupSeat.objects.filter(site=patient.site_id, patient=patient, state=SeatState.CLEARED)
    seat = cleared.select_related("group").order_by("-group__date").first()
    if seat is None or clearing_lapsed(seat.group.date, patient.site.today(at)):
        return True
    finished = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=FINISHED)
    return finished.filter(first_day__gte=seat.group.date).exists()
