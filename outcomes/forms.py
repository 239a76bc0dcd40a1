"""What people type into the pages of questionnaires and safety tasks."""

from typing import Any

from django import forms

from outcomes.rules.instruments import instruments
from outcomes.rules.links import OCCASIONS


class SendForm(forms.Form):
    """Which questionnaires go to the patient, and for which occasion."""

    instruments = forms.MultipleChoiceField(
        label="Questionnaires",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one questionnaire."},
    )
    occasion = forms.ChoiceField(label="Occasion", choices=list(OCCASIONS.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["instruments"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (name, f"{name}, {len(asked.items)} questions, about {asked.minutes} minutes")
            for name, asked in instruments().items()
            if not asked.definition.is_demo
        ]


class LinkForm(forms.Form):
    """The code of a link, and after it the year of birth. A whole pasted link is taken too."""

    token = forms.CharField(
        label="Link or code",
        max_length=300,
        error_messages={"required": "Paste the link from your message."},
    )
    birth_year = forms.CharField(label="Year of birth", required=False, max_length=10)

    def clean_token(self) -> str:
        return "".join(str(self.cleaned_data["token"]).rsplit("#", 1)[-1].split())

    def clean_birth_year(self) -> int | None:
        """A year in four digits, or None where nothing was typed yet."""
        typed = str(self.cleaned_data["birth_year"]).strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
            raise forms.ValidationError("Type the year with four digits, for example 1974.")
        return int(typed)


class AnswerForm(forms.Form):
    """One answer: one of the options, or the button "prefer not to answer"."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    answer = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    decline = forms.BooleanField(required=False)

    def __init__(self, *args: Any, values: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(str(value), str(value)) for value in values]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decline"):
            data["answer"] = None
        elif data.get("answer") is None and "answer" not in self.errors:
            self.add_error("answer", "Choose an answer, or “Prefer not to answer”.")
        return data


class AcknowledgeForm(forms.Form):
    """What was done for the patient."""

    action = forms.CharField(
        label="What was done",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Whom you spoke with and when, what you found, what was agreed.",
        error_messages={"required": "Say what was done for the patient; nothing was recorded."},
    )
