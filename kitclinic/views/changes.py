"""What changed of staff, settings, formulary and schedule: old, new, who, when."""

from datetime import date, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.changes import MOST, ON_THE_PAGE, Asked, changes
from kitclinic.history import Kind
from kitclinic.http import page
from kitclinic.roles import Permission

DAYS = 30  # shown unless asked for
WITHIN = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}), validators=WITHIN
    )


class Period(forms.Form):
    """Which changes: every field may stay empty."""

    kind = forms.ChoiceField(
        label="Of",
        choices=[("", "Everything"), *((kind.name, kind.value) for kind in ON_THE_PAGE)],
        required=False,
    )
    first = _day("From")
    last = _day("To")

    def clean(self) -> dict[str, object]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first one.")
        return self.cleaned_data


@requires(Permission.RUN_CLINIC)
@require_safe
def history(request: StaffRequest) -> HttpResponse:
    """A filter that cannot be read shows its error and no change, rather than other changes."""
    form = Period(request.GET)
    for field in form.fields.values():
        field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
    shown = None
    if form.is_valid():
        last = form.cleaned_data["last"] or request.clinic.today(timezone.now())
        first = form.cleaned_data["first"] or last - timedelta(days=DAYS)
        kind = Kind[form.cleaned_data["kind"]] if form.cleaned_data["kind"] else None
        shown = changes(request.clinic, Asked(first, last, kind))
    context = {"form": form, "changes": shown, "most": MOST, "days": DAYS}
    return page(request, "kitclinic/changes.html", context, status=200 if shown is not None else 422)
