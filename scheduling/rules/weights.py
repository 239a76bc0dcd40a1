"""Is this weight what the scale showed, and may it still be dosed by?

The questions never block, never change the weight and never offer another number: the
person types the reading off the scale once more and says why.
"""

from dataclasses import replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from kitclinic.display import show, show_percent_from
from kitclinic.problems import Blocker, NeedsFields, Problem
from kitclinic.register import Rule
from scheduling.states import WeightSource

CHANGE_KG, CHANGE_PERCENT, CHANGE_PERCENT_ACROSS = 3, 4, 10  # WGT-01: strictly more asks
WGT_01 = Rule(
    "WGT-01",
    "A weight that changed by more than 3 kg or 4% inside a sequence, or by more than 10% since "
    "an earlier sequence, is confirmed.",
    source="clinic default",
)

POUNDS_RATIOS = ((Fraction("2.10"), Fraction("2.31")), (Fraction("0.43"), Fraction("0.48")))  # WGT-02
POUNDS_PER_KG = Fraction("2.2046")
PLAUSIBLE_BMI = (15, 50)
WGT_02 = Rule(
    "WGT-02",
    "A weight that looks like pounds is confirmed: 2.10 to 2.31 or 0.43 to 0.48 times the last weight; "
    "without one, a BMI above 60 that would be 15 to 50 if the number were pounds.",
    source="clinic default",
)

SLIP_RATIOS = (Fraction(10), Fraction("0.1"), Fraction(100))  # WGT-03
SLIP_PERCENT = 5
WGT_03 = Rule(
    "WGT-03",
    "A weight within 5% of 10, 0.1 or 100 times the last weight (a slipped point) is confirmed.",
    source="clinic default",
)

WGT_04 = Rule(
    "WGT-04",
    "A weight whose whole kilograms are the last ones with two neighbouring digits exchanged is confirmed.",
    source="clinic default",
)

WGT_05 = Rule(
    "WGT-05",
    "When the BMI is 100 or more and would be 15 to 50 with height and weight exchanged, both are confirmed.",
    source="clinic default",
)

BMI_LOW, BMI_HIGH = 14, 60  # WGT-06
EXTREME_KG = (Decimal("22.7"), Decimal("340.2"))
EXTREME_BMI = (10, 100)
WGT_06 = Rule(
    "WGT-06",
    "A BMI below 14 or above 60 is confirmed, in stronger words below 22.7 kg, above 340.2 kg, "
    "at a BMI of 10 or less and of 100 or more.",
    source="clinic default; stronger words after Chan & Raffa 2017",
)

HOLD_PERCENT = 5  # WGT-07: exactly 5% holds
WGT_07 = Rule(
    "WGT-07",
    "A new weight 5% or more from the order's holds the order until a prescriber decides.",
    source="clinic default",
)

WGT_08 = Rule("WGT-08", "On day 1 the weight is measured on that day.", source="clinic default")

MAX_AGE_DAYS = 7  # WGT-09: seven days old is valid, eight is not
WGT_09 = Rule(
    "WGT-09",
    "On every later day the dosing weight is at most 7 days old, or the infusion does not start.",
    source="clinic default",
)

KG_STEP = Decimal("0.1")  # WGT-10
HEAVIEST_KG = Decimal("999.9")  # what the field can hold; not a clinical limit
WGT_10 = Rule(
    "WGT-10",
    "A weight is typed in kilograms with one decimal, as the scale shows it; a questioned one is typed twice, "
    "with a reason.",
    source="ISMP, measured weight in metric units; typing it twice: clinic default",
)

WGT_11 = Rule(
    "WGT-11",
    "A weight that was stated, estimated or carried forward is recorded only by a prescriber, with a reason; "
    "a later reading is compared with measured weights only.",
    source="ISMP, a measured weight at each encounter; the prescriber's exception is a clinic default",
)
WGT_12 = Rule(
    "WGT-12",
    "A weight that is carried forward is the last measured one, unchanged, and its age is shown.",
    source="clinic default",
)

FIELD = "weight_kg"
AGAIN = "Read the scale again, type it once more and give the reason."
ASK_AGAIN = "Ask or estimate again, type it once more and give the reason."


def require_positive(name: str, value: Decimal) -> Decimal:
    """Return value; raise ValueError when it is not a Decimal above zero."""
    if not isinstance(value, Decimal) or not value.is_finite() or value <= 0:
        raise ValueError(f"{name} must be a Decimal above zero, not {value!r}")
    return value


def require_weight(weight_kg: Decimal) -> Decimal:
    """Return weight_kg; raise ValueError unless it is a Decimal above zero in steps of 0.1 kg."""
    require_positive("weight_kg", weight_kg)
    if weight_kg % KG_STEP:
        raise ValueError(f"weight_kg has one decimal place, not {weight_kg}")
    return weight_kg


