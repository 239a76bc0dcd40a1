"""What is typed at the vault: deliveries, waste and its witness, returns, discrepancies."""

from decimal import Decimal
from typing import Any

from django import forms

from infusions.models import Product
from kitclinic.models import Site

NOTHING = "Nothing was written."


def _typed(label: str, missing: str, *, most: int, help_text: str = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        error_messages={"required": missing, "max_length": f"Use {most} characters at most. {NOTHING}"},
    )


def amount_ml(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    """An amount in mL as it is read off a syringe: two places, above zero."""
    return forms.DecimalField(
        label=label,
        max_digits=6,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": f"Type the amount in mL. {NOTHING}",
            "invalid": f"Type a number with a point, such as 0.35. {NOTHING}",
            "max_decimal_places": f"Type at most two places after the point. {NOTHING}",
            "max_digits": f"That is more than a vial holds. {NOTHING}",
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
    vials = forms.IntegerField(
        label="Number of vials",
        help_text="Counted by you, not off the invoice.",
        min_value=1,
        max_value=999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": f"Type how many vials you counted. {NOTHING}",
            "invalid": f"Type a whole number. {NOTHING}",
            "min_value": f"A delivery has at least one vial. {NOTHING}",
            "max_value": f"Receive 999 vials at most at once. {NOTHING}",
        },
    )
    supplier = _typed("Supplier", f"Say who delivered. {NOTHING}", most=120)
    invoice = _typed("Invoice or order form", "", most=60, required=False)

    def __init__(self, *args: Any, site: Site, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["product"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Product.objects.filter(site=site, in_use=True).order_by("strength_mg_per_ml", "vial_ml")


class WasteForm(WitnessFields, KeyForm):
    """Ketamine that is thrown away, out of a vial or a drawn dose, before a witness."""

    ml = amount_ml("Amount wasted, mL")
    reason = _typed("Why", f"Say why it is wasted. {NOTHING}", most=300)
    field_order = ["key", "ml", "reason", "witness_username", "witness_password"]


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
