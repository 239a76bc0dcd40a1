"""Consent: the clinic's text in versions, a signature under one of them, and taking it back."""

from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, Refused, refuse_if
from kitclinic.roles import ROLES, Permission
from kitclinic.signing import canonical, digest
from scheduling import consent_text
from scheduling.models import Consent, ConsentText, ConsentWithdrawal, GroupSeat, Patient
from scheduling.queries.records import (
    USUAL_LANGUAGE,
    consents_by_patient,
    current_consent_text,
    is_withdrawn,
)
from scheduling.rules.appointment import ENR_73, ENR_74, consent_problems, person_problems, present_problems


def begin_with_consent_text(*, site: Site, at: datetime, by: StaffUser | None = None) -> ConsentText:
    """Give a new clinic version 1 of the consent text; a clinic that has one keeps it."""
    text = current_consent_text(site_id=site.pk)
    return text or _publish(site, USUAL_LANGUAGE, consent_text.TITLE, consent_text.BODY, by, at)


@transaction.atomic
def publish_consent_text(
    *,
    site: Site,
    title: str,
    body: str,
    by: StaffUser,
    at: datetime,
    language: str = USUAL_LANGUAGE,
    replaces: int | None = None,
) -> ConsentText:
    """Publish the next version; consents signed under earlier ones stay as they are.

    replaces: the version the writer started from, 0 for none; another one meanwhile is refused.
    """
    site = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    if Permission.RUN_CLINIC not in ROLES.get(by.role, frozenset()):
        raise Refused([Blocker(ENR_74.id, "The clinic lead publishes the consent text.")])
    missing = [(name, value) for name, value in (("title", title), ("body", body)) if not value.strip()]
    refuse_if([Blocker(ENR_74.id, f"Write the {name} of the consent text.", name) for name, _ in missing])
    last = _last_version(site, language)
    if replaces is not None and replaces != last:
        raise Conflict(
            [Blocker(ENR_74.id, "Somebody else has published a version meanwhile. Compare, then publish.")]
        )
    same = ConsentText.objects.filter(site=site, language=language.strip(), version=last).first()
    if same is not None and (same.title, same.body) == (title.strip(), canonical(body)):
        raise Refused([Blocker(ENR_74.id, f"Nothing has changed since version {last}.", "body")])
    return _publish(site, language.strip(), title, body, by, at)


@transaction.atomic
def sign_consent(
    *,
    patient: Patient,
    text: ConsentText,
    signed_name: str,
    signature: str,
    method: str,
    by: StaffUser,
    at: datetime,
    seat: GroupSeat | None = None,
    confirmed: frozenset[str] = frozenset(),
) -> Consent:
    """Keep the patient's signature under exactly this text; ``by`` was the witness.

    signature: an SVG path in a box of 600 × 200, "" on paper. Raises Refused, or Conflict when it
    was signed meanwhile or the text has a newer version.
    """
    if seat is not None:
        seat = GroupSeat.objects.select_for_update().get(site=by.site_id, pk=seat.pk, patient=patient)
        refuse_if(present_problems(seat.state, field="consent"))
    locked = Patient.objects.select_for_update().get(site=by.site_id, pk=patient.pk)
    text = ConsentText.objects.get(site=by.site_id, pk=text.pk)
    on_paper = method == Consent.Method.PAPER
    drawn = "" if on_paper else signature
    names = (locked.name, f"{locked.preferred_name} {locked.family_name}", locked.list_name)
    problems = consent_problems(signed_name=signed_name, names=names, signature=drawn, on_paper=on_paper)
    refuse_if([*person_problems(locked.state), *problems], confirmed=confirmed)
    _refuse_signed_or_outdated(locked, text)
    name = " ".join(signed_name.split())
    row = Consent.objects.create(
        site=locked.site,
        patient=locked,
        seat=seat,
        text=text,
        method=Consent.Method.PAPER if on_paper else Consent.Method.TABLET,
        signed_name=name,
        signature=drawn,
        digest=consent_digest(text=text, signed_name=name, signature=drawn, at=at),
        signed_at=at,
        witnessed_by=by,
    )
    detail = {"version": text.version, "language": text.language, "method": row.method}
    audit.record(
        event="consent signed", by=by, at=at, site=locked.site, subject=row, patient_id=locked.pk, detail=detail
    )
    return row


@transaction.atomic
def withdraw_consent(*, consent: Consent, reason: str, by: StaffUser, at: datetime) -> ConsentWithdrawal:
    """Record that the patient takes the consent back; no reason is owed. Said twice, it stands once."""
    patient = Patient.objects.select_for_update().get(site=by.site_id, pk=consent.patient_id)
    standing = ConsentWithdrawal.objects.filter(site=by.site_id, consent=consent).first()
    if standing is not None:
        return standing
    row = ConsentWithdrawal.objects.create(
        site=patient.site, consent=consent, reason=reason.strip()[:300], withdrawn_at=at, recorded_by=by
    )
    audit.record(event="consent withdrawn", by=by, at=at, site=patient.site, subject=row, patient_id=patient.pk)
    return row


def consent_digest(*, text: ConsentText, signed_name: str, signature: str, at: datetime) -> str:
    """Return the SHA-256 of what was signed: language, version, words, name, signature and instant."""
    parts = (text.language, str(text.version), text.title, text.body, signed_name, signature, at.isoformat())
    return digest("\n".join(parts))


def _refuse_signed_or_outdated(patient: Patient, text: ConsentText) -> None:
    current = _last_version(patient.site, text.language)
    if text.version != current:
        sentence = (
            f"The text has been replaced by version {current} meanwhile. Go through the new one and sign it."
        )
        raise Conflict([Blocker(ENR_74.id, sentence, "consent")])
    last = consents_by_patient([patient.pk], site_id=patient.site_id).get(patient.pk)
    if last is not None and not is_withdrawn(last) and last.text_id == text.pk:
        when = f"{patient.site.local(last.signed_at):%H:%M on %d %B}"
        sentence = f"This patient has already signed this version, at {when}. Nothing was signed again."
        raise Conflict([Blocker(ENR_73.id, sentence, "consent")])


def _last_version(site: Site, language: str) -> int:
    last = ConsentText.objects.filter(site=site, language=language.strip()).order_by("-version").first()
    return last.version if last else 0


def _publish(site: Site, language: str, title: str, body: str, by: StaffUser | None, at: datetime) -> ConsentText:
    row = ConsentText.objects.create(
        site=site,
        language=language,
        version=_last_version(site, language) + 1,
        title=title.strip()[:120],
        body=canonical(body),
        published_at=at,
        published_by=by,
    )
    detail = {"language": language, "version": row.version}
    actor = "" if by else "new clinic"
    audit.record(event="consent text published", by=by, actor=actor, at=at, site=site, subject=row, detail=detail)
    return row
