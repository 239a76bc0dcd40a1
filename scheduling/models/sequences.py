"""Sequences of five infusion days, and their visits."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Deferrable, F, Func, Q, Value
from django.db.models.expressions import CombinedExpression

from kitclinic.models import SiteOwned
from scheduling.models.groups import GroupSeat
from scheduling.models.patients import Patient
from scheduling.models.suite import ProtocolVersion, SuiteDay
from scheduling.rules.capacity import clock
from scheduling.states import (
    SEQUENCE_TRANSITIONS,
    VISIT_TRANSITIONS,
    DriverSource,
    MissedReason,
    SequenceMode,
    SequenceState,
    TransportKind,
    VisitState,
)


class Sequence(SiteOwned):
    """The visits of a protocol, five in the standard, booked together at one clock time; at first only a wish.

    ``first_day`` and ``start_minute`` are null exactly while nothing is booked: requested, or cancelled before
    it was. Minutes are local, after midnight.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="sequences")
    number = models.PositiveSmallIntegerField()  # 1 for the first course
    seat = models.ForeignKey(GroupSeat, null=True, on_delete=models.PROTECT, related_name="+")
    seat_came_along = models.BooleanField(default=False)  # the seat was booked in the same act
    protocol = models.ForeignKey(ProtocolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=20, choices=SequenceMode.choices, default=SequenceMode.SAME_WEEK)
    planned_visits = models.PositiveSmallIntegerField(default=5)
    first_day = models.DateField(null=True)
    start_minute = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=20, choices=SequenceState.choices, default=SequenceState.CONFIRMED)

    # the wish
    wish_from_day = models.DateField(null=True)  # not before
    wish_minute = models.PositiveSmallIntegerField(null=True)
    wish_from_minute = models.PositiveSmallIntegerField(null=True)  # seated at or after
    wish_to_minute = models.PositiveSmallIntegerField(null=True)  # discharged by
    wish_avoids = ArrayField(models.DateField(), default=list)
    wish_note = models.CharField(max_length=200, blank=True)
    requested_at = models.DateTimeField(null=True)

    # the booking
    booked_at = models.DateTimeField(null=True)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    booking_key = models.CharField(max_length=64, blank=True)  # one per accepted offer: a second click finds it
    held_until = models.DateTimeField(null=True)
    promised_from_minute = models.PositiveSmallIntegerField(null=True)  # while tentative: starts no earlier
    promised_to_minute = models.PositiveSmallIntegerField(null=True)  # while tentative: starts no later
    soft_reason = models.CharField(max_length=200, blank=True)  # why a wish or the one clock time was set aside
    short_consent_at = models.DateTimeField(null=True)  # when the patient agreed to four days
    short_consent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # who recorded it

    TRANSITIONS: ClassVar = SEQUENCE_TRANSITIONS

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient", "number"],
                name="sequence_number_once",
                violation_error_message="Somebody has just booked this patient. Reload to see it.",
            ),
            models.UniqueConstraint(
                fields=["site", "patient"],
                condition=Q(state__in=["tentative", "confirmed", "in_progress", "interrupted"]),
                name="sequence_one_open_at_a_time",
                violation_error_message="This patient already has a sequence that is not finished.",
            ),
            models.UniqueConstraint(
                fields=["site", "patient"],
                condition=Q(state__in=["requested", "held"]),
                name="sequence_one_request_at_a_time",
                violation_error_message="This patient already has a request or a hold. Reload to see it.",
            ),
            models.UniqueConstraint(
                fields=["site", "booking_key"],
                condition=~Q(booking_key=""),
                name="sequence_booking_key_once",
                violation_error_message="This offer has been booked already. Reload to see it.",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", first_day__isnull=True, start_minute__isnull=True)
                | Q(state="cancelled")
                | ~Q(state__in=["requested", "cancelled"])
                & Q(first_day__isnull=False, start_minute__isnull=False),
                name="sequence_booked_has_first_day",
                violation_error_message="A booked sequence has a first day and a time; a request has none.",
            ),
            models.CheckConstraint(
                condition=Q(state="held", held_until__isnull=False)
                | ~Q(state="held") & Q(held_until__isnull=True),
                name="sequence_held_has_an_end",
                violation_error_message="A hold needs the minute at which it ends.",
            ),
            models.CheckConstraint(
                condition=Q(mode="short", planned_visits=4, short_consent_at__isnull=False)
                | ~Q(mode="short") & Q(planned_visits__gte=1, planned_visits__lte=5),
                name="sequence_short_has_consent",
                violation_error_message="A course cut to four days needs the patient's recorded consent.",
            ),
        ]

    def __str__(self) -> str:
        return f"Sequence {self.number}"


def _point(field: str) -> Func:
    """The one-element range of an integer column: equality by && without an extension."""
    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=models.TextField())


def _span(start: str, *lengths: str) -> Func:
    """The half-open range from a start minute over some lengths."""
    end: F | CombinedExpression = F(start)
    for length in lengths:
        end = end + F(length)
    return Func(F(start), end, Value("[)"), function="int4range", output_field=models.TextField())


