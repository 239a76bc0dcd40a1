"""Who is known here: finding people, and who may be the same person."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

from django.db.models import Q, QuerySet

from kitclinic.models import Site
from kitclinic.problems import Blocker, Problem
from scheduling.models import Eligibility, Patient, PhoneTail, SearchedPatient, Weight
from scheduling.rules.identity import (
    Match,
    Person,
    births_to_compare,
    duplicate_problems,
    new_matches,
    person_problems,
    phone_tail,
    possible_duplicates,
    tidy_record_number,
)
from scheduling.states import WeightSource

# What a form of the registry shows and changes.
REGISTRY_FIELDS = (
    "record_number",
    "family_name",
    "given_name",
    "preferred_name",
    "birth_date",
    "sex",
    "gender",
    "height_cm",
    "ethnic_group",
    "marital_status",
    "phone",
    "email",
    "address",
    "language",
    "needs_interpreter",
    "consent_email",
    "consent_sms",
    "consent_phone",
    "diagnosis",
)

DECIDERS = ("assessed_by", "misuse_decided_by", "substance_decided_by")  # whom an assessment names


def person_of(patient: Patient) -> Person:
    """Return what identifies this patient; a registry patient without a birth date has no such thing."""
    if patient.birth_date is None:
        raise ValueError("a patient without a birth date cannot be compared")
    return Person(
        record_number=patient.record_number,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        phone=patient.phone,
        key=patient.pk,
        leads_to=leads_to(patient),
        leads_key=patient.merged_into_id,
    )


def leads_to(patient: Patient) -> str:
    """Return the record number this record was merged into, or ""."""
    return patient.merged_into.record_number if patient.merged_into else ""


def family_keys(patient: Patient) -> list[int]:
    """Return the keys of every record of this person: its own first, then those merged into it."""
    folded = Patient.objects.filter(site=patient.site_id, merged_into=patient.pk).order_by("pk")
    return [patient.pk, *folded.values_list("pk", flat=True)]


def people_like(*, site: Site, person: Person) -> list[Match]:
    """Return everybody else of this site who may be the same person, those with most reasons first."""
    known = SearchedPatient.objects.filter(site=site, birth_date__isnull=False)
    if person.key is not None:
        known = known.exclude(pk=person.key)
    number = tidy_record_number(person.record_number)
    alike = Q(birth_date__in=births_to_compare(person.birth_date)) | Q(record_number__in=_numbers(number))
    tail = phone_tail(person.phone)
    if tail:
        known = known.annotate(phone_tail=PhoneTail("phone"))
        alike |= Q(phone_tail=tail)
    rows = Patient.objects.filter(site=site, pk__in=known.filter(alike).values("pk")).select_related("merged_into")
    return possible_duplicates(person, [person_of(patient) for patient in rows])


def made_alike(patient: Patient, new: Person) -> list[Match]:
    """Return who would look like this patient only after the change, with the reasons that are new."""
    old, site = person_of(patient), patient.site
    after = people_like(site=site, person=replace(new, key=patient.pk))
    return new_matches(after, before=people_like(site=site, person=old))


def questions_of_change(patient: Patient, new: Person, *, today: date) -> list[Problem]:
    """Return what is asked about a changed identity; what stood there before is not asked again."""
    known = {problem.rule for problem in person_problems(person_of(patient), today)}
    asked = [
        problem
        for problem in person_problems(new, today)
        if isinstance(problem, Blocker) or problem.rule not in known
    ]
    return [*asked, *duplicate_problems(made_alike(patient, new))]


def record_version(patient: Patient) -> str:
    """Return a short digest of what a form of this record shows; another change gives another one."""
    values = [str(getattr(patient, name)) for name in REGISTRY_FIELDS]
    return sha256("\x1f".join(values).encode()).hexdigest()[:16]


def diagnosis_is_assessed(patient: Patient) -> bool:
    """Whether an assessment named the pain categories; the diagnosis follows from them (ENR-50)."""
    rows = Eligibility.objects.filter(site=patient.site_id, patient=patient)
    return rows.filter(pain_categories__len__gt=0).exists()


def latest_eligibility(patient: Patient) -> Eligibility | None:
    """Return the assessment that counts."""
    assessments = Eligibility.objects.filter(site=patient.site_id, patient=patient)
    return assessments.select_related(*DECIDERS).order_by("-version").first()


def latest_weight(patient: Patient, *, besides: Weight | None = None) -> Weight | None:
    """Return the last measured weight that no correction has replaced; ``besides`` is left out."""
    weights: QuerySet[Weight] = Weight.objects.filter(
        site=patient.site_id, patient=patient, source=WeightSource.MEASURED, corrected_by__isnull=True
    )
    if besides is not None:
        weights = weights.exclude(pk=besides.pk)
    return weights.select_related("measured_by").order_by("-measured_at", "-pk").first()


def _numbers(number: str) -> list[str]:
    """The number, and each one with two neighbouring characters swapped."""
    pairs = range(len(number) - 1)
    return [number, *(number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in pairs)]
