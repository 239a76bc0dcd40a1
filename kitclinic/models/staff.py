"""The people who work in the clinic."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from kitclinic.history import Kind, keep_history
from kitclinic.models.places import PeopleQuerySet, Stands
from kitclinic.models.site import Site
from kitclinic.roles import ROLES, Permission, Role


class StaffUserManager(BaseUserManager["StaffUser"]):
    def get_queryset(self) -> PeopleQuerySet:
        return PeopleQuerySet(self.model, using=self._db)

    def at(self, site: Site, *, roles: Iterable[str] | None = None, ended: bool = False) -> PeopleQuerySet:
        """Who works at this site: see ``PeopleQuerySet.at``."""
        return self.get_queryset().at(site, roles=roles, ended=ended)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "StaffUser":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "StaffUser":
        return self.create_user(username, password, is_superuser=True, **fields)


@keep_history(Kind.STAFF, besides=("last_login", "theme"))
class StaffUser(Stands, AbstractBaseUser):
    """A member of staff with one role at one site, and by ``Membership`` at more. A superuser has neither.

    Site, role and training of a loaded person stand for the place they are asked about (``kitclinic.places``);
    what is stored is their own place, and only ``save(update_fields=...)`` writes to a person.
    """

    class Theme(models.TextChoices):
        SYSTEM = "", "As the device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"
        CALM = "calm", "Low stimulus"

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField("printed name", max_length=120)
    credentials = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, blank=True)
    # None for a superuser only, who never passes @requires: typed so that views need not say so again.
    site: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="staff"
    )
    theme = models.CharField(max_length=10, choices=Theme.choices, blank=True, default=Theme.SYSTEM)
    is_ketamine_trained = models.BooleanField(default=False)  # a nurse counts on the floor only when trained
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    is_simulated = models.BooleanField(default=False)  # acts only in a demonstration clinic

    through_glass: frozenset[Permission] = frozenset()  # of one request: emergency access to its patient

    objects: ClassVar[StaffUserManager] = StaffUserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_superuser=True, site__isnull=True, role="")
                | Q(is_superuser=False, site__isnull=False) & ~Q(role=""),
                name="staff_has_role_and_site_or_is_superuser",
                violation_error_message="Staff need a role and a site; a superuser has neither.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def permissions(self) -> frozenset[Permission]:
        return ROLES.get(self.role, frozenset())

    def may(self, permission: Permission) -> bool:
        return self.is_active and (permission in self.permissions or permission in self.through_glass)

    @property
    def short_name(self) -> str:
        """First name and initial, for boards: "Ines V."."""
        first, *rest = self.name.split()
        return f"{first} {rest[-1][0]}." if rest else first
