"""The form of an assessment."""

from datetime import date
from typing import Any

from django import forms

from kitclinic.models import StaffUser
from kitclinic.roles import PRESCRIBERS
from scheduling.actions import Assessment
from scheduling.forms.numbers import WholeField
from scheduling.forms.patients import YES_NO, date_field
from scheduling.models import Eligibility, Patient
from scheduling.rules.charlson import HIGHEST_IMPORTED, WEIGHTS
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.rules.pain import OTHERS, PRIMARY
from scheduling.states import Caution, CharlsonCondition, MisuseDecision, PainCategory, PregnancyState, Verdict

CHOSEN = ((Verdict.DECLINE, "Decline"), (Verdict.REASSESS, "Assess again"))  # without one, the answers decide
DECISIONS = ("misuse_decision", "misuse_rationale", "substance_decision", "substance_rationale")


def yes_no() -> forms.ChoiceField:
    return forms.ChoiceField(choices=YES_NO, required=False)


def one_a_line(label: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(max_length=1000, label=label, help_text="One a line.", required=False, widget=widget)


class EligibilityForm(forms.Form):
    """One assessment. Nothing is required here: the rules say what is missing, all at once."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=CHOSEN, required=False)  # the button that was pressed
    pain_months = forms.IntegerField(label="Months of pain", min_value=0, max_value=1200, required=False)
    pain_categories = forms.MultipleChoiceField(choices=PainCategory.choices, required=False)
    inadequate_by_referrer = yes_no()
    inadequate_by_patient = yes_no()
    inadequate_by_pain_provider = yes_no()
    childbearing_potential = yes_no()
    pregnancy = forms.ChoiceField(choices=PregnancyState.choices, required=False)
    pregnancy_tested_on = date_field(label="Date of the test", required=False)
    pregnancy_reason = forms.CharField(max_length=200, label="Why no test", required=False)
    pregnancy_decided_by = forms.CharField(max_length=120, label="Who decided", required=False)
    ketamine_misuse = yes_no()
    misuse_decision = forms.ChoiceField(choices=MisuseDecision.choices, required=False)
    misuse_rationale = forms.CharField(max_length=300, label="Rationale", required=False)
    substance_misuse = yes_no()
    substance_decision = forms.ChoiceField(choices=MisuseDecision.choices, required=False)
    substance_rationale = forms.CharField(max_length=300, label="Rationale", required=False)
    cautions_reviewed = forms.BooleanField(required=False)
    allergies_reviewed = forms.BooleanField(required=False)
    allergies = forms.CharField(max_length=300, required=False)
    ondansetron_allergy = forms.BooleanField(required=False)
    long_qt = forms.BooleanField(required=False)
    apomorphine = forms.BooleanField(required=False)
    ondansetron_other = forms.CharField(max_length=120, label="Another reason, in words", required=False)
    charlson_conditions = forms.MultipleChoiceField(choices=CharlsonCondition.choices, required=False)
    charlson_reviewed = forms.BooleanField(required=False)
    charlson_imported = forms.IntegerField(
        label="Total from elsewhere", min_value=0, max_value=HIGHEST_IMPORTED, required=False
    )
    charlson_imported_from = forms.CharField(max_length=120, label="Where it comes from", required=False)
    height_cm = WholeField(label="Height in cm", least=1, most=299, required=False)
    analgesics = one_a_line("Analgesics now")
    psychotropics = one_a_line("Psychotropics now")
    reassess_on = date_field(label="Assess again on", required=False)
    note = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: Any, reader: StaffUser, last: Eligibility | None, patient: Patient, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", _initial(last) | {"height_cm": patient.height_cm})
        super().__init__(*args, **kwargs)
        self.last, self.reader = last, reader
        self.may_decide = reader.role in PRESCRIBERS
        self.is_pregnant = last is not None and last.pregnancy == PregnancyState.POSITIVE
        for caution in Caution:
            self.fields[f"caution_{caution.value}"] = forms.BooleanField(label=caution.label, required=False)
            self.fields[f"ack_{caution.value}"] = forms.BooleanField(required=False)
        if not self.may_decide:
            for name in (*DECISIONS, *(f"ack_{caution.value}" for caution in Caution)):
                del self.fields[name]

    @property
    def pregnancy_is_fixed(self) -> bool:
        """Whether a pregnancy is recorded that this person may not take back."""
        return self.is_pregnant and not self.may_decide

    @property
    def caution_rows(self) -> list[tuple[forms.BoundField, forms.BoundField | None, bool]]:
        """Each caution with its acknowledgement, for who may give one, and whether the last version has it."""
        known = set(self.last.acknowledged_cautions) if self.last else set()
        return [
            (self[f"caution_{one.value}"], self[f"ack_{one.value}"] if self.may_decide else None, one in known)
            for one in Caution
        ]

    @property
    def pain_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The categories of Table 1 in two groups, without repeating the group in each name."""
        primary = [(one.value, str(one.label).removeprefix("Chronic primary: ").capitalize()) for one in PRIMARY]
        others = [(one.value, str(one.label).removeprefix("Chronic ").capitalize()) for one in OTHERS]
        primary[1] = (primary[1][0], "Complex regional pain syndrome (CRPS)")
        return [("Chronic primary pain", primary), ("Other chronic pain", others)]

    @property
    def charlson_groups(self) -> list[tuple[int, list[tuple[str, str]]]]:
        """The conditions by weight."""
        weights = sorted(set(WEIGHTS.values()))
        return [(w, [(c.value, str(c.label)) for c in CharlsonCondition if WEIGHTS[c] == w]) for w in weights]

    @property
    def chosen_verdict(self) -> Verdict | None:
        return Verdict(self.cleaned_data["verdict"]) if self.cleaned_data["verdict"] else None

    def assessment(self) -> Assessment:
        """The answers; a decision that this person may not take stays as it was."""
        data = self.cleaned_data
        kept = (
            "allergies long_qt apomorphine note ondansetron_allergy ondansetron_other charlson_reviewed "
            "charlson_imported charlson_imported_from height_cm analgesics psychotropics reassess_on"
        ).split()
        return Assessment(
            facts=self._facts(),
            charlson_conditions=frozenset(CharlsonCondition(one) for one in data["charlson_conditions"]),
            **{name: data[name] for name in kept},
        )

    def _facts(self) -> EligibilityFacts:
        data = self.cleaned_data
        cautions = frozenset(caution for caution in Caution if data[f"caution_{caution.value}"])
        return EligibilityFacts(
            pain_months=data["pain_months"],
            pain_categories=frozenset(PainCategory(one) for one in data["pain_categories"]),
            inadequate_by_referrer=_answer(data["inadequate_by_referrer"]),
            inadequate_by_patient=_answer(data["inadequate_by_patient"]),
            inadequate_by_pain_provider=_answer(data["inadequate_by_pain_provider"]),
            **self._pregnancy(),
            ketamine_misuse=_answer(data["ketamine_misuse"]),
            substance_misuse=_answer(data["substance_misuse"]),
            **self._decision("misuse", asked=data["ketamine_misuse"] == "yes"),
            **self._decision("substance", asked=data["substance_misuse"] == "yes"),
            cautions_reviewed=data["cautions_reviewed"],
            cautions=cautions,
            acknowledged=cautions & self._acknowledged(),
            allergies_reviewed=data["allergies_reviewed"],
        )

    def _pregnancy(self) -> dict[str, Any]:
        if self.pregnancy_is_fixed:
            return {name: getattr(self.last, name) for name in ("childbearing_potential", *_PREGNANCY)}
        potential = _answer(self.cleaned_data["childbearing_potential"])
        answers = {name: self.cleaned_data[name] for name in _PREGNANCY} if potential else {}
        return {"childbearing_potential": potential} | answers

    def _decision(self, which: str, *, asked: bool) -> dict[str, Any]:
        """Decision, rationale and the name behind it; as the last version has them for who may not decide."""
        names = [f"{which}_decision", f"{which}_rationale"]
        if not asked:
            return dict.fromkeys((*names, f"{which}_decided_by"), "")
        if self.may_decide:
            taken = {name: self.cleaned_data[name] for name in names}
            return taken | {f"{which}_decided_by": self.reader.name if taken[names[0]] else ""}
        decider = getattr(self.last, f"{which}_decided_by") if self.last else None
        kept = {name: getattr(self.last, name) if self.last else "" for name in names}
        return kept | {f"{which}_decided_by": decider.name if decider else ""}

    def _acknowledged(self) -> frozenset[Caution]:
        if self.may_decide:
            return frozenset(caution for caution in Caution if self.cleaned_data[f"ack_{caution.value}"])
        return frozenset(Caution(value) for value in self.last.acknowledged_cautions) if self.last else frozenset()


_PREGNANCY = ("pregnancy", "pregnancy_tested_on", "pregnancy_reason", "pregnancy_decided_by")
_AS_STORED = (
    "pain_months pain_categories pregnancy pregnancy_tested_on pregnancy_reason pregnancy_decided_by "
    "misuse_decision misuse_rationale substance_decision substance_rationale cautions_reviewed allergies_reviewed "
    "allergies ondansetron_allergy long_qt apomorphine ondansetron_other charlson_conditions charlson_reviewed "
    "charlson_imported charlson_imported_from analgesics psychotropics"
).split()
_YES_NO = {
    "inadequate_by_referrer": "refractory_by_referrer",
    "inadequate_by_patient": "refractory_by_patient",
    "inadequate_by_pain_provider": "refractory_by_pain_provider",
    "childbearing_potential": "childbearing_potential",
    "ketamine_misuse": "misuse_history",
    "substance_misuse": "substance_misuse",
}


def _answer(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _text(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def _initial(last: Eligibility | None) -> dict[str, str | int | bool | date | list[str] | None]:
    """A new form starts from the last answers; what has to be asked each time starts empty."""
    if last is None:
        return {"version": 1}
    kept: dict[str, Any] = {"version": last.version + 1} | {name: getattr(last, name) for name in _AS_STORED}
    kept |= {name: _text(getattr(last, column)) for name, column in _YES_NO.items()}
    kept |= {f"caution_{value}": True for value in last.cautions}
    return kept | {f"ack_{value}": True for value in last.acknowledged_cautions}
