"""A questionnaire sent to a patient, its links and sittings, and the answers, each written once."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models import SiteOwned, Tablet
from outcomes.models.instruments import InstrumentPiece, RemoteEngine
from outcomes.models.planning import PlannedAssessment
from outcomes.states import ASSESSMENT_TRANSITIONS, AssessmentState, Helper, LinkChannel, SittingMode
from scheduling.models import Patient


class Assessment(SiteOwned):
    """One or more instruments asked of one patient, opened by links or by the staff."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="assessments")
    ask = models.ForeignKey(PlannedAssessment, null=True, on_delete=models.PROTECT, related_name="assessments")
    occasion = models.CharField(max_length=20, default="unplanned")  # baseline, last, 3m, 6m, unplanned
    language = models.CharField(max_length=10, default="en")  # of the pages; wording only where it is installed
    state = models.CharField(max_length=20, choices=AssessmentState.choices, default=AssessmentState.OPEN)
    wrong_birth_years = models.PositiveSmallIntegerField(default=0)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True)  # the one reminder of a questionnaire that no plan asked for
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)

    TRANSITIONS: ClassVar = ASSESSMENT_TRANSITIONS

    class Meta:
        verbose_name = "questionnaire"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="completed", completed_at__isnull=False)
                | ~Q(state="completed") & Q(completed_at__isnull=True),
                name="assessment_completed_agrees_with_state",
                violation_error_message="A completed questionnaire has its time of completion.",
            ),
            models.UniqueConstraint(
                fields=["site", "ask"],
                condition=Q(state__in=["open", "started"]),
                name="assessment_one_live_of_an_ask",
                violation_error_message="These questions are open already.",
            ),
        ]

    def __str__(self) -> str:
        return f"Questionnaire {self.pk}"


class AssessmentPart(SiteOwned):
    """One instrument of a questionnaire, pinned to the contents it was sent with.

    closed_at: its answers were scored; they are not changed after that.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()  # 1 is asked first
    instrument = models.CharField(max_length=40)
    content_sha256 = models.CharField(max_length=64)  # of the definition, with everything installed for it
    wording = models.ForeignKey(InstrumentPiece, null=True, on_delete=models.PROTECT, related_name="+")
    bank = models.ForeignKey(InstrumentPiece, null=True, on_delete=models.PROTECT, related_name="+")
    table = models.ForeignKey(InstrumentPiece, null=True, on_delete=models.PROTECT, related_name="+")
    remote = models.ForeignKey(RemoteEngine, null=True, on_delete=models.PROTECT, related_name="+")
    stop_rule = models.CharField(max_length=20, blank=True)  # of an adaptive test: adult, recommended
    screen_first = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "part of a questionnaire"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "assessment", "position"],
                name="part_position_once",
                violation_error_message="Two instruments cannot be asked at the same place.",
            ),
            models.UniqueConstraint(
                fields=["site", "assessment", "instrument"],
                name="part_instrument_once",
                violation_error_message="An instrument is asked once in a questionnaire.",
            ),
        ]

    def __str__(self) -> str:
        return self.instrument


class AssessmentLink(AppendOnly, SiteOwned):
    """A single-use link to a questionnaire. Only the token's SHA-256 is stored."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="links")
    token_digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=10, choices=LinkChannel.choices)
    step = models.PositiveSmallIntegerField(null=True)  # of the reminder ladder; null: sent by a person
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "link"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="assessment_token_once",
                violation_error_message="This link already exists.",
            )
        ]
        indexes = [models.Index(fields=["token_digest"], name="assessment_by_token")]

    def __str__(self) -> str:
        return f"Link {self.pk}"


class Sitting(AppendOnly, SiteOwned):
    """Somebody sat down to the questions: how, on what, with whose help."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="sittings")
    mode = models.CharField(max_length=10, choices=SittingMode.choices)
    helper = models.CharField(max_length=20, choices=Helper.choices, default=Helper.NONE)
    language = models.CharField(max_length=10, default="en")
    link = models.ForeignKey(AssessmentLink, null=True, on_delete=models.PROTECT, related_name="sittings")
    tablet = models.ForeignKey(Tablet, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True)  # day written on the paper, where that is another one
    late_because = models.CharField(max_length=200, blank=True)  # why a paper of more than a year ago comes now
    started_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(mode__in=["phone", "paper"], by__isnull=False) | ~Q(mode__in=["phone", "paper"]),
                name="sitting_has_its_person",
                violation_error_message="Answers taken down by the staff carry a name.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.mode} sitting of {self.assessment_id}"


class ItemResponse(AppendOnly, SiteOwned):
    """One answer to one item; a changed answer is a new row and the newest counts."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="responses")
    sitting = models.ForeignKey(Sitting, null=True, on_delete=models.PROTECT, related_name="responses")
    instrument = models.CharField(max_length=40)
    item = models.PositiveSmallIntegerField()  # 1 is the first item
    value = models.PositiveSmallIntegerField(null=True)  # null: preferred not to answer
    answered_at = models.DateTimeField()
    key = models.UUIDField()

    class Meta:
        verbose_name = "answer"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="item_response_once",
                violation_error_message="This answer has already been saved.",
            )
        ]
        indexes = [models.Index(fields=["site", "assessment", "answered_at"], name="response_by_assessment")]

    def __str__(self) -> str:
        return f"{self.instrument} item {self.item}"


class RemoteItem(AppendOnly, SiteOwned):
    """A question that a remote engine chose, as it was shown. item: its number among the part's answers."""

    part = models.ForeignKey(AssessmentPart, on_delete=models.PROTECT, related_name="remote_items")
    item = models.PositiveSmallIntegerField()
    link_id = models.CharField(max_length=120)
    content = models.JSONField()  # {"text", "options": [{"value", "text", "code", "system"}]}
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "part", "item"],
                name="remote_item_once",
                violation_error_message="This question has been asked already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.link_id}"


class RemoteResult(AppendOnly, SiteOwned):
    """A remote engine ended a test; what it found. tenths: null where it told no score."""

    part = models.ForeignKey(AssessmentPart, on_delete=models.PROTECT, related_name="remote_results")
    tenths = models.IntegerField(null=True)
    theta = models.FloatField(null=True)  # unrounded
    standard_error = models.FloatField(null=True)  # of theta, unrounded
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "part"],
                name="remote_result_once",
                violation_error_message="This test is over already.",
            )
        ]

    def __str__(self) -> str:
        return f"result of {self.part_id}"


class AssessmentComment(AppendOnly, SiteOwned):
    """What the patient wanted to add, in the patient's own words."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="comments")
    sitting = models.ForeignKey(Sitting, null=True, on_delete=models.PROTECT, related_name="comments")
    text = models.TextField(max_length=2000)
    at = models.DateTimeField()
    key = models.UUIDField()

    class Meta:
        verbose_name = "comment"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="assessment_comment_once",
                violation_error_message="This comment has already been saved.",
            )
        ]

    def __str__(self) -> str:
        return f"Comment {self.pk}"


class AnswerDayOverride(AppendOnly, SiteOwned):
    """A reason to let a patient answer on the day of an infusion after its start."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="answer_overrides")
    day = models.DateField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "patient", "day"],
                name="answer_override_once",
                violation_error_message="Answering on this day has been permitted already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"
