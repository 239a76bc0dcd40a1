"""Four ways to one number: database, Python, page and exact fractions agree for every weight.

3,801 weights from 20.0 to 400.0 kg and 635.0 kg, three vial strengths, three bags, both ways to fill them:
68,436 preparations, each with its dose, draw, delivered dose, deviation, concentration, rate and minutes. The
oracle knows nothing of ``rules.dosing`` or ``display``: it works in whole fractions and writes its own numbers.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from math import floor

import pytest
from django.db import connection
from django.template import engines

from infusions.rules.dosing import Preparation, dose_mg, prepare
from infusions.states import FillMode
from kitclinic.display import show, show_percent_from

WEIGHTS = [Decimal(tenths) / 10 for tenths in (*range(200, 4001), 6350)]
STRENGTHS, BAGS, FILLS = (10, 50, 100), (50, 100, 250), ("made_up_to", "added_to")
HALF, TENTH, HUNDREDTH = Fraction(1, 2), Fraction(1, 10), Fraction(1, 100)
MINUS = "−"
SQL = """
WITH asked AS (
    SELECT kg, strength, bag, fill, 0.5 * kg AS dose, 0.5 * kg / strength AS exact
    FROM (SELECT generate_series(20.0, 400.0, 0.1) UNION ALL SELECT 635.0) AS weights(kg),
         unnest(ARRAY[10, 50, 100]::numeric[]) AS strength,
         unnest(ARRAY[50, 100, 250]::numeric[]) AS bag,
         unnest(ARRAY['made_up_to', 'added_to']) AS fill
), drawn AS (
    SELECT *, kitclinic_half_up(exact, CASE WHEN exact < 1 THEN 0.01 ELSE 0.1 END) AS draw FROM asked
), filled AS (
    SELECT *, draw * strength AS delivered, bag + CASE fill WHEN 'added_to' THEN draw ELSE 0 END AS total
    FROM drawn
), rated AS (
    SELECT *, kitclinic_half_up(1.5 * total, 0.1) AS rate, 100 * (delivered - dose) / dose AS percent FROM filled
)
SELECT kg, strength, bag, fill, concat_ws('|',
    kitclinic_show(dose, 'mg'), kitclinic_show(draw, 'mL'), kitclinic_show(delivered, 'mg'),
    CASE WHEN kitclinic_half_up(percent, 0.1) > 0 THEN '+' ELSE '' END
        || kitclinic_show(kitclinic_half_up(percent, 0.1), '') || '%',
    kitclinic_show(total, 'mL'), kitclinic_show(kitclinic_half_up(delivered / total, 0.01), 'mg/mL'),
    kitclinic_show(rate, 'mL/h'), kitclinic_show(kitclinic_half_up(60 * total / rate, 0.1), 'min'))
