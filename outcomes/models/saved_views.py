"""Views of outcomes kept under a name."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from kitclinic.models import SiteOwned, StaffUser
from outcomes.rules.saved_views import PAGES, SavablePage


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def seen_by(self, user: StaffUser) -> Self:
        """What is not withdrawn and is this person's own or shared with the clinic."""
        mine = Q(made_by=user) | Q(is_shared=True)
        return self.filter(mine, site=user.site_id, withdrawn_at__isnull=True)


class SavedView(SiteOwned):
    """What an address asks for, under a name. query: its parameters, without the as-of date where always today.

    page: name of the address in outcomes. token: the unguessable part of the link of a shared view.
    """

    name = models.CharField(max_length=80)
    page = models.CharField(max_length=40)
    query = models.JSONField()
    always_today = models.BooleanField()
    is_shared = models.BooleanField()
    token = models.CharField(max_length=43)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = "saved view"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token"],
                name="saved_view_token_once",
                violation_error_message="This view has been saved already.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="saved_view_withdrawn_by_and_at",
                violation_error_message="A withdrawn view has who did it and when.",
            ),
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(page__in=["dashboard", "completion"]),
                name="saved_view_shared_hides_small_cells",
                violation_error_message="Only views of improvement and completion can be shared.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def savable(self) -> SavablePage:
        """What kind of page it is a view of."""
        return PAGES[self.page]
