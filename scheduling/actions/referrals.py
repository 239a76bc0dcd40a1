"""Referrals: receive, ask, accept, decline, withdraw, take up again."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Refused, refuse_if
from kitclinic.states import begin, move
from scheduling.actions.patients import NewPatient, register_patient
from scheduling.actions.triage import lock_inbox, settle_referral
from scheduling.models import Patient, Referral
from scheduling.queries.referrals import referrals_like
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.referral_match import already_here
from scheduling.rules.referrals import (
    ENR_37,
    KnownPatient,
    NewReferral,
    link_problems,
    reason_problems,
    referral_problems,
    reopens,
)
from scheduling.states import EnrolmentState, ReferralState


@transaction.atomic
def receive_referral(
    *,
    site: Site,
    new: NewReferral,
    by: StaffUser,
    at: datetime,
    confirmed: Mapping[str, str] | None = None,
) -> Referral:
    """Put a referral into the inbox.

    confirmed: rule id → reason, where the same person has an open referral already.
    """
    confirmed = confirmed or {}
    # One entry of a site at a time: the same referral is not typed in twice at once.
    lock_inbox(site)
    problems = referral_problems(new, site.today(at))
    problems += already_here(new, referrals_like(site=site, new=new))
    refuse_if(problems, confirmed=frozenset(rule for rule, reason in confirmed.items() if reason.strip()))
    asked = {problem.rule: confirmed[problem.rule] for problem in problems if problem.rule in confirmed}
    referral = Referral.objects.create(site=site, **stored(new), state_since=at, created_at=at, created_by=by)
    begin(referral, by=by, at=at, reason="; ".join(dict.fromkeys(asked.values()))[:300])
    audit.record(
        event="referral received",
        by=by,
        at=at,
        site=site,
        subject=referral,
        detail={"confirmed": asked},
    )
    return referral


def stored(new: NewReferral) -> dict[str, object]:
    """The columns of a referral, tidied."""
    told = {name: value.strip() if isinstance(value, str) else value for name, value in asdict(new).items()}
    return told | {
        "record_number": tidy_record_number(new.record_number),
        "language": new.language.strip() or "English",
    }


@transaction.atomic
def ask_for_information(*, referral: Referral, asked_for: str, by: StaffUser, at: datetime) -> Referral:
    """Note which information is missing and who was asked; the referral waits for it."""
    refuse_if(reason_problems(ReferralState.NEEDS_INFORMATION, asked_for))
    locked = _lock(referral)
    locked.asked_for = asked_for.strip()
    return _step(locked, ReferralState.NEEDS_INFORMATION, by=by, at=at, reason=locked.asked_for)


@transaction.atomic
def information_arrived(*, referral: Referral, by: StaffUser, at: datetime, note: str = "") -> Referral:
    """The awaited information is here: the referral is decided on again. note: what it says."""
    locked = _lock(referral)
    if locked.state != ReferralState.NEEDS_INFORMATION:
        sentence = "No information is awaited on this referral. Reload the page to see where it stands."
        raise Refused([Blocker("STA-01", sentence)])
    locked.asked_for = ""
    return _step(locked, ReferralState.RECEIVED, by=by, at=at, reason=note.strip())


@transaction.atomic
def accept_referral(
    *,
    referral: Referral,
    new: NewPatient | None = None,
    by: StaffUser,
    at: datetime,
    confirmed: Mapping[str, str] | None = None,
    patient: Patient | None = None,
) -> Patient:
    """Accept a referral as a new patient, or as one who is known here.

    new: what to register, where nobody is linked; patient: the known one, who reopens when
    declined or withdrawn. confirmed: rule id → reason.
    """
    if patient is None and new is None:
        raise ValueError("accepting needs a new patient or a known one")
    locked = _lock(referral)
    if ReferralState.ACCEPTED not in Referral.TRANSITIONS[ReferralState(locked.state)]:
        _refuse_step(locked)
    if patient is None and new is not None:
        return register_patient(site=locked.site, new=new, by=by, at=at, confirmed=confirmed, referral=locked)
    assert patient is not None
    return _link(locked, patient, by=by, at=at, confirmed=confirmed or {})


@transaction.atomic
def decline_referral(*, referral: Referral, reason: str, by: StaffUser, at: datetime) -> Referral:
    """Close a referral that the clinic does not take."""
    return _close(referral, ReferralState.DECLINED, reason=reason, by=by, at=at)


@transaction.atomic
def withdraw_referral(*, referral: Referral, reason: str, by: StaffUser, at: datetime) -> Referral:
    """Close a referral that the patient or the referring provider takes back."""
    return _close(referral, ReferralState.WITHDRAWN, reason=reason, by=by, at=at)


@transaction.atomic
def reopen_referral(*, referral: Referral, reason: str, by: StaffUser, at: datetime) -> Referral:
    """Take a declined or withdrawn referral up again; it is decided on anew."""
    refuse_if(reason_problems(ReferralState.RECEIVED, reason, again=True))
    locked = _lock(referral)
    if locked.decided_at is None:
        sentence = "This referral is open already. Reload the page to see where it stands."
        raise Refused([Blocker("STA-01", sentence)])
    locked.decided_at, locked.decided_by, locked.decision_note = None, None, ""
    also = ("decided_at", "decided_by", "decision_note")
    return _step(locked, ReferralState.RECEIVED, by=by, at=at, reason=reason.strip(), also=also)


def _close(referral: Referral, to: ReferralState, *, reason: str, by: StaffUser, at: datetime) -> Referral:
    refuse_if(reason_problems(to, reason))
    locked = _lock(referral)
    locked.decided_at, locked.decided_by, locked.decision_note = at, by, reason.strip()
    locked.asked_for = ""
    also = ("decided_at", "decided_by", "decision_note")
    return _step(locked, to, by=by, at=at, reason=locked.decision_note, also=also)


def _link(
    referral: Referral, patient: Patient, *, by: StaffUser, at: datetime, confirmed: Mapping[str, str]
) -> Patient:
    """The referral of somebody known: a declined or withdrawn patient is referred again."""
    known = Patient.objects.select_for_update(of=("self",)).select_related("merged_into")
    found = known.get(site=referral.site_id, pk=patient.pk)
    kept = found.merged_into.record_number if found.merged_into else ""
    said = KnownPatient(found.record_number, found.birth_date, found.state, kept)
    told = {rule: reason.strip() for rule, reason in confirmed.items() if reason.strip()}
    refuse_if(link_problems(referral.birth_date, said), confirmed=frozenset(told))
    note = told.get(ENR_37.id, "")[:300]
    settle_referral(referral=referral, patient=found, by=by, at=at, note=note)
    if reopens(found.state):
        move(found, EnrolmentState.REFERRED, by=by, at=at, reason="Referred again")
    return found


def _lock(referral: Referral) -> Referral:
    found = Referral.objects.select_for_update(of=("self",)).select_related("site")
    return found.get(site=referral.site_id, pk=referral.pk)


def _refuse_step(referral: Referral) -> None:
    state = ReferralState(referral.state).label.lower()
    sentence = f"This referral is {state} already. Reload the page to see who did it, and open the patient."
    if referral.state != ReferralState.ACCEPTED:
        sentence = f"This referral is {state}. Take it up again first; then it can be accepted."
    raise Refused([Blocker("STA-01", sentence)])


def _step(
    referral: Referral,
    to: ReferralState,
    *,
    by: StaffUser,
    at: datetime,
    reason: str = "",
    also: tuple[str, ...] = (),
) -> Referral:
    """Move a locked referral, with its clock and an audit event."""
    was, referral.state_since = referral.state, at
    move(referral, to, by=by, at=at, reason=reason, also=("state_since", "asked_for", *also))
    detail = {"from": was, "to": str(to)}
    audit.record(event="referral moved", by=by, at=at, site=referral.site, subject=referral, detail=detail)
    return referral
