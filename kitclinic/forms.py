"""Forms of shared tablets and of places."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms

from kitclinic.http import key_in
from kitclinic.roles import Role

MOST_TYPED = 10  # unsaved forms of one page
PIN_WIDGET = {"inputmode": "numeric", "autocomplete": "off"}


def _pin(label: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs=PIN_WIDGET)
    return forms.CharField(label=label, max_length=8, strip=False, widget=widget, help_text=help_text)


class EnrolForm(forms.Form):
    name = forms.CharField(label="Name on the tablet", max_length=60, help_text="For example: Chairside 1")


class PinForm(forms.Form):
    pin = _pin("New PIN", "4 to 8 digits; four or five unlock fastest")
    again = _pin("The same PIN again")
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PlaceForm(forms.Form):
    """Somebody of another clinic works here too."""

    username = forms.CharField(label="User name at the other clinic", max_length=60)
    role = forms.ChoiceField(label="Role here", choices=[("", "Choose"), *Role.choices])
    is_ketamine_trained = forms.BooleanField(label="A nurse who counts on the floor here", required=False)


@dataclass(frozen=True, slots=True)
class Typed:
    """What one form held that was not saved: where it would have gone, its fields."""

    address: str
    fields: dict[str, list[str]]


class UnlockForm(forms.Form):
    """Who comes in: a name that was tapped with PIN or password, or a user name with a password."""

    user = forms.CharField(required=False)
    username = forms.CharField(required=False, max_length=60)
    pin = forms.CharField(required=False, max_length=8, strip=False)
    password = forms.CharField(required=False, max_length=200, strip=False)
    credential = forms.CharField(required=False, strip=False)
    next = forms.CharField(required=False)
    typed = forms.CharField(required=False)

    def clean_user(self) -> int:
        return key_in(self.cleaned_data["user"])

    def clean_typed(self) -> list[Typed]:
        """Forms with something unsaved; [] where what arrived is nothing of the kind."""
        try:
            found = json.loads(self.cleaned_data["typed"] or "[]")
        except ValueError:
            return []
        return [one for one in map(_typed, found[:MOST_TYPED]) if one] if isinstance(found, list) else []


def _typed(found: Any) -> Typed | None:
    if not isinstance(found, dict) or not isinstance(found.get("fields"), list):
        return None
    fields: dict[str, list[str]] = {}
    for pair in found["fields"]:
        if isinstance(pair, list) and len(pair) == 2:
            fields.setdefault(str(pair[0]), []).append(str(pair[1]))
    return Typed(str(found.get("address", "")), fields)
