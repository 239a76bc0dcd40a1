"""Forms of the formulary and of the order settings."""

import re
from typing import Any

from django import forms

from infusions.models import Formulary, OrderSettings
from infusions.states import FillMode
from scheduling.forms.numbers import NumberField, WholeField
from scheduling.forms.staffing import time_field, time_of
from scheduling.forms.suite import minute_of

STRENGTHS = [(strength, f"{strength} mg/mL") for strength in (10, 50, 100)]
BAGS = re.compile(r"^[0-9]{1,4}([ ,]+[0-9]{1,4}){0,11}$")


class ProductForm(forms.Form):
    """A vial as it stands on the box. The strength is chosen, never typed."""

    strength_mg_per_ml = forms.TypedChoiceField(label="Strength", coerce=int, choices=[("", "Choose"), *STRENGTHS])
    vial_ml = NumberField(label="Volume of the vial, mL", places=1, digits=3)
    maker = forms.CharField(label="Maker", max_length=80, required=False)
    code = forms.CharField(
        label="Code on the box", max_length=20, required=False, help_text="The national drug code, as printed."
    )
    is_multi_dose = forms.BooleanField(
        label="Multi-dose",
        required=False,
        initial=True,
        help_text="The rest of it may be drawn for somebody else.",
    )


class PreparationForm(forms.Form):
    """How ketamine is usually made up. strengths: of the vials in use."""

    strength_mg_per_ml = forms.TypedChoiceField(label="Usual strength", coerce=int)
    bag_ml = WholeField(label="Usual bag, mL", digits=4)
    fill = forms.ChoiceField(label="Final volume", choices=FillMode.choices, widget=forms.RadioSelect)
    bags_ml = forms.RegexField(
        BAGS,
        label="Bags an order may choose, mL",
        help_text="With commas: 50, 100, 250.",
        error_messages={"invalid": "Type whole mL with commas between them, such as 50, 100, 250."},
    )

    def __init__(self, *args: Any, strengths: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(one, f"{one} mg/mL") for one in strengths]
        self.fields["strength_mg_per_ml"].choices = chosen  # type: ignore[attr-defined]

    def clean_bags_ml(self) -> list[int]:
        return [int(bag) for bag in re.findall(r"[0-9]+", self.cleaned_data["bags_ml"])]

    @staticmethod
    def initial_of(row: Formulary) -> dict[str, Any]:
        return {
            "strength_mg_per_ml": row.strength_mg_per_ml,
            "bag_ml": row.bag_ml,
            "fill": row.fill,
            "bags_ml": ", ".join(map(str, row.bags_ml)),
        }


class OrderSettingsForm(forms.Form):
    """How long a signed order holds, and when an unsigned one is called out."""

    first_use_days = WholeField(label="Until the first infusion, days", help_text="From the signature.")
    after_first_days = WholeField(label="After the first infusion, days")
    escalate = time_field(
        label="Called out at", help_text="On the day before, where an order for the next clinic day is not signed."
    )

    @staticmethod
    def initial_of(row: OrderSettings) -> dict[str, Any]:
        return {
            "first_use_days": row.first_use_days,
            "after_first_days": row.after_first_days,
            "escalate": time_of(row.escalate_minute),
        }

    def settings(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "first_use_days": data["first_use_days"],
            "after_first_days": data["after_first_days"],
            "escalate_minute": minute_of(data["escalate"]),
        }
