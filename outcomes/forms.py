"""What people type into the pages of questionnaires and safety tasks."""

from dataclasses import asdict
from typing import Any

from django import forms

from outcomes.rules.instruments import instruments
from outcomes.rules.links import COMMENT_HOLDS, OCCASIONS
from outcomes.rules.safety import PHRASES
from outcomes.rules.safety_times import Times


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


class CommentForm(forms.Form):
    """What the patient adds, exactly as typed: emoji, and letters that run from the right, too."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    comment = forms.CharField(max_length=COMMENT_HOLDS, strip=False)

    def clean_comment(self) -> str:
        text = str(self.cleaned_data["comment"]).replace("\r\n", "\n")
        if not text.strip():
            raise forms.ValidationError("Nothing was written.")
        return text


class AcknowledgeForm(forms.Form):
    """What was done for the patient: phrases to tap, and words."""

    done = forms.MultipleChoiceField(required=False, choices=[(words, words) for words in PHRASES])
    action = forms.CharField(
        label="What was done",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whom you spoke with and when, what you found, what was agreed.",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        said = "; ".join(data.get("done", []))
        typed = str(data.get("action", "")).strip()
        data["words"] = ". ".join(part for part in (said, typed) if part)
        if not data["words"] and not self.errors:
            self.add_error("action", "Say what was done for the patient; nothing was recorded.")
        return data


class FollowUpForm(forms.Form):
    """What the follow-up of an acknowledged task was; or why nobody was reached."""

    words = forms.CharField(
        label="What the follow-up was",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say what the follow-up was; nothing was recorded."},
    )


class NotReachedForm(forms.Form):
    """A try that reached nobody, with a word if one is needed."""

    words = forms.CharField(max_length=200, required=False)


class TakeForm(forms.Form):
    """Taking a task over; from whom, as the page showed it."""

    instead_of = forms.IntegerField(required=False)


class RedFlagForm(forms.Form):
    """One red flag on a question that was chosen before. question: "PHQ-9:3"."""

    question = forms.CharField(max_length=60, widget=forms.HiddenInput)
    from_value = forms.TypedChoiceField(
        label="From this answer on",
        coerce=int,
        error_messages={"required": "Choose the first answer you want to be told of."},
    )
    high_from = forms.TypedChoiceField(label="High from", coerce=int, empty_value=None, required=False)
    because = forms.CharField(
        label="Why",
        max_length=200,
        error_messages={"required": "Say why this clinic wants to be told at once."},
    )

    def __init__(self, *args: Any, answers: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(value), words) for value, words in answers]
        for name, first in (("from_value", [("", "Choose an answer")]), ("high_from", [("", "Never high")])):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [*first, *choices]


class SafetyTimesForm(forms.Form):
    """How fast this clinic answers its safety tasks."""

    high_minutes = forms.IntegerField(label="High: minutes to acknowledge", min_value=1, max_value=999)
    raised_minutes = forms.IntegerField(label="Raised: minutes to acknowledge", min_value=1, max_value=999)
    again_minutes = forms.IntegerField(label="Minutes until the next person is told", min_value=1, max_value=999)
    second_line_hours = forms.IntegerField(label="Scores: opening hours to look", min_value=1, max_value=999)
    night = forms.ChoiceField(
        label="While the clinic is closed",
        choices=[
            ("page", "Page the physician on call for a high task"),
            ("wait", "Wait until the clinic opens"),
        ],
    )

    @staticmethod
    def initial_of(times: Times) -> dict[str, Any]:
        return asdict(times) | {"night": "page" if times.pages_at_night else "wait"}

    def times(self) -> Times:
        data = self.cleaned_data
        return Times(
            raised_minutes=data["raised_minutes"],
            high_minutes=data["high_minutes"],
            again_minutes=data["again_minutes"],
            second_line_hours=data["second_line_hours"],
            pages_at_night=data["night"] == "page",
        )


class PeriodForm(forms.Form):
    """The days a report covers, both included. What is missing or wrong is the last 90 days."""

    start = forms.DateField(required=False)
    end = forms.DateField(required=False)
