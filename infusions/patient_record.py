"""What ordering and charting put into the copy of a patient's records: named in ``settings.PATIENT_RECORD``."""

from typing import Any

from infusions.models import (
    AdverseEventReview,
    Affirmation,
    CoSignature,
    Escalation,
    FactReview,
    Flag,
    FlagAcknowledgement,
    FlagWithdrawal,
    Infusion,
    InfusionEvent,
    Intake,
    KeptAside,
    KeptAsideAnswer,
    MonitorReading,
    Movement,
    NextDayCall,
    Order,
    ReadingAnswer,
    ReadingGiven,
    RegistryInfusion,
    VerbalOrder,
    VitalSet,
)
from kitclinic.patient_record import Part

ORDERS, DOSES, MEASURED, EVENTS = "Orders", "Infusions", "Measurements", "Events"
UNITS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "hr": "/min", "spo2": "%", "rr": "/min"}
KETAMINE = {"text": "Ketamine, intravenous"}


def _order(row: Order) -> dict[str, Any]:
    dose = {"value": str(row.dose_mg), "unit": "mg"}
    return {
        "status": row.state,
        "intent": "order",
        "medicationCodeableConcept": KETAMINE,
        "dosageInstruction": [{"route": {"text": "intravenous"}, "doseAndRate": [{"doseQuantity": dose}]}],
    }


def _infusion(row: Infusion) -> dict[str, Any]:
    given = [row.started_at, row.ended_at]
    period = {name: at.isoformat() for name, at in zip(("start", "end"), given, strict=True) if at}
    dose = {"value": str(row.delivered_mg), "unit": "mg"} if row.delivered_mg is not None else None
    return {
        "status": row.state,
        "medicationCodeableConcept": KETAMINE,
        "effectivePeriod": period,
        "dosage": {"dose": dose} if dose else {},
    }


def _vitals(row: VitalSet | MonitorReading) -> dict[str, Any]:
    parts = [
        {"code": {"text": sign}, "valueQuantity": {"value": getattr(row, sign), "unit": unit}}
        for sign, unit in UNITS.items()
        if getattr(row, sign) is not None
    ]
    return {"status": "final", "code": {"text": "Vital signs"}, "component": parts}


PARTS = (
    Part(Order, "sequence__patient", ORDERS, "MedicationRequest", "drafted_at", shape=_order),
    Part(Affirmation, "order__sequence__patient", ORDERS, "Provenance", "at"),
    Part(VerbalOrder, "order__sequence__patient", ORDERS, "MedicationRequest", "said_at"),
    Part(CoSignature, "verbal__order__sequence__patient", ORDERS, "Provenance", "at"),
    Part(Escalation, "visit__patient", ORDERS, "Communication", "at"),
    Part(Infusion, "patient", DOSES, "MedicationAdministration", "arrived_at", shape=_infusion),
    Part(RegistryInfusion, "patient", DOSES, "MedicationAdministration", "date"),
    Part(Movement, "infusion__patient", DOSES, "MedicationDispense", "occurred_at"),
    Part(Intake, "infusion__patient", DOSES, "QuestionnaireResponse", "at"),
    Part(NextDayCall, "infusion__patient", DOSES, "Communication", "at"),
    Part(VitalSet, "infusion__patient", MEASURED, "Observation", "occurred_at", shape=_vitals),
    Part(MonitorReading, "infusion__patient", MEASURED, "Observation", "measured_at", _vitals, ("content",)),
    Part(ReadingGiven, "infusion__patient", MEASURED, "Provenance", "at"),
    Part(ReadingAnswer, "reading__infusion__patient", MEASURED, "Provenance", "at"),
    Part(Flag, "vital_set__infusion__patient", MEASURED, "Flag"),
    Part(FlagWithdrawal, "flag__vital_set__infusion__patient", MEASURED, "Provenance", "at"),
    Part(FlagAcknowledgement, "flag__vital_set__infusion__patient", MEASURED, "Provenance", "at"),
    Part(InfusionEvent, "infusion__patient", EVENTS, "Procedure", "occurred_at"),
    Part(AdverseEventReview, "infusion__patient", EVENTS, "AdverseEvent", "at"),
    Part(FactReview, "event__infusion__patient|vital_set__infusion__patient", EVENTS, "Provenance", "at"),
    Part(KeptAside, "infusion__patient", EVENTS, "DocumentReference", "at"),
    Part(KeptAsideAnswer, "aside__infusion__patient", EVENTS, "Provenance", "at"),
)
LEFT_OUT = {
    "infusions.Discrepancy": "the clinic's account of its stock; what the patient was given is in the movements",
    "infusions.DiscrepancyAnswer": "as the discrepancy itself",
}
