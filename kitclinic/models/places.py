"""Where people work: further places beside their own, and a person loaded as they are at one of them."""

from collections.abc import Iterable, Iterator
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.query import ModelIterable

from kitclinic.history import Kind, keep_history
from kitclinic.models.site import Site, SiteOwned
from kitclinic.roles import Role

OF_PLACE = frozenset({"site", "site_id", "role", "is_ketamine_trained"})  # what differs from place to place


@keep_history(Kind.STAFF)
class Membership(SiteOwned):
    """A further place at which somebody works, with their role there. Read across sites when they sign in."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    is_ketamine_trained = models.BooleanField(default=False)  # counts on the floor of this site
    is_active = models.BooleanField(default=True)
    begun_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "person"],
                name="membership_once",
                violation_error_message="This person works here already.",
            ),
            models.CheckConstraint(
                condition=~Q(role=""),
                name="membership_has_role",
                violation_error_message="Somebody who works here needs a role.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.site_id}: {self.role}"


def trained_at(person: str) -> Case:
    """Whether the nurse of a row of a site is trained for ketamine there. person: the field that names them."""
    further = Membership.objects.filter(
        person=OuterRef(person), site=OuterRef("site"), is_active=True, is_ketamine_trained=True
    )
    own = Q(**{f"{person}__site": F("site")})
    return Case(
        When(own, then=F(f"{person}__is_ketamine_trained")),
        default=Exists(further),
        output_field=models.BooleanField(),
    )


def works_at(person: str) -> Q:
    """Whether the person of a row of a site still works there. person: the field that names them."""
    further = Membership.objects.filter(person=OuterRef(person), site=OuterRef("site"), is_active=True)
    own, active = Q(**{f"{person}__site": F("site")}), Q(**{f"{person}__is_active": True})
    return active & (own | Q(Exists(further)))


class AsThere(ModelIterable):  # type: ignore[type-arg]
    """People as they are at the site their queryset was asked for."""

    def __iter__(self) -> Iterator[Any]:
        site = getattr(self.queryset, "asked_at", None)
        for person in super().__iter__():
            yield person.stand_at(site, role=person.role_here, trained=person.trained_here)


class PeopleQuerySet(QuerySet[Any]):
    """People; ``at`` narrows them to a site, where role and training are those of that site."""

    asked_at: Site | None = None

    def at(self, site: Site, *, roles: Iterable[str] | None = None, ended: bool = False) -> Self:
        """Who works at this site, whether it is their own or a further one; each loaded as they are there.

        roles: only these, by the role at this site. ended: whoever worked there once too, for old records.
        Filter on ``role_here`` and ``trained_here``: ``role`` in a filter is the one at the person's own site.
        """
        there = Membership.objects.filter(site=site, person=OuterRef("pk"))
        current = there if ended else there.filter(is_active=True)
        known = Q(site=site) | Exists(current)
        own = When(site=site, then=F("role")), When(site=site, then=F("is_ketamine_trained"))
        asked = self.filter(known if ended else known & Q(is_active=True)).annotate(
            role_here=Case(own[0], default=Subquery(current.values("role")[:1])),
            trained_here=Coalesce(
                Case(own[1], default=Subquery(current.values("is_ketamine_trained")[:1])), Value(False)
            ),
        )
        asked.asked_at, asked._iterable_class = site, AsThere
        return asked.filter(role_here__in=list(roles)) if roles is not None else asked

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        people, names = list(objs), list(fields)
        for person in people:
            person.refuse_to_save_a_place(names)
        return super().bulk_update(people, names, batch_size)

    def _clone(self) -> Self:
        made: Self = super()._clone()  # type: ignore[misc]
        made.asked_at = self.asked_at
        return made


class Stands(models.Model):
    """Site, role and training of a person in memory are those of one place; the stored ones are never touched."""

    own_place: tuple[Any, str, bool] | None = None  # site, role, training as stored, once they stand for others

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.refuse_to_save_a_place(kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    def stand_at(self, site: Site, *, role: str, trained: bool) -> Self:
        """Let this object stand for the person at a site, until it is thrown away."""
        if self.own_place is None and (site.pk, role, trained) != self._place():
            self.own_place = self._place()
        self.site, self.role, self.is_ketamine_trained = site, role, trained
        return self

    def refuse_to_save_a_place(self, fields: Iterable[str] | None) -> None:
        """Raise TypeError where the values of another place would be written over the person's own (ACC-31)."""
        if self.own_place is not None and (fields is None or OF_PLACE & set(fields)):
            raise TypeError(
                "This person stands for another place: name the fields to save, without site and role."
            )

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read again what is stored; whoever stands for another place goes on standing for it."""
        here = self._place() if self.own_place is not None else None
        super().refresh_from_db(*args, **kwargs)
        if here is not None:
            self.own_place = None
            site, role, trained = here
            self.stand_at(Site.objects.get(pk=site), role=role, trained=trained)

    def _place(self) -> tuple[Any, str, bool]:
        return self.site_id, self.role, self.is_ketamine_trained  # type: ignore[attr-defined]
