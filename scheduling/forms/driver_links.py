"""What a patient types into the driver's page."""

from typing import Any

from django import forms

from scheduling.models import Visit
from scheduling.queries.driver_links import Asked
from scheduling.rules.driver_links import no_known_driver
from scheduling.rules.drivers import DRV_02, Driver
from scheduling.states import TransportKind

KNOWN = [
    (TransportKind.FAMILY.value, "A family member"),
    (TransportKind.FRIEND.value, "A friend"),
    (TransportKind.OTHER_KNOWN.value, "Somebody else I know"),
]
NO_WAY_HOME = [("taxi", "A taxi, a rideshare or a bus"), ("nobody", "I have nobody yet")]


class DriverLinkForm(forms.Form):
    """The code of a link, and after it the year of birth. A whole pasted link is taken too."""

    token = forms.CharField(
        label="Link or code", max_length=300, error_messages={"required": "Paste the link from your message."}
    )
    birth_year = forms.CharField(label="Year of birth", required=False, max_length=10)

    def clean_token(self) -> str:
        return "".join(str(self.cleaned_data["token"]).rsplit("#", 1)[-1].split())

    def clean_birth_year(self) -> int | None:
        """A year in four digits, or None where nothing was typed yet."""
        typed = str(self.cleaned_data["birth_year"]).strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and len(typed) == 4):
            raise forms.ValidationError("Type the year with four digits, for example 1974.")
        return int(typed)


class DriverAnswerForm(forms.Form):
    """Who drives home, on which of the days that are asked about."""

    who = forms.ChoiceField(error_messages={"required": "Choose who drives you home."})
    name = forms.CharField(max_length=120, required=False)
    one_name = forms.BooleanField(required=False)  # the driver has one name only, or the patient's own
    relationship = forms.CharField(max_length=60, required=False)
    phone = forms.CharField(max_length=30, required=False)
    days = forms.MultipleChoiceField(error_messages={"required": "Choose at least one day."})

    def __init__(self, *args: Any, asked: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        self.named = dict(asked.drivers)
        who, days = self.fields["who"], self.fields["days"]
        assert isinstance(who, forms.ChoiceField)
        assert isinstance(days, forms.MultipleChoiceField)
        who.choices = [(key, driver.full_name) for key, driver in asked.drivers] + KNOWN + NO_WAY_HOME
        days.choices = [(str(visit.pk), str(visit.date)) for visit in asked.visits]

    def clean_who(self) -> str:
        """A way home that is no known driver is refused in words (DRV-01)."""
        who = str(self.cleaned_data["who"])
        if who in dict(NO_WAY_HOME):
            raise forms.ValidationError(no_known_driver(who)[0].sentence)
        return who

    def visits(self) -> list[Visit]:
        chosen = set(self.cleaned_data["days"])
        return [visit for visit in self.asked.visits if str(visit.pk) in chosen]

    def driver(self) -> Driver:
        """The driver named before, or the one that is typed here."""
        data = self.cleaned_data
        known = self.named.get(data["who"])
        return known or Driver(data["who"], data["name"], data["relationship"], data["phone"])

    def confirmed(self) -> frozenset[str]:
        return frozenset({"DRV-01", DRV_02.id}) if self.cleaned_data["one_name"] else frozenset()
