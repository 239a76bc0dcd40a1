"""Telling a patient about a seat: one outbox row and one letter a message, in the act that causes it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from kitclinic import audit, calendars
from kitclinic.actions import queue_message
from kitclinic.models import OutboxMessage, Site, StaffUser
from scheduling.models import GroupSeat, Letter
from scheduling.queries.waiting import next_clinic_day
from scheduling.rules import invitations as words
from scheduling.rules.reminders import is_time
from scheduling.states import GroupVisitState, SeatState

SCHEDULERS = "schedulers"
RENEWS = (Letter.Kind.CHANGE, Letter.Kind.CANCELLATION)  # each makes a new version of the calendar entry
CHANNELS = {
    words.EMAIL: (OutboxMessage.Channel.EMAIL, Letter.Channel.EMAIL),
    words.SMS: (OutboxMessage.Channel.SMS, Letter.Channel.SMS),
    words.STAFF: (OutboxMessage.Channel.STAFF, Letter.Channel.PHONE),
}


def tell_patient(*, seat: GroupSeat, kind: str, by: StaffUser | None, at: datetime) -> Letter | None:
    """Queue the message of this kind for a seat and record it; None once the group visit has begun.

    kind: a ``Letter.Kind``. Each kind leaves once, except that every change has a message of its own.
    """
    group, patient, site = seat.group, seat.patient, seat.site
    starts = site.instant(group.date, group.start_minute)
    if starts <= at:
        return None
    version = Letter.objects.filter(site=site, seat=seat, kind__in=RENEWS).count() + (kind in RENEWS)
    way = words.channel_of(
        email=patient.email,
        consent_email=patient.consent_email,
        phone=patient.phone,
        consent_sms=patient.consent_sms,
    )
    channel, recorded = CHANNELS[way]
    message = queue_message(
        site=site,
        key=f"seat-{kind}:{seat.pk}:{version}",
        channel=channel,
        due_at=at,
        expires_at=starts,
        **_content(seat, kind, way, version, at=at),
    )
    if message is None:
        return None
    return Letter.objects.create(
        site=site, patient=patient, seat=seat, kind=kind, channel=recorded, message=message, at=at, by=by
    )


@transaction.atomic
def record_printed_letter(*, seat: GroupSeat, by: StaffUser, at: datetime) -> Letter:
    """Record that the invitation was printed, to be posted or handed over."""
    found = GroupSeat.objects.select_related("site").get(site=by.site_id, pk=seat.pk)
    letter = Letter.objects.create(
        site=found.site,
        patient_id=found.patient_id,
        seat=found,
        kind=Letter.Kind.INVITATION,
        channel=Letter.Channel.PRINT,
        at=at,
        by=by,
    )
    audit.record(
        event="letter printed", by=by, at=at, site=found.site, subject=letter, patient_id=found.patient_id
    )
    return letter


@transaction.atomic
def queue_group_reminders(*, at: datetime) -> int:
    """Remind of the group visits of the next clinic day whoever was not told today; returns how many messages."""
    return sum(_remind(site, at=at) for site in Site.objects.all() if is_time(site.minute(at)))


def _remind(site: Site, *, at: datetime) -> int:
    today = site.today(at)
    until = max(next_clinic_day(site, after=today), today + timedelta(days=1))
    seats = GroupSeat.objects.filter(
        site=site,
        state=SeatState.BOOKED,
        group__state=GroupVisitState.PLANNED,
        group__date__gt=today,
        group__date__lte=until,
    )
    letters = Letter.objects.filter(site=site, seat__in=seats).order_by("pk")
    last = {letter.seat_id: letter for letter in letters if letter.seat_id is not None}
    kind = Letter.Kind.REMINDER
    told = {key for key, one in last.items() if one.kind == kind or site.today(one.at) == today}
    found = seats.exclude(pk__in=told).select_related("group", "patient", "site").order_by("group__date", "pk")
    return sum(tell_patient(seat=seat, kind=kind, by=None, at=at) is not None for seat in found)


def _content(seat: GroupSeat, kind: str, way: str, version: int, *, at: datetime) -> dict[str, Any]:
    """The addressee, the words and the calendar file of one message."""
    site, patient = seat.site, seat.patient
    about = appointment_of(seat)
    if way == words.STAFF:
        return {"to": SCHEDULERS, "text": words.staff_text(kind, about, record_tail=patient.record_tail)}
    if way == words.SMS:
        return {"to": patient.phone, "text": words.sms_text(kind, about)}
    starts = site.instant(seat.group.date, seat.group.start_minute)
    event = calendars.Event(
        uid=f"seat-{seat.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}",
        sequence=version,
        starts=starts,
        ends=starts + timedelta(minutes=seat.group.minutes),
        stamped=at,
        title=words.title(site.name),
        organizer=settings.DEFAULT_FROM_EMAIL,
        attendee=patient.email,
        place=about.place,
        words=about.questions,
    )
    cancelled = kind == Letter.Kind.CANCELLATION
    method = calendars.CANCEL if cancelled else calendars.REQUEST
    file = {
        "name": "cancelled.ics" if cancelled else "appointment.ics",
        "type": f'{calendars.TYPE}; method={method}; charset="utf-8"',
        "text": calendars.calendar(event, method=method),
    }
    subject, text = words.subject(kind, about), words.email_text(kind, about)
    return {"to": patient.email, "subject": subject, "text": text, "attachments": [file]}


def appointment_of(seat: GroupSeat) -> words.Appointment:
    """What messages may say about this seat; lines of the address that would tell are left out (ENR-69)."""
    site = seat.site
    lines = [line.strip() for line in site.address.splitlines()]
    return words.Appointment(
        day=seat.group.date,
        minute=seat.group.start_minute,
        clinic=site.name,
        phone=site.phone,
        place=", ".join(line for line in lines if line and not words.TELLING.search(line)),
        bring=tuple(line.strip() for line in site.bring_along.splitlines() if line.strip()),
    )
