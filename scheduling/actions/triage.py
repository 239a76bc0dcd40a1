"""What entering, importing, accepting and registering share: the inbox's lock, and the last step of a referral."""

from datetime import datetime

from django.db import connection

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.states import begin, move
from scheduling.models import Patient, Referral
from scheduling.states import ReferralState

AT_THE_CLINIC = "Entered at the clinic"


def lock_inbox(site: Site) -> None:
    """Let one referral or one list at a time into a site's inbox, until the caller's transaction ends.

    Not the row of the site: registering a patient, which locks that, need not wait for a long list.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"referrals of site {site.pk}"])


def settle_referral(
    *, referral: Referral | None, patient: Patient, by: StaffUser, at: datetime, note: str = ""
) -> Referral:
    """Write the accepted referral of a patient; with None, one is made from what was entered at the clinic.

    referral: locked by the caller. Runs in the caller's transaction.
    """
    if referral is None:
        return _entered(patient, by=by, at=at)
    referral.patient, referral.decided_at, referral.decided_by = patient, at, by
    referral.state_since, referral.decision_note, referral.asked_for = at, note, ""
    also = ("patient", "decided_at", "decided_by", "decision_note", "state_since", "asked_for")
    move(referral, ReferralState.ACCEPTED, by=by, at=at, reason=note, also=also)
    audit.record(
        event="referral accepted", by=by, at=at, site=referral.site, subject=referral, patient_id=patient.pk
    )
    return referral


def _entered(patient: Patient, *, by: StaffUser, at: datetime) -> Referral:
    referral = Referral.objects.create(
        site=patient.site,
        received_on=patient.site.today(at),
        source=AT_THE_CLINIC,
        reason=patient.diagnosis,
        record_number=patient.record_number,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        phone=patient.phone,
        email=patient.email,
        language=patient.language,
        state=ReferralState.ACCEPTED,
        state_since=at,
        patient=patient,
        decided_at=at,
        decided_by=by,
        created_at=at,
        created_by=by,
    )
    begin(referral, by=by, at=at)
    return referral
