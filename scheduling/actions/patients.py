"""Enrolling: register a patient, record a weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, Problem, Refused, refuse_if
from kitclinic.roles import PRESCRIBERS
from kitclinic.states import begin
from scheduling.actions.triage import settle_referral
from scheduling.models import Patient, Referral, Sequence, Weight
from scheduling.queries.patients import (
    diagnosis_is_assessed,
    latest_weight,
    leads_to,
    people_like,
    questions_of_change,
    record_version,
)
from scheduling.rules.contact import Contact, contact_problems, tidy, tidy_email, tidy_lines, tidy_phone
from scheduling.rules.identity import Person, duplicate_problems, person_problems, tidy_record_number
from scheduling.rules.merging import change_problems, merged_problems
from scheduling.rules.referrals import birth_problems
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.rules.weights import WGT_10, open_questions, reading_problems, source_problems, weight_problems
from scheduling.states import WeightSource

IDENTIFYING = frozenset(
    {
        "record_number",
        "family_name",
        "given_name",
        "preferred_name",
        "birth_date",
        "phone",
        "email",
        "address",
        "diagnosis",
    }
)
OVERTAKEN = (
    "Somebody else has changed this record meanwhile. What stands there now is shown below; "
    "compare, then save again."
)


@dataclass(frozen=True, slots=True)
class NewPatient:
    """What a referral says about a person. height_cm: whole centimetres, None while not measured."""

    record_number: str
    family_name: str
    given_name: str
    birth_date: date
    sex: str
    height_cm: int | None = None
    ethnic_group: str = Patient.EthnicGroup.OTHER
    marital_status: str = Patient.Marital.OTHER
    phone: str = ""
    email: str = ""
    language: str = "English"
    diagnosis: str = ""
    preferred_name: str = ""
    gender: str = ""
    needs_interpreter: bool = False
    consent_email: bool | None = None  # None: not asked
    consent_sms: bool | None = None
    consent_phone: bool | None = None
    address: str = ""  # postal, one line a line

    @property
    def person(self) -> Person:
        return Person(self.record_number, self.family_name, self.given_name, self.birth_date, self.phone)

    @property
    def contact(self) -> Contact:
        return Contact(self.phone, self.email, self.consent_email, self.consent_sms, self.consent_phone)

    def columns(self) -> dict[str, Any]:
        """Every field as it is stored: tidied, the empty ones empty."""
        return {
            "record_number": tidy_record_number(self.record_number),
            "family_name": tidy(self.family_name),
            "given_name": tidy(self.given_name),
            "preferred_name": tidy(self.preferred_name),
            "birth_date": self.birth_date,
            "sex": self.sex,
            "gender": self.gender,
            "height_cm": self.height_cm,
            "ethnic_group": self.ethnic_group,
            "marital_status": self.marital_status,
            "phone": tidy_phone(self.phone),
            "email": tidy_email(self.email),
            "address": tidy_lines(self.address),
            "language": tidy(self.language),
            "needs_interpreter": self.needs_interpreter,
            "consent_email": self.consent_email,
            "consent_sms": self.consent_sms,
            "consent_phone": self.consent_phone,
            "diagnosis": tidy(self.diagnosis),
        }


@transaction.atomic
def register_patient(
    *,
    site: Site,
    new: NewPatient,
    by: StaffUser,
    at: datetime,
    confirmed: Mapping[str, str] | None = None,
    referral: Referral | None = None,
) -> Patient:
    """Take a referred person into the registry, with exactly one accepted referral.

    confirmed: rule id → reason, for what the person at the screen confirmed ("this is somebody else").
    referral: the locked one that is accepted by this; without it one is made from what was entered.
    """
    confirmed = confirmed or {}
    # One registration of a site at a time: two people cannot enter the same patient at once.
    site = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    problems = [*person_problems(new.person, site.today(at)), *contact_problems(new.contact)]
    problems += duplicate_problems(people_like(site=site, person=new.person))
    problems += birth_problems(new.birth_date, referral.received_on) if referral else []
    refuse_if(problems, confirmed=frozenset(rule for rule, reason in confirmed.items() if reason.strip()))
    patient = Patient.objects.create(site=site, **new.columns(), created_at=at)
    asked = {problem.rule: confirmed[problem.rule] for problem in problems if problem.rule in confirmed}
    begin(patient, by=by, at=at, reason="; ".join(dict.fromkeys(asked.values()))[:300])
    settle_referral(referral=referral, patient=patient, by=by, at=at)
    audit.record(
        event="patient registered",
        by=by,
        at=at,
        site=site,
        subject=patient,
        patient_id=patient.pk,
        detail={"confirmed": asked},
    )
    return patient


@transaction.atomic
def change_patient(
    *,
    patient: Patient,
    new: NewPatient,
    by: StaffUser,
    at: datetime,
    confirmed: Mapping[str, str] | None = None,
    version: str | None = None,
) -> Patient:
    """Correct what the registry says about a patient. What did not change is not asked about again.

    confirmed: as in ``register_patient``. version: of the record the form was filled in for
    (``record_version``); a form that another change overtook is refused with a Conflict.
    The diagnosis is the referral's words until an assessment names the pain categories; then it stays.
    """
    confirmed = confirmed or {}
    # As in a registration: nobody else enters a patient of this site meanwhile.
    site = Site.objects.select_for_update(no_key=True).get(pk=patient.site_id)
    locked = Patient.objects.select_for_update(of=("self",)).select_related("merged_into", "site")
    mine = locked.get(site=by.site_id, pk=patient.pk)
    refuse_if(change_problems(leads_to=leads_to(mine), is_registry=mine.is_registry))
    if version is not None and version != record_version(mine):
        raise Conflict([Blocker("STA-01", OVERTAKEN)])
    problems = questions_of_change(mine, new.person, today=site.today(at))
    problems += contact_problems(new.contact)
    refuse_if(problems, confirmed=frozenset(rule for rule, reason in confirmed.items() if reason.strip()))
    columns = new.columns()
    if diagnosis_is_assessed(mine):
        del columns["diagnosis"]
    changed = {name: (getattr(mine, name), value) for name, value in columns.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if not changed:
        return mine
    for name, (_, value) in changed.items():
        setattr(mine, name, value)
    mine.save(update_fields=list(changed))
    asked = {problem.rule: confirmed[problem.rule] for problem in problems if problem.rule in confirmed}
    detail = {"changed": _told(changed), "confirmed": asked}
    audit.record(event="patient changed", by=by, at=at, site=site, subject=mine, patient_id=mine.pk, detail=detail)
    return mine


def _told(changed: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Old and new value of every changed field; of what identifies a person, that it changed and no more."""
    return {name: [] if name in IDENTIFYING else list(pair) for name, pair in sorted(changed.items())}


