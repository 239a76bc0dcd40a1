"""What the clinic's pharmacy stocks, how a bag is made up, and how long an order holds."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from infusions.states import FillMode
from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned


def bags() -> list[int]:
    """The bags a new clinic starts with, in mL."""
    return [50, 100]


@keep_history(Kind.FORMULARY)
class Formulary(SiteOwned):
    """Ketamine as this clinic usually prepares it. One row a site; an order may choose another of its bags."""

    strength_mg_per_ml = models.PositiveSmallIntegerField(default=50)
    bag_ml = models.PositiveSmallIntegerField(default=50)
    fill = models.CharField(max_length=20, choices=FillMode.choices, default=FillMode.MADE_UP_TO)
    bags_ml = ArrayField(models.PositiveSmallIntegerField(), default=bags)  # what an order may choose from

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                name="formulary_once",
                violation_error_message="There is one formulary a site.",
            ),
            models.CheckConstraint(
                condition=Q(strength_mg_per_ml__in=[10, 50, 100]),
                name="formulary_strength_exists",
                violation_error_message="Ketamine vials hold 10, 50 or 100 mg/mL.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strength_mg_per_ml} mg/mL in {self.bag_ml} mL"


@keep_history(Kind.FORMULARY)
class Product(SiteOwned):
    """One kind of ketamine vial the clinic stocks. Its strength and volume never change; it goes out of use."""

    strength_mg_per_ml = models.PositiveSmallIntegerField()
    vial_ml = models.DecimalField(max_digits=5, decimal_places=1)
    maker = models.CharField(max_length=80, blank=True)
    code = models.CharField(max_length=20, blank=True)  # the national drug code printed on the box
    is_multi_dose = models.BooleanField(default=True)
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "strength_mg_per_ml", "vial_ml", "maker", "code"],
                name="product_once",
                violation_error_message="This vial is in the formulary already.",
            ),
            models.CheckConstraint(
                condition=Q(strength_mg_per_ml__in=[10, 50, 100]),
                name="product_strength_exists",
                violation_error_message="Ketamine vials hold 10, 50 or 100 mg/mL.",
            ),
            models.CheckConstraint(
                condition=Q(vial_ml__gt=0),
                name="product_vial_holds_something",
                violation_error_message="A vial holds more than nothing.",
            ),
        ]

    def __str__(self) -> str:
        return f"Ketamine {self.strength_mg_per_ml} mg/mL, {self.vial_ml.normalize():f} mL vial"


@keep_history(Kind.SETTINGS)
class OrderSettings(SiteOwned):
    """How long a signed order holds, and when an unsigned one is called out. One row a site.

    An order keeps the days it was written under; a change holds for orders written after it.
    """

    first_use_days = models.PositiveSmallIntegerField(default=30)  # signed until the first infusion
    after_first_days = models.PositiveSmallIntegerField(default=14)  # after the first infusion
    escalate_minute = models.PositiveSmallIntegerField(default=900)  # minute of the clinic day before

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                name="order_settings_once",
                violation_error_message="There is one set of order settings a site.",
            ),
            models.CheckConstraint(
                condition=Q(first_use_days__gte=1, after_first_days__gte=1, escalate_minute__lte=1439),
                name="order_settings_make_sense",
                violation_error_message="An order holds at least a day; the hour lies inside one day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_use_days} and {self.after_first_days} days"
