"""Long work that a person may want to watch."""

from django.db import models

from kitclinic.models.site import SiteOwned


class LongTask(SiteOwned):
    """Progress of one long piece of work: "Filling in older history, 120 of 400 patients"."""

    key = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="long_task_once",
                violation_error_message="This work is already under way.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.done} of {self.total}"
