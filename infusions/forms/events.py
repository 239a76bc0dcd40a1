"""What is asked of the pages of adverse events: the period, the review, the look at a late fact."""

from typing import Any

from django import forms

from infusions.forms.chart import one_of
from infusions.rules.adverse_events import Judgement
from infusions.states import AdverseEventKind, Grade, Recovery, Relatedness

NOTHING = "Nothing was signed."


class ReviewForm(forms.Form):
    """A physician's judgement; the rule says what is missing, all at once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)
    shown_digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    category = one_of(AdverseEventKind.choices, "What it was", required=False)
    grade = forms.TypedChoiceField(
        choices=Grade.choices,
        coerce=int,
        empty_value="",
        widget=forms.RadioSelect,
        label="Grade",
        required=False,
    )
    relatedness = one_of(Relatedness.choices, "Caused by ketamine", required=False)
    recovery = one_of(Recovery.choices, "How the patient came out of it", required=False)
    course_stopped = one_of(
        (("no", "No, it goes on"), ("yes", "Yes, no more infusions")), "Course stopped", required=False
    )
    narrative = forms.CharField(
        label="What happened, in your words",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control"}),
        error_messages={"max_length": f"Use 4,000 characters at most. {NOTHING}"},
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "form-control"}),
        error_messages={"required": f"Type your password to sign. {NOTHING}"},
    )

    @property
    def judgement(self) -> Judgement:
        data: dict[str, Any] = self.cleaned_data
        stopped = {"yes": True, "no": False}.get(data["course_stopped"])
        return Judgement(
            category=data["category"],
            grade=data["grade"] or 0,
            relatedness=data["relatedness"],
            recovery=data["recovery"],
            course_stopped=stopped,
            narrative=data["narrative"].replace("\r\n", "\n").strip(),
        )


class LookForm(forms.Form):
    """Seen, with words where there is something to say."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(label="What you found", required=False, max_length=300)
