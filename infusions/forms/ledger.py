"""What is typed at the vault: deliveries, waste and its witness, returns, discrepancies."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from infusions.models import Product
from infusions.states import MovementKind
from kitclinic.models import Site, StaffUser
from kitclinic.roles import ROLES, Permission
from scheduling.forms.numbers import NumberField, WholeField

NOTHING = "Nothing was written."
HANDLERS = [role for role, permissions in ROLES.items() if Permission.HANDLE_DRUGS in permissions]


def _typed(label: str, missing: str, *, most: int, help_text: str = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        error_messages={"required": missing, "max_length": f"Use {most} characters at most. {NOTHING}"},
    )


def amount_ml(label: str, *, required: bool = True, help_text: str = "", least: str = "0.01") -> NumberField:
    """An amount in mL as it is read off a syringe: at most two places, above zero unless least says else."""
    return NumberField(
        label=label,
        digits=4,
        places=2,
        least=Decimal(least),
        required=required,
        help_text=help_text,
        error_messages={
            "required": f"Type the amount in mL. {NOTHING}",
            "invalid": f"Type a number with a point, such as 0.35. {NOTHING}",
            "max_decimal_places": f"Type at most two places after the point. {NOTHING}",
            "max_whole_digits": f"That is more than a vial holds. {NOTHING}",
            "min_value": f"Type more than nothing. {NOTHING}",
        },
    )


class KeyForm(forms.Form):
    """An act at the vault: the key makes it happen once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)


class WitnessFields(forms.Form):
    """The second person, who watches and types their own user name and password on the same screen.

    Mix it into the form of a waste and draw it with ``infusions/_witness.html``; give both values to
    ``kitclinic.signing.witness``, whose refusals name these two fields.
    """

    witness_username = forms.CharField(
        label="User name of the witness",
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "form-control"}
        ),
        error_messages={"required": f"The witness types their own user name. {NOTHING}"},
    )
    witness_password = forms.CharField(
        label="Password of the witness",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "form-control"}),
        error_messages={"required": f"The witness types their own password. {NOTHING}"},
    )


