"""Forms of holding, deciding about and giving out records."""

from typing import Any

from django import forms

from scheduling.states import ChartDecisionKind, Requester, VerifiedBy


class _Plain(forms.Form):
    """Fields in the look of the house."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            is_select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_select else "form-control"


class HoldForm(_Plain):
    """Why a hold is placed or ended."""

    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why."},
    )


class DecisionForm(_Plain):
    """What becomes of a chart."""

    kind = forms.ChoiceField(label="Decision", choices=ChartDecisionKind.choices)
    keep_until = forms.DateField(label="Keep until", required=False, widget=forms.DateInput({"type": "date"}))
    reason = forms.CharField(label="Reason", max_length=300, error_messages={"required": "Say why."})


class ReleaseForm(_Plain):
    """Who asked for a copy, and how that was made sure."""

    requester = forms.ChoiceField(label="Who asks", choices=Requester.choices)
    requester_name = forms.CharField(
        label="Name of who asks",
        max_length=120,
        error_messages={"required": "Write the name of the person who asked."},
    )
    verified_by = forms.ChoiceField(label="How you made sure", choices=VerifiedBy.choices)
    verified_note = forms.CharField(label="Note on it", max_length=200, required=False)
    format = forms.ChoiceField(label="Form", choices=[("pdf", "Letter (PDF)"), ("fhir", "FHIR (JSON)")])


class YearsForm(_Plain):
    """How long charts are kept."""

    years = forms.IntegerField(label="Years after the last contact", min_value=6, max_value=100)
