"""Forms of the referral inbox."""

from typing import Any

from django import forms

from scheduling.actions import NewReferral
from scheduling.forms.patients import date_field
from scheduling.models import Patient, Referral, ReferralFile
from scheduling.rules.referrals import LENGTHS


def _text(name: str, **options: Any) -> forms.CharField:
    return forms.CharField(max_length=LENGTHS[name], required=False, **options)


class ReferralForm(forms.Form):
    """What the letter says. Only who is meant, who refers and the day are needed; the rest can be asked for.

    A needed text is asked for by the rule, so that it stands beside everything else that is wrong.
    """

    received_on = date_field(label="Received on")
    source = _text("source", label="Who refers*", help_text="Provider and practice, or “self”.")
    source_phone = _text("source_phone", label="Their phone", help_text="To ask for missing information.")
    family_name = _text("family_name", label="Family name*")
    given_name = _text("given_name")
    birth_date = date_field(label="Born", required=False)
    sex = forms.ChoiceField(choices=[("", "Not said"), *Patient.Sex.choices], required=False)
    phone = _text("phone")
    email = forms.EmailField(label="E-mail", max_length=LENGTHS["email"], required=False)
    language = _text("language", initial="English")
    record_number = _text("record_number", help_text="Where one is known already.")
    reason = _text(
        "reason", label="Why referred", help_text="The diagnosis or the question, as the referral says it."
    )
    pain_months = forms.IntegerField(label="Months of pain", required=False, help_text="24 for two years.")
    treatments_tried = _text("treatments_tried", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["family_name"].widget.attrs["autofocus"] = True
        self.fields["language"].widget.attrs["list"] = "kc-languages"
        for name in ("family_name", "given_name", "birth_date", "phone", "email", "record_number"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def new_referral(self) -> NewReferral:
        return NewReferral(**self.cleaned_data)


class AskForm(forms.Form):
    """Which information is missing, and who was asked for it."""

    asked_for = forms.CharField(
        label="What is missing, and who was asked",
        max_length=Referral._meta.get_field("asked_for").max_length,
        required=False,
    )


class ReasonForm(forms.Form):
    """Why a referral is closed or taken up again."""

    reason = forms.CharField(label="Reason", max_length=300, required=False)


class NoteForm(forms.Form):
    """What the awaited information says."""

    note = forms.CharField(label="What it says", max_length=300, required=False)


class LinkForm(forms.Form):
    """The patient a referral belongs to."""

    patient = forms.IntegerField()


class UploadForm(forms.Form):
    """A file of referrals."""

    file = forms.FileField(label="CSV file", allow_empty_file=True)
    date_order = forms.ChoiceField(
        label="Dates written with numbers", choices=ReferralFile.Order.choices, initial=ReferralFile.Order.ASK
    )


class OrderForm(forms.Form):
    """What 03/04/1974 means in a file."""

    date_order = forms.ChoiceField(
        label="Dates written with numbers",
        choices=ReferralFile.Order.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
