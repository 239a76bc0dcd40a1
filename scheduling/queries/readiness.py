"""The readiness strips of many patients, in the same number of queries for one as for a hundred."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings

from kitclinic.access import sees_clinical
from kitclinic.models import Site, StaffUser
from scheduling.models import Patient
from scheduling.queries.enrolment import enrolment_facts
from scheduling.rules.enrolment import EnrolmentFacts
from scheduling.rules.readiness import Gate, Strip, enrolment_gates, strip
from scheduling.rules.timeline import TimelineEvent


class PatientFacts(Protocol):
    """What a module named in ``settings.PATIENT_FACTS`` offers: the facts of an app to the right.

    known: what enrolment and schedule know already, by key of the patient; every patient is in it.
    """

    def gates(
        self, patients: Sequence[Patient], *, site: Site, at: datetime, known: Mapping[int, EnrolmentFacts]
    ) -> dict[int, list[Gate]]: ...

    def events(
        self, patient_keys: Sequence[int], *, site: Site, reader: StaffUser, at: datetime
    ) -> list[TimelineEvent]: ...


def apps_to_the_right() -> list[PatientFacts]:
    return [cast(PatientFacts, import_module(path)) for path in settings.PATIENT_FACTS]


def strips(
    patients: Sequence[Patient],
    *,
    site: Site,
    at: datetime,
    reader: StaffUser,
    known: Mapping[int, EnrolmentFacts] | None = None,
) -> dict[int, Strip]:
    """Return the strip of each patient by key, as this reader may see it (ENR-80 to ENR-82).

    known: the facts of these patients, where the caller has them already.
    """
    unique = list({patient.pk: patient for patient in patients}.values())
    if not unique:
        return {}
    if known is None:
        known = enrolment_facts(unique, site=site)
    today, clinical = site.today(at), sees_clinical(reader)
    found = {one.pk: enrolment_gates(known[one.pk], today=today) for one in unique}
    for app in apps_to_the_right():
        for key, gates in app.gates(unique, site=site, at=at, known=known).items():
            found[key] += gates
    return {
        key: strip((_for(reader, gate) for gate in gates), known[key], clinical=clinical)
        for key, gates in found.items()
    }


def _for(reader: StaffUser, gate: Gate) -> Gate:
    """The gate with its address only where the reader may act there."""
    return gate if gate.url_name and reader.may(gate.permission) else replace(gate, url_name="", url_key=0)
