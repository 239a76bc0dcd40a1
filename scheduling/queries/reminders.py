"""Which visits are to be reminded of, which drivers are missing, and whether a queued message still holds."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from kitclinic.models import OutboxMessage, Site
from kitclinic.outbox import Standing
from scheduling.models import PlaceOffer, SuiteDay, Visit
from scheduling.queries.waiting import next_clinic_day
from scheduling.rules.reminders import DAYS_BEFORE, LINK_UP_TO, Local, Quiet, is_spoken_for, window_of
from scheduling.rules.visits import RELEASED
from scheduling.states import PlaceOfferState, SequenceState, VisitState

REMINDER, DRIVER, PLACE = "visit-reminder", "visit-driver", "place-offer"
UNSURE = frozenset({SequenceState.REQUESTED, SequenceState.HELD})  # nothing is promised yet
OPEN = Q(driver_name="") | Q(driver_confirmed_at__isnull=True)
MOVED = "Withdrawn: the visit was moved or released."
NO_CONSENT = "Withdrawn: the patient has taken the consent back, or the address has changed."
SETTLED = "Withdrawn: the offer has been answered or has run out."
ANSWERED = "Withdrawn: the driver is named and confirmed, or the visit was moved or released."


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder that may leave now. days: every day it speaks for; asks_driver: it carries the link."""

    visit: Visit
    key: str
    days: tuple[Local, ...]
    due_at: datetime
    expires_at: datetime
    asks_driver: bool


def reminder_key(visit: Visit, days_before: int) -> str:
    """Return the key of a reminder: of this visit at this time, so that a moved visit is reminded of anew."""
    return f"{REMINDER}:{visit.pk}:{days_before}:{visit.date.isoformat()}:{visit.start_minute}"


def driver_key(visit: Visit) -> str:
    return f"{DRIVER}:{visit.pk}:{visit.date.isoformat()}"


def quiet_of(site: Site) -> Quiet:
    return Quiet(site.quiet_from_minute, site.quiet_to_minute)


def due_reminders(site: Site, *, at: datetime) -> list[Reminder]:
    """Return the reminders whose window is open and that were not queued yet. Two queries, one more when any."""
    today, quiet = site.today(at), quiet_of(site)
    courses: dict[int, list[Visit]] = defaultdict(list)
    last = today + timedelta(days=max(DAYS_BEFORE))
    near = Visit.objects.filter(site=site, state=VisitState.BOOKED, date__range=(today, last))
    rows = Visit.objects.filter(sequence__in=near.values("sequence")).exclude(state__in=RELEASED)
    for visit in (
        rows.exclude(sequence__state__in=UNSURE).select_related("sequence", "patient").order_by("date", "pk")
    ):
        courses[visit.sequence_id].append(visit)
    found = [
        reminder
        for visits in courses.values()
        for visit in visits
        for days_before in DAYS_BEFORE
        if (reminder := _reminder(site, visit, visits, days_before, quiet, at))
    ]
    keys = [reminder.key for reminder in found]
    known = set(OutboxMessage.objects.filter(site=site, key__in=keys).values_list("key", flat=True))
    return [reminder for reminder in found if reminder.key not in known]


def _reminder(
    site: Site, visit: Visit, course: list[Visit], days_before: int, quiet: Quiet, at: datetime
) -> Reminder | None:
    if visit.state != VisitState.BOOKED or is_spoken_for(days_before, visit.date, [one.date for one in course]):
        return None
    window = window_of(days_before, visit.date, visit.start_minute, quiet)
    due, until = site.instant(*window.due), site.instant(*window.until)
    booked = visit.sequence.booked_at
    if not due <= at < until or (booked is not None and booked > due):
        return None
    rest = [one for one in course if one.date >= visit.date and one.state == VisitState.BOOKED]
    spoken = rest if days_before > 1 else [visit]
    return Reminder(
        visit=visit,
        key=reminder_key(visit, days_before),
        days=tuple((one.date, one.start_minute) for one in spoken),
        due_at=site.instant(*quiet.after((site.today(at), site.minute(at))))
        if quiet.holds(site.minute(at))
        else at,
        expires_at=until,
        asks_driver=days_before <= LINK_UP_TO and not all(one.driver_confirmed for one in spoken),
    )


def driver_deadline(site: Site, day: date) -> datetime:
    """Return the instant from which a missing driver of this day is a task: on the clinic day before (REM-02)."""
    return site.instant(clinic_day_before(site, day), site.driver_deadline_minute)


def clinic_day_before(site: Site, day: date) -> date:
    """Return the last day before this one on which the suite is open."""
    open_days = SuiteDay.objects.filter(site=site, date__lt=day, closed_because="").order_by("-date")
    return open_days.values_list("date", flat=True).first() or _weekday_before(site, day)


def _weekday_before(site: Site, day: date) -> date:
    """Return the day of the clinic week before this one, where no earlier suite-day was ever opened."""
    earlier = (day - timedelta(days=back) for back in range(1, 8))
    return next(one for one in earlier if one in site.week_of(one))


def drivers_to_settle(site: Site, *, at: datetime) -> list[Visit]:
    """Return the visits to come whose deadline has passed without a named and confirmed driver."""
    today = site.today(at)
    overdue = [day for day in (today, next_clinic_day(site, after=today)) if driver_deadline(site, day) <= at]
    visits = _open_drivers(site).filter(date__in=overdue)
    return [visit for visit in visits if site.instant(visit.date, visit.start_minute) > at]


def _open_drivers(site: Site) -> QuerySet[Visit]:
    visits = Visit.objects.filter(OPEN, site=site, state=VisitState.BOOKED).exclude(sequence__state__in=UNSURE)
    return visits.select_related("patient").order_by("date", "start_minute", "chair", "pk")


def standing(message: OutboxMessage, at: datetime) -> Standing:
    """Return whether a queued message about a visit may leave now (REM-04, REM-07); others always may."""
    kind, *parts = message.key.split(":")
    if kind == REMINDER and len(parts) == 4:
        return _reminder_stands(message, parts, at)
    if kind == DRIVER and len(parts) == 2:
        pk, day = parts
        visits = Visit.objects.filter(OPEN, site=message.site_id, pk=pk, date=day, state=VisitState.BOOKED)
        return Standing() if visits.exists() else Standing(withdrawn=ANSWERED)
    if kind == PLACE and len(parts) == 1:
        offers = PlaceOffer.objects.filter(site=message.site_id, pk=parts[0], state=PlaceOfferState.OPEN)
        return Standing() if offers.exists() else Standing(withdrawn=SETTLED)
    return Standing()


def _reminder_stands(message: OutboxMessage, parts: list[str], at: datetime) -> Standing:
    pk, _, day, minute = parts
    visits = Visit.objects.filter(site=message.site_id, pk=pk, date=day, start_minute=minute)
    visit = visits.filter(state=VisitState.BOOKED).select_related("patient", "site").first()
    if visit is None:
        return Standing(withdrawn=MOVED)
    if message.channel == OutboxMessage.Channel.STAFF:
        return Standing()
    patient, site = visit.patient, visit.site
    by_text = message.channel == OutboxMessage.Channel.SMS
    allowed, address = (patient.may_text, patient.phone) if by_text else (patient.may_email, patient.email)
    if not allowed or address != message.to:
        return Standing(withdrawn=NO_CONSENT)
    quiet, minute_now = quiet_of(site), site.minute(at)
    if quiet.holds(minute_now):
        return Standing(wait_until=site.instant(*quiet.after((site.today(at), minute_now))))
    return Standing()
