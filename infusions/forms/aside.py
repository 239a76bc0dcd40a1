"""What somebody did about an entry that was kept aside."""

from django import forms


class AsideForm(forms.Form):
    words = forms.CharField(label="What was done about it", max_length=200)