@transaction.atomic
def record_weight(
    *,
    patient: Patient,
    weight_kg: Decimal,
    by: StaffUser,
    at: datetime,
    again_kg: Decimal | None = None,
    reason: str = "",
    source: str = WeightSource.MEASURED,
    corrects: Weight | None = None,
    received_at: datetime | None = None,
) -> Weight:
    """Store a weight exactly as read off the scale, in kg with one decimal.

    again_kg, reason: the reading typed once more and why it is right, where a rule asks for it.
    source: a WeightSource; what was not measured takes a prescriber and a reason (WGT-11), and one carried
    forward keeps the moment at which it was measured.
    corrects: the wrong weight this one replaces; then the reason is always needed.
    at: when it was read; received_at: when it reached the server, if later.
    """
    rows = Patient.objects.select_for_update(of=("self",)).select_related("merged_into", "site")
    locked = rows.get(site=by.site_id, pk=patient.pk)
    refuse_if([*merged_problems(leads_to(locked)), *reading_problems(weight_kg)])
    last = latest_weight(locked, besides=corrects)
    refuse_if(_of_source(source, weight_kg, last, by, reason))
    asked = weight_problems(
        weight_kg=weight_kg,
        height_cm=None if locked.height_cm is None else Decimal(locked.height_cm),
        previous_kg=last.weight_kg if last else None,
        same_sequence=last is not None and _in_open_sequence(locked, last),
        source=source,
    )
    refuse_if(open_questions(asked, weight_kg=weight_kg, again_kg=again_kg, reason=reason))
    if corrects is not None and not reason.strip():
        raise Refused([Blocker(WGT_10.id, "Say why the earlier weight is wrong.", "reason")])
    weight = Weight.objects.create(
        site=locked.site,
        patient=locked,
        weight_kg=weight_kg,
        source=source,
        measured_at=last.measured_at if last and source == WeightSource.CARRIED_FORWARD else at,
        measured_by=by,
        confirmed_rules=" ".join(sorted({problem.rule for problem in asked})),
        confirmed_reason=reason.strip(),
        corrects=corrects,
        received_at=received_at or at,
    )
    audit.record(
        event="weight corrected" if corrects else "weight recorded",
        by=by,
        at=at,
        site=locked.site,
        subject=weight,
        patient_id=locked.pk,
        detail={"kg": str(weight_kg), "source": str(source), "confirmed": weight.confirmed_rules},
    )
    return weight


def _of_source(source: str, kg: Decimal, last: Weight | None, by: StaffUser, reason: str) -> list[Problem]:
    return source_problems(
        source=source,
        weight_kg=kg,
        last_kg=last.weight_kg if last else None,
        by_prescriber=by.is_active and by.role in PRESCRIBERS,
        reason=reason,
    )


def _in_open_sequence(patient: Patient, weight: Weight) -> bool:
    """Whether that weight was measured inside the sequence the patient is in now."""
    measured_on = patient.site.today(weight.measured_at)
    sequences = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=OPEN_SEQUENCE)
    return sequences.filter(first_day__lte=measured_on).exists()
