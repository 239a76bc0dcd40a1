"""Forms of planning group visits: a single one, a series, the end of one; and the clinic's settings."""

from datetime import time
from typing import Any

from django import forms

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling.actions import ClinicSettings, NewSeries
from scheduling.forms.patients import date_field
from scheduling.forms.suite import minute_of
from scheduling.models import GroupVisit
from scheduling.queries.clearance import window_of
from scheduling.queries.groups import leads
from scheduling.rules.group_plans import LONGEST_CLEARANCE_DAYS, LONGEST_GAP_DAYS, SeriesPlan
from scheduling.rules.groups import PEOPLE_PER_SEAT

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class MeetingForm(forms.Form):
    """Time, room, seats, language and both leads of a group visit."""

    start = forms.TimeField(
        label="Starts at", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), initial=time(13)
    )
    minutes = forms.IntegerField(label="Length in minutes", min_value=1, max_value=1440, initial=90)
    room = forms.CharField(max_length=60, required=False)
    capacity = forms.IntegerField(
        label="Seats",
        min_value=PEOPLE_PER_SEAT,
        max_value=500,
        initial=12,
        help_text="For patients and support persons together: 8 seats are 4 patients.",
    )
    language = forms.CharField(max_length=40, initial="English")
    physician = forms.ModelChoiceField(queryset=StaffUser.objects.none(), empty_label="Choose")
    psychologist = forms.ModelChoiceField(queryset=StaffUser.objects.none(), empty_label="Choose")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, role in (("physician", Role.PHYSICIAN), ("psychologist", Role.PSYCHOLOGIST)):
            field = self.fields[name]
            field.queryset = leads(site=site, role=role)  # type: ignore[attr-defined]


class GroupForm(MeetingForm):
    """A single group visit."""

    date = date_field(label="Day")
    field_order = ("date", "start", "minutes", "room", "capacity", "language", "physician", "psychologist")

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        words = window_of(site).words
        self.fields["date"].help_text = f"The first infusion, on the first day of a clinic week, is {words} later."

    @staticmethod
    def initial_of(group: GroupVisit) -> dict[str, Any]:
        """What the form of a change shows first."""
        hours, minutes = divmod(group.start_minute, 60)
        names = ("date", "minutes", "room", "capacity", "language", "physician", "psychologist")
        return {"start": time(hours, minutes)} | {name: getattr(group, name) for name in names}

    def plan(self) -> dict[str, Any]:
        """The arguments of ``plan_group_visit`` and ``change_group_visit``."""
        data = dict(self.cleaned_data)
        return {"day": data.pop("date"), "start_minute": minute_of(data.pop("start")), **data}


class SeriesForm(MeetingForm):
    """A group visit that comes back every week."""

    weekday = forms.TypedChoiceField(choices=list(enumerate(WEEKDAYS)), coerce=int, initial=1)
    starts_on = date_field(label="From")
    ends_on = date_field(label="Until", required=False, help_text="Leave it open to go on until you end it.")
    field_order = (
        "weekday",
        "start",
        "minutes",
        "room",
        "capacity",
        "language",
        "physician",
        "psychologist",
        "starts_on",
        "ends_on",
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, site=site, **kwargs)
        self.fields["room"].required = True

    def series(self) -> NewSeries:
        data = self.cleaned_data
        plan = SeriesPlan(
            weekday=data["weekday"],
            start=minute_of(data["start"]),
            minutes=data["minutes"],
            room=data["room"],
            places=data["capacity"],
            language=data["language"],
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
        )
        return NewSeries(plan, data["physician"], data["psychologist"])


class EndForm(forms.Form):
    """The last day of a series."""

    last_day = date_field(label="Last day")


class WhyForm(forms.Form):
    """Why something is cancelled."""

    reason = forms.CharField(max_length=300, required=False)


class SettingsForm(forms.Form):
    """What a clinic sets for itself."""

    sma_earliest_days = forms.IntegerField(label="At most, days before", min_value=1, max_value=LONGEST_GAP_DAYS)
    sma_target_days = forms.IntegerField(label="Best, days before", min_value=1, max_value=LONGEST_GAP_DAYS)
    sma_latest_days = forms.IntegerField(label="At least, days before", min_value=1, max_value=LONGEST_GAP_DAYS)
    clearance_days = forms.IntegerField(
        label="A clearing holds for, days",
        min_value=1,
        max_value=LONGEST_CLEARANCE_DAYS,
        help_text="A returning patient cleared within this time needs a health screen and no new group visit.",
    )
    holiday_calendar = forms.CharField(
        max_length=10,
        required=False,
        help_text="A country such as US, or with its region, such as US-OH. Leave it empty to follow none.",
    )
    address = forms.CharField(
        max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text="As on an envelope."
    )
    phone = forms.CharField(max_length=40, required=False, help_text="Stands in every message and letter.")
    bring_along = forms.CharField(
        label="What to bring to the group visit",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One thing a line. Stands in e-mails and letters, so no health detail.",
    )

    @staticmethod
    def initial_of(site: Site) -> dict[str, Any]:
        return {name: getattr(site, name) for name in ClinicSettings.__dataclass_fields__}

    def settings(self) -> ClinicSettings:
        return ClinicSettings(**self.cleaned_data)
