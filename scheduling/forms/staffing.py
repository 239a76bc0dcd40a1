"""Forms of the roster: a person's days, leave, a call-out, who takes cover."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django import forms

from kitclinic.models import StaffUser
from scheduling.forms.patients import date_field
from scheduling.forms.suite import STEP, minute_of
from scheduling.models import SuiteDay
from scheduling.queries.roster_lanes import Entry
from scheduling.rules.capacity import Span

BREAKS = (15, 30, 15)  # minutes offered for the three breaks of a shift (clinic default)


def time_of(minute: int) -> time:
    """The clock time of a minute of the day; the last minute for midnight at its end."""
    return time(minute // 60, minute % 60) if minute < 24 * 60 else time(23, 59)


def time_field(**options: Any) -> forms.TimeField:
    """A clock time in steps of five minutes."""
    return forms.TimeField(widget=forms.TimeInput(attrs=STEP, format="%H:%M"), **options)


class SpanForm(forms.Form):
    """One unbroken time on some days of a week. days: every day that can be chosen."""

    from_minute = time_field(label="From")
    to_minute = time_field(label="Until")
    days = forms.TypedMultipleChoiceField(label="Days", coerce=date.fromisoformat)

    def __init__(self, *args: Any, days: Iterable[date], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(day.isoformat(), f"{day:%a} {day.day}") for day in days]
        self.fields["days"].choices = choices  # type: ignore[attr-defined]

    def span(self) -> dict[str, int]:
        return {name: minute_of(self.cleaned_data[name]) for name in ("from_minute", "to_minute")}

    @property
    def ticked(self) -> list[str]:
        """The days chosen, as the boxes name them."""
        return [str(day) for day in self["days"].value() or ()]

    @staticmethod
    def hours_of(span: Span) -> dict[str, Any]:
        """The hours that the form of a new entry shows first."""
        return {"from_minute": time_of(span[0]), "to_minute": time_of(span[1])}


class ShiftForm(SpanForm):
    """A nurse's shift with up to three breaks; a break without a beginning is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, length in enumerate(BREAKS, 1):
            self.fields[f"break_{number}"] = time_field(label=f"Break {number} from", required=False)
            self.fields[f"break_{number}_minutes"] = forms.IntegerField(
                label="Minutes", min_value=5, max_value=180, initial=length, required=False
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for number in range(1, len(BREAKS) + 1):
            if found.get(f"break_{number}") and not found.get(f"break_{number}_minutes"):
                self.add_error(f"break_{number}_minutes", "Say how many minutes this break takes.")
        return found

    def breaks(self) -> tuple[Span, ...]:
        data = self.cleaned_data
        found = []
        for number in range(1, len(BREAKS) + 1):
            if (begins := data[f"break_{number}"]) is not None:
                found.append((minute_of(begins), minute_of(begins) + data[f"break_{number}_minutes"]))
        return tuple(found)

    @property
    def break_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        numbers = range(1, len(BREAKS) + 1)
        return [(self[f"break_{number}"], self[f"break_{number}_minutes"]) for number in numbers]

    @staticmethod
    def initial_of(entry: Entry) -> dict[str, Any]:
        """What the form of a change shows first."""
        found = SpanForm.hours_of(entry.span)
        for number, (start, end) in enumerate(entry.breaks[: len(BREAKS)], 1):
            found |= {f"break_{number}": time_of(start), f"break_{number}_minutes": end - start}
        return found


class LeaveForm(forms.Form):
    """Days on which a person is not rostered."""

    person = forms.ModelChoiceField(StaffUser.objects.none(), empty_label="Choose a person")
    first_day = date_field(label="First day")
    last_day = date_field(label="Last day")
    because = forms.CharField(
        label="Note", max_length=120, required=False, help_text="Leave, training. Not a diagnosis."
    )

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = staff  # type: ignore[attr-defined]


class CallOutForm(forms.Form):
    """A rostered person is not there, or leaves."""

    from_minute = time_field(label="Not there from")
    to_minute = time_field(label="Back at", required=False, help_text="Leave it empty for the rest of the day.")
    because = forms.CharField(label="Note", max_length=120, required=False, help_text="Not a diagnosis.")

    def facts(self) -> dict[str, Any]:
        until = self.cleaned_data["to_minute"]
        return {
            "from_minute": minute_of(self.cleaned_data["from_minute"]),
            "to_minute": minute_of(until) if until else None,
            "because": self.cleaned_data["because"],
        }


class CoverForm(forms.Form):
    """Who takes cover that is needed. covers: the rows, with commas."""

    covers = forms.RegexField(r"^\d{1,9}(,\d{1,9})*$", label="Time")
    person = forms.ModelChoiceField(StaffUser.objects.none(), empty_label="Choose who takes it")

    def __init__(self, *args: Any, staff: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = staff  # type: ignore[attr-defined]

    def clean_covers(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["covers"].split(",")]


class AbsentForm(CallOutForm):
    """As a call-out, with the person chosen from the day's roster; today it begins now."""

    person = forms.ModelChoiceField(StaffUser.objects.none())

    def __init__(self, *args: Any, staff: Any, day: SuiteDay, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = staff  # type: ignore[attr-defined]
        now = day.site.minute(at) // 5 * 5 if day.date == day.site.today(at) else 0
        self.fields["from_minute"].initial = time_of(max(now, day.opens_minute))
