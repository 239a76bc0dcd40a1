"""Forms around an order: signing, drafting, and the acts that need a reason."""

from typing import Any

from django import forms
from django.http import QueryDict

from infusions.states import OndansetronContraindication


def _password() -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"})
    missing = "Type your password. Nothing was signed."
    return forms.CharField(
        label="Your password, again", widget=widget, strip=False, error_messages={"required": missing}
    )


def _reason(label: str, longest: int = 200) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, error_messages={"required": "Give the reason in a few words."}
    )


class SignForm(forms.Form):
    """The password again, and the digest of the text that stood on the page."""

    shown_digest = forms.CharField(widget=forms.HiddenInput, min_length=64, max_length=64)
    password = _password()


class ReleaseForm(SignForm):
    reason = _reason("Why the signed dose stands")
    field_order = ["shown_digest", "reason", "password"]


class ReasonForm(forms.Form):
    """Why an order is held, returned or discontinued."""

    reason = _reason("Reason")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].widget.attrs["autofocus"] = True  # where it is used, a dialog opens on it


class DraftForm(forms.Form):
    """What a prescriber may choose in a draft; the dose is not among it."""

    reason = _reason("Why a new version", 300)
    no_ondansetron = forms.ChoiceField(
        label="Ondansetron 8 mg before the start, and once as needed",
        choices=[
            ("", "As the last assessment says"),
            ("none", "Ordered"),
            *[
                (value, f"Left out: {label.lower()}")
                for value, label in OndansetronContraindication.choices
                if value != OndansetronContraindication.NONE
            ],
        ],
        required=False,
    )
    no_ondansetron_note = forms.CharField(
        label="Why ondansetron is left out, or ordered all the same",
        help_text="Needed when something speaks against it.",
        max_length=120,
        required=False,
    )
    allergy_reason = forms.CharField(
        label="Why ketamine is ordered in spite of a recorded allergy",
        help_text="Leave empty when there is none.",
        max_length=200,
        required=False,
    )
    note = forms.CharField(label="Note", help_text="Stands in the text you sign.", max_length=300, required=False)

    def __init__(self, data: QueryDict | None = None, *, first: bool, **more: Any) -> None:
        """first: whether there is no version yet that this one replaces."""
        super().__init__(data, **more)
        self.posted = data or QueryDict()
        if first:
            del self.fields["reason"]

    def choices(self) -> dict[str, Any]:
        """The answers as ``draft_order`` takes them, with what was confirmed and why."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        confirmed = self.posted.getlist("confirmed")
        reasons = [self.posted.get(f"reason_{rule}", "").strip()[:200] for rule in confirmed]
        why = "; ".join(dict.fromkeys(reason for reason in reasons if reason))[:200]
        return given | {"confirmed": frozenset(confirmed), "preparation_reason": why}
