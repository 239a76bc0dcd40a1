"""A calendar feed: by its code, and what stands in it."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from kitclinic.calendars import CANCELLED, CONFIRMED, Entry
from kitclinic.models import StaffUser
from kitclinic.roles import PRESCRIBERS, Role
from kitclinic.site_rows import found_by_key
from scheduling.models import CalendarFeed, CallOut, NurseShift, Patient, ProviderPresence, Visit
from scheduling.rules.capacity import Span, clock
from scheduling.rules.feeds import PAST_DAYS, kind_of, visit_sequence, visit_status, visit_title
from scheduling.states import FeedKind, SequenceState

PROMISED = ~Q(sequence__state__in=[SequenceState.REQUESTED, SequenceState.HELD])


def feed_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def feed_by_token(token: str) -> CalendarFeed | None:
    """Return the feed of a code; None when it is unknown, closed, or its owner is gone."""
    found = CalendarFeed.objects.select_related("site", "person", "patient").filter(
        Q(person__isnull=True) | Q(person__is_active=True),
        Q(patient__isnull=True) | Q(patient__merged_into__isnull=True),
        token_digest=feed_digest(token),
        revoked_at__isnull=True,
    )
    return found_by_key(found, because="a calendar, by the code in its address")


def own_kind(user: StaffUser) -> FeedKind | None:
    return kind_of(is_nurse=user.role == Role.NURSE, is_provider=user.role in PRESCRIBERS)


def feed_of(*, person: StaffUser | None = None, patient: Patient | None = None) -> CalendarFeed | None:
    """Return the working feed of a person or of a patient."""
    feeds = CalendarFeed.objects.filter(person=person, patient=patient, revoked_at__isnull=True)
    return feeds.order_by("-pk").first()


def entries_of(feed: CalendarFeed, *, at: datetime) -> list[Entry]:
    """Return what stands in a feed, the earliest first. One query for a patient, three for staff."""
    since = feed.site.today(at) - timedelta(days=PAST_DAYS)
    if feed.kind == FeedKind.PATIENT:
        visits = Visit.objects.filter(PROMISED, site=feed.site_id, patient=feed.patient_id, date__gte=since)
        return [_visit(visit, feed) for visit in visits.select_related("sequence").order_by("date", "pk")]
    mine = {"site": feed.site_id, "suite_day__date__gte": since}
    out: dict[int, list[Span]] = {}
    for one in CallOut.objects.filter(**mine, person=feed.person_id, taken_back_at=None).order_by("from_minute"):
        out.setdefault(one.suite_day_id, []).append((one.from_minute, one.to_minute))
    if feed.kind == FeedKind.NURSE:
        shifts = NurseShift.objects.filter(**mine, nurse=feed.person_id).select_related("suite_day")
        return [
            _roster(row, out, "shift", "Shift", [(one.from_minute, one.to_minute) for one in row.breaks.all()])
            for row in shifts.prefetch_related("breaks").order_by("suite_day__date", "from_minute", "pk")
        ]
    presences = ProviderPresence.objects.filter(**mine, provider=feed.person_id).select_related("suite_day")
    ordered = presences.order_by("suite_day__date", "from_minute", "pk")
    return [_roster(row, out, "presence", "On site", []) for row in ordered]


def _visit(visit: Visit, feed: CalendarFeed) -> Entry:
    phone = feed.site.phone
    return Entry(
        uid=_uid("visit", visit.pk),
        sequence=visit_sequence(visit.revision, visit.sequence.state),
        day=visit.date,
        from_minute=visit.start_minute,
        to_minute=visit.leaves_minute,
        title=visit_title(visit.day_index, visit.sequence.planned_visits),
        status=visit_status(visit.state, visit.sequence.state),
        words=f"Questions or changes: call {phone}." if phone else "",
    )


def _roster(
    row: NurseShift | ProviderPresence, out: dict[int, list[Span]], kind: str, title: str, breaks: list[Span]
) -> Entry:
    """An entry of the roster; its number is the day's count of changes."""
    day = row.suite_day
    gone = [(start, end) for start, end in out.get(day.pk, []) if start < row.to_minute and row.from_minute < end]
    whole = any(start <= row.from_minute and row.to_minute <= end for start, end in gone)
    words = [f"Break {clock(start)} to {clock(end)}." for start, end in sorted(breaks)]
    words += [f"Not there {clock(start)} to {clock(end)}." for start, end in gone]
    return Entry(
        uid=_uid(kind, row.pk),
        sequence=day.version,
        day=day.date,
        from_minute=row.from_minute,
        to_minute=row.to_minute,
        title=title,
        status=CANCELLED if whole or day.is_closed else CONFIRMED,
        words=" ".join(words),
    )


def _uid(kind: str, key: int) -> str:
    return f"{kind}-{key}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}"
