"""Forms of enrolment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from kitclinic.problems import Blocker, Problem
from scheduling.actions import Assessment, NewPatient
from scheduling.models import Eligibility, Patient
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.states import Caution, MisuseDecision, PregnancyState, Verdict

YES_NO = (("yes", "Yes"), ("no", "No"))
LANGUAGES = ("English", "Spanish", "Arabic", "Chinese", "French", "German", "Portuguese", "Russian", "Vietnamese")


def date_field(**options: Any) -> forms.DateField:
    """A calendar date, written by the browser as the reader is used to."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class PatientForm(forms.Form):
    """Who is referred."""

    record_number = forms.CharField(max_length=20, help_text="As it stands on the referral.")
    family_name = forms.CharField(max_length=60)
    given_name = forms.CharField(max_length=60, required=False)
    birth_date = date_field(label="Born")
    sex = forms.ChoiceField(choices=[("", "Choose"), *Patient.Sex.choices])
    height_cm = forms.IntegerField(
        label="Height in cm", min_value=1, max_value=299, required=False, help_text="Whole centimetres."
    )
    phone = forms.CharField(max_length=30, required=False)
    email = forms.EmailField(label="E-mail", required=False, help_text="For reminders and questionnaires.")
    language = forms.CharField(max_length=40, initial="English")
    ethnic_group = forms.ChoiceField(choices=Patient.EthnicGroup.choices, initial=Patient.EthnicGroup.OTHER)
    marital_status = forms.ChoiceField(choices=Patient.Marital.choices, initial=Patient.Marital.OTHER)
    diagnosis = forms.CharField(
        max_length=80, label="Pain diagnosis", required=False, help_text="As the referral names it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["family_name"].widget.attrs["autofocus"] = True
        self.fields["language"].widget.attrs["list"] = "kc-languages"
        for name in ("record_number", "family_name", "given_name", "phone", "email", "birth_date"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def new_patient(self) -> NewPatient:
        return NewPatient(**self.cleaned_data)


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


class EligibilityForm(forms.Form):
    """One assessment. Nothing is required here: the rules say what is missing, all at once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=Verdict.choices)  # the button that was pressed
    pain_months = forms.IntegerField(label="Months of pain", min_value=0, max_value=1200, required=False)
    inadequate_by_referrer = forms.ChoiceField(choices=YES_NO, required=False)
    inadequate_by_patient = forms.ChoiceField(choices=YES_NO, required=False)
    inadequate_by_pain_provider = forms.ChoiceField(choices=YES_NO, required=False)
    childbearing_potential = forms.ChoiceField(choices=YES_NO, required=False)
    pregnancy = forms.ChoiceField(choices=PregnancyState.choices, required=False)
    pregnancy_tested_on = date_field(label="Date of the test", required=False)
    pregnancy_reason = forms.CharField(max_length=200, label="Why no test", required=False)
    pregnancy_decided_by = forms.CharField(max_length=120, label="Who decided", required=False)
    ketamine_misuse = forms.ChoiceField(choices=YES_NO, required=False)
    misuse_decision = forms.ChoiceField(choices=MisuseDecision.choices, required=False)
    misuse_rationale = forms.CharField(max_length=300, label="Rationale", required=False)
    cautions_reviewed = forms.BooleanField(required=False)
    allergies_reviewed = forms.BooleanField(required=False)
    allergies = forms.CharField(max_length=300, required=False)
    long_qt = forms.BooleanField(required=False)
    apomorphine = forms.BooleanField(required=False)
    note = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, may_decide: bool, last: Eligibility | None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(last))
        super().__init__(*args, **kwargs)
        self.last, self.may_decide = last, may_decide
        for caution in Caution:
            self.fields[f"caution_{caution.value}"] = forms.BooleanField(label=caution.label, required=False)
            self.fields[f"ack_{caution.value}"] = forms.BooleanField(required=False)
        if not may_decide:
            del self.fields["misuse_decision"], self.fields["misuse_rationale"]

    @property
    def caution_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"caution_{caution.value}"], self[f"ack_{caution.value}"]) for caution in Caution]

    def assessment(self) -> Assessment:
        """The answers; a decision that this person may not take stays as it was."""
        data, misuse = self.cleaned_data, _answer(self.cleaned_data["ketamine_misuse"])
        decided = data if self.may_decide else _decision_of(self.last)
        potential = _answer(data["childbearing_potential"])
        pregnancy = {name: data[name] for name in _PREGNANCY} if potential else {}
        facts = EligibilityFacts(
            pain_months=data["pain_months"],
            inadequate_by_referrer=_answer(data["inadequate_by_referrer"]),
            inadequate_by_patient=_answer(data["inadequate_by_patient"]),
            inadequate_by_pain_provider=_answer(data["inadequate_by_pain_provider"]),
            childbearing_potential=potential,
            **pregnancy,
            ketamine_misuse=misuse,
            misuse_decision=decided["misuse_decision"] if misuse else "",
            misuse_rationale=decided["misuse_rationale"] if misuse else "",
            cautions_reviewed=data["cautions_reviewed"],
            cautions=frozenset(caution for caution in Caution if data[f"caution_{caution.value}"]),
            acknowledged=frozenset(caution for caution in Caution if data[f"ack_{caution.value}"]),
            allergies_reviewed=data["allergies_reviewed"],
        )
        return Assessment(facts, data["allergies"], data["long_qt"], data["apomorphine"], data["note"])


_PREGNANCY = ("pregnancy", "pregnancy_tested_on", "pregnancy_reason", "pregnancy_decided_by")


def _answer(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _text(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def _decision_of(last: Eligibility | None) -> dict[str, str]:
    return {
        "misuse_decision": last.misuse_decision if last else "",
        "misuse_rationale": last.misuse_rationale if last else "",
    }


def _initial(last: Eligibility | None) -> dict[str, str | int | bool | date | None]:
    """A new form starts from the last answers; what has to be asked each time starts empty."""
    if last is None:
        return {"version": 1}
    kept: dict[str, str | int | bool | date | None] = {
        "version": last.version + 1,
        "pain_months": last.pain_months,
        "inadequate_by_referrer": _text(last.refractory_by_referrer),
        "inadequate_by_patient": _text(last.refractory_by_patient),
        "inadequate_by_pain_provider": _text(last.refractory_by_pain_provider),
        "childbearing_potential": _text(last.childbearing_potential),
        "pregnancy": last.pregnancy,
        "pregnancy_tested_on": last.pregnancy_tested_on,
        "pregnancy_reason": last.pregnancy_reason,
        "pregnancy_decided_by": last.pregnancy_decided_by,
        "ketamine_misuse": _text(last.misuse_history),
        "cautions_reviewed": last.cautions_reviewed,
        "allergies_reviewed": last.allergies_reviewed,
        "allergies": last.allergies,
        "long_qt": last.long_qt,
        "apomorphine": last.apomorphine,
    }
    kept |= {f"caution_{value}": True for value in last.cautions}
    kept |= {f"ack_{value}": True for value in last.acknowledged_cautions}
    return kept | _decision_of(last)
