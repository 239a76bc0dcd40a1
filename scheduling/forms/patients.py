"""Forms of enrolment."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from kitclinic.problems import Blocker, Problem
from scheduling.actions import NewPatient
from scheduling.forms.numbers import WholeField
from scheduling.models import Patient
from scheduling.queries.patients import REGISTRY_FIELDS

YES_NO = (("yes", "Yes"), ("no", "No"))
CONSENT = (("yes", "Yes"), ("no", "No"), ("", "Not asked"))
_CONSENTS = ("consent_email", "consent_sms", "consent_phone")
_CONSENT_TEXTS = {True: "yes", False: "no", None: ""}
_TYPED = ("record_number", "family_name", "given_name", "preferred_name", "phone", "email")
LANGUAGES = ("English", "Spanish", "Arabic", "Chinese", "French", "German", "Portuguese", "Russian", "Vietnamese")


def date_field(**options: Any) -> forms.DateField:
    """A calendar date, written by the browser as the reader is used to."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class PatientForm(forms.Form):
    """Who is referred, or what the registry says now. assessed: an assessment names the diagnosis.

    hidden: a diagnosis that the reader may not see; it stays unless another is typed.
    """

    version = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)  # of the record shown
    record_number = forms.CharField(max_length=20, help_text="As it stands on the referral.")
    family_name = forms.CharField(max_length=60)
    given_name = forms.CharField(max_length=60, required=False)
    preferred_name = forms.CharField(
        max_length=60, required=False, help_text="What the patient is called, where it is another name."
    )
    birth_date = date_field(label="Born")
    sex = forms.ChoiceField(choices=[("", "Choose"), *Patient.Sex.choices], help_text="As on the legal document.")
    gender = forms.ChoiceField(
        choices=[("", "Not asked"), *Patient.Gender.choices],
        required=False,
        help_text="As the patient says. Childbearing potential is asked apart.",
    )
    height_cm = WholeField(label="Height in cm", least=1, most=299, required=False, help_text="Whole centimetres.")
    phone = forms.CharField(max_length=30, required=False)
    email = forms.EmailField(label="E-mail", required=False, help_text="For reminders and questionnaires.")
    address = forms.CharField(
        max_length=300,
        label="Postal address",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="As on an envelope, without the name. Letters go there.",
    )
    language = forms.CharField(max_length=40, initial="English")
    needs_interpreter = forms.BooleanField(label="Needs an interpreter", required=False)
    consent_email = forms.ChoiceField(label="E-mail", choices=CONSENT, required=False)
    consent_sms = forms.ChoiceField(label="Text message", choices=CONSENT, required=False)
    consent_phone = forms.ChoiceField(label="Phone call", choices=CONSENT, required=False)
    ethnic_group = forms.ChoiceField(choices=Patient.EthnicGroup.choices, initial=Patient.EthnicGroup.OTHER)
    marital_status = forms.ChoiceField(choices=Patient.Marital.choices, initial=Patient.Marital.OTHER)
    diagnosis = forms.CharField(
        max_length=80, label="Pain diagnosis", required=False, help_text="As the referral names it."
    )

    def __init__(self, *args: Any, assessed: bool = False, hidden: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hidden = hidden
        if hidden:
            self.initial["diagnosis"] = ""
            self.fields["diagnosis"].help_text = "One is on record, for the treating team. Left empty, it stays."
        if assessed:
            del self.fields["diagnosis"]
        self.fields["family_name"].widget.attrs["autofocus"] = True
        self.fields["language"].widget.attrs["list"] = "kc-languages"
        for name in (*_TYPED, "birth_date"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["phone"].widget.attrs["inputmode"] = "tel"

    @staticmethod
    def initial_of(patient: Patient, *, version: str) -> dict[str, Any]:
        """What the record says, with the version a change is compared with."""
        shown = {name: getattr(patient, name) for name in REGISTRY_FIELDS}
        return shown | {name: _CONSENT_TEXTS[shown[name]] for name in _CONSENTS} | {"version": version}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in _CONSENTS:
            cleaned[name] = {"yes": True, "no": False}.get(cleaned.get(name, ""))
        return cleaned

    def new_patient(self) -> NewPatient:
        said = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        if self.hidden and not said.get("diagnosis"):
            said["diagnosis"] = self.hidden
        return NewPatient(**said)

    def other_than(self, patient: Patient) -> list[tuple[str, str]]:
        """Return label and present value of each field in which the record says something else than this form."""
        mine = self.new_patient().columns()
        return [
            (str(self.fields[name].label or name.replace("_", " ").capitalize()), _words(patient, name))
            for name in REGISTRY_FIELDS
            if name in self.fields and getattr(patient, name) != mine[name]
        ]


def _words(patient: Patient, name: str) -> str:
    """A field of the record in words."""
    value = getattr(patient, name)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    chosen = patient._meta.get_field(name).choices  # type: ignore[union-attr]
    text = getattr(patient, f"get_{name}_display")() if chosen and value else value
    return "empty" if value in (None, "") else str(text)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One question of a rule beside the form, with what was answered to it before."""

    rule: str
    sentence: str
    is_alike: bool
    is_ticked: bool
    reason: str

    @property
    def lacks(self) -> str:
        """What is still missing after half an answer."""
        if self.is_ticked and not self.reason:
            return "Say how you know." if self.is_alike else "Say why it is right."
        if self.reason and not self.is_ticked:
            return "Tick the box above as well."
        return ""


def confirmations(problems: Iterable[Problem], sent: QueryDict, *, alike: set[str]) -> list[Confirmation]:
    """Return one question a rule. alike: ids of the rules that found somebody who may be the same person."""
    sentences: dict[str, list[str]] = {}
    for problem in problems:
        if not isinstance(problem, Blocker):
            sentences.setdefault(problem.rule, []).append(problem.sentence)
    ticked = sent.getlist("confirmed")
    return [
        Confirmation(
            rule=rule,
            sentence=" ".join(lines),
            is_alike=rule in alike,
            is_ticked=rule in ticked,
            reason=sent.get(f"reason_{rule}", "").strip(),
        )
        for rule, lines in sorted(sentences.items())
    ]
