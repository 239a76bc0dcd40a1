"""From record numbers to patients and back: all the audit trail needs to know of them."""

from collections.abc import Collection

from kitclinic.models import Site
from scheduling.models import Patient


def numbers_of(site: Site, patients: Collection[int]) -> dict[int, str]:
    """Record numbers by the patients' keys."""
    return dict(Patient.objects.filter(site=site, pk__in=patients).values_list("pk", "record_number"))


def key_of(site: Site, number: str) -> int | None:
    """The key of the patient with this record number; None where nobody has it."""
    found = Patient.objects.filter(site=site, record_number__iexact=number.strip())
    return found.values_list("pk", flat=True).first()
