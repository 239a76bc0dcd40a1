"""Messages on their way out: written with the change that causes them, delivered by the worker."""

from django.db import models

from kitclinic.models.site import SiteOwned


class OutboxMessage(SiteOwned):
    """One message. ``key`` is unique for ever: a reminder leaves once."""

    class Channel(models.TextChoices):
        SMS = "sms", "Text message"
        EMAIL = "email", "E-mail"
        STAFF = "staff", "Staff pager"

    key = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    to = models.CharField(max_length=200)
    subject = models.CharField(max_length=120, blank=True)  # of an e-mail: no health detail
    text = models.TextField()
    attachments = models.JSONField(default=list)  # [{"name": …, "type": …, "text": …}]
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="outbox_key_once",
                violation_error_message="This message has already been queued.",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="outbox_waiting", condition=models.Q(sent_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"
