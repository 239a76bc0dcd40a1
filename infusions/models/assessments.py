"""What is asked of a patient before the first infusion of a sequence, and the day after each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusions.models.infusions import Infusion
from infusions.states import Function
from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned


class Intake(AppendOnly, SiteOwned):
    """Pain 0 to 10, functional status and analgesics as the patient comes; a correction is a new row."""

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="intakes")
    key = models.UUIDField()
    pain_now = models.PositiveSmallIntegerField()
    pain_average = models.PositiveSmallIntegerField()  # over the last week
    pain_worst = models.PositiveSmallIntegerField()  # over the last week
    function = models.CharField("functional status", max_length=20, choices=Function.choices)
    function_note = models.CharField(max_length=200, blank=True)
    analgesics = models.TextField(blank=True)  # one a line, with dose and last intake; "" is none
    no_analgesics = models.BooleanField(default=False)  # asked, and takes none
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    correction_reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="intake_once",
                violation_error_message="This has already been saved.",
            ),
            models.UniqueConstraint(
                fields=["site", "infusion"],
                condition=Q(corrects__isnull=True),
                name="intake_first_once",
                violation_error_message="This was recorded meanwhile. Correct what stands there.",
            ),
            models.CheckConstraint(
                condition=Q(pain_now__lte=10, pain_average__lte=10, pain_worst__lte=10),
                name="intake_pain_is_0_to_10",
                violation_error_message="Pain is a whole number from 0 to 10.",
            ),
            models.CheckConstraint(
                condition=Q(no_analgesics=True, analgesics="") | Q(no_analgesics=False) & ~Q(analgesics=""),
                name="intake_analgesics_are_asked",
                violation_error_message="List the analgesics, or say that the patient takes none.",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""),
                name="intake_correction_has_reason",
                violation_error_message="A correction needs its reason.",
            ),
        ]

    def __str__(self) -> str:
        return f"Pain {self.pain_now}, {self.pain_average}, {self.pain_worst}"


class NextDayCall(AppendOnly, SiteOwned):
    """What a patient said the day after, or that nobody was reached. Several tries are several rows."""

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="next_day_calls")
    key = models.UUIDField()
    reached = models.BooleanField()
    well = models.BooleanField(null=True)  # null: not reached
    words = models.CharField(max_length=300, blank=True)
    provider_told = models.CharField(max_length=120, blank=True)  # who, when the patient is not well
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="next_day_call_once",
                violation_error_message="This call has already been saved.",
            ),
            models.CheckConstraint(
                condition=Q(reached=False, well__isnull=True)
                | Q(reached=True, well=True)
                | Q(reached=True, well=False) & ~Q(words="") & ~Q(provider_told=""),
                name="next_day_call_is_answered",
                violation_error_message="Say how the patient is; who is not well is told to a provider.",
            ),
        ]

    def __str__(self) -> str:
        return "not reached" if not self.reached else "well" if self.well else "not well"


class AdverseEventReview(AppendOnly, SiteOwned):
    """A physician's judgement of what happened in one infusion. The newest counts; the others stay.

    Whether it counts as an adverse event is computed from the chart (AEV-01), never stored here.
    """

    infusion = models.ForeignKey(Infusion, on_delete=models.PROTECT, related_name="reviews")
    key = models.UUIDField()
    category = models.CharField(max_length=30)  # AdverseEventKind
    grade = models.PositiveSmallIntegerField()  # 1 mild to 5 death
    relatedness = models.CharField(max_length=20)  # Relatedness
    recovery = models.CharField(max_length=20)  # Recovery
    course_stopped = models.BooleanField()  # no further infusions of this sequence
    narrative = models.TextField()
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    signature = models.OneToOneField("kitclinic.Signature", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "review of an event"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="ae_review_once",
                violation_error_message="This review has already been saved.",
            ),
            models.UniqueConstraint(
                fields=["site", "infusion"],
                condition=Q(replaces__isnull=True),
                name="ae_review_first_once",
                violation_error_message="This event was reviewed meanwhile. Reload it.",
            ),
            models.CheckConstraint(
                condition=Q(grade__gte=1, grade__lte=5) & ~Q(narrative=""),
                name="ae_review_is_whole",
                violation_error_message="A review has a grade from 1 to 5 and says what happened.",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")),
                name="ae_review_replaces_another",
                violation_error_message="A review replaces an earlier one.",
            ),
        ]

    def __str__(self) -> str:
        return self.category
