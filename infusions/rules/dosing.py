"""Dose, rounding for display, preparation in the bag and the pump check.

Decimal for every kg, mg, mL and mL/h; nothing is rounded before it is compared, and the
ordered mg is never changed to fit a syringe.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from infusions.rules.order_set import STANDARD
from infusions.states import FillMode
from kitclinic.display import half_up, show, show_percent_from
from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from kitclinic.register import Rule
from scheduling.rules.weights import require_positive, require_weight

MG_PER_KG = STANDARD.mg_per_kg  # DOS-01: 0.5, unless the order's protocol says otherwise
DOS_01 = Rule(
    "DOS-01",
    "The dose is exactly the protocol's mg per kg (0.5 in the standard one) of actual body weight, "
    "with no ceiling.",
    source="Tankha 2025",
)

DOS_02 = Rule(
    "DOS-02",
    "A number is rounded once, half up, when it is shown; stored and compared numbers are exact.",
    source="clinic default",
)

DOS_03 = Rule(
    "DOS-03",
    "A quantity is written with a zero before the point, none trailing after it, "
    "a comma at 1,000 and a space before its unit.",
    source="ISMP, error-prone abbreviations and dose designations",
)

STRENGTHS = (Decimal(10), Decimal(50), Decimal(100))  # DOS-04, mg/mL
DOS_04 = Rule(
    "DOS-04",
    "A ketamine vial holds 10, 50 or 100 mg/mL, chosen from the formulary and never typed.",
    source="US ketamine labelling",
)

FINE_BELOW_ML = Decimal(1)  # DOS-05
FINE_STEP_ML = Decimal("0.01")
COARSE_STEP_ML = Decimal("0.1")
DOS_05 = Rule(
    "DOS-05",
    "The volume to draw is measured in steps of 0.01 mL below 1 mL and of 0.1 mL from 1 mL on.",
    source="clinic default",
)

DEVIATION_PERCENT = 1  # DOS-06: strictly more than 1% asks; exactly 1% does not
DOS_06 = Rule(
    "DOS-06",
    "When the volume that can be drawn delivers more than 1% more or less than ordered, a reason is needed.",
    source="clinic default",
)

MINUTES = STANDARD.minutes  # DOS-07: 40, unless the order's protocol says otherwise
RATE_STEP = Decimal("0.1")
DOS_07 = Rule(
    "DOS-07",
    "The pump runs at 60 times the total volume by the ordered minutes (1.5 times it for 40 min), to 0.1 mL/h.",
    source="Tankha 2025",
)

MINUTES_OFF = Fraction(1, 80)  # DOS-08: half a minute of 40; strictly more asks
DOS_08 = Rule(
    "DOS-08",
    "A rate that infuses the bag in less than 39.5 or more than 40.5 min, or as much off other ordered minutes "
    "(more than 1.25%), needs a confirmation.",
    source="clinic default",
)

DOS_09 = Rule(
    "DOS-09",
    "The volume to draw is more than nothing and fits into the bag.",
    source="clinic default",
)

PUMP_PERCENT = 1  # DOS-10: strictly more than 1% stops; exactly 1% does not
DOS_10 = Rule(
    "DOS-10",
    "A programmed rate or volume more than 1% off the expected one stops the start until it is reconciled.",
    source="clinic default, after the tenfold rate error in Patient Safety Solutions 2019",
)

DILUTE_FROM = Decimal(100)  # DOS-11, mg/mL in the vial
MOST_DILUTED = Decimal(50)  # mg/mL in the bag: with as much diluent as drug
DOS_11 = Rule(
    "DOS-11",
    "Ketamine of 100 mg/mL is diluted before it is given, with at least as much diluent as drug.",
    source="US ketamine labelling",
)

MG_STEP = Decimal("0.001")  # charted mg
ML_CONCENTRATION_STEP = Decimal("0.01")


def dose_mg(weight_kg: Decimal, mg_per_kg: Decimal = MG_PER_KG) -> Decimal:
    """Return the ketamine dose in mg for one infusion, exact (DOS-01).

    mg_per_kg: what the protocol of the order says (``OrderSet.mg_per_kg``).
    """
    return require_positive("mg_per_kg", mg_per_kg) * require_weight(weight_kg)


@dataclass(frozen=True, slots=True)
class Preparation:
    """How one infusion is prepared and run; every volume in mL, doses in mg.

    draw_exact_ml: the volume that holds the ordered dose exactly; draw_ml: what a syringe
    can measure; delivered_mg: what that holds; final_volume_ml: the volume to be infused;
    ordered_minutes: in which the protocol infuses it.
    """

    dose_mg: Decimal
    strength_mg_per_ml: Decimal
    bag_ml: Decimal
    fill: FillMode
    draw_exact_ml: Decimal
    draw_ml: Decimal
    delivered_mg: Decimal
    final_volume_ml: Decimal
    rate_ml_per_h: Decimal
    ordered_minutes: int = MINUTES

    @property
    def deviation_percent(self) -> Fraction:
        """Delivered from ordered dose in percent, exact."""
        return Fraction(100 * (self.delivered_mg - self.dose_mg)) / Fraction(self.dose_mg)

    @property
    def deviation_text(self) -> str:
        return show_percent_from(self.delivered_mg, self.dose_mg)

    @property
    def minutes(self) -> Fraction:
        """Minutes in which the rate infuses the final volume, exact."""
        return 60 * Fraction(self.final_volume_ml) / Fraction(self.rate_ml_per_h)

    @property
    def minutes_text(self) -> str:
        return show(half_up(self.minutes, Decimal("0.1")))

    @property
    def concentration_mg_per_ml(self) -> Decimal:
        """mg/mL in the bag as shown, to 0.01; charting uses ``infused_mg`` instead."""
        return half_up(Fraction(self.delivered_mg) / Fraction(self.final_volume_ml), ML_CONCENTRATION_STEP)

    @property
    def dilution_text(self) -> str:
        """What is said beside a vial that must be diluted (DOS-11); "" for the others."""
        if self.strength_mg_per_ml < DILUTE_FROM:
            return ""
        vial = show(self.strength_mg_per_ml, "mg/mL")
        return f"The {vial} vial must be diluted: draw it into the bag, never give it from the syringe."


def draw_step(volume_ml: Decimal) -> Decimal:
    """Return the step in mL in which such a volume is measured (DOS-05)."""
    return FINE_STEP_ML if volume_ml < FINE_BELOW_ML else COARSE_STEP_ML


def prepare(
    *, dose_mg: Decimal, strength_mg_per_ml: Decimal, bag_ml: Decimal, fill: FillMode, minutes: int = MINUTES
) -> Preparation:
    """Return the preparation of one infusion. minutes: what the protocol says (``OrderSet.minutes``).

    Raises ValueError for a dose, bag or minutes not above zero and for a strength that no
    vial has. Whether it may be used is the answer of ``preparation_problems``.
    """
    require_positive("dose_mg", dose_mg)
    require_positive("bag_ml", bag_ml)
    require_positive("minutes", Decimal(minutes))
    if strength_mg_per_ml not in STRENGTHS or not isinstance(strength_mg_per_ml, Decimal):
        raise ValueError(f"no ketamine vial holds {strength_mg_per_ml!r} mg/mL ({DOS_04})")
    exact = dose_mg / strength_mg_per_ml
    draw = half_up(exact, draw_step(exact))
    final = bag_ml + draw if fill == FillMode.ADDED_TO else bag_ml
    return Preparation(
        dose_mg=dose_mg,
        strength_mg_per_ml=strength_mg_per_ml,
        bag_ml=bag_ml,
        fill=FillMode(fill),
        draw_exact_ml=exact,
        draw_ml=draw,
        delivered_mg=draw * strength_mg_per_ml,
        final_volume_ml=final,
        rate_ml_per_h=half_up(60 * Fraction(final) / minutes, RATE_STEP),
        ordered_minutes=minutes,
    )


def preparation_problems(preparation: Preparation) -> list[Problem]:
    """Return what stands in the way of preparing it so: blockers and reasons to give."""
    problems = _volume_problems(preparation)
    drawn = show(preparation.draw_ml, "mL")
    if abs(preparation.deviation_percent) > DEVIATION_PERCENT:
        problems.append(
            NeedsConfirmation(
                DOS_06.id,
                f"{drawn} delivers {show(preparation.delivered_mg, 'mg')} instead of "
                f"{show(preparation.dose_mg, 'mg')} ({preparation.deviation_text}). "
                "Choose another strength, or give the reason.",
                "strength_mg_per_ml",
            )
        )
    ordered = preparation.ordered_minutes
    if abs(preparation.minutes - ordered) > MINUTES_OFF * ordered:
        problems.append(
            NeedsConfirmation(
                DOS_08.id,
                f"At {show(preparation.rate_ml_per_h, 'mL/h')} the bag runs {preparation.minutes_text} min "
                f"instead of {ordered}. Choose another bag, or give the reason.",
                "bag_ml",
            )
        )
    return problems


def _volume_problems(preparation: Preparation) -> list[Problem]:
    """What no confirmation helps against: nothing to draw, a bag that is too small."""
    drawn, bag = show(preparation.draw_ml, "mL"), show(preparation.bag_ml, "mL")
    too_big = preparation.fill == FillMode.MADE_UP_TO and preparation.draw_ml > preparation.bag_ml
    if preparation.draw_ml == 0 or too_big:
        sentence = f"{drawn} cannot be drawn into a {bag} bag. Choose another strength or bag."
        return [Blocker(DOS_09.id, sentence, "strength_mg_per_ml")]
    undiluted = preparation.delivered_mg > MOST_DILUTED * preparation.final_volume_ml
    if undiluted and preparation.strength_mg_per_ml >= DILUTE_FROM:
        sentence = (
            f"{drawn} of {show(preparation.strength_mg_per_ml, 'mg/mL')} is not diluted enough in {bag}. "
            "Choose a larger bag or another strength."
        )
        return [Blocker(DOS_11.id, sentence, "bag_ml")]
    return []


def pump_matches(expected: Decimal, typed: Decimal) -> bool:
    """Return whether a programmed value is within 1% of the expected one (DOS-10)."""
    require_positive("expected", expected)
    return 100 * abs(typed - expected) <= PUMP_PERCENT * expected


def pump_problems(
    *,
    expected_rate_ml_per_h: Decimal,
    typed_rate_ml_per_h: Decimal,
    expected_volume_ml: Decimal,
    typed_volume_ml: Decimal,
) -> list[Problem]:
    """Return one blocker for each value on the pump that is not the expected one."""
    return [
        Blocker(
            DOS_10.id,
            f"Stop and reconcile: the pump shows {show(typed, unit)}, the order expects "
            f"{show(expected, unit)}. Correct the pump, then read it again.",
            field,
        )
        for expected, typed, unit, field in (
            (expected_rate_ml_per_h, typed_rate_ml_per_h, "mL/h", "rate_ml_per_h"),
            (expected_volume_ml, typed_volume_ml, "mL", "volume_ml"),
        )
        if not pump_matches(expected, typed)
    ]


def infused_mg(*, bag_mg: Decimal, final_volume_ml: Decimal, infused_ml: Decimal) -> Decimal:
    """Return the mg in the volume the pump reports, to 0.001 mg; never guessed from time.

    Raises ValueError for a volume below zero or an empty bag.
    """
    require_positive("bag_mg", bag_mg)
    require_positive("final_volume_ml", final_volume_ml)
    if not isinstance(infused_ml, Decimal) or infused_ml < 0:
        raise ValueError(f"infused_ml must be a Decimal, zero or more, not {infused_ml!r}")
    return half_up(infused_ml * bag_mg / final_volume_ml, MG_STEP)
