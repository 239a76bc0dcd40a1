"""Who works on a suite-day: shifts with their breaks, providers on site, leave, call-outs, cover needed."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value

from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned
from scheduling.models.suite import SuiteDay
from scheduling.states import CoverKind


def _span(kind: str, first: str, last: str, bounds: str) -> Func:
    return Func(F(first), F(last), Value(bounds), function=kind, output_field=models.TextField())


def _once_a_day(person: str, name: str, sentence: str) -> ExclusionConstraint:
    """A person counts once at any minute of a day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (_span("int8range", "site_id", "site_id", "[]"), "&&"),
            (_span("int8range", "suite_day_id", "suite_day_id", "[]"), "&&"),
            (_span("int8range", person, person, "[]"), "&&"),
            (_span("int4range", "from_minute", "to_minute", "[)"), "&&"),
        ],
        violation_error_message=sentence,
    )


@keep_history(Kind.SCHEDULE)
class NurseShift(SiteOwned):
    """A nurse's shift; on the floor from beginning to end, the breaks and call-outs taken out."""

    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="shifts")
    nurse = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute"), to_minute__lte=1440),
                name="nurse_shift_has_length",
                violation_error_message="A shift must end after it begins, on the same day.",
            ),
            _once_a_day(
                "nurse_id",
                "nurse_shift_once",
                "This nurse is on shift at that time already. Nothing was saved; reload the page.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_minute} to {self.to_minute}"


@keep_history(Kind.SCHEDULE)
class NurseBreak(SiteOwned):
    """A break of one shift: off the floor, in the house."""

    shift = models.ForeignKey(NurseShift, on_delete=models.CASCADE, related_name="breaks")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = "break"
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute")),
                name="nurse_break_has_length",
                violation_error_message="A break must end after it begins.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.from_minute} to {self.to_minute}"


@keep_history(Kind.SCHEDULE)
class ProviderPresence(SiteOwned):
    """A provider on site for consultation, for an unbroken time."""

    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="providers")
    provider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute"), to_minute__lte=1440),
                name="provider_presence_has_length",
                violation_error_message="A provider's time on site must end after it begins, on the same day.",
            ),
            _once_a_day(
                "provider_id",
                "provider_presence_once",
                "This provider is on site at that time already. Nothing was saved; reload the page.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_minute} to {self.to_minute}"


@keep_history(Kind.SCHEDULE)
class Leave(SiteOwned):
    """Days on which a person is not rostered."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    because = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="leave_ends_after_it_begins",
                violation_error_message="The last day of leave cannot be before the first.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


@keep_history(Kind.SCHEDULE)
class CallOut(SiteOwned):
    """A rostered person is not there, or leaves: a fact, never refused. Counts until taken back."""

    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="call_outs")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()
    because = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "call-out"
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute")),
                name="call_out_has_length",
                violation_error_message="A call-out must end after it begins.",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True, taken_back_by__isnull=True)
                | Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
                name="call_out_taken_back_by_and_at",
                violation_error_message="Taking a call-out back needs who and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_minute} to {self.to_minute}"


class CoverNeeded(SiteOwned):
    """So many nurses, or a provider, missing for a time. Counts for what is booked or seated, never for more."""

    suite_day = models.ForeignKey(SuiteDay, on_delete=models.PROTECT, related_name="cover_needed")
    kind = models.CharField(max_length=10, choices=CoverKind.choices)
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()
    how_many = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)  # no longer needed: the plan changed, or somebody came back

    class Meta:
        verbose_name = "cover needed"
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minute__lt=F("to_minute"), how_many__gte=1),
                name="cover_needed_has_length",
                violation_error_message="Cover is needed for at least a minute and a person.",
            ),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="cover_taken_by_and_at",
                violation_error_message="Taking cover needs who and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.how_many} {self.kind} from {self.from_minute} to {self.to_minute}"
