"""Where somebody drops or sends a visit."""

from django import forms

from scheduling.queries.move_page import DAY, SCOPES, Asked


class MoveForm(forms.Form):
    """A date, a start and a chair; what is missing or nonsense counts as left open."""

    scope = forms.ChoiceField(choices=[(value, words) for value, words in SCOPES], required=False)
    date = forms.DateField(required=False)
    start = forms.IntegerField(required=False, min_value=0, max_value=24 * 60)
    chair = forms.IntegerField(required=False, min_value=1)
    week = forms.DateField(required=False)  # first day of a week on the strip: the same weekday in it
    drop = forms.BooleanField(required=False)

    def asked(self) -> Asked:
        self.is_valid()
        said = self.cleaned_data
        return Asked(
            said.get("scope") or DAY,
            said.get("date") or said.get("week"),
            said.get("start"),
            said.get("chair"),
            bool(said.get("drop")),
            is_week=said.get("date") is None and said.get("week") is not None,
        )
