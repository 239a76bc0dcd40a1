"""The waiting list for places: what a patient would take, and an answer to an offer."""

from django import forms

from scheduling.forms.staffing import time_field
from scheduling.forms.suite import minute_of
from scheduling.rules.places import NOTICE_HOURS, Wait
from scheduling.rules.wishes import NOTE_LENGTH


class WaitForm(forms.Form):
    """Everything but the notice may be left open."""

    from_day = forms.DateField(label="Not before", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until_day = forms.DateField(
        label="First day at the latest", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    from_minute = time_field(label="Seated at or after", required=False)
    to_minute = time_field(label="Out by", required=False)
    notice_hours = forms.IntegerField(
        label="Hours of notice",
        initial=NOTICE_HOURS,
        help_text="How long before the first visit the patient has to know.",
    )
    note = forms.CharField(label="Note", max_length=NOTE_LENGTH, required=False)

    def wait(self) -> Wait:
        """Return what the patient would take."""
        data = self.cleaned_data
        seated, out = data["from_minute"], data["to_minute"]
        return Wait(
            from_day=data["from_day"],
            until_day=data["until_day"],
            from_minute=minute_of(seated) if seated else None,
            to_minute=minute_of(out) if out else None,
            notice_hours=data["notice_hours"],
            note=data["note"],
        )


class AnswerForm(forms.Form):
    """What the patient said to an offer."""

    answer = forms.ChoiceField(choices=[("yes", "Takes the place"), ("no", "Does not take it")])


class StopForm(forms.Form):
    """Why somebody no longer waits."""

    reason = forms.CharField(label="Why", max_length=200, required=False)
