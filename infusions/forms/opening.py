"""What is tapped on the opening list of the suite."""

from typing import Any

from django import forms

from infusions.states import OpeningItem
from kitclinic.models import Site, StaffUser


class OpeningCheckForm(forms.Form):
    """One item as it was found. Whether that may be is asked of the rule."""

    key = forms.UUIDField()
    item = forms.ChoiceField(choices=OpeningItem.choices, label="Item")
    in_order = forms.TypedChoiceField(
        choices=(("yes", "In order"), ("no", "Not in order")),
        coerce=lambda word: word == "yes",
        label="In order",
        error_messages={"required": "Tap In order or Not in order. Nothing was saved."},
    )
    note = forms.CharField(label="What is not in order", required=False, max_length=200)
    provider = forms.ModelChoiceField(StaffUser.objects.none(), label="Provider", required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["provider"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = StaffUser.objects.at(site)
