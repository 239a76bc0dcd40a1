"""The copy of a patient's records as a file: a letter (PDF), or a FHIR-shaped bundle sent as it is read."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from kitclinic.fhir import MEDIA_TYPE
from kitclinic.patient_record import SECTIONS, chapters, parts, resource_of, rows_of
from kitclinic.pdf import render_pdf
from scheduling.models import RecordRelease
from scheduling.queries.keeping import record_keys

Answer = TypeVar("Answer", bound=HttpResponseBase)


def letter_file(release: RecordRelease, *, at: datetime) -> HttpResponse:
    """The letter, with its sections in order; one without rows says so."""
    patient = release.patient
    found = list(chapters(patient.site, record_keys(patient)))
    sections = [(name, [one for one in found if one.section == name]) for name in SECTIONS]
    context = {"site": patient.site, "now": at, "patient": patient, "release": release, "sections": sections}
    pdf = render_pdf("scheduling/pdf/records.html", context)
    return _named(HttpResponse(pdf, content_type="application/pdf"), release, "pdf")


def fhir_file(release: RecordRelease, *, at: datetime) -> HttpResponseBase:
    """The bundle, one resource after the other: what it needs in memory does not grow with the years."""
    response = StreamingHttpResponse(_bundle(release, at=at), content_type=MEDIA_TYPE)
    return _named(response, release, "json")


def _bundle(release: RecordRelease, *, at: datetime) -> Iterator[str]:
    patient = release.patient
    keys, who = record_keys(patient), f"Patient/patient-{patient.pk}"
    head = {"resourceType": "Bundle", "type": "collection", "timestamp": at.isoformat()}
    yield json.dumps(head)[:-1] + ', "entry": ['
    between = ""
    for part in parts():
        for row in rows_of(part, patient.site, keys).iterator(chunk_size=500):
            yield between + json.dumps({"resource": resource_of(part, row, who)}, default=str)
            between = ",\n"
    yield "]}"


def _named(response: Answer, release: RecordRelease, ending: str) -> Answer:
    response.headers["Content-Disposition"] = f'attachment; filename="records-{release.pk}.{ending}"'
    return response