FROM rated
"""
# One rendering of very many: the partials of the real pages, included as those pages include them.
PREPARATIONS = '{% for made in all %}{% include "infusions/_preparation.html" %}\x1e{% endfor %}'
DOSES = '{% for made, weight_kg in all %}{% include "infusions/_dose.html" %}\x1e{% endfor %}'

Key = tuple[Decimal, int, int, str]


def half_up(value: Fraction, step: Fraction) -> Fraction:
    """The multiple of step nearest to value; a tie goes away from zero."""
    nearest = floor(abs(value) / step + HALF) * step
    return nearest if value >= 0 else -nearest


@cache
def drawn(kg: Decimal, strength: int) -> tuple[Fraction, Fraction, Fraction]:
    """(dose, what holds it exactly, what the syringe can measure) in mg, mL, mL."""
    dose = Fraction(kg) / 2
    exact = dose / strength
    return dose, exact, half_up(exact, HUNDREDTH if exact < 1 else TENTH)


@cache
def is_tie(kg: Decimal, strength: int) -> bool:
    exact = Fraction(kg) / 2 / strength
    return (exact * (100 if exact < 1 else 10)) % 1 == HALF


@cache
def written(value: Fraction) -> str:
    """A decimal fraction in words of ISMP: zero before the point, none trailing, comma at 1,000."""
    parts = abs(value) * 100_000
    assert parts.denominator == 1
    whole, rest = divmod(int(parts), 100_000)
    text = f"{whole:,}" + f".{rest:05}".rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text


def oracle(kg: Decimal, strength: int, bag: int, fill: str) -> tuple[str, ...]:
    dose, _, draw = drawn(kg, strength)
    delivered, total = draw * strength, bag + (draw if fill == "added_to" else 0)
    percent = half_up(100 * (delivered - dose) / dose, TENTH)
    rate = half_up(total * 60 / 40, TENTH)
    return (
        f"{written(dose)} mg",
        f"{written(draw)} mL",
        f"{written(delivered)} mg",
        f"{'+' if percent > 0 else ''}{written(percent)}%",
        f"{written(Fraction(total))} mL",
        f"{written(half_up(delivered / total, HUNDREDTH))} mg/mL",
        f"{written(rate)} mL/h",
        f"{written(half_up(60 * total / rate, TENTH))} min",
    )


def all_keys() -> Iterator[Key]:
    return product(WEIGHTS, STRENGTHS, BAGS, FILLS)


@pytest.fixture(scope="module")
def expected() -> dict[Key, tuple[str, ...]]:
    return {key: oracle(*key) for key in all_keys()}


@pytest.fixture(scope="module")
def prepared() -> dict[Key, Preparation]:
    return {
        (kg, strength, bag, fill): prepare(
            dose_mg=dose_mg(kg),
            strength_mg_per_ml=Decimal(strength),
            bag_ml=Decimal(bag),
            fill=FillMode(fill),
        )
        for kg, strength, bag, fill in all_keys()
    }


def pages(template: str, context: dict[str, object]) -> list[str]:
    html = engines["django"].from_string(template).render(context)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part)) for part in html.split("\x1e")[:-1]]


def test_dos_01_the_oracle_covers_every_weight_strength_bag_and_fill(expected):
    assert len(expected) == 3802 * 3 * 3 * 2 == 68_436
    ties = {strength: sum(is_tie(kg, strength) for kg in WEIGHTS[:-1]) for strength in STRENGTHS}
    assert ties == {10: 190, 50: 80 + 30, 100: 90 + 10}  # 50 and 100 mg/mL: below, and from 1 mL on
    heavy = [expected[Decimal(kg), 50, 250, "made_up_to"][0] for kg in ("250", "340", "635")]
    assert heavy == ["125 mg", "170 mg", "317.5 mg"]


def test_dos_01_python_says_what_the_exact_fractions_say(expected, prepared):
    for key, made in prepared.items():
        said = (
            show(made.dose_mg, "mg"),
            show(made.draw_ml, "mL"),
            show(made.delivered_mg, "mg"),
            show_percent_from(made.delivered_mg, made.dose_mg),
            show(made.final_volume_ml, "mL"),
            show(made.concentration_mg_per_ml, "mg/mL"),
            show(made.rate_ml_per_h, "mL/h"),
            f"{made.minutes_text} min",
        )
        assert said == expected[key], key


def test_dos_02_the_database_says_what_the_exact_fractions_say(db, expected):
    with connection.cursor() as cursor:
        cursor.execute(SQL)
        rows = {(kg, int(strength), int(bag), fill): said for kg, strength, bag, fill, said in cursor.fetchall()}
    assert len(rows) == len(expected)
    wrong = [(key, rows[key]) for key, said in expected.items() if rows[key] != "|".join(said)]
    assert wrong == []


def test_dos_02_the_page_says_what_the_exact_fractions_say(expected, prepared):
    said = pages(PREPARATIONS, {"all": list(prepared.values())})
    assert len(said) == len(expected)
    for (key, numbers), text in zip(expected.items(), said, strict=True):
        kg, strength, bag, fill = key
        _, draw, delivered, percent, total, concentration, rate, minutes = numbers
        exact = drawn(kg, strength)[1]
        rounds = "" if f"{written(exact)} mL" == draw else f"{written(exact)} mL → "
        how = "made up to" if fill == "made_up_to" else "added to"
        assert f" Draw {rounds} {draw} ".replace("  ", " ") in text, (key, text)
        assert f" Delivers {delivered} ({percent}) " in text, (key, text)
        assert f" Bag, {how} {bag} mL, {concentration} " in text, (key, text)
        assert f" Pump {rate} , {total}, {minutes} " in text, (key, text)
        assert ("must be diluted" in text) is (strength == 100), (key, text)


def test_dos_03_the_dose_line_shows_every_dose_unrounded(site, nurse):
    weight = type("Read", (), {"get_source_display": "Measured", "measured_at": None, "measured_by": nurse})()
    lines = [(prepare_for(kg), kg) for kg in WEIGHTS]
    said = pages(DOSES, {"all": lines, "weight": weight, "site": site})
    assert len(said) == len(WEIGHTS)
    for kg, text in zip(WEIGHTS, said, strict=True):
        assert f" {written(Fraction(kg))} kg " in text, kg
        assert f" {written(Fraction(kg) / 2)} mg " in text, kg


def prepare_for(kg: Decimal) -> Preparation:
    return prepare(
        dose_mg=dose_mg(kg), strength_mg_per_ml=Decimal(50), bag_ml=Decimal(50), fill=FillMode.MADE_UP_TO
    )
