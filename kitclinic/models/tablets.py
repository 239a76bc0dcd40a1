"""Tablets that several people share: who may unlock one, and tries of a PIN."""

from django.db import models
from django.db.models import Q

from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models.site import SiteOwned
from kitclinic.models.staff import StaffUser


@keep_history(Kind.SETTINGS)
class Tablet(SiteOwned):
    """A device of the clinic on which people change by PIN. Only its token's digest is kept."""

    name = models.CharField(max_length=60)
    token_digest = models.CharField(max_length=64, db_index=True)  # SHA-256, hex
    enrolled_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # lost or given back: no PIN opens it any more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(ended_at__isnull=True),
                name="tablet_name_once",
                violation_error_message="Another tablet in use has this name.",
            ),
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="tablet_token_once",
                violation_error_message="This token was given out before. Enter the tablet once more.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StaffPin(SiteOwned):
    """A person's PIN for the clinic's tablets, hashed like a password."""

    user = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="pins")
    pin = models.CharField(max_length=128)  # hash
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "user"],
                name="staff_pin_once",
                violation_error_message="Somebody has just set this PIN. Reload the page.",
            )
        ]

    def __str__(self) -> str:
        return "PIN"


class PinTry(AppendOnly, SiteOwned):
    """One PIN typed on a tablet, right or wrong; wrong ones make the next wait."""

    tablet = models.ForeignKey(Tablet, on_delete=models.PROTECT, related_name="tries")
    user = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "user", "at"], name="pin_try_by_user")]

    def __str__(self) -> str:
        return "right" if self.right else "wrong"


class TabletSignIn(AppendOnly, SiteOwned):
    """Somebody signed in with the password on a tablet: for a shift their PIN opens it (TAB-05)."""

    tablet = models.ForeignKey(Tablet, on_delete=models.PROTECT, related_name="sign_ins")
    user = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "tablet", "user", "at"], name="tablet_sign_in_by_user")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.tablet_id}"
