"""The suite before the first start of a day: what was checked, by whom; and how the clinic charts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from infusions.states import BoardName, OpeningItem
from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned


@keep_history(Kind.SETTINGS)
class ChairsideSettings(SiteOwned):
    """What a clinic decides about charting. One row a site; without one the defaults hold."""

    second_pump_check = models.BooleanField(default=True)  # a second nurse reads the pump before the start
    map_flags = models.BooleanField(default=False)  # MAP flags too (VIT-08)
    board_name = models.CharField(max_length=10, choices=BoardName.choices, default=BoardName.INITIALS)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                name="chairside_settings_once",
                violation_error_message="There is one set of chairside settings a site.",
            )
        ]

    def __str__(self) -> str:
        return f"{'two' if self.second_pump_check else 'one'} at the pump"


class OpeningCheck(AppendOnly, SiteOwned):
    """One item of a day's opening list as somebody found it. The newest of an item counts."""

    key = models.UUIDField()
    date = models.DateField()  # the clinic day
    item = models.CharField(max_length=20, choices=OpeningItem.choices)
    in_order = models.BooleanField()
    note = models.CharField(max_length=200, blank=True)
    provider = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )  # who was seen on site, for that item only
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "opening check"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="opening_check_once",
                violation_error_message="This check has already been saved.",
            ),
            models.CheckConstraint(
                condition=Q(in_order=True) | ~Q(note=""),
                name="opening_check_says_what_is_wrong",
                violation_error_message="Say what is not in order.",
            ),
            models.CheckConstraint(
                condition=Q(item="provider", in_order=True, provider__isnull=False)
                | Q(item="provider", in_order=False)
                | ~Q(item="provider") & Q(provider__isnull=True),
                name="opening_check_names_the_provider",
                violation_error_message="Say which provider was seen on site.",
            ),
        ]
        indexes = [models.Index(fields=["site", "date", "item"], name="opening_check_by_day")]

    def __str__(self) -> str:
        return f"{self.get_item_display()}: {'in order' if self.in_order else self.note}"
