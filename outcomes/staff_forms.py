"""What the staff type into the pages of sending, interviewing, paper and scores from elsewhere."""

from typing import Any

from django import forms
from django.core import signing

from outcomes.queries.staff_ways import LANGUAGES, SendFacts
from outcomes.rules.links import OCCASIONS
from outcomes.rules.score_entry import enterable
from outcomes.rules.structure import Instrument
from outcomes.states import Helper
from scheduling.forms.patients import date_field
from scheduling.models import ReferralFile

WAYS = ("message", "code", "tablet", "phone", "paper")
FIRST_ENTRY = "outcomes.paper"
BLANK = "-"  # how a page says "left blank"


class SendForm(forms.Form):
    """Which questionnaires, for which occasion, in which language, and how they reach the patient."""

    instruments = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one questionnaire."}
    )
    occasion = forms.ChoiceField(choices=list(OCCASIONS.items()))
    language = forms.ChoiceField(choices=list(LANGUAGES.items()), required=False)
    way = forms.ChoiceField(choices=[(way, way) for way in WAYS], required=False)

    def __init__(self, *args: Any, facts: SendFacts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["instruments"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.instrument.name, one.instrument.title) for one in facts.choices]

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or "en"

    def clean_way(self) -> str:
        return self.cleaned_data["way"] or "message"

    def clean_instruments(self) -> list[str]:
        """In the order of the page, which is the order they are asked in."""
        chosen = set(self.cleaned_data["instruments"])
        field = self.fields["instruments"]
        assert isinstance(field, forms.MultipleChoiceField)
        return [str(name) for name, _ in field.choices if name in chosen]  # type: ignore[misc, union-attr]


class WhyForm(forms.Form):
    """A reason, in words."""

    reason = forms.CharField(label="Reason", max_length=200, required=False)


class InterviewForm(forms.Form):
    """Who is on the line, and who helps."""

    name_said = forms.BooleanField(label="Full name said, and right", required=False)
    birth_date_said = forms.BooleanField(label="Date of birth said, and right", required=False)
    helper = forms.ChoiceField(
        label="Who answers",
        choices=[
            (Helper.STAFF, "The patient; I read the questions out"),
            (Helper.INTERPRETER, "The patient, through an interpreter"),
            (Helper.COMPANION, "The patient, with a companion’s help"),
            (Helper.PROXY, "Somebody for the patient"),
        ],
        initial=Helper.STAFF,
    )


class PaperForm(forms.Form):
    """One form from paper: a row for each question, the day written on it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    day = date_field(label="Day written on the paper")
    reason = forms.CharField(label="Why it comes now", max_length=200, required=False)
    twice = forms.BooleanField(label="Enter it twice to check", required=False)
    first = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instrument = instrument
        for item in instrument.items:
            choices = [(str(option.value), option.text) for option in item.options] + [(BLANK, "left blank")]
            self.fields[f"item_{item.number}"] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=item.text,
                error_messages={"invalid_choice": f"Question {item.number} has no such answer."},
            )

    def clean_first(self) -> dict[int, int | None]:
        """The first of two entries, from the page that asked for the second; empty where it was typed once."""
        held = self.cleaned_data["first"]
        if not held:
            return {}
        try:
            kept = signing.loads(held, salt=FIRST_ENTRY)
        except signing.BadSignature:
            raise forms.ValidationError("The first entry was lost on the way. Open the form anew.") from None
        return {int(number): value for number, value in kept.items()}

    def as_first(self) -> str:
        """This entry, signed, for the page that asks for it a second time."""
        return signing.dumps({str(number): value for number, value in self.answers().items()}, salt=FIRST_ENTRY)

    def answers(self) -> dict[int, int | None]:
        """Item number -> answer code, None for "left blank"; what was not entered is left out."""
        found: dict[int, int | None] = {}
        for item in self.instrument.items:
            said = self.cleaned_data.get(f"item_{item.number}")
            if said:
                found[item.number] = None if said == BLANK else int(said)
        return found


class ScoreForm(forms.Form):
    """A score that stands elsewhere."""

    measure = forms.ChoiceField(label="Measure")
    value = forms.CharField(label="Score", max_length=12)
    day = date_field(label="Day the questions were answered")
    origin = forms.CharField(label="Where it stands", max_length=200, help_text="For example “EHR, 12 May”.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["measure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose")] + [
            (name, f"{name}, {one.version}" if one.version != name else name) for name, one in enterable().items()
        ]
        self.fields["value"].widget.attrs.update(inputmode="decimal", autocomplete="off")


class CorrectionForm(ScoreForm):
    """What stands there instead, and why."""

    reason = forms.CharField(label="Why it is corrected", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["measure"]


class ScoreFileForm(forms.Form):
    """A file of scores."""

    file = forms.FileField(label="CSV file", allow_empty_file=True)
    date_order = forms.ChoiceField(
        label="Dates written with numbers", choices=ReferralFile.Order.choices, initial=ReferralFile.Order.ASK
    )
