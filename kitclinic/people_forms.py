"""Forms of staff accounts: invite, change, close, open again, and the invited person's own password."""

import re

from django import forms

from kitclinic.actions import Account
from kitclinic.models import StaffUser
from kitclinic.roles import PRESCRIBERS, Role

PHONE = re.compile(r"^\+?[0-9][0-9 ().-]{5,30}$")
NEW_PASSWORD = {"autocomplete": "new-password"}
SIGNS = ", ".join(Role(role).label.lower() for role in sorted(PRESCRIBERS))


class AddressField(forms.CharField):
    """An e-mail address or a telephone number, to which a link goes."""

    def __init__(self, *, help_text: str = "The link goes there and is shown nowhere else") -> None:
        super().__init__(label="E-mail or mobile number", max_length=200, help_text=help_text)

    def clean(self, value: str | None) -> str:
        text: str = super().clean(value)
        if "@" in text:
            return forms.EmailField().clean(text)
        if not PHONE.match(text):
            raise forms.ValidationError("Type an e-mail address, or a mobile number with its area code.")
        return text


class AccountForm(forms.Form):
    """What stands on an account."""

    name = forms.CharField(label="Name", max_length=120, help_text="As it is printed under a signature")
    credentials = forms.CharField(label="Credentials", max_length=40, required=False, help_text="RN, MD, PhD …")
    role = forms.ChoiceField(
        label="Role", choices=Role.choices, help_text=f"Signs orders: {SIGNS}. Given, it is shown in the list"
    )
    trained = forms.BooleanField(
        label="Trained for ketamine", required=False, help_text="A nurse counts on the floor only when trained"
    )

    def account(self) -> Account:
        found = self.cleaned_data
        return Account(found["name"], found["credentials"], found["role"], found["trained"])


class InviteForm(AccountForm):
    username = forms.CharField(
        label="User name", max_length=60, help_text="Small letters and digits; with single sign-on, the name there"
    )
    to = AddressField()
    field_order = ("name", "credentials", "role", "trained", "username", "to")


class ChangeForm(AccountForm):
    reason = forms.CharField(label="Reason", max_length=300, help_text="It stands beside the change, for good")

    @classmethod
    def of(cls, person: StaffUser) -> "ChangeForm":
        return cls(
            initial={
                "name": person.name,
                "credentials": person.credentials,
                "role": person.role,
                "trained": person.is_ketamine_trained,
            }
        )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Reason", max_length=300)


class AddressForm(forms.Form):
    to = AddressField()


class EnableForm(ReasonForm):
    to = AddressField()


class WelcomeForm(forms.Form):
    """The code first, then the password. step: "password" once it was asked for."""

    token = forms.CharField(label="Link or code", max_length=300, required=False)
    step = forms.CharField(required=False)
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
        help_text="At least 12 characters; a sentence is easiest to keep in mind",
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs=NEW_PASSWORD),
    )

    def clean_token(self) -> str:
        """The code, also out of a whole address that was pasted."""
        return str(self.cleaned_data["token"]).rpartition("#")[2].strip()