def _day() -> Func:
    return Func(F("date"), F("date"), Value("[]"), function="daterange", output_field=models.TextField())


class Visit(SiteOwned):
    """One day of a sequence, in one chair. Minutes are local, after midnight of ``date``."""

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="visits")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="visits")
    date = models.DateField()
    day_index = models.PositiveSmallIntegerField()  # 1 to 5
    chair = models.PositiveSmallIntegerField()
    start_minute = models.PositiveSmallIntegerField()
    iv_minutes = models.PositiveSmallIntegerField()
    infusion_minutes = models.PositiveSmallIntegerField()
    observation_minutes = models.PositiveSmallIntegerField()
    cleaning_minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=VisitState.choices, default=VisitState.BOOKED)
    missed_reason = models.CharField(max_length=20, choices=MissedReason.choices, blank=True)
    missed_note = models.CharField(max_length=200, blank=True)
    driver_name = models.CharField(max_length=120, blank=True)
    driver_relationship = models.CharField(max_length=60, blank=True)
    driver_phone = models.CharField(max_length=30, blank=True)
    driver_transport = models.CharField(max_length=20, choices=TransportKind.choices, blank=True)
    driver_confirmed_at = models.DateTimeField(null=True)  # its own answer: the named driver will come
    driver_confirmed_via = models.CharField(max_length=10, choices=DriverSource.choices, blank=True)
    driver_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    makes_up_for = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="make_ups")
    revision = models.PositiveIntegerField(default=0)  # changes of time and state, counted by the database

    TRANSITIONS: ClassVar = VISIT_TRANSITIONS

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "sequence", "day_index"],
                condition=~Q(state__in=["missed", "cancelled"]),  # a make-up takes the missed day's number
                name="visit_day_once",
                violation_error_message="This day of the sequence is already booked.",
            ),
            models.CheckConstraint(
                condition=Q(day_index__gte=1, day_index__lte=5),
                name="visit_day_is_one_to_five",
                violation_error_message="A sequence has five days.",
            ),
            models.CheckConstraint(
                condition=Q(chair__gte=1),
                name="visit_chair_is_numbered",
                violation_error_message="A visit needs a chair.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["missed", "cancelled"]) & ~Q(missed_reason="")
                | ~Q(state__in=["missed", "cancelled"]) & Q(missed_reason=""),
                name="visit_missed_has_reason",
                violation_error_message="A missed or cancelled day needs its reason.",
            ),
            models.CheckConstraint(
                condition=Q(driver_confirmed_at__isnull=True, driver_confirmed_via="")
                | Q(driver_confirmed_at__isnull=False) & ~Q(driver_confirmed_via="") & ~Q(driver_name=""),
                name="visit_driver_confirmed_is_named",
                violation_error_message="Only a named driver can be confirmed, with who confirmed it and when.",
            ),
            ExclusionConstraint(
                name="visit_chair_is_free",
                deferrable=Deferrable.IMMEDIATE,  # two visits may swap chairs in one transaction
                expressions=[
                    (_point("site_id"), "&&"),
                    (_day(), "&&"),
                    (_point("chair"), "&&"),
                    (
                        _span(
                            "start_minute",
                            "iv_minutes",
                            "infusion_minutes",
                            "observation_minutes",
                            "cleaning_minutes",
                        ),
                        "&&",
                    ),
                ],
                condition=~Q(state__in=["missed", "cancelled"]),
                violation_error_message="That chair was just taken. Nothing was booked; choose again.",
            ),
            ExclusionConstraint(
                name="visit_patient_is_in_one_place",
                deferrable=Deferrable.IMMEDIATE,  # a whole week may move onto days of its own
                expressions=[
                    (_point("site_id"), "&&"),
                    (_day(), "&&"),
                    (_point("patient_id"), "&&"),
                    (_span("start_minute", "iv_minutes", "infusion_minutes", "observation_minutes"), "&&"),
                ],
                condition=~Q(state__in=["missed", "cancelled"]),
                violation_error_message="This patient is already booked at that time.",
            ),
        ]
        indexes = [models.Index(fields=["site", "date"], name="visit_by_date")]

    def __str__(self) -> str:
        return f"Day {self.day_index} on {self.date}"

    @property
    def days(self) -> int:
        """How many days the sequence has, for "day 3 of 5". Needs ``sequence`` loaded."""
        return max(self.sequence.planned_visits, self.day_index)

    @property
    def starts_at(self) -> datetime:
        """The booked instant of seating, UTC. Needs ``site`` loaded."""
        return self.site.instant(self.date, self.start_minute)

    @property
    def leaves_minute(self) -> int:
        """Local minute at which the patient leaves the chair."""
        return self.start_minute + self.iv_minutes + self.infusion_minutes + self.observation_minutes

    @property
    def from_clock(self) -> str:
        return clock(self.start_minute)

    @property
    def to_clock(self) -> str:
        return clock(self.leaves_minute)

    @property
    def driver_named(self) -> bool:
        return bool(self.driver_name and self.driver_phone and self.driver_transport)

    @property
    def driver_confirmed(self) -> bool:
        """Whether somebody has said that the named driver will come on this day."""
        return self.driver_confirmed_at is not None
