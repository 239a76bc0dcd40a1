"""How people come, change and leave: invitations, and every change of an account."""

from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.models.site import SiteOwned
from kitclinic.models.staff import StaffUser
from kitclinic.roles import Role


class StaffInvitation(SiteOwned):
    """A link with which somebody sets their own password, once. Only its code's digest is kept."""

    user = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="invitations")
    token_digest = models.CharField(max_length=64, db_index=True)  # SHA-256, hex
    to = models.CharField(max_length=200, blank=True)  # e-mail or telephone; "" when a command printed it
    made_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="+"
    )  # null: a command
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # withdrawn, or replaced by a newer one

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="staff_invitation_token_once",
                violation_error_message="This code was given out before. Send the invitation once more.",
            ),
            models.UniqueConstraint(
                fields=["site", "user"],
                condition=Q(used_at__isnull=True, ended_at__isnull=True),
                name="staff_invitation_one_open",
                violation_error_message="Somebody has just sent another invitation. Reload the page.",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class StaffChange(AppendOnly, SiteOwned):
    """What was done to an account, why and by whom, and how the account stood afterwards."""

    class What(models.TextChoices):
        ADDED = "added", "Added on the command line"
        INVITED = "invited", "Invited"
        INVITED_AGAIN = "invited_again", "Sent a new link"
        WITHDRAWN = "withdrawn", "Invitation withdrawn"
        PASSWORD_SET = "password_set", "Set a password by the link"
        CHANGED = "changed", "Changed"
        DISABLED = "disabled", "Account closed"
        ENABLED = "enabled", "Account opened again"
        STEPS_ENDED = "steps_ended", "Second step taken away"

    user = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="changes")
    what = models.CharField(max_length=20, choices=What.choices)
    name = models.CharField(max_length=120)
    credentials = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    is_ketamine_trained = models.BooleanField()
    is_active = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")  # null: a command
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "user", "-id"], name="staff_change_by_user")]

    def __str__(self) -> str:
        return self.get_what_display()
