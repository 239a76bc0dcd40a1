"""Shared medical appointments (SMA) and the seats in them."""

from calendar import day_name
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.models.weights import Weight
from scheduling.states import (
    GROUP_VISIT_TRANSITIONS,
    SEAT_TRANSITIONS,
    GroupVisitState,
    SeatState,
)


@keep_history(Kind.SCHEDULE)
class GroupSeries(SiteOwned):
    """A group visit that comes back every week on one weekday, led by the same two people."""

    weekday = models.PositiveSmallIntegerField()  # 0 Monday … 6 Sunday
    start_minute = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField(default=90)
    room = models.CharField(max_length=60)
    capacity = models.PositiveSmallIntegerField()  # seats: patients and support persons
    language = models.CharField(max_length=40, default="English")
    physician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    psychologist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)  # the last day it may fall on
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "series"
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(
                condition=~Q(physician=F("psychologist")),
                name="group_series_has_two_leads",
                violation_error_message="A group visit has two leads, one physician and one psychologist.",
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6, capacity__gte=2),
                name="group_series_weekday_and_seats",
                violation_error_message="A series has a weekday and at least two seats.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="group_series_ends_after_start",
                violation_error_message="A series ends after it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"Series {self.pk}"

    @property
    def day_name(self) -> str:
        """Return "Tuesday"."""
        return day_name[self.weekday]


@keep_history(Kind.SCHEDULE, besides=("state",))
class GroupVisit(SiteOwned):
    """One shared medical appointment, led by a pain physician and a pain psychologist."""

    date = models.DateField()
    start_minute = models.PositiveSmallIntegerField()  # local minutes after midnight
    minutes = models.PositiveSmallIntegerField(default=90)
    capacity = models.PositiveSmallIntegerField()  # people in the room: patients and support persons
    physician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    psychologist = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    room = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=40, default="English")
    series = models.ForeignKey(GroupSeries, null=True, on_delete=models.PROTECT, related_name="visits")
    state = models.CharField(max_length=20, choices=GroupVisitState.choices, default=GroupVisitState.PLANNED)

    TRANSITIONS: ClassVar = GROUP_VISIT_TRANSITIONS

    class Meta:
        verbose_name = "group visit"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "date", "start_minute", "room"],
                condition=~Q(state="cancelled"),
                name="group_visit_once",
                violation_error_message="There is already a group visit in this room at this time.",
            ),
            models.CheckConstraint(
                condition=~Q(physician=F("psychologist")),
                name="group_visit_has_two_leads",
                violation_error_message="A group visit has two leads, one physician and one psychologist.",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=2),
                name="group_visit_seats_somebody",
                violation_error_message="A group visit has room for at least one patient and a support person.",
            ),
        ]

    def __str__(self) -> str:
        return f"Group visit {self.date}"

    @property
    def starts_at(self) -> datetime:
        """The booked instant, UTC. Needs ``site`` loaded."""
        return self.site.instant(self.date, self.start_minute)


class GroupSeat(SiteOwned):
    """A patient's seat, with the support person beside it."""

    group = models.ForeignKey(GroupVisit, on_delete=models.PROTECT, related_name="seats")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="seats")
    support_person = models.CharField(max_length=120, blank=True)
    support_relationship = models.CharField(max_length=60, blank=True)
    support_phone = models.CharField(max_length=30, blank=True)
    support_drives = models.BooleanField(null=True)  # on the infusion days; null was not asked
    questions = models.TextField(max_length=1000, blank=True)  # what the patient asked, for the team
    state = models.CharField(max_length=20, choices=SeatState.choices, default=SeatState.BOOKED)
    support_attended = models.BooleanField(null=True)
    weight = models.ForeignKey(Weight, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    conditions = models.CharField(max_length=300, blank=True)  # "cleared with conditions": which
    decision_note = models.CharField(max_length=300, blank=True)

    TRANSITIONS: ClassVar = SEAT_TRANSITIONS

    class Meta:
        verbose_name = "seat"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "group", "patient"],
                name="group_seat_once",
                condition=~Q(state="cancelled"),
                violation_error_message="This patient already has a seat in this group visit.",
            ),
            models.UniqueConstraint(
                fields=["site", "patient"],
                condition=Q(state__in=["booked", "attended", "review"]),
                name="group_seat_one_open_at_a_time",
                violation_error_message="This patient already has a seat in a group visit. Cancel it first.",
            ),
            models.CheckConstraint(
                condition=~Q(state="cleared")
                | Q(support_attended__isnull=False, support_attended=True, weight__isnull=False),
                name="group_seat_cleared_was_complete",
                violation_error_message="A patient is cleared after attending with support person and weight.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="group_seat_decided_by_and_at",
                violation_error_message="A decision needs who made it and when.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["cleared", "not_cleared"], decided_at__isnull=False)
                | ~Q(state__in=["cleared", "not_cleared"]) & Q(decided_at__isnull=True),
                name="group_seat_state_agrees_with_decision",
                violation_error_message="A seat is cleared or not cleared exactly when somebody decided it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Seat of patient {self.patient_id}"


class GroupWait(SiteOwned):
    """A patient who waits for a seat; the first in line is called when one is free."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waits")
    series = models.ForeignKey(GroupSeries, null=True, on_delete=models.PROTECT, related_name="waits")
    note = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = "place on the waiting list"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient"],
                condition=Q(ended_at__isnull=True),
                name="group_wait_once",
                violation_error_message="This patient is already on the waiting list.",
            ),
        ]

    def __str__(self) -> str:
        return f"Patient {self.patient_id} waits"
