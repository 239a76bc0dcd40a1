"""What is recorded about a patient at the shared medical appointment, or in its place for a later course."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import OutboxMessage, SiteOwned
from scheduling.models.groups import GroupSeat
from scheduling.models.patients import Patient
from scheduling.rules.appointment import text_parts
from scheduling.states import EducationItem


class Biometrics(AppendOnly, SiteOwned):
    """Measurements besides the weight (a ``Weight``); the latest of a seat counts, earlier ones stay."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="biometrics")
    seat = models.ForeignKey(GroupSeat, null=True, on_delete=models.PROTECT, related_name="biometrics")
    height_cm = models.PositiveSmallIntegerField(null=True)
    sbp = models.PositiveSmallIntegerField(null=True)  # mmHg
    dbp = models.PositiveSmallIntegerField(null=True)  # mmHg
    hr = models.PositiveSmallIntegerField(null=True)  # beats a minute
    spo2 = models.PositiveSmallIntegerField(null=True)  # percent
    ecg_note = models.CharField(max_length=300, blank=True)
    measured_at = models.DateTimeField()
    measured_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "biometrics"
        indexes = [models.Index(fields=["site", "seat", "-id"], name="biometrics_of_seat")]

    def __str__(self) -> str:
        return f"Biometrics {self.pk}"


class HealthScreen(AppendOnly, SiteOwned):
    """The health screen for ketamine safety. answers: HealthQuestion value → true for yes, false for no."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="health_screens")
    seat = models.ForeignKey(GroupSeat, null=True, on_delete=models.PROTECT, related_name="health_screens")
    answers = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "health screen"
        indexes = [models.Index(fields=["site", "patient", "-asked_at"], name="health_screen_latest")]

    def __str__(self) -> str:
        return f"Health screen {self.pk}"


class EducationGiven(SiteOwned):
    """One education item one patient has had; a mistaken tick is taken back, not deleted."""

    seat = models.ForeignKey(GroupSeat, on_delete=models.PROTECT, related_name="education")
    item = models.CharField(max_length=20, choices=EducationItem.choices)
    for_the_room = models.BooleanField(default=False)  # ticked once for everybody present
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "education item"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "seat", "item"],
                condition=Q(taken_back_at__isnull=True),
                name="education_given_once",
                violation_error_message="Somebody has just ticked this item.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="education_taken_back_by_and_at",
                violation_error_message="Taking a tick back needs who did it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} for seat {self.seat_id}"


class ConsentText(AppendOnly, SiteOwned):
    """The clinic's words for consent; a change is a new version."""

    language = models.CharField(max_length=40, default="English")
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(  # null is the text a new clinic begins with
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "consent text"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "language", "version"],
                name="consent_text_version_once",
                violation_error_message="Somebody else has just published a new version. Reload and look at it.",
            ),
        ]

    def __str__(self) -> str:
        return f"Consent text {self.language} {self.version}"

    @property
    def parts(self) -> list[tuple[str, str]]:
        """(heading, words) of each part."""
        return text_parts(self.body)


class Consent(AppendOnly, SiteOwned):
    """A patient's signature under one version of the consent text."""

    class Method(models.TextChoices):
        TABLET = "tablet", "Signed on the tablet"
        PAPER = "paper", "Signed on paper, kept at the clinic"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    seat = models.ForeignKey(GroupSeat, null=True, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    method = models.CharField(max_length=10, choices=Method.choices)
    signed_name = models.CharField(max_length=120)
    signature = models.TextField(max_length=20000, blank=True)  # an SVG path in a box of 600 × 200; "" on paper
    digest = models.CharField(max_length=64)  # SHA-256 of text version, words, name, signature and instant
    signed_at = models.DateTimeField()
    witnessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(method="paper") | ~Q(signature=""),
                name="consent_on_tablet_is_drawn",
                violation_error_message="A consent on the tablet has the patient's signature.",
            ),
        ]
        indexes = [models.Index(fields=["site", "patient", "-signed_at"], name="consent_latest")]

    def __str__(self) -> str:
        return f"Consent {self.pk}"


class ConsentWithdrawal(AppendOnly, SiteOwned):
    """The patient takes a consent back."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "withdrawal of consent"

    def __str__(self) -> str:
        return f"Withdrawal of consent {self.consent_id}"


class TeamNote(AppendOnly, SiteOwned):
    """The psychologist's note and goals, for the treating team only; the latest counts."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="team_notes")
    seat = models.ForeignKey(GroupSeat, null=True, on_delete=models.PROTECT, related_name="team_notes")
    note = models.TextField(max_length=4000, blank=True)
    goals = models.TextField(max_length=2000, blank=True)  # one a line
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "team note"
        indexes = [models.Index(fields=["site", "patient", "-written_at"], name="team_note_latest")]

    def __str__(self) -> str:
        return f"Team note {self.pk}"


class Letter(AppendOnly, SiteOwned):
    """That a letter or message went to a patient: what kind, which way."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", "Invitation to the group visit"
        REMINDER = "reminder", "Reminder of the group visit"
        CHANGE = "change", "Change of the group visit"
        CANCELLATION = "cancellation", "Cancellation of the group visit"

    class Channel(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "Text message"
        PRINT = "print", "Printed letter"
        PHONE = "phone", "Phone call to make"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    seat = models.ForeignKey(GroupSeat, null=True, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    message = models.ForeignKey(OutboxMessage, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["site", "patient", "-at"], name="letter_latest")]

    def __str__(self) -> str:
        return f"Letter {self.pk}"
