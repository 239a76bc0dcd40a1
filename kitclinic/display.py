"""How a number is written for people: rounded once, half up, in ISMP notation.

This is the only place that rounds for display. Storage and arithmetic keep every digit;
``half_up`` is called once, on the way to the screen, the paper or the signed text.
SQL that shows a number calls the functions of the same meaning, ``kitclinic.db_functions``.
``round()`` of Python rounds otherwise.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import floor

MINUS = "\N{MINUS SIGN}"  # as wide as the plus sign, so that columns of signs line up
PERCENT_STEP = Decimal("0.1")  # a percent from baseline is printed to one decimal place

# Wide enough for every number in the product, so that no context in force elsewhere can
# round a second time or differently.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

Number = Decimal | int


def _decimal(value: Number) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"{value!r} is not a Decimal or an int; binary fractions round wrongly")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number that can be shown")
    return number


def half_up(value: Number | Fraction, step: Decimal) -> Decimal:
    """Return value rounded to a whole multiple of step; a tie goes away from zero.

    value: a Fraction where the exact number has no end, such as mg by mL.
    step: the smallest difference that is shown, such as Decimal("0.1").
    Raises TypeError for a float, ValueError for a step that is not above zero.
    """
    step = _decimal(step)
    if step <= 0:
        raise ValueError(f"a rounding step must be above zero, not {step}")
    if isinstance(value, Fraction):
        whole = floor(abs(value) / Fraction(step) + Fraction(1, 2))
        steps = Decimal(whole if value >= 0 else -whole)
    else:
        steps = _EXACT.divide(_decimal(value), step).to_integral_value(rounding=ROUND_HALF_UP)
    return _EXACT.multiply(steps, step)


def show(value: Number, unit: str = "") -> str:
    """Return value as text: "0.8", "40", "1,250", with a unit "40 mg".

    A zero before the point, none trailing after it, a comma at 1,000, a space before the
    unit (ISMP). Nothing is rounded here.
    """
    number = _decimal(value)
    text = f"{abs(number):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if number < 0:
        text = MINUS + text
    return f"{text} {unit}" if unit else text


def show_signed(value: Number, unit: str = "") -> str:
    """Return value with its sign, "+9", "−1"; zero has none."""
    return ("+" if _decimal(value) > 0 else "") + show(value, unit)


def show_percent_from(value: Number, baseline: Number) -> str:
    """Return how far value is from baseline: "+20.3%", "−2.4%", "0%".

    Never a ground for a flag: the rule compares the integers themselves.
    """
    start = _decimal(baseline)
    if start <= 0:
        raise ValueError(f"nothing can be compared with a baseline of {baseline}")
    change = _EXACT.divide(100 * (_decimal(value) - start), start)
    return show_signed(half_up(change, PERCENT_STEP)) + "%"


def in_sentence(label: str) -> str:
    """Return a label as it stands inside a sentence: "ended early"; abbreviations stay: "IV line"."""
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() else label[:1].lower() + label[1:]
