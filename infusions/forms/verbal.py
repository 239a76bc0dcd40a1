"""What is typed when a prescriber says something: at the chair, on the order's page, and at the co-signature."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms

from infusions.forms.chart import ActForm, one_of, words
from infusions.forms.orders import SignForm
from infusions.states import VerbalKind
from kitclinic.models import StaffUser
from kitclinic.roles import PRESCRIBERS

KINDS = (
    (VerbalKind.HOLD.value, "Hold the order"),
    (VerbalKind.STOP.value, "Stop the infusion"),
    (VerbalKind.AS_NEEDED.value, "Ondansetron 8 mg, once"),
)


class VerbalForm(ActForm):
    """A verbal order as it was heard. Who may have said it is offered with ``offer``."""

    kind = one_of(KINDS, "What was ordered")
    prescriber = forms.ModelChoiceField(
        StaffUser.objects.none(), widget=forms.RadioSelect, label="Who said it", empty_label=None
    )
    said = words("The words that were said", required=True, most=300)
    said_time = forms.TimeField(
        label="Said at, if earlier than now", required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    read_back = forms.BooleanField(
        label="I read it back, and it was confirmed",
        error_messages={"required": "Read the words back to the prescriber, then tick it."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = StaffUser.objects.at(self.site, roles=PRESCRIBERS)
        self._prescribers.queryset = rows.order_by("name", "pk")

    @property
    def _prescribers(self) -> "forms.ModelChoiceField[StaffUser]":
        field = self.fields["prescriber"]
        assert isinstance(field, forms.ModelChoiceField)
        return field

    def offer(self, people: Sequence[tuple[int, str]], kinds: Sequence[str] = tuple(VerbalKind.values)) -> None:
        """Show these prescribers in this order, and only these kinds; what may be is asked of the rule."""
        self._prescribers.choices = list(people)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(value, label) for value, label in KINDS if value in kinds]

    def said_at(self, at: datetime) -> datetime:
        """Now, or the clinic's time that was typed, today or just before midnight."""
        typed = self.cleaned_data["said_time"]
        if typed is None:
            return at
        moment = self.site.instant(self.site.today(at), typed.hour * 60 + typed.minute)
        return moment - timedelta(days=1) if moment - at > timedelta(hours=12) else moment


class CoSignForm(SignForm):
    """The password again, the digest of the text that stood on the page, and what was said instead."""

    disputes = forms.CharField(
        label="Only if it was said otherwise: what you said",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["shown_digest", "disputes", "password"]
