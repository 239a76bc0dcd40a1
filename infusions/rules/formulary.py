"""What the clinic may set for itself: its vials, its usual preparation, how long an order holds."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from infusions.rules.dosing import STRENGTHS
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule

VIAL_ML = (Decimal("0.5"), Decimal("100"))  # ORD-40
BAG_ML = (10, 1000)  # ORD-41
FIRST_USE_DAYS = (1, 180)  # ORD-42
AFTER_FIRST_DAYS = (1, 180)  # ORD-42
MINUTES_OF_A_DAY = 24 * 60

ORD_40 = Rule(
    "ORD-40",
    "A vial of the formulary holds 10, 50 or 100 mg/mL and 0.5 to 100 mL; it is never edited or deleted, it goes "
    "out of use.",
    source="ISMP guidance (strength from the formulary); clinic default",
)
ORD_41 = Rule(
    "ORD-41",
    "The usual strength is one of the vials in use, the usual bag one of the bags an order may choose, of 10 to "
    "1,000 mL; a change never touches an order that is written.",
    source="clinic default",
)
ORD_42 = Rule(
    "ORD-42",
    "A signed order holds 30 days until its first use and 14 days after the first infusion, unless the clinic "
    "sets 1 to 180 days; an order keeps the days it was written under.",
    source="clinic default",
)
ORD_43 = Rule(
    "ORD-43",
    "Orders for the next clinic day that nobody has signed are called out at 15:00, or at the clinic's own hour.",
    source="clinic default",
)


def product_problems(
    strength_mg_per_ml: int, vial_ml: Decimal, *, is_known: bool, is_in_use: bool
) -> list[Problem]:
    """Return what stands against this vial. is_known: the same one is in the formulary already."""
    problems: list[Problem] = []
    if strength_mg_per_ml not in STRENGTHS:
        sentence = "Ketamine vials hold 10, 50 or 100 mg/mL. Read the strength on the box again."
        problems.append(Blocker(ORD_40.id, sentence, "strength_mg_per_ml"))
    if not VIAL_ML[0] <= vial_ml <= VIAL_ML[1] or vial_ml != round(vial_ml, 1):
        sentence = "A vial holds 0.5 to 100 mL, with one decimal at most. Read the volume on the box again."
        problems.append(Blocker(ORD_40.id, sentence, "vial_ml"))
    if is_known:
        where = "is in use already" if is_in_use else "is in the formulary, out of use. Put it back into use there"
        problems.append(Blocker(ORD_40.id, f"This vial {where}."))
    return problems


def retire_problems(strength_mg_per_ml: int, *, usual: int, others: Collection[int]) -> list[Problem]:
    """Return what stands against taking a vial out of use. others: strengths of the other vials in use."""
    if strength_mg_per_ml != usual or usual in others:
        return []
    sentence = (
        f"This is the last vial of {usual} mg/mL, the usual strength. Add another vial of it or choose another "
        "usual strength first."
    )
    return [Blocker(ORD_41.id, sentence)]


def preparation_problems(
    strength_mg_per_ml: int, bag_ml: int, bags_ml: Sequence[int], *, in_use: Collection[int]
) -> list[Problem]:
    """Return what stands against this usual preparation. in_use: strengths of the vials in use."""
    problems: list[Problem] = []
    if strength_mg_per_ml not in in_use:
        sentence = f"No vial of {strength_mg_per_ml} mg/mL is in use. Add one first, or choose another strength."
        problems.append(Blocker(ORD_41.id, sentence, "strength_mg_per_ml"))
    least, most = BAG_ML
    wrong = sorted({bag for bag in bags_ml if not least <= bag <= most})
    if wrong:
        named = ", ".join(f"{bag:,} mL" for bag in wrong)
        problems.append(Blocker(ORD_41.id, f"A bag holds {least} to {most:,} mL; not {named}.", "bags_ml"))
    if not bags_ml:
        problems.append(Blocker(ORD_41.id, "Name at least one bag that an order may choose.", "bags_ml"))
    elif bag_ml not in bags_ml:
        sentence = f"The usual bag, {bag_ml} mL, is not among the bags an order may choose. Add it there."
        problems.append(Blocker(ORD_41.id, sentence, "bag_ml"))
    return problems


def order_settings_problems(first_use_days: int, after_first_days: int, escalate_minute: int) -> list[Problem]:
    """Return what stands against these settings of orders."""
    problems: list[Problem] = []
    for name, value, (least, most), when in (
        ("first_use_days", first_use_days, FIRST_USE_DAYS, "until its first use"),
        ("after_first_days", after_first_days, AFTER_FIRST_DAYS, "after the first infusion"),
    ):
        if not least <= value <= most:
            problems.append(Blocker(ORD_42.id, f"An order holds {least} to {most} days {when}.", name))
    if not 0 <= escalate_minute < MINUTES_OF_A_DAY:
        problems.append(Blocker(ORD_43.id, "Choose an hour of the day, such as 15:00.", "escalate"))
    return problems
