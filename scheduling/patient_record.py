"""What enrolment and schedule put into the copy of a patient's records: named in ``settings.PATIENT_RECORD``."""

from typing import Any

from kitclinic.patient_record import Part
from scheduling.models import (
    Biometrics,
    BreakGlass,
    BreakGlassEnd,
    BreakGlassReview,
    ChartDecision,
    Consent,
    ConsentWithdrawal,
    EducationGiven,
    Eligibility,
    GroupSeat,
    GroupWait,
    HealthScreen,
    Letter,
    Patient,
    PatientMerge,
    PlaceOffer,
    PlaceWait,
    RecordRelease,
    Referral,
    Sequence,
    TeamNote,
    Visit,
    Weight,
)

WHO, REFERRED, GROUP, VISITS = "Who you are", "Referral and eligibility", "Group visit and consent", "Visits"
DONE = "What was done with your record"


def _patient(row: Patient) -> dict[str, Any]:
    """HL7 FHIR Patient: identifier, name, telecom, birthDate, address."""
    telecom = [{"system": "phone", "value": row.phone}] if row.phone else []
    telecom += [{"system": "email", "value": row.email}] if row.email else []
    return {
        "identifier": [{"value": row.record_number}],
        "name": [{"family": row.family_name, "given": [row.given_name]}],
        "birthDate": row.birth_date.isoformat() if row.birth_date else None,
        "telecom": telecom,
        "address": [{"text": row.address}] if row.address else [],
    }


def _visit(row: Visit) -> dict[str, Any]:
    return {
        "status": row.state,
        "start": row.site.instant(row.date, row.start_minute).isoformat()
        if row.start_minute is not None
        else None,
        "participant": [{"actor": {"display": f"Chair {row.chair}"}}],
    }


def _weight(row: Weight) -> dict[str, Any]:
    value = {"value": str(row.weight_kg), "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}
    return {"status": "final", "code": {"text": "Body weight"}, "valueQuantity": value}


def _consent(row: Consent) -> dict[str, Any]:
    return {"status": "active", "sourceAttachment": {"title": row.text.title, "language": row.text.language}}


PARTS = (
    Part(Patient, "pk", WHO, "Patient", "created_at", shape=_patient),
    Part(PatientMerge, "kept", WHO, "Provenance", "merged_at"),
    Part(Referral, "patient", REFERRED, "ServiceRequest", "received_on"),
    Part(Eligibility, "patient", REFERRED, "QuestionnaireResponse", "assessed_at"),
    Part(Weight, "patient", "Measurements", "Observation", "measured_at", shape=_weight),
    Part(Biometrics, "patient", "Measurements", "Observation", "measured_at"),
    Part(HealthScreen, "patient", GROUP, "QuestionnaireResponse", "asked_at"),
    Part(GroupSeat, "patient", GROUP, "Appointment"),
    Part(GroupWait, "patient", GROUP, "Appointment", "since"),
    Part(EducationGiven, "seat__patient", GROUP, "Procedure", "given_at"),
    Part(Consent, "patient", GROUP, "Consent", "signed_at", shape=_consent),
    Part(ConsentWithdrawal, "consent__patient", GROUP, "Consent", "withdrawn_at"),
    Part(TeamNote, "patient", GROUP, "DocumentReference", "written_at"),
    Part(Sequence, "patient", VISITS, "CarePlan", "requested_at", besides=("booking_key",)),
    Part(Visit, "patient", VISITS, "Appointment", "date", shape=_visit),
    Part(PlaceWait, "patient", VISITS, "Appointment", "since"),
    Part(PlaceOffer, "wait__patient", VISITS, "Appointment", "offered_at"),
    Part(Letter, "patient", "Messages", "Communication", "at"),
    Part(ChartDecision, "patient", DONE, "Provenance", "decided_at"),
    Part(BreakGlass, "patient", DONE, "AuditEvent", "opened_at"),
    Part(BreakGlassEnd, "glass__patient", DONE, "AuditEvent", "at"),
    Part(BreakGlassReview, "glass__patient", DONE, "AuditEvent", "at"),
    Part(RecordRelease, "patient", DONE, "Provenance", "released_at"),
)
LEFT_OUT = {
    "scheduling.LegalHold": "a matter between the clinic and its counsel, no fact about the patient's care",
    "scheduling.LegalHoldEnd": "as the hold itself",
    "scheduling.CalendarFeed": "an address with a key; what it shows are the visits",
    "scheduling.DriverLink": "an address with a key; what was answered stands on the visits",
    "scheduling.PatientEvent": "earlier states of the record of names and addresses; on request, from the history",
}
