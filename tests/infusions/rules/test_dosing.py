"""Dose, rounding, preparation and pump, against exact fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infusions.rules import dosing
from infusions.states import FillMode
from kitclinic.display import half_up, show
from kitclinic.problems import Blocker, NeedsConfirmation

ALL_WEIGHTS = [Decimal(tenths) / 10 for tenths in range(200, 4001)]


def prepared(dose: str, strength: int = 50, bag: str = "50", fill: FillMode = FillMode.MADE_UP_TO):
    return dosing.prepare(
        dose_mg=Decimal(dose), strength_mg_per_ml=Decimal(strength), bag_ml=Decimal(bag), fill=fill
    )


def rules(problems):
    return [problem.rule for problem in problems]


def test_dos_01_every_weight_from_20_to_400_kg_gives_exactly_half_its_number_in_mg():
    assert len(ALL_WEIGHTS) == 3801
    for weight in ALL_WEIGHTS:
        dose = dosing.dose_mg(weight)
        assert Fraction(dose) == Fraction(weight) / 2
        assert dose == dose.quantize(Decimal("0.001"))  # numeric(8,3) holds it without rounding


@pytest.mark.parametrize(
    ("kg", "mg"), [("70", "35"), ("250", "125"), ("340", "170"), ("635", "317.5"), ("999.9", "499.95")]
)
def test_dos_01_there_is_no_ceiling_and_a_heavy_patient_is_ordered_like_anyone(kg, mg):
    assert dosing.dose_mg(Decimal(kg)) == Decimal(mg)


@pytest.mark.parametrize(
    "weight",
    [Decimal(0), Decimal("-70"), Decimal("82.55"), Decimal("NaN"), Decimal("Infinity"), 82.5, 82, "82.5"],
)
def test_dos_01_what_is_no_weight_in_tenths_of_a_kg_is_refused(weight):
    with pytest.raises(ValueError, match="weight_kg"):
        dosing.dose_mg(weight)


@given(st.integers(min_value=1, max_value=9999), st.integers(min_value=1, max_value=9999))
def test_dos_01_the_dose_is_linear_in_the_weight(one, other):
    a, b = Decimal(one) / 10, Decimal(other) / 10
    assert dosing.dose_mg(a) + dosing.dose_mg(b) == dosing.dose_mg(a + b)


@pytest.mark.parametrize(
    ("value", "step", "shown"),
    [
        ("41.25", "0.1", "41.3"),
        ("41.35", "0.1", "41.4"),
        ("-41.25", "0.1", "-41.3"),
        ("0.825", "0.01", "0.83"),
    ],
)
def test_dos_02_a_tie_is_shown_away_from_zero(value, step, shown):
    assert half_up(Decimal(value), Decimal(step)) == Decimal(shown)


def test_dos_02_every_dose_is_shown_as_the_exact_fraction_rounds():
    for weight in ALL_WEIGHTS:
        exact = Fraction(dosing.dose_mg(weight))
        tenths = (exact * 10 + Fraction(1, 2)).__floor__()
        assert Fraction(half_up(dosing.dose_mg(weight), Decimal("0.1"))) == Fraction(tenths, 10)


@pytest.mark.parametrize(
    ("value", "text"),
    [("40.0", "40 mg"), ("0.80", "0.8 mg"), ("1250", "1,250 mg"), ("75.0", "75 mg"), ("41.250", "41.25 mg")],
)
def test_dos_03_a_quantity_is_written_in_ismp_notation(value, text):
    assert show(Decimal(value), "mg") == text


@pytest.mark.parametrize("strength", [Decimal(5), Decimal(500), Decimal("10.5"), 50, 50.0])
def test_dos_04_a_strength_that_no_vial_has_is_refused(strength):
    with pytest.raises(ValueError, match="DOS-04"):
        dosing.prepare(
            dose_mg=Decimal(40), strength_mg_per_ml=strength, bag_ml=Decimal(50), fill=FillMode.MADE_UP_TO
        )


@pytest.mark.parametrize(
    ("dose", "strength", "draw"),
    [
        ("41.25", 50, "0.83"),
        ("49.70", 50, "0.99"),
        ("49.75", 50, "1.00"),
        ("50", 50, "1.0"),
        ("52.5", 50, "1.1"),
        ("41.25", 10, "4.1"),
        ("41.25", 100, "0.41"),
    ],
)
def test_dos_05_a_volume_is_drawn_in_hundredths_below_one_ml_and_in_tenths_from_there(dose, strength, draw):
    assert prepared(dose, strength).draw_ml == Decimal(draw)


def test_dos_05_the_worked_example_of_82_5_kg():
    made = prepared("41.25")
    assert made.draw_exact_ml == Decimal("0.825")
    assert made.delivered_mg == Decimal("41.5")
    assert made.deviation_percent == Fraction(20, 33)
    assert made.deviation_text == "+0.6%"
    assert made.concentration_mg_per_ml == Decimal("0.83")
    assert (made.rate_ml_per_h, made.minutes) == (Decimal("75"), 40)
    assert dosing.preparation_problems(made) == []


def test_dos_05_the_ordered_mg_is_never_changed_and_the_drawn_one_is_exact():
    for weight in ALL_WEIGHTS:
        for strength in dosing.STRENGTHS:
            dose = dosing.dose_mg(weight)
            made = prepared(str(dose), int(strength), "100")
            assert made.dose_mg == dose
            exact = Fraction(dose) / int(strength)
            per_ml = 100 if exact < 1 else 10
            assert Fraction(made.draw_ml) == Fraction((exact * per_ml + Fraction(1, 2)).__floor__(), per_ml)
            assert Fraction(made.delivered_mg) == Fraction(made.draw_ml) * int(strength)


@pytest.mark.parametrize(
    ("dose", "delivered", "asks"),
    [("100", "101", False), ("100", "101.01", True), ("100", "99", False), ("100", "98.99", True)],
)
def test_dos_06_more_than_one_percent_off_needs_a_reason_and_exactly_one_does_not(dose, delivered, asks):
    made = prepared(dose)
    off = dosing.Preparation(
        dose_mg=made.dose_mg,
        strength_mg_per_ml=made.strength_mg_per_ml,
        bag_ml=made.bag_ml,
        fill=made.fill,
        draw_exact_ml=made.draw_exact_ml,
        draw_ml=made.draw_ml,
        delivered_mg=Decimal(delivered),
        final_volume_ml=made.final_volume_ml,
        rate_ml_per_h=made.rate_ml_per_h,
    )
    assert rules(dosing.preparation_problems(off)) == (["DOS-06"] if asks else [])


def test_dos_06_a_dose_that_the_syringe_cannot_measure_closely_asks_and_says_by_how_much():
    (problem,) = dosing.preparation_problems(prepared("52.5"))
    assert isinstance(problem, NeedsConfirmation)
    assert "1.1 mL delivers 55 mg instead of 52.5 mg (+4.8%)" in problem.sentence


@pytest.mark.parametrize(
    ("bag", "fill", "final", "rate"),
    [
        ("50", FillMode.MADE_UP_TO, "50", "75"),
        ("50", FillMode.ADDED_TO, "50.83", "76.2"),
        ("100", FillMode.MADE_UP_TO, "100", "150"),
        ("100", FillMode.ADDED_TO, "100.83", "151.2"),
    ],
)
def test_dos_07_the_rate_is_one_and_a_half_times_the_total_volume(bag, fill, final, rate):
    made = prepared("41.25", bag=bag, fill=fill)
    assert (made.final_volume_ml, made.rate_ml_per_h) == (Decimal(final), Decimal(rate))


@given(
    st.sampled_from(ALL_WEIGHTS),
    st.sampled_from(dosing.STRENGTHS),
    st.sampled_from([Decimal(50), Decimal(100), Decimal(250)]),
    st.sampled_from(list(FillMode)),
)
def test_dos_07_every_usual_bag_runs_in_40_minutes_within_the_confirmed_range(weight, strength, bag, fill):
    made = prepared(str(dosing.dose_mg(weight)), int(strength), str(bag), fill)
    assert Fraction("39.5") <= made.minutes <= Fraction("40.5")
    assert made.minutes == Fraction(made.final_volume_ml) * 60 / Fraction(made.rate_ml_per_h)


def test_dos_08_a_bag_that_runs_too_short_or_too_long_is_confirmed():
    made = prepared("1", bag="0.5")
    assert (made.rate_ml_per_h, made.minutes_text) == (Decimal("0.8"), "37.5")
    (problem,) = dosing.preparation_problems(made)
    assert (problem.rule, type(problem)) == ("DOS-08", NeedsConfirmation)


@pytest.mark.parametrize(("fill", "blocked"), [(FillMode.MADE_UP_TO, True), (FillMode.ADDED_TO, False)])
def test_dos_09_more_than_the_bag_holds_cannot_be_made_up_in_it(fill, blocked):
    problems = dosing.preparation_problems(prepared("600", 10, "50", fill))
    assert rules(problems) == (["DOS-09"] if blocked else [])


def test_dos_09_a_full_bag_of_drug_still_fits():
    assert dosing.preparation_problems(prepared("500", 10, "50")) == []


def test_dos_09_a_dose_too_small_to_draw_is_blocked():
    blocked = [p for p in dosing.preparation_problems(prepared("0.05", 100)) if isinstance(p, Blocker)]
    assert rules(blocked) == ["DOS-09"]


@pytest.mark.parametrize(
    ("typed", "matches"),
    [
        ("75", True),
        ("75.75", True),
        ("75.76", False),
        ("74.25", True),
        ("74.24", False),
        ("7.5", False),
        ("750", False),
    ],
)
def test_dos_10_the_pump_may_be_one_percent_off_and_no_more(typed, matches):
    assert dosing.pump_matches(Decimal(75), Decimal(typed)) is matches


def test_dos_10_the_published_tenfold_slip_stops_and_both_values_are_named_at_once():
    problems = dosing.pump_problems(
        expected_rate_ml_per_h=Decimal("4.17"),
        typed_rate_ml_per_h=Decimal("41.7"),
        expected_volume_ml=Decimal(50),
        typed_volume_ml=Decimal(100),
    )
    assert [(p.rule, p.field, type(p)) for p in problems] == [
        ("DOS-10", "rate_ml_per_h", Blocker),
        ("DOS-10", "volume_ml", Blocker),
    ]
    assert "shows 41.7 mL/h, the order expects 4.17 mL/h" in problems[0].sentence


def test_dos_10_a_pump_that_shows_the_order_is_no_problem():
    seen = {"expected_rate_ml_per_h": Decimal(75), "typed_rate_ml_per_h": Decimal("75.0")}
    assert dosing.pump_problems(**seen, expected_volume_ml=Decimal(50), typed_volume_ml=Decimal(50)) == []


def test_dos_02_the_infused_mg_comes_from_the_pumps_volume():
    facts = {"bag_mg": Decimal("41.5"), "final_volume_ml": Decimal(50)}
    assert dosing.infused_mg(**facts, infused_ml=Decimal(50)) == Decimal("41.5")
    assert dosing.infused_mg(**facts, infused_ml=Decimal("12.3")) == Decimal("10.209")
    assert dosing.infused_mg(**facts, infused_ml=Decimal(0)) == 0
    with pytest.raises(ValueError, match="infused_ml"):
        dosing.infused_mg(**facts, infused_ml=Decimal(-1))


def over(minutes: int, *, bag: str = "100", dose: str = "41.25") -> dosing.Preparation:
    return dosing.prepare(
        dose_mg=Decimal(dose),
        strength_mg_per_ml=Decimal(50),
        bag_ml=Decimal(bag),
        fill=FillMode.MADE_UP_TO,
        minutes=minutes,
    )


@pytest.mark.parametrize(
    ("mg_per_kg", "mg"), [("0.5", "41.25"), ("0.25", "20.625"), ("1", "82.5"), ("0.333", "27.4725")]
)
def test_dos_01_another_protocol_gives_exactly_its_own_mg_per_kg(mg_per_kg, mg):
    assert dosing.dose_mg(Decimal("82.5"), Decimal(mg_per_kg)) == Decimal(mg)


@pytest.mark.parametrize("bad", [Decimal(0), Decimal("-0.5"), Decimal("NaN"), 0.5])
def test_dos_01_a_dose_per_kg_that_is_no_number_above_zero_is_refused(bad):
    with pytest.raises(ValueError, match="mg_per_kg"):
        dosing.dose_mg(Decimal("82.5"), bad)


@pytest.mark.parametrize(
    ("minutes", "rate"), [(40, "150"), (60, "100"), (100, "60"), (240, "25"), (70, "85.7"), (45, "133.3")]
)
def test_dos_07_another_protocol_runs_in_its_own_minutes(minutes, rate):
    made = over(minutes)
    assert (made.rate_ml_per_h, made.ordered_minutes) == (Decimal(rate), minutes)
    assert dosing.preparation_problems(made) == []


@pytest.mark.parametrize("minutes", [0, -40])
def test_dos_07_no_infusion_runs_in_no_time(minutes):
    with pytest.raises(ValueError, match="minutes"):
        over(minutes)


@pytest.mark.parametrize(
    ("ordered", "final", "asks"),
    [
        (40, "39.5", False),
        (40, "39.49", True),
        (40, "40.5", False),
        (40, "40.51", True),
        (240, "243", False),
        (240, "243.01", True),
        (240, "237", False),
        (240, "236.99", True),
    ],
)
def test_dos_08_the_window_is_an_eightieth_of_the_ordered_minutes_exactly(ordered, final, asks):
    runs = dosing.Preparation(
        dose_mg=Decimal("41.5"),
        strength_mg_per_ml=Decimal(50),
        bag_ml=Decimal(final),
        fill=FillMode.MADE_UP_TO,
        draw_exact_ml=Decimal("0.83"),
        draw_ml=Decimal("0.83"),
        delivered_mg=Decimal("41.5"),
        final_volume_ml=Decimal(final),
        rate_ml_per_h=Decimal(60),  # one mL a minute: the volume is the minutes
        ordered_minutes=ordered,
    )
    problems = dosing.preparation_problems(runs)
    assert rules(problems) == (["DOS-08"] if asks else [])
    assert all(f"instead of {ordered}." in problem.sentence for problem in problems)


@pytest.mark.parametrize(("strength", "said"), [(10, False), (50, False), (100, True)])
def test_dos_11_a_vial_of_100_mg_per_ml_says_that_it_must_be_diluted(strength, said):
    words = prepared("41.25", strength).dilution_text
    assert bool(words) is said
    assert not said or words.startswith("The 100 mg/mL vial must be diluted: draw it into the bag")


@pytest.mark.parametrize(
    ("dose", "bag", "fill", "blocked"),
    [
        ("500", "10", FillMode.MADE_UP_TO, False),  # 5 mL in 10 mL: as much diluent as drug
        ("510", "10", FillMode.MADE_UP_TO, True),
        ("1000", "10", FillMode.ADDED_TO, False),
        ("1010", "10", FillMode.ADDED_TO, True),
        ("317.5", "50", FillMode.MADE_UP_TO, False),  # 635 kg
    ],
)
def test_dos_11_a_vial_of_100_mg_per_ml_gets_at_least_as_much_diluent(dose, bag, fill, blocked):
    found = [p for p in dosing.preparation_problems(prepared(dose, 100, bag, fill)) if isinstance(p, Blocker)]
    assert rules(found) == (["DOS-11"] if blocked else [])
