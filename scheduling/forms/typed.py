"""What a form says, for a view that answers in place: its values, or every sentence at once."""

from typing import Any

from django import forms

from kitclinic.problems import Blocker, Refused


def read(form: forms.Form) -> dict[str, Any]:
    """Return the form's values; raises Refused with a sentence for every field at once."""
    if not form.is_bound:  # posted with nothing in it: everything is missing
        form.is_bound = True
        form.full_clean()
    if form.is_valid():
        return form.cleaned_data
    problems = []
    for name, errors in form.errors.items():
        label = form.fields[name].label or name.replace("_", " ").capitalize() if name in form.fields else ""
        for error in errors:
            said = "choose or enter it." if str(error) == "This field is required." else str(error)
            problems.append(Blocker("", f"{label}: {said}" if label else said, name))
    raise Refused(problems)
