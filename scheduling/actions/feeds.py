"""Calendar feeds: an address made, shown once, and closed."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from kitclinic import audit
from kitclinic.models import StaffUser
from kitclinic.problems import refuse_if
from scheduling.models import CalendarFeed, Patient
from scheduling.queries.feeds import feed_digest, own_kind
from scheduling.rules.feeds import own_problems, patient_problems
from scheduling.states import FeedKind


@transaction.atomic
def make_feed(*, patient: Patient | None = None, by: StaffUser, at: datetime) -> tuple[CalendarFeed, str]:
    """Make the address of a patient's calendar, or without one of the actor's own; the one before is closed.

    The code is returned once: only its SHA-256 is stored.
    """
    owner = StaffUser.objects.select_for_update(no_key=True).get(pk=by.pk) if patient is None else None
    kind = own_kind(by) if patient is None else FeedKind.PATIENT
    if patient is not None:
        patient = Patient.objects.select_for_update().get(pk=patient.pk, site=by.site_id)
        refuse_if(patient_problems(is_merged=patient.merged_into_id is not None))
    refuse_if(own_problems(kind))
    assert kind is not None
    for earlier in CalendarFeed.objects.filter(person=owner, patient=patient, revoked_at__isnull=True):
        _close(earlier, by=by, at=at)
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed.objects.create(
        site=by.site,
        kind=kind,
        person=owner,
        patient=patient,
        token_digest=feed_digest(token),
        made_by=by,
        made_at=at,
    )
    _record("calendar feed made", feed, by=by, at=at)
    return feed, token


@transaction.atomic
def revoke_feed(*, feed: CalendarFeed, by: StaffUser, at: datetime) -> CalendarFeed:
    """Close an address; calendars that subscribe to it get nothing from now on. Closing twice changes nothing."""
    row = CalendarFeed.objects.select_for_update(of=("self",)).select_related("site").get(pk=feed.pk)
    if row.revoked_at is None:
        _close(row, by=by, at=at)
    return row


def feed_address(token: str) -> str:
    return f"{settings.BASE_URL}{reverse('scheduling:feed', args=[token])}"


def _close(feed: CalendarFeed, *, by: StaffUser, at: datetime) -> None:
    feed.revoked_by, feed.revoked_at = by, at
    feed.save(update_fields=["revoked_by", "revoked_at"])
    _record("calendar feed closed", feed, by=by, at=at)


def _record(event: str, feed: CalendarFeed, *, by: StaffUser, at: datetime) -> None:
    audit.record(
        event=event,
        by=by,
        at=at,
        site=feed.site,
        subject=feed,
        patient_id=feed.patient_id,
        detail={"kind": str(feed.kind)},
    )
