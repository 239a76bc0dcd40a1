"""Keeping and giving out records: legal holds, decisions about old charts, copies for the patient."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, refuse_if
from kitclinic.retention import REC_03
from scheduling.models import ChartDecision, LegalHold, LegalHoldEnd, Patient, RecordRelease
from scheduling.queries.keeping import decision_on, hold_on, is_archived, rows_in_record
from scheduling.rules.keeping import REC_06, REC_08
from scheduling.states import ChartDecisionKind

NO_REASON = "Say why."


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a copy, how that was made sure, and in which form: "pdf" or "fhir"."""

    requester: str
    requester_name: str
    verified_by: str
    format: str
    verified_note: str = ""


def _locked(patient: Patient) -> Patient:
    return Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)


def _reason(reason: str, rule: str) -> str:
    words = reason.strip()
    if not words:
        refuse_if([Blocker(rule, NO_REASON, "reason")])
    return words


@transaction.atomic
def place_hold(*, patient: Patient, reason: str, by: StaffUser, at: datetime) -> LegalHold:
    """Nothing of this patient's is thrown away from now on. Raises Refused without a reason, or twice."""
    row, reason = _locked(patient), _reason(reason, REC_06.id)
    if hold_on(row) is not None:
        refuse_if([Blocker(REC_06.id, "This patient's records are under a legal hold already.")])
    hold = LegalHold.objects.create(site=row.site, patient=row, reason=reason, placed_by=by, placed_at=at)
    audit.record(event="legal hold placed", by=by, at=at, site=row.site, subject=hold, patient_id=row.pk)
    return hold


@transaction.atomic
def end_hold(*, hold: LegalHold, reason: str, by: StaffUser, at: datetime) -> LegalHoldEnd:
    """The hold is over. Raises Refused without a reason, or where it is over already."""
    row, reason = _locked(hold.patient), _reason(reason, REC_06.id)
    if hold.ends.exists():
        refuse_if([Blocker(REC_06.id, "This hold has been ended already.")])
    end = LegalHoldEnd.objects.create(site=row.site, hold=hold, reason=reason, ended_by=by, ended_at=at)
    audit.record(event="legal hold ended", by=by, at=at, site=row.site, subject=end, patient_id=row.pk)
    return end


@transaction.atomic
def decide_chart(
    *, patient: Patient, kind: str, reason: str, keep_until: date | None, by: StaffUser, at: datetime
) -> ChartDecision:
    """Keep a chart longer, archive it, or bring it back. Raises Refused where that makes no sense, or on hold."""
    row, reason = _locked(patient), _reason(reason, REC_03.id)
    archived = is_archived(row)
    problems: list[Problem] = []
    if kind == ChartDecisionKind.ARCHIVE and hold_on(row) is not None:
        problems.append(Blocker(REC_06.id, "The records are under a legal hold: the chart stays as it is."))
    if (kind == ChartDecisionKind.REOPEN) != archived:
        said = "The chart is in the archive. Bring it back first." if archived else "The chart is not archived."
        problems.append(Blocker(REC_03.id, said))
    if kind == ChartDecisionKind.KEEP and (keep_until is None or keep_until <= row.site.today(at)):
        problems.append(Blocker(REC_03.id, "Say until which day to come the chart is kept.", "keep_until"))
    refuse_if(problems)
    until, before = keep_until if kind == ChartDecisionKind.KEEP else None, decision_on(row)
    made = ChartDecision.objects.create(
        site=row.site, patient=row, kind=kind, keep_until=until, reason=reason, decided_by=by, decided_at=at
    )
    detail = {"kind": kind, "before": before.kind if before else ""}
    audit.record(
        event="chart decided about", by=by, at=at, site=row.site, subject=made, patient_id=row.pk, detail=detail
    )
    return made


@transaction.atomic
def set_chart_years(*, site: Site, years: int, by: StaffUser, at: datetime) -> Site:
    """How long this clinic keeps charts after the last contact. Raises IntegrityError outside of 6 to 100."""
    row = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    before, row.chart_years = row.chart_years, years
    row.save(update_fields=["chart_years"])
    detail = {"from": before, "to": years}
    audit.record(event="years of charts set", by=by, at=at, site=row, subject=row, detail=detail)
    return row


@transaction.atomic
def release_records(*, patient: Patient, asked: Asked, by: StaffUser, at: datetime) -> RecordRelease:
    """Write down that a copy of everything is given out (REC-08). Raises Refused without a name."""
    row = _locked(patient)
    name = " ".join(asked.requester_name.split())
    if not name:
        refuse_if([Blocker(REC_08.id, "Write the name of the person who asked.", "requester_name")])
    made = RecordRelease.objects.create(
        site=row.site,
        patient=row,
        requester=asked.requester,
        requester_name=name,
        verified_by=asked.verified_by,
        verified_note=asked.verified_note.strip(),
        format=asked.format,
        rows=rows_in_record(row),
        released_by=by,
        released_at=at,
    )
    detail = {"format": asked.format, "requester": asked.requester, "verified_by": asked.verified_by}
    audit.record(
        event="records released", by=by, at=at, site=row.site, subject=made, patient_id=row.pk, detail=detail
    )
    return made
