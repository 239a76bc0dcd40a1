"""What is typed about engines: systems that ask ours, and engines that we ask."""

from typing import Any

from django import forms

from kitclinic.models import Site
from outcomes.models import InstrumentLicence
from outcomes.queries.licences import licences
from outcomes.rules.instruments import definitions


class ClientForm(forms.Form):
    """Another system that may ask our engine."""

    name = forms.CharField(
        label="System",
        max_length=80,
        help_text="Who will ask, such as “Hospital portal”. The audit trail says it by this name.",
        error_messages={"required": "Say which system it is."},
    )


class RemoteForm(forms.Form):
    """Another engine that asks one adaptive test of this clinic."""

    instrument = forms.ChoiceField(label="Adaptive test")
    address = forms.CharField(
        label="Address of the FHIR service",
        max_length=300,
        help_text="Beginning with https://, without /Questionnaire at its end.",
    )
    questionnaire = forms.CharField(
        label="Address that names the questionnaire",
        max_length=300,
        help_text="As the other engine gives it, with |version where it has one.",
    )
    credential = forms.CharField(
        label="Variable with the token",
        max_length=60,
        required=False,
        help_text="Its name, such as ENGINE_TOKEN_PHO. The token itself stands in the server's environment only.",
    )
    licence = forms.ModelChoiceField(
        InstrumentLicence.objects.none(), label="Licence", empty_label="Choose the licence"
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [one for one in definitions().values() if one.method == "adaptive"]
        mine = [one for one in known if site.is_demo or not one.is_demo]
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            ("", "Choose a test"),
            *((one.name, f"{one.name}: {one.title}") for one in mine),
        ]
        held = [one.pk for one in licences(site)]
        field = self.fields["licence"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = InstrumentLicence.objects.filter(site=site, pk__in=held)
