"""What is typed of a set of vital signs and of a flag. Whether it may be is asked of the rules, by the actions."""

from datetime import datetime, time, timedelta

from django import forms

from infusions.forms.chart import ActForm, one_of, some_of, words
from infusions.models import VitalSet
from infusions.rules.vitals import NUMBERS, Vitals
from infusions.states import Rhythm, Sedation, Sign
from kitclinic.models import Site
from scheduling.forms.numbers import WholeField

UNABLE = (
    ("cuff or sensor failed", "Cuff or sensor"),
    ("patient moving", "Patient moving"),
    ("patient declined", "Declined"),
    ("other", "Other"),
)
NO_TRACE = "unable"  # tapped in place of a rhythm that could not be read
CAN_FAIL = (*NUMBERS, Sign.RHYTHM)
PAIN = [(str(score), str(score)) for score in range(11)]
MOST_MS = 2**31 - 1  # 24 days; a tablet whose clock is further off says so by device_at alone
AHEAD = timedelta(minutes=2)


def moment_of(site: Site, typed: time, at: datetime) -> datetime:
    """The instant of a clock time typed at the chair: the last one that is not in the future.

    Of an hour that comes twice in the night of the change to standard time, the nearer one. A time that is still
    to come today is yesterday's where it is more than 12 hours ahead, and else stands, for the rule to refuse.
    """
    day = datetime.combine(site.today(at), typed.replace(tzinfo=None), tzinfo=site.zone)
    both = [day.replace(fold=fold).astimezone(at.tzinfo) for fold in (0, 1)]
    past = [moment for moment in both if moment <= at + AHEAD]
    if past:
        return max(past)
    yesterday = (day - timedelta(days=1)).astimezone(at.tzinfo)
    return yesterday if both[0] - at > timedelta(hours=12) else both[0]


class AcknowledgeForm(ActForm):
    symptomatic = one_of((("no", "No symptoms"), ("yes", "Symptoms")), "The patient has")
    action = words("What was done")
    provider_notified = words("Provider who was told", most=120)
    provider_told_at = forms.TimeField(
        label="Told at", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    provider_reply = words("The provider's reply")

    def told_at(self, at: datetime) -> datetime | None:
        """When the provider was told, by the clinic's clock; None where no time was typed."""
        typed = self.cleaned_data["provider_told_at"]
        return None if typed is None else moment_of(self.site, typed, at)


class VitalsForm(ActForm):
    """One set off the keypad. Numbers may be missing here; the rule says which and why that stops."""

    sbp = WholeField(required=False, label="SBP")
    dbp = WholeField(required=False, label="DBP")
    hr = WholeField(required=False, label="HR")
    spo2 = WholeField(required=False, label="SpO₂")
    rr = WholeField(required=False, label="RR")
    rhythm = one_of([*Rhythm.choices, (NO_TRACE, "No ECG")], "Rhythm", required=False)
    symptoms = some_of([("none", "None"), *VitalSet.Symptom.choices], "Symptoms")
    sedation = one_of(Sedation.choices, "Sedation", required=False)
    pain = WholeField(required=False, digits=2, label="Pain")
    unable = forms.MultipleChoiceField(choices=[(sign.value, sign.label) for sign in CAN_FAIL], required=False)
    unable_because = one_of(UNABLE, "Why it could not be obtained", required=False)
    taken_at = forms.TimeField(label="Taken at, if earlier", required=False)
    age_ms = forms.IntegerField(required=False, min_value=0, max_value=MOST_MS)
    device_at = forms.DateTimeField(required=False)
    clock_offset_ms = forms.IntegerField(required=False)

    def __init__(self, *args: object, site: Site, **kwargs: object) -> None:
        super().__init__(*args, site=site, **kwargs)
        for sign in CAN_FAIL:
            self.fields[f"unable_{sign.value}"] = one_of(UNABLE, f"Why no {sign.label}", required=False)

    def clean_symptoms(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["symptoms"]
        if not chosen:
            raise forms.ValidationError("Symptoms are not answered. Tap None, or all that apply.")
        if "none" in chosen and len(chosen) > 1:
            raise forms.ValidationError("None and a symptom are both tapped. Choose one of them.")
        return [word for word in chosen if word != "none"]

    def clean_clock_offset_ms(self) -> int | None:
        """A clock of 1969 is off by more than the column holds; such a tablet's set is taken all the same."""
        offset: int | None = self.cleaned_data["clock_offset_ms"]
        return None if offset is not None and abs(offset) > MOST_MS else offset

    @property
    def reading(self) -> Vitals:
        data = self.cleaned_data
        rhythm, sedation = data["rhythm"], data["sedation"]
        return Vitals(
            data["sbp"],
            data["dbp"],
            data["hr"],
            data["spo2"],
            Rhythm(rhythm) if rhythm and rhythm != NO_TRACE else None,
            rr=data["rr"],
            sedation=Sedation(sedation) if sedation else None,
            pain=data["pain"],
        )

    @property
    def reasons(self) -> dict[Sign, str]:
        """Why each sign that is missing could not be obtained: its own reason, else the one for all."""
        data = self.cleaned_data
        names = [*data["unable"], *([Sign.RHYTHM.value] if data["rhythm"] == NO_TRACE else [])]
        return {Sign(name): data[f"unable_{name}"] or data["unable_because"] for name in names}

    def occurred_at(self, at: datetime) -> datetime:
        """When it was read: the time that was typed, else when Save was first pressed.

        The tablet says how long ago that was by a clock that only counts, so its time of day does not matter.
        """
        typed = self.cleaned_data["taken_at"]
        if typed is not None:
            return moment_of(self.site, typed, at)
        return at - timedelta(milliseconds=self.cleaned_data["age_ms"] or 0)


class CorrectForm(VitalsForm):
    vital_set = forms.IntegerField(widget=forms.HiddenInput)
    reason = words("Why it is corrected")