def reading_problems(weight_kg: Decimal) -> list[Problem]:
    """Return the refusal of what no scale shows; asked before ``weight_problems``."""
    shown = weight_kg.is_finite() and 0 < weight_kg <= HEAVIEST_KG
    if shown and not weight_kg % KG_STEP:
        return []
    sentence = "Type the weight as the scale shows it: kilograms with one decimal, such as 82.5."
    return [Blocker(WGT_10.id, sentence, FIELD)]


def open_questions(
    asked: list[Problem], *, weight_kg: Decimal, again_kg: Decimal | None, reason: str
) -> list[Problem]:
    """Return the questions that nobody answered, or what is wrong with the answer.

    again_kg: the reading typed once more, None while nobody was asked; reason: why it is right.
    """
    if not asked or again_kg is None:
        return asked
    problems: list[Problem] = []
    if again_kg != weight_kg:
        sentence = "The two readings differ. Read the scale again and type what it shows, twice."
        problems.append(Blocker(WGT_10.id, sentence, "again_kg"))
    if not reason.strip():
        problems.append(Blocker(WGT_10.id, "Say why this weight is right.", "reason"))
    return problems


def source_problems(
    *, source: str, weight_kg: Decimal, last_kg: Decimal | None, by_prescriber: bool, reason: str
) -> list[Problem]:
    """Return what stands against recording a weight that was not measured now; nothing for a measured one.

    last_kg: the last measured weight; reason: why it is used all the same.
    """
    if source == WeightSource.MEASURED:
        return []
    problems: list[Problem] = []
    if source not in WeightSource.values:
        return [Blocker(WGT_11.id, "Choose where this weight comes from.", "source")]
    label = str(WeightSource(source).label).lower()
    if not by_prescriber:
        sentence = f"Only a prescriber records a weight as {label}. Weigh the patient in kg, or ask one."
        problems.append(Blocker(WGT_11.id, sentence, "source"))
    if not reason.strip():
        problems.append(
            Blocker(WGT_11.id, f"Say why a weight {label} is used instead of a new reading.", "reason")
        )
    if source == WeightSource.CARRIED_FORWARD and last_kg is None:
        sentence = "There is no measured weight to carry forward. Weigh the patient in kg."
        problems.append(Blocker(WGT_12.id, sentence, FIELD))
    elif source == WeightSource.CARRIED_FORWARD and last_kg != weight_kg:
        sentence = (
            f"{show(weight_kg, 'kg')} is not the last measured weight, {show(last_kg or 0, 'kg')}. "
            "Carry that one forward, or say that this one was stated or estimated."
        )
        problems.append(Blocker(WGT_12.id, sentence, FIELD))
    return problems


def days_ago(*, measured_on: date, today: date) -> str:
    """Return "today", "yesterday" or "3 days ago"; both dates of the clinic's calendar."""
    days = (today - measured_on).days
    if days < 0:
        raise ValueError(f"a weight cannot be measured on {measured_on}, after {today}")
    return ("today", "yesterday")[days] if days < 2 else f"{days} days ago"


def age_words(*, measured_on: date, today: date) -> str:
    """Return "measured today", "measured yesterday" or "measured 3 days ago"."""
    return f"measured {days_ago(measured_on=measured_on, today=today)}"


def bmi(weight_kg: Decimal | Fraction, height_cm: Decimal) -> Fraction:
    """Return the body mass index in kg/m², exact."""
    return Fraction(weight_kg) * 10_000 / Fraction(height_cm) ** 2


def weight_problems(
    *,
    weight_kg: Decimal,
    height_cm: Decimal | None = None,
    previous_kg: Decimal | None = None,
    same_sequence: bool = False,
    source: str = WeightSource.MEASURED,
) -> list[Problem]:
    """Return every question about this weight, each a NeedsFields.

    previous_kg: the last measured weight; same_sequence: whether it belongs to this one. What is
    carried forward was asked about when it was measured.
    Raises ValueError for a weight or height that is no measurement at all.
    """
    require_weight(weight_kg)
    problems: list[NeedsFields] = []
    if source == WeightSource.CARRIED_FORWARD:
        return []
    if previous_kg is not None:
        problems += _against_last(weight_kg, require_weight(previous_kg), same_sequence=same_sequence)
    if height_cm is not None:
        require_positive("height_cm", height_cm)
        problems += _against_height(weight_kg, height_cm, alone=previous_kg is None)
    if not any(problem.rule == WGT_06.id for problem in problems) and _extreme_kg(weight_kg):
        problems.append(_unusual(weight_kg, "", extreme=True))
    again = AGAIN if source == WeightSource.MEASURED else ASK_AGAIN
    return [replace(problem, sentence=f"{problem.sentence} {again}") for problem in problems]


