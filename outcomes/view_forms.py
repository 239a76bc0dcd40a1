"""What people type when they keep a view of outcomes under a name."""

from django import forms

from outcomes.rules.saved_views import LONGEST_NAME

ALWAYS, FIXED = "today", "fixed"


class SaveViewForm(forms.Form):
    """The name of a view, who sees it, and which day it is as of."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME, help_text="For example: CRPS, first course.")
    as_of = forms.ChoiceField(
        label="As of",
        choices=[(ALWAYS, "Always today"), (FIXED, "This day, for ever")],
        widget=forms.RadioSelect,
        initial=ALWAYS,
    )
    shared = forms.BooleanField(
        label="Share with the clinic",
        required=False,
        help_text=(
            "Everybody who may see outcomes gets a link. Small cells are hidden. Do not share two views that "
            "differ by a few patients only: one could be subtracted from the other."
        ),
    )


class RenameViewForm(forms.Form):
    """Another name for a view."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
