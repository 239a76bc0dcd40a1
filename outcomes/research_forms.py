"""What is typed before a research export is made."""

from django import forms

from outcomes.rules.research import LONGEST_APPROVAL, LONGEST_REASON, SHORTEST_REASON


class ResearchForm(forms.Form):
    """Why the export is made, and under which approval."""

    reason = forms.CharField(
        label="What it is for",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"The question, and who gets the file; at least {SHORTEST_REASON} characters. Name no patient.",
        error_messages={"required": "Say what the export is for."},
    )
    approval = forms.CharField(
        label="Number of the approval",
        max_length=LONGEST_APPROVAL,
        help_text="Of the ethics or privacy board, as on its letter.",
        error_messages={"required": "Enter the number of the approval."},
    )
    confirmed = forms.BooleanField(
        label="The approval covers this export: these patients, these columns, this purpose.",
        error_messages={"required": "Confirm that the approval covers this export."},
    )
