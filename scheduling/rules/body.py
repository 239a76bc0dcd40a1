"""Body mass index from height and weight, for reading only."""

from decimal import Context, Decimal

from kitclinic.display import half_up, show
from kitclinic.register import Rule
from scheduling.rules.weights import bmi

BMI_STEP = Decimal("0.1")
ENR_59 = Rule(
    "ENR-59",
    "The body mass index is the last measured weight in kg over the height in m squared, shown half up to "
    "0.1 kg/m²; it refuses nothing.",
    source="Tankha 2025, Table 1 (reported); how it is shown: clinic default",
)
_EXACT = Context(prec=60)


def bmi_words(weight_kg: Decimal | None, height_cm: int | None) -> str:
    """Return "28.5 kg/m²", or "" while weight or height is unknown."""
    if weight_kg is None or not height_cm:
        return ""
    exact = bmi(weight_kg, Decimal(height_cm))
    index = _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return show(half_up(index, BMI_STEP), "kg/m²")
