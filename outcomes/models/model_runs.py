"""Mixed models that were asked for: fitted once for the same scores, one measure after another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kitclinic.models import SiteOwned


class ModelRun(SiteOwned):
    """The models of all measures for one study. site: the source, a clinic or one of its registries.

    digest: over all that the models read. question: over what is asked but the day. results: by measure, as
    ``outcomes.rules.mixed_stored`` writes them; filled one by one. problem: why it stopped, in a sentence.
    """

    digest = models.CharField(max_length=64)
    question = models.CharField(max_length=64)
    asked = models.JSONField()  # as an address carries it
    as_of = models.DateField()
    cut = models.CharField(max_length=64)
    results = models.JSONField(default=dict)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "digest"],
                name="model_run_once",
                violation_error_message="These models are asked for already.",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True)
                | Q(started_at__isnull=False, finished_at__gte=F("started_at")),
                name="model_run_starts_before_it_ends",
                violation_error_message="A model run ends after it starts.",
            ),
            models.CheckConstraint(
                condition=Q(problem="") | Q(finished_at__isnull=False),
                name="model_run_with_a_problem_has_ended",
                violation_error_message="A model run with a problem has ended.",
            ),
        ]

    def __str__(self) -> str:
        return f"Models {self.digest[:12]}, {self.state}"

    @property
    def state(self) -> str:
        """queued, running, done or failed."""
        if self.finished_at is not None:
            return "failed" if self.problem else "done"
        return "running" if self.started_at else "queued"

    @property
    def done(self) -> int:
        """Measures that are fitted, or refused."""
        return len(self.results)
