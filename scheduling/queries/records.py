"""What was recorded at the appointment, many seats or patients at once, one query a kind."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from scheduling.models import (
    Biometrics,
    Consent,
    ConsentText,
    EducationGiven,
    GroupSeat,
    HealthScreen,
    TeamNote,
)

MEASURED = ("height_cm", "sbp", "dbp", "hr", "spo2")
USUAL_LANGUAGE = "English"


@dataclass(frozen=True, slots=True)
class Reading:
    """One number with the row it comes from. by: who read it, short."""

    value: int
    key: int
    at: datetime
    by: str


@dataclass(slots=True)
class Measured:
    """The latest reading of each field of one seat. last_key: newest row, of any field."""

    readings: dict[str, Reading] = field(default_factory=dict)
    ecg_note: str = ""
    ecg_key: int = 0
    last_key: int = 0


def measured_by_seat(seats: Iterable[int], *, site_id: int) -> dict[int, Measured]:
    """Return what was measured for these seats; a later row replaces only the fields it holds."""
    found: dict[int, Measured] = {}
    rows = Biometrics.objects.filter(site=site_id, seat__in=list(seats)).select_related("measured_by")
    for row in rows.order_by("pk"):
        if row.seat_id is None:
            continue
        one = found.setdefault(row.seat_id, Measured())
        one.last_key = row.pk
        for name in MEASURED:
            value = getattr(row, name)
            if value is not None:
                one.readings[name] = Reading(value, row.pk, row.measured_at, row.measured_by.short_name)
        if row.ecg_note:
            one.ecg_note, one.ecg_key = row.ecg_note, row.pk
    return found


def screens_by_patient(patients: Iterable[int], *, site_id: int) -> dict[int, HealthScreen]:
    """Return the latest health screen of each patient."""
    rows = HealthScreen.objects.filter(site=site_id, patient__in=list(patients)).select_related("asked_by")
    return {row.patient_id: row for row in rows.order_by("patient", "-pk").distinct("patient")}


def screens_of_patient(patient_id: int, *, site_id: int) -> list[HealthScreen]:
    """Return every health screen of one patient, latest first."""
    rows = HealthScreen.objects.filter(site=site_id, patient=patient_id).select_related("asked_by")
    return list(rows.order_by("-pk"))


def screen_counts(screen: HealthScreen, seat: GroupSeat) -> bool:
    """Return whether this screen was asked at this seat's group visit, or on its day or later (ENR-71)."""
    if screen.seat_id == seat.pk:
        return True
    return seat.site.today(screen.asked_at) >= seat.group.date


def consents_by_patient(patients: Iterable[int], *, site_id: int) -> dict[int, Consent]:
    """Return the last consent of each patient, withdrawn or not; the last one counts (ENR-73)."""
    rows = Consent.objects.filter(site=site_id, patient__in=list(patients))
    rows = rows.select_related("text", "witnessed_by", "withdrawal", "withdrawal__recorded_by")
    return {row.patient_id: row for row in rows.order_by("patient", "-pk").distinct("patient")}


def is_withdrawn(consent: Consent) -> bool:
    """Return whether the patient took this consent back. Needs ``withdrawal`` loaded."""
    return hasattr(consent, "withdrawal")


def education_by_seat(seats: Iterable[int], *, site_id: int) -> dict[int, dict[str, EducationGiven]]:
    """Return the standing education ticks of each seat, by item."""
    found: dict[int, dict[str, EducationGiven]] = {}
    rows = EducationGiven.objects.filter(site=site_id, seat__in=list(seats), taken_back_at__isnull=True)
    for row in rows.select_related("given_by").order_by("pk"):
        found.setdefault(row.seat_id, {})[row.item] = row
    return found


def notes_of(patient_id: int, *, site_id: int) -> list[TeamNote]:
    """Return the psychologist's notes about a patient, latest first. For the treating team only."""
    rows = TeamNote.objects.filter(site=site_id, patient=patient_id).select_related("written_by")
    return list(rows.order_by("-pk"))


def consent_texts(*, site_id: int) -> list[ConsentText]:
    """Return every version, latest first, language by language."""
    rows = ConsentText.objects.filter(site=site_id).select_related("published_by")
    return list(rows.order_by("language", "-version"))


def current_consent_text(*, site_id: int, language: str = USUAL_LANGUAGE) -> ConsentText | None:
    """Return the newest text in this language, else in English, else in any; None where there is none."""
    rows = ConsentText.objects.filter(site=site_id).order_by("-version", "-pk")
    for wanted in (language, USUAL_LANGUAGE):
        text = rows.filter(language__iexact=wanted).first()
        if text is not None:
            return text
    return rows.first()
