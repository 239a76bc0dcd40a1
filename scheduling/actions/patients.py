"""Enrolling: register a patient, record a weight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.states import begin
from scheduling.actions.triage import settle_referral
from scheduling.models import Patient, Referral, Sequence, Weight
from scheduling.queries.patients import latest_weight, people_like
from scheduling.rules.identity import Person, duplicate_problems, person_problems, tidy_record_number
from scheduling.rules.referrals import birth_problems
from scheduling.rules.visits import OPEN_SEQUENCE
from scheduling.rules.weights import WGT_10, open_questions, reading_problems, weight_problems
from scheduling.states import WeightSource


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

    @property
    def person(self) -> Person:
        return Person(self.record_number, self.family_name, self.given_name, self.birth_date, self.phone)


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
    problems: list[Problem] = person_problems(new.person, site.today(at))
    problems += duplicate_problems(people_like(site=site, person=new.person))
    problems += birth_problems(new.birth_date, referral.received_on) if referral else []
    refuse_if(problems, confirmed=frozenset(rule for rule, reason in confirmed.items() if reason.strip()))
    patient = Patient.objects.create(
        site=site,
        record_number=tidy_record_number(new.record_number),
        family_name=new.family_name.strip(),
        given_name=new.given_name.strip(),
        birth_date=new.birth_date,
        sex=new.sex,
        height_cm=new.height_cm,
        ethnic_group=new.ethnic_group,
        marital_status=new.marital_status,
        phone=new.phone.strip(),
        email=new.email.strip(),
        language=new.language.strip(),
        diagnosis=new.diagnosis.strip(),
        created_at=at,
    )
    begin(patient, by=by, at=at, reason="; ".join(confirmed.values())[:300])
    settle_referral(referral=referral, patient=patient, by=by, at=at)
    asked = {problem.rule: confirmed[problem.rule] for problem in problems if problem.rule in confirmed}
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
    corrects: the wrong weight this one replaces; then the reason is always needed.
    at: when it was read; received_at: when it reached the server, if later.
    """
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    refuse_if(reading_problems(weight_kg))
    last = latest_weight(locked, besides=corrects)
    asked = weight_problems(
        weight_kg=weight_kg,
        height_cm=None if locked.height_cm is None else Decimal(locked.height_cm),
        previous_kg=last.weight_kg if last else None,
        same_sequence=last is not None and _in_open_sequence(locked, last),
    )
    refuse_if(open_questions(asked, weight_kg=weight_kg, again_kg=again_kg, reason=reason))
    if corrects is not None and not reason.strip():
        raise Refused([Blocker(WGT_10.id, "Say why the earlier weight is wrong.", "reason")])
    weight = Weight.objects.create(
        site=locked.site,
        patient=locked,
        weight_kg=weight_kg,
        source=source,
        measured_at=at,
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
        detail={"kg": str(weight_kg), "confirmed": weight.confirmed_rules},
    )
    return weight


def _in_open_sequence(patient: Patient, weight: Weight) -> bool:
    """Whether that weight was measured inside the sequence the patient is in now."""
    measured_on = patient.site.today(weight.measured_at)
    sequences = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=OPEN_SEQUENCE)
    return sequences.filter(first_day__lte=measured_on).exists()
