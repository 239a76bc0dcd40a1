"""Which drugs of an order do the recorded allergies name?

The allergies are free text. A name inside a longer sentence counts too: a needless question is
answered with a reason, a missed allergy is not answered at all.
"""

from kitclinic.register import Rule

DRUG_NAMES: dict[str, tuple[str, ...]] = {
    "ketamine": ("ketamine", "ketalar"),
    "ondansetron": ("ondansetron", "zofran"),
}
ORD_19 = Rule(
    "ORD-19",
    "An allergy counts when the recorded allergies name the drug or its brand, wherever in the text.",
    source="clinic default",
)


def drugs_named(allergies: str) -> frozenset[str]:
    """Return the drugs of an order that this text names: "ketamine", "ondansetron" (ORD-19)."""
    text = allergies.casefold()
    return frozenset(drug for drug, names in DRUG_NAMES.items() if any(name in text for name in names))