def _against_last(weight_kg: Decimal, last_kg: Decimal, *, same_sequence: bool) -> list[NeedsFields]:
    problems: list[NeedsFields] = []
    ratio = Fraction(weight_kg) / Fraction(last_kg)
    now, last = show(weight_kg, "kg"), show(last_kg, "kg")
    change = abs(weight_kg - last_kg)
    limit = CHANGE_PERCENT if same_sequence else CHANGE_PERCENT_ACROSS
    if 100 * change > limit * last_kg or (same_sequence and change > CHANGE_KG):
        percent = show_percent_from(weight_kg, last_kg)
        problems.append(_ask(WGT_01, f"{now} is {percent} from the last weight, {last}."))
    if any(low <= ratio <= high for low, high in POUNDS_RATIOS):
        problems.append(_ask(WGT_02, f"{now} after {last}: one of them may be pounds."))
    if any(100 * abs(ratio - slip) <= SLIP_PERCENT * slip for slip in SLIP_RATIOS):
        problems.append(_ask(WGT_03, f"{now} after {last}: the decimal point may have slipped."))
    if _transposed(int(weight_kg), int(last_kg)):
        problems.append(_ask(WGT_04, f"{now} after {last}: two digits may be exchanged."))
    return problems


def _against_height(weight_kg: Decimal, height_cm: Decimal, *, alone: bool) -> list[NeedsFields]:
    problems: list[NeedsFields] = []
    index = bmi(weight_kg, height_cm)
    low, high = PLAUSIBLE_BMI
    now, tall = show(weight_kg, "kg"), show(height_cm, "cm")
    if alone and index > BMI_HIGH and low <= index / POUNDS_PER_KG <= high:
        problems.append(_ask(WGT_02, f"{now} at {tall} would be usual if it were pounds."))
    if index >= EXTREME_BMI[1] and low <= bmi(Fraction(height_cm), weight_kg) <= high:
        problems.append(_ask(WGT_05, f"{now} at {tall}: height and weight may be exchanged."))
    if index < BMI_LOW or index > BMI_HIGH:
        extreme = index <= EXTREME_BMI[0] or index >= EXTREME_BMI[1] or _extreme_kg(weight_kg)
        problems.append(_unusual(weight_kg, f" at {tall}", extreme=extreme))
    return problems


def _ask(rule: Rule, finding: str) -> NeedsFields:
    return NeedsFields(rule.id, finding, FIELD)


def _unusual(weight_kg: Decimal, at: str, *, extreme: bool) -> NeedsFields:
    words = "almost never true and most often a typing error" if extreme else "unusual"
    return _ask(WGT_06, f"{show(weight_kg, 'kg')}{at} is {words}.")


def _extreme_kg(weight_kg: Decimal) -> bool:
    return not EXTREME_KG[0] <= weight_kg <= EXTREME_KG[1]


def _transposed(one: int, other: int) -> bool:
    """Whether two neighbouring digits exchanged make the one number the other."""
    a, b = str(one), str(other)
    if len(a) != len(b) or a == b:
        return False
    return any(a[:i] + a[i + 1] + a[i] + a[i + 2 :] == b for i in range(len(a) - 1))


def holds_order(*, ordered_kg: Decimal, weight_kg: Decimal) -> bool:
    """Return whether the new weight holds the order (WGT-07); the signed mg is never recalculated."""
    require_weight(ordered_kg)
    return 100 * abs(require_weight(weight_kg) - ordered_kg) >= HOLD_PERCENT * ordered_kg


def hold_limits_kg(ordered_kg: Decimal) -> tuple[Decimal, Decimal]:
    """Return (low, high): a weight at or below low, or at or above high, holds the order."""
    margin = require_weight(ordered_kg) * HOLD_PERCENT / 100
    low = (ordered_kg - margin).quantize(KG_STEP, rounding=ROUND_FLOOR)
    return low, (ordered_kg + margin).quantize(KG_STEP, rounding=ROUND_CEILING)


def hold_problems(*, ordered_kg: Decimal, weight_kg: Decimal) -> list[Problem]:
    """Return the blocker of a weight that holds the order, or nothing."""
    if not holds_order(ordered_kg=ordered_kg, weight_kg=weight_kg):
        return []
    percent = show_percent_from(weight_kg, ordered_kg)
    return [
        Blocker(
            WGT_07.id,
            f"{show(weight_kg, 'kg')} is {percent} from the {show(ordered_kg, 'kg')} of the order. "
            "The order is held: ask a prescriber to affirm it or to write a new one.",
            FIELD,
        )
    ]


def age_problems(*, measured_on: date | None, today: date, day_index: int) -> list[Problem]:
    """Return the blocker of a weight that is missing or too old to start on.

    measured_on, today: dates in the clinic's zone; day_index: 1 to 5.
    Raises ValueError for a weight measured in the future.
    """
    if measured_on is not None and measured_on > today:
        raise ValueError(f"a weight cannot be measured on {measured_on}, after {today}")
    if day_index == 1 and measured_on != today:
        return [Blocker(WGT_08.id, "Weight not measured today. Weigh the patient in kg.", FIELD)]
    if measured_on is None:
        return [Blocker(WGT_09.id, "No measured weight. Weigh the patient in kg.", FIELD)]
    age = (today - measured_on).days
    if age > MAX_AGE_DAYS:
        sentence = f"The last weight is {age} days old, {MAX_AGE_DAYS} is the most. Weigh the patient in kg."
        return [Blocker(WGT_09.id, sentence, FIELD)]
    return []
