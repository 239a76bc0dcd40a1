"""The waiting list for infusion places: who stands on it, and which free place fits whom."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch

from kitclinic.models import Site
from scheduling.models import Patient, PlaceOffer, PlaceWait, Sequence
from scheduling.queries.clearance import clearance_of, window_of
from scheduling.queries.counted import weeks_ahead
from scheduling.queries.plans import booked_days, current_seat, is_opened
from scheduling.queries.protocols import asked_protocol
from scheduling.queries.reminders import quiet_of
from scheduling.rules.blocks import clinic_week
from scheduling.rules.capacity import clock
from scheduling.rules.offers import Asking, Offer, offers
from scheduling.rules.places import Wait, answer_by, first_day_possible, last_day_possible, offer_over
from scheduling.rules.protocols import STANDARD
from scheduling.rules.visits import ASKING
from scheduling.rules.wishes import Wish
from scheduling.states import PlaceOfferState, SequenceMode, SequenceState

LATER = (SequenceState.TENTATIVE, SequenceState.CONFIRMED)
ANSWERED = (PlaceOfferState.DECLINED, PlaceOfferState.EXPIRED)
RECENT_DAYS = 14  # answers of so many days stand on the page


@dataclass(frozen=True, slots=True)
class FreePlace:
    """The place to be offered to one patient, and until when the answer is awaited."""

    offer: Offer
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WaitLine:
    """One patient on the list. booked: the later booking, None without one; offered: the open offer.

    over: its time has run out, and the next round settles it; until: its end in words, the day only where it is
    another one; passed: offers declined or let pass.
    """

    wait: PlaceWait
    place: int
    days: int
    booked: Sequence | None
    offered: PlaceOffer | None
    over: bool
    until: str
    passed: int

    @property
    def wants(self) -> Wait:
        return wait_of(self.wait)


@dataclass(frozen=True, slots=True)
class PlacesPage:
    """lines: the longest waiting first; answered: offers of the last days that are settled."""

    lines: tuple[WaitLine, ...]
    answered: tuple[PlaceOffer, ...]
    quiet: bool

    @property
    def open_offers(self) -> int:
        return sum(line.offered is not None for line in self.lines)


def wait_of(row: PlaceWait) -> Wait:
    """Return what this patient would take."""
    return Wait(row.from_day, row.until_day, row.from_minute, row.to_minute, row.notice_hours, row.note)


def waits_in_line(site: Site) -> list[PlaceWait]:
    """Return whom a place may be offered to now, the longest waiting first (SCH-68)."""
    offered = PlaceOffer.objects.filter(wait=OuterRef("pk"), state=PlaceOfferState.OPEN)
    held = Sequence.objects.filter(patient=OuterRef("patient"), state=SequenceState.HELD)
    waits = PlaceWait.objects.filter(~Exists(offered), ~Exists(held), site=site, ended_at__isnull=True)
    return list(waits.select_related("site", "patient__site").order_by("since", "pk"))


def is_quiet(site: Site, at: datetime) -> bool:
    return quiet_of(site).holds(site.minute(at))


def place_for(wait: PlaceWait, *, at: datetime) -> FreePlace | None:
    """Return the best free place for one patient, None where nothing fits (SCH-67)."""
    site, patient, wants = wait.site, wait.patient, wait_of(wait)
    if asked_protocol(patient.pk, site=site.pk) != STANDARD:
        return None  # places fall free for the standard's days; another protocol is booked by hand
    until = answer_by(site.local(at), quiet_of(site), hours=site.offer_hours)
    expires_at = site.instant(until.date(), until.hour * 60 + until.minute)
    noticed = site.today(expires_at + timedelta(hours=wants.notice_hours))
    first = first_day_possible(noticed, wait=wants)
    last = last_day_possible(wants, booked=_booked_from(patient))
    passed = set(
        PlaceOffer.objects.filter(site=site, wait=wait, state__in=ANSWERED).values_list("first_day", flat=True)
    )
    passed = {clinic_week(day, site.first_weekday)[0] for day in passed}
    ahead = weeks_ahead(site, site.today(at), today=site.today(at))
    weeks = [
        week
        for week in ahead.weeks
        if is_opened(week.week) and week.week.first_day not in passed and (not last or week.week.first_day <= last)
    ]
    wish = Wish(first, None, wants.from_minute, wants.to_minute, _avoids(patient))
    found = offers(weeks, wish, _asking(patient, site.today(at)))
    fits = (
        offer
        for offer in found
        if offer.block.mode != SequenceMode.SHORT and (last is None or offer.first_day <= last)
    )
    best = next(fits, None)
    return FreePlace(best, expires_at) if best else None


def places_page(site: Site, *, at: datetime) -> PlacesPage:
    """Return the waiting list in a fixed number of queries."""
    today = site.today(at)
    later = Sequence.objects.filter(state__in=LATER).order_by("first_day")
    waits = (
        PlaceWait.objects.filter(site=site, ended_at__isnull=True)
        .select_related("site", "patient", "added_by")
        .prefetch_related(
            Prefetch("offers", PlaceOffer.objects.select_related("sequence"), to_attr="made"),
            Prefetch("patient__sequences", later, to_attr="later"),
        )
        .order_by("since", "pk")
    )
    recent = PlaceOffer.objects.filter(site=site, offered_at__gte=at - timedelta(days=RECENT_DAYS))
    answered = recent.exclude(state=PlaceOfferState.OPEN).select_related("wait__patient", "answered_by")
    return PlacesPage(
        lines=tuple(_line(wait, place, at, today) for place, wait in enumerate(waits, start=1)),
        answered=tuple(answered.order_by("-offered_at", "-pk")[:20]),
        quiet=is_quiet(site, at),
    )


def open_wait(patient: Patient) -> PlaceWait | None:
    """Return the patient's place on the list, None without one."""
    return PlaceWait.objects.filter(site=patient.site_id, patient=patient, ended_at__isnull=True).first()


