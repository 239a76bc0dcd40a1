"""Three ways to one number: the database, Python and the page agree with exact fractions, for every weight.

3,801 weights from 20.0 to 400.0 kg, three vial strengths, two bags. The oracle below knows nothing of
``rules.dosing``: it works in whole fractions and writes its own numbers.
"""

import re
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from django.db import connection
from django.template.loader import render_to_string

from infusions.rules.dosing import Preparation, dose_mg, prepare
from infusions.states import FillMode

WEIGHTS = [Decimal(tenths) / 10 for tenths in range(200, 4001)]
STRENGTHS, BAGS = (10, 50, 100), (50, 100)
HALF = Fraction(1, 2)
SQL = """
SELECT kg, strength, bag, 0.5 * kg AS dose,
       CASE WHEN 0.5 * kg / strength < 1
            THEN round(0.5 * kg / strength, 2) ELSE round(0.5 * kg / strength, 1) END AS draw,
       round(1.5 * bag, 1) AS rate
FROM generate_series(20.0, 400.0, 0.1) AS kg,
     unnest(ARRAY[10, 50, 100]::numeric[]) AS strength,
     unnest(ARRAY[50, 100]::numeric[]) AS bag
"""


def half_up(value: Fraction, step: Fraction) -> Fraction:
    """The multiple of step nearest to value; a tie goes away from zero."""
    nearest = floor(abs(value) / step + HALF) * step
    return nearest if value >= 0 else -nearest


def draw_of(kg: Fraction, strength: int) -> Fraction:
    exact = kg / 2 / strength
    return half_up(exact, Fraction(1, 100) if exact < 1 else Fraction(1, 10))


def is_tie(kg: Fraction, strength: int) -> bool:
    exact = kg / 2 / strength
    return (exact * (100 if exact < 1 else 10)) % 1 == HALF


def written(value: Fraction) -> str:
    """A decimal fraction in words of ISMP: zero before the point, none trailing, comma at 1,000."""
    thousandths = abs(value) * 1000
    assert thousandths.denominator == 1
    whole, rest = divmod(int(thousandths), 1000)
    text = f"{whole:,}" + f".{rest:03}".rstrip("0").rstrip(".")
    return ("−" if value < 0 else "") + text


def signed_percent(part: Fraction, whole: Fraction) -> str:
    percent = half_up(100 * (part - whole) / whole, Fraction(1, 10))
    return ("+" if percent > 0 else "") + written(percent) + "%"


def made(kg: Decimal, strength: int, bag: int) -> Preparation:
    return prepare(
        dose_mg=dose_mg(kg),
        strength_mg_per_ml=Decimal(strength),
        bag_ml=Decimal(bag),
        fill=FillMode.MADE_UP_TO,
    )


def test_dos_01_sql_and_python_equal_exact_fractions_for_every_weight(db):
    with connection.cursor() as cursor:
        cursor.execute(SQL)
        rows = {(kg, int(strength), int(bag)): rest for kg, strength, bag, *rest in cursor.fetchall()}
    assert len(rows) == 3801 * 6
    for kg in WEIGHTS:
        exact = Fraction(kg)
        for strength in STRENGTHS:
            for bag in BAGS:
                oracle = (exact / 2, draw_of(exact, strength), Fraction(3 * bag, 2))
                python = made(kg, strength, bag)
                assert tuple(map(Fraction, rows[kg, strength, bag])) == oracle
                shown = (python.dose_mg, python.draw_ml, python.rate_ml_per_h)
                assert tuple(map(Fraction, shown)) == oracle
                assert Fraction(python.delivered_mg) == oracle[1] * strength


TIES = [(kg, strength) for strength in STRENGTHS for kg in WEIGHTS if is_tie(Fraction(kg), strength)]
SAMPLE = TIES + [(kg, strength) for strength in STRENGTHS for kg in WEIGHTS[::97]]


def test_dos_02_the_sample_holds_every_tie():
    assert len(TIES) == 190 + (80 + 30) + (90 + 10)  # 10, 50 and 100 mg/mL; below and from 1 mL on
    assert len(SAMPLE) >= 500


@pytest.mark.parametrize("bag", BAGS)
def test_dos_02_the_page_shows_what_the_fractions_say(bag):
    for kg, strength in SAMPLE:
        exact, preparation = Fraction(kg), made(kg, strength, bag)
        html = render_to_string("infusions/_preparation.html", {"made": preparation})
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
        draw = draw_of(exact, strength)
        delivered = draw * strength
        concentration = half_up(delivered / bag, Fraction(1, 100))
        before = "" if draw == exact / 2 / strength else f"{_long(exact / 2 / strength)} mL → "
        assert f" Draw {before} {written(draw)} mL ".replace("  ", " ") in text, (kg, strength, text)
        assert f"Delivers {written(delivered)} mg ({signed_percent(delivered, exact / 2)})" in text
        assert f"Bag, made up to {bag} mL, {written(concentration)} mg/mL" in text
        assert f"Pump {written(Fraction(3 * bag, 2))} mL/h , {bag} mL, 40 min" in text


@pytest.mark.parametrize("kg", [Decimal("20.0"), Decimal("82.5"), Decimal("109.9"), Decimal("635.0")])
def test_dos_03_the_dose_line_shows_the_dose_unrounded(kg, site, nurse):
    weight = type("Read", (), {"get_source_display": "Measured", "measured_at": None, "measured_by": nurse})()
    html = render_to_string(
        "infusions/_dose.html", {"weight": weight, "weight_kg": kg, "made": made(kg, 50, 50), "site": site}
    )
    assert f"<b>{written(Fraction(kg) / 2)}<small>mg</small></b>" in html
    assert f"<b>{written(Fraction(kg))} kg</b>" in html


def _long(value: Fraction) -> str:
    """Like ``written``, to as many places as the fraction has."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
