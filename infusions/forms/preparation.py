"""What is typed around a drawn dose at the chair: the vial chosen, the waste and its witness, what is missing."""

from django import forms

from infusions.forms.chart import ActForm, one_of, words
from infusions.forms.ledger import WitnessFields, amount_ml
from infusions.rules.drawing import BAG, SYRINGE

PLACES = ((SYRINGE, "The syringe"), (BAG, "The bag"))


class WithdrawForm(ActForm):
    parts = forms.CharField(
        label="Vial",
        max_length=400,
        error_messages={"required": "Tap the vial you draw from. Nothing was withdrawn."},
    )


class WasteRestForm(WitnessFields, ActForm):
    """Never filled in: what the ledger has left stands beside the field."""

    place = one_of(PLACES, "What is wasted is in", required=False)
    ml = amount_ml("Volume wasted, mL")
    reason = words("Note", most=300)
    field_order = ["key", "place", "ml", "reason", "witness_username", "witness_password"]


class ReturnDrawnForm(ActForm):
    reason = words("Why the dose goes back", required=True, most=300)


class MissingForm(ActForm):
    place = one_of(PLACES, "The dose is in", required=False)
    ml = amount_ml("Volume missing, mL")
    reason = words("What happened, as far as you know", required=True, most=300)
    field_order = ["key", "place", "ml", "reason"]
