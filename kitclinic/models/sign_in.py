"""Tries to sign in: what makes guessing slow. Of the name that was typed only a keyed digest is kept."""

from django.db import models


class SignInTry(models.Model):
    """One name tried from one address. Written as wrong before it is checked; a right one gets a second row.

    It belongs to no site: the name may be nobody's. Forgotten after 30 days.
    """

    who = models.CharField(max_length=64)  # HMAC-SHA-256 of what was tried and the name, hex
    address = models.GenericIPAddressField()
    right = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["who", "address", "-at"], name="sign_in_try_by_pair"),
            models.Index(fields=["who", "-at"], name="sign_in_try_by_name"),
            models.Index(fields=["at"], name="sign_in_try_oldest"),
        ]

    def __str__(self) -> str:
        return "right" if self.right else "wrong"
