"""What the clinic's pharmacy stocks, and how a bag is made up."""

from django.db import models
from django.db.models import Q

from infusions.states import FillMode
from kitclinic.models import SiteOwned


class Formulary(SiteOwned):
    """Ketamine as this clinic prepares it. One row a site."""

    strength_mg_per_ml = models.PositiveSmallIntegerField(default=50)
    bag_ml = models.PositiveSmallIntegerField(default=50)
    fill = models.CharField(max_length=20, choices=FillMode.choices, default=FillMode.MADE_UP_TO)

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
