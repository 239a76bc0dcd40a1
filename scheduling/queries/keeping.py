"""Keeping a patient's records: who is under a legal hold, which charts' time is over, what was given out."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils.module_loading import import_string

from kitclinic.models import Site
from kitclinic.patient_record import parts, rows_of
from kitclinic.retention import full_years
from scheduling.models import ChartDecision, GroupSeat, LegalHold, Patient, Referral, Visit
from scheduling.queries.patients import family_keys
from scheduling.states import ChartDecisionKind, VisitState

CAME = [VisitState.ARRIVED, VisitState.ATTENDED]


@dataclass(frozen=True, slots=True)
class DueChart:
    """A chart whose time is over. held: under a legal hold, so that it cannot be archived."""

    patient: Patient
    last: date
    over_since: date
    held: bool


def open_holds(site: Site) -> QuerySet[LegalHold]:
    """Holds that nobody ended, the newest first."""
    rows = LegalHold.objects.filter(site=site, ends=None).select_related("patient", "placed_by")
    return rows.order_by("-placed_at", "-pk")


def hold_on(patient: Patient) -> LegalHold | None:
    """The newest open hold on this person, under any of the records that were merged."""
    keys = {patient.pk, *family_keys(patient), *([patient.merged_into_id] if patient.merged_into_id else [])}
    return open_holds(patient.site).filter(patient__in=keys).first()


def decision_on(patient: Patient) -> ChartDecision | None:
    """What was last decided about this chart, None where nothing was."""
    rows = ChartDecision.objects.filter(site_id=patient.site_id, patient=patient)
    return rows.select_related("decided_by").order_by("-pk").first()


def is_archived(patient: Patient) -> bool:
    decided = decision_on(patient)
    return decided is not None and decided.kind == ChartDecisionKind.ARCHIVE


def last_contacts(site: Site) -> dict[int, date]:
    """By patient the last day on which the clinic had to do with them: referral, visit, group visit, answers."""
    found: dict[int, date] = {
        key: site.today(at) for key, at in Patient.objects.filter(site=site).values_list("pk", "created_at")
    }
    asked = (
        Referral.objects.filter(site=site, patient__isnull=False).values_list("patient", Max("received_on")),
        Visit.objects.filter(site=site, state__in=CAME).values_list("patient", Max("date")),
        GroupSeat.objects.filter(site=site).values_list("patient", Max("group__date")),
        *(import_string(path)(site).items() for path in settings.LAST_CONTACTS),
    )
    for rows in asked:
        for key, day in rows:
            found[key] = max(found.get(key, day), day)
    return found


def charts_due(site: Site, at: datetime) -> list[DueChart]:
    """Charts whose years are over and about which nothing holds, the longest over first (REC-03)."""
    today, last = site.today(at), last_contacts(site)
    over = {key: full_years(day, site.chart_years) for key, day in last.items()}
    due = [key for key, day in over.items() if day <= today]
    settled = _settled(site, due, today)
    held = set(open_holds(site).values_list("patient", flat=True))
    people = Patient.objects.filter(site=site, pk__in=set(due) - settled, merged_into=None, is_registry=False)
    rows = [DueChart(one, last[one.pk], over[one.pk], one.pk in held) for one in people]
    return sorted(rows, key=lambda row: (row.over_since, row.patient.pk))


def number_due(site: Site, at: datetime) -> int:
    return len(charts_due(site, at))


def _settled(site: Site, keys: list[int], today: date) -> set[int]:
    """Those whose newest decision holds: archived, or kept until a day to come."""
    rows = ChartDecision.objects.filter(site=site, patient__in=keys).order_by("patient", "-pk")
    newest = rows.distinct("patient")
    return {
        one.patient_id
        for one in newest
        if one.kind == ChartDecisionKind.ARCHIVE or (one.keep_until is not None and one.keep_until > today)
    }


def record_keys(patient: Patient) -> list[int]:
    """Keys of the patient and of every record merged into it."""
    return sorted({patient.pk, *family_keys(patient)})


def rows_in_record(patient: Patient) -> int:
    """How many rows a copy of everything about this patient holds now."""
    keys = record_keys(patient)
    return sum(rows_of(part, patient.site, keys).count() for part in parts())