class ReceiveForm(KeyForm):
    """A delivery of one lot."""

    product = forms.ModelChoiceField(
        Product.objects.none(),
        label="Vial",
        empty_label="Choose the vial",
        error_messages={"required": f"Choose what was delivered. {NOTHING}"},
    )
    lot = _typed("Lot, as printed on the box", f"Type the lot number. {NOTHING}", most=40)
    expires_on = forms.DateField(
        label="Expires on",
        help_text="The last day of use; where the box names a month only, the last day of that month.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": f"Type the expiry date. {NOTHING}", "invalid": f"Type a date. {NOTHING}"},
    )
    vials = WholeField(
        label="Number of vials",
        help_text="Counted by you, not off the invoice.",
        least=1,
        error_messages={
            "required": f"Type how many vials you counted. {NOTHING}",
            "invalid": f"Type a whole number. {NOTHING}",
            "min_value": f"A delivery has at least one vial. {NOTHING}",
            "max_whole_digits": f"Receive 999 vials at most at once. {NOTHING}",
        },
    )
    supplier = _typed("Supplier", f"Say who delivered. {NOTHING}", most=120)
    invoice = _typed("Invoice or order form", "", most=60, required=False)

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["product"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Product.objects.filter(site=site, in_use=True).order_by("strength_mg_per_ml", "vial_ml")


WHY_WASTED = (
    ("Expired", "Expired"),
    ("Broken", "Broken"),
    ("Rest of a single-dose vial", "Rest of a single-dose vial"),
    ("Spilled", "Spilled"),
    ("Contaminated", "Contaminated"),
    ("Other", "Other"),
)


class WasteForm(WitnessFields, KeyForm):
    """Ketamine of a vial that is thrown away before a witness: all that is in it, or a part."""

    how_much = forms.ChoiceField(
        label="How much",
        choices=(("all", "All that is in it"), ("part", "A part")),
        widget=forms.RadioSelect,
        error_messages={"required": f"Say whether all of it or a part. {NOTHING}"},
    )
    ml = amount_ml("The part, mL", required=False)
    why = forms.ChoiceField(
        label="Why",
        choices=WHY_WASTED,
        widget=forms.RadioSelect,
        error_messages={"required": f"Say why it is wasted. {NOTHING}"},
    )
    words = _typed("In words (needed for Other)", "", most=250, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("how_much") == "part" and found.get("ml") is None and "ml" not in self.errors:
            self.add_error("ml", f"Type how much was wasted. {NOTHING}")
        if found.get("why") == "Other" and not found.get("words"):
            self.add_error("words", f"Say why it is wasted. {NOTHING}")
        return found

    @property
    def reason(self) -> str:
        """Why, as it is written into the ledger."""
        why, words = self.cleaned_data["why"], self.cleaned_data["words"]
        return f"{why}: {words}" if words else str(why)


class DoseWasteForm(WitnessFields, KeyForm):
    """All that is left of a drawn dose is thrown away before a witness."""

    reason = _typed("Why", f"Say why it is wasted. {NOTHING}", most=300)
    field_order = ["key", "reason", "witness_username", "witness_password"]


class ReturnForm(KeyForm):
    """A drawn dose that nothing was given of goes back whole."""

    reason = _typed("Why it goes back", f"Say why it goes back. {NOTHING}", most=300)


class DiscrepancyForm(KeyForm):
    """What differs from the ledger, in mL, missing or too much."""

    way = forms.ChoiceField(
        label="What differs",
        choices=(("missing", "Less is there"), ("more", "More is there")),
        widget=forms.RadioSelect,
        error_messages={"required": f"Say whether less or more is there. {NOTHING}"},
    )
    ml = amount_ml("By how much, mL")
    reason = _typed("What happened, as far as you know", f"Say what you found. {NOTHING}", most=300)


def _day(label: str) -> forms.DateField:
    wrong = "Type a date of this century."
    bounds = [MinValueValidator(date(2000, 1, 1), wrong), MaxValueValidator(date(2100, 12, 31), wrong)]
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, required=False, widget=picker, validators=bounds, error_messages={"invalid": wrong}
    )


class MovementFilter(forms.Form):
    """What the list of movements is narrowed to; every field may stay empty."""

    kind = forms.ChoiceField(label="Movement", choices=[("", "All"), *MovementKind.choices], required=False)
    product = forms.ModelChoiceField(Product.objects.none(), label="Vial kind", empty_label="All", required=False)
    vial = WholeField(
        label="Vial number",
        digits=6,
        required=False,
        error_messages={"invalid": "Type the number on the vial."},
    )
    person = forms.ModelChoiceField(StaffUser.objects.none(), label="Person", empty_label="All", required=False)
    first = _day("From")
    last = _day("To")

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        super().__init__(*args, **more)
        product, person = self.fields["product"], self.fields["person"]
        assert isinstance(product, forms.ModelChoiceField)
        assert isinstance(person, forms.ModelChoiceField)
        product.queryset = Product.objects.filter(site=site).order_by("strength_mg_per_ml", "vial_ml")
        person.queryset = StaffUser.objects.at(site, roles=HANDLERS, ended=True).order_by("name")
        for field in self.fields.values():
            is_select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_select else "form-control"


class AnswerForm(forms.Form):
    """What became of a discrepancy; signed with the password."""

    words = forms.CharField(
        label="What became of it",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what became of it. Nothing was signed."},
    )
    reported_to = _typed(
        "Reported to",
        "",
        most=200,
        required=False,
        help_text="The pharmacist or an authority, with the date; leave empty when it was explained.",
    )
    password = forms.CharField(
        label="Your password, again",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
        error_messages={"required": "Type your password. Nothing was signed."},
    )