def booked_later(patient: Patient) -> Sequence | None:
    """Return the booking that an earlier place would replace."""
    return Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=LATER).first()


def _line(wait: PlaceWait, place: int, at: datetime, today: date) -> WaitLine:
    made: list[PlaceOffer] = wait.made  # type: ignore[attr-defined]
    later: list[Sequence] = wait.patient.later  # type: ignore[attr-defined]
    offered = next((offer for offer in made if offer.state == PlaceOfferState.OPEN), None)
    return WaitLine(
        wait=wait,
        place=place,
        days=(today - wait.site.today(wait.since)).days,
        booked=next(iter(later), None),
        offered=offered,
        over=offered is not None and offer_over(offered.expires_at, at),
        until=_when(wait.site, offered.expires_at, today) if offered else "",
        passed=sum(offer.state in ANSWERED for offer in made),
    )


def _when(site: Site, at: datetime, today: date) -> str:
    day, time = site.today(at), clock(site.minute(at))
    return time if day == today else f"{day:%a} {day.day} {day:%b}, {time}"


def _booked_from(patient: Patient) -> date | None:
    """Day 1 of the patient's booking that has not begun."""
    later = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=LATER)
    return later.values_list("first_day", flat=True).first()


def _avoids(patient: Patient) -> tuple[date, ...]:
    """The days that the patient's request, if any, avoids; a waiting patient avoids them too."""
    asked = Sequence.objects.filter(site=patient.site_id, patient=patient, state__in=ASKING)
    return tuple(asked.values_list("wish_avoids", flat=True).first() or ())


def _asking(patient: Patient, today: date) -> Asking:
    seat = current_seat(patient)
    return Asking(
        today=today,
        group_day=seat.group.date if seat else None,
        booked_days=frozenset(booked_days(patient)),
        window=window_of(patient.site),
        clearance=clearance_of(patient, replacing=True),
    )
