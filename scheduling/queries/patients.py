"""Who is known here: finding people, and who may be the same person."""

from datetime import date

from django.db.models import F, Func, Q, QuerySet, TextField, Value

from kitclinic.models import Site
from scheduling.models import Eligibility, Patient, Weight
from scheduling.rules.identity import Match, Person, possible_duplicates, tidy_record_number
from scheduling.states import WeightSource

PHONE_TAIL = 7  # digits of a phone number that a look-up compares


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
    )


def people_like(*, site: Site, person: Person) -> list[Match]:
    """Return everybody of this site who may be the same person, those with most reasons first."""
    known = Patient.objects.filter(site=site, birth_date__isnull=False)
    number = tidy_record_number(person.record_number)
    alike = Q(birth_date__in=_birth_dates(person.birth_date)) | Q(record_number__in=_numbers(number))
    digits = "".join(filter(str.isdigit, person.phone))
    if len(digits) >= PHONE_TAIL:
        known = known.annotate(phone_digits=_digits_of("phone"))
        alike |= Q(phone_digits__endswith=digits[-PHONE_TAIL:])
    return possible_duplicates(person, [person_of(patient) for patient in known.filter(alike)])


def latest_eligibility(patient: Patient) -> Eligibility | None:
    """Return the assessment that counts."""
    assessments = Eligibility.objects.filter(site=patient.site_id, patient=patient)
    return assessments.select_related("assessed_by", "misuse_decided_by").order_by("-version").first()


def latest_weight(patient: Patient, *, besides: Weight | None = None) -> Weight | None:
    """Return the last measured weight that no correction has replaced; ``besides`` is left out."""
    weights: QuerySet[Weight] = Weight.objects.filter(
        site=patient.site_id, patient=patient, source=WeightSource.MEASURED, corrected_by__isnull=True
    )
    if besides is not None:
        weights = weights.exclude(pk=besides.pk)
    return weights.order_by("-measured_at", "-pk").first()


def _birth_dates(born: date) -> list[date]:
    """The date, and the one with day and month swapped where there is such a date."""
    swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else born
    return [born, swapped]


def _numbers(number: str) -> list[str]:
    """The number, and each one with two neighbouring characters swapped."""
    pairs = range(len(number) - 1)
    return [number, *(number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in pairs)]


def _digits_of(field: str) -> Func:
    return Func(F(field), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=TextField())
