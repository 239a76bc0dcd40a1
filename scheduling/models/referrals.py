"""Referrals, and the files they arrive in: what there is before there is a patient."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.models import SiteOwned
from scheduling.models.patients import Patient
from scheduling.states import REFERRAL_TRANSITIONS, ReferralState


class Referral(SiteOwned):
    """One referral. It becomes a patient when it is accepted; a declined one never does."""

    received_on = models.DateField()
    source = models.CharField(max_length=120)  # who refers: provider and practice, or "self"
    source_phone = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    pain_months = models.PositiveSmallIntegerField(null=True)
    treatments_tried = models.TextField(max_length=2000, blank=True)
    record_number = models.CharField(max_length=20, blank=True)
    family_name = models.CharField(max_length=60)
    given_name = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=10, choices=Patient.Sex.choices, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=40, default="English")
    state = models.CharField(max_length=20, choices=ReferralState.choices, default=ReferralState.RECEIVED)
    state_since = models.DateTimeField()
    asked_for = models.CharField(max_length=300, blank=True)  # which information is awaited, and from whom
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="referrals")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decision_note = models.CharField(max_length=300, blank=True)
    import_file = models.CharField(max_length=120, blank=True)
    import_line = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    TRANSITIONS: ClassVar = REFERRAL_TRANSITIONS

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="accepted", patient__isnull=False)
                | ~Q(state="accepted") & Q(patient__isnull=True),
                name="referral_accepted_is_a_patient",
                violation_error_message="A referral has a patient exactly when it is accepted.",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="referral_decided_by_and_at",
                violation_error_message="A decision needs who made it and when.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "declined", "withdrawn"], decided_at__isnull=False)
                | ~Q(state__in=["accepted", "declined", "withdrawn"]) & Q(decided_at__isnull=True),
                name="referral_state_agrees_with_decision",
                violation_error_message="A referral is closed exactly when somebody decided it.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "withdrawn"]) | ~Q(decision_note=""),
                name="referral_closed_with_reason",
                violation_error_message="Say why the referral is declined or withdrawn.",
            ),
            models.CheckConstraint(
                condition=~Q(state="needs_information") | ~Q(asked_for=""),
                name="referral_asks_for_something",
                violation_error_message="Say which information is missing, and who was asked for it.",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "state", "received_on"], name="referral_inbox"),
            models.Index(fields=["site", "birth_date"], name="referral_by_birth_date"),
        ]

    def __str__(self) -> str:
        return f"Referral {self.pk}"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def list_name(self) -> str:
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name


class ReferralFile(SiteOwned):
    """An uploaded list of referrals, looked through before it is imported. Its text goes once it is imported."""

    class Order(models.TextChoices):
        ASK = "ask", "Refuse a date that can be read in two ways"
        MONTH_FIRST = "month_first", "Month first: 03/14/1974"
        DAY_FIRST = "day_first", "Day first: 14/03/1974"

    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)  # SHA-256 of the text
    text = models.TextField(blank=True)
    date_order = models.CharField(max_length=12, choices=Order.choices, default=Order.ASK)
    with_patients = models.BooleanField(default=False)  # take in those who are patients here too
    referrals = models.PositiveIntegerField(default=0)  # lines without a problem, when it was uploaded
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)  # import was asked for; the worker takes it from there
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField(null=True)
    taken_in = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "referral file"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "digest"],
                name="referral_file_once",
                violation_error_message="This very file has been uploaded before.",
            ),
            models.CheckConstraint(
                condition=Q(asked_at__isnull=True, asked_by__isnull=True, imported_at__isnull=True)
                | Q(asked_at__isnull=False, asked_by__isnull=False),
                name="referral_file_asked_by_and_at",
                violation_error_message="An import needs who asked for it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"Referral file {self.pk}"
