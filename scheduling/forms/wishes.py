"""What a patient asks for, as it is said on the phone."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict

from scheduling.forms.staffing import time_field, time_of
from scheduling.forms.suite import minute_of
from scheduling.rules.protocols import STANDARD
from scheduling.rules.wishes import NOTE_LENGTH, Wish

AVOIDED = 2  # boxes for dates, at least


class WishForm(forms.Form):
    """The whole wish; everything may be left open."""

    earliest = forms.DateField(label="Not before", required=False)
    time = time_field(label="Time liked best", required=False)
    after = time_field(label="Seated at or after", required=False)
    out_by = time_field(label="Out by", required=False)
    note = forms.CharField(label="Note", max_length=NOTE_LENGTH, required=False)
    protocol = forms.SlugField(max_length=40, required=False, widget=forms.HiddenInput)

    known: tuple[date, ...] = ()

    @classmethod
    def showing(cls, wish: Wish, protocol: str = STANDARD) -> "WishForm":
        """Return the form as this wish fills it."""
        times = {"time": wish.minute, "after": wish.from_minute, "out_by": wish.to_minute}
        form = cls(
            initial={name: time_of(minute) for name, minute in times.items() if minute is not None}
            | {"earliest": wish.from_day, "note": wish.note, "protocol": protocol}
        )
        form.known = wish.avoids
        return form

    @property
    def avoids(self) -> list[str]:
        """The dates of the form's own boxes, as they are written; empty ones to write in at the end."""
        if self.is_bound:
            given = [one for one in self._given() if one]
            return [*given, *[""] * max(1, AVOIDED - len(given))]
        return [day.isoformat() for day in self.known] + [""] * max(1, AVOIDED - len(self.known))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        days, nonsense = set(), False
        for one in filter(None, self._given()):
            try:
                days.add(date.fromisoformat(one))
            except ValueError:
                nonsense = True
        found["avoids"] = tuple(sorted(days))
        if nonsense:
            self.add_error(None, "A day to avoid is not a date. Choose it again.")
        return found

    def wish(self) -> Wish:
        """Return the wish; what is not a date or a time counts as left open."""
        self.is_valid()
        data = self.cleaned_data
        times = [minute_of(data[name]) if data.get(name) else None for name in ("time", "after", "out_by")]
        return Wish(
            from_day=data.get("earliest"),
            minute=times[0],
            from_minute=times[1],
            to_minute=times[2],
            avoids=data.get("avoids", ()),
            note=data.get("note", ""),
        )

    def asked(self) -> dict[str, Any]:
        """Return the arguments of ``request_sequence`` and ``change_request``."""
        return {"wish": self.wish(), "protocol": self.chosen()}

    def chosen(self) -> str:
        """Return the protocol that was chosen; the standard where nothing was."""
        self.is_valid()
        return self.cleaned_data.get("protocol") or STANDARD

    def _given(self) -> list[str]:
        return list(self.data.getlist("avoids")) if isinstance(self.data, QueryDict) else []


class WithdrawForm(forms.Form):
    """Why a request is taken back."""

    reason = forms.CharField(label="Why is it withdrawn?", max_length=200)
