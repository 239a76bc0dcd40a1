"""The signed text says everything, in the clinic's time, and the same facts always give the same text."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from infusions.rules.dosing import prepare
from infusions.rules.order_decisions import NO_CONSENT, ConsentOnRecord
from infusions.rules.order_set import OrderSet
from infusions.rules.order_text import AffirmationText, OrderText, affirmation_text, day_span, order_text
from infusions.states import ConsentState, FillMode, OndansetronContraindication
from scheduling.states import Caution, MisuseDecision, PregnancyState, WeightSource

ZONE = ZoneInfo("America/New_York")
MADE = prepare(
    dose_mg=Decimal("41.25"), strength_mg_per_ml=Decimal(50), bag_ml=Decimal(50), fill=FillMode.MADE_UP_TO
)
FACTS = OrderText(
    number="10482",
    version=1,
    patient_name="Tobi Wrenfield",
    born=date(1984, 11, 2),
    record_number="204-6127",
    sequence_number=3,
    first_day=date(2026, 9, 21),
    last_day=date(2026, 9, 25),
    days=5,
    weight_kg=Decimal("82.5"),
    weight_source=WeightSource.MEASURED,
    weight_at=datetime(2026, 9, 14, 14, 12, tzinfo=ZONE),
    preparation=MADE,
    premedication=True,
    as_needed=True,
    contraindication=OndansetronContraindication.NONE,
    pregnancy="",
    misuse_history=False,
    misuse_decision="",
    substance_misuse=False,
    acknowledged=frozenset({Caution.HEART_FAILURE, Caution.SCHIZOPHRENIA}),
    allergies=("penicillin (rash)",),
    expires_on=date(2026, 10, 16),
    psychotropics=("sertraline 100 mg", "quetiapine 25 mg"),
    medication_noted=True,
    driver="Robin Quist (sister)",
    consent=ConsentOnRecord(ConsentState.SIGNED, 2, datetime(2026, 9, 14, 13, 40, tzinfo=ZONE)),
)

TEXT = """\
KETAMINE INFUSION ORDER 10482, version 1
Patient: Tobi Wrenfield, born 2 Nov 1984, record 204-6127
Sequence 3: 5 infusions, one a day, 21–25 Sep 2026
Protocol: standard

Ketamine 41.25 mg IV over 40 min on each of 5 days.
Dose: 82.5 kg × 0.5 mg/kg = 41.25 mg. No ceiling dose.
Weight: 82.5 kg, measured, 14 Sep 2026, 14:12 EDT.
Prepare: vial 50 mg/mL, draw 0.83 mL (41.5 mg, +0.6%), made up to 50 mL.
Pump: 75 mL/h, volume to infuse 50 mL.

Before the start: ondansetron 8 mg IV.
As needed: ondansetron 8 mg IV, exactly once per infusion, after assessment; no third dose.
Against ondansetron: none recorded.

Monitoring: ECG and SpO2 throughout.
Blood pressure and heart rate: before the start; every 15 min; at the end; 15 and 30 min after the end.
Flag: systolic or diastolic pressure or heart rate more than 20% from baseline.
Hold for a new weight of 78.3 kg or less, or of 86.7 kg or more.

Pregnancy: not answered; required before day 1.
Ketamine misuse history: none.
Active misuse of another substance: none.
Cautions acknowledged: Schizophrenia; Heart failure.
Allergies: reviewed: penicillin (rash).

Psychotropic medication: noted: sertraline 100 mg; quetiapine 25 mg.
Antihypertensive medication: noted: none.
Way home: Robin Quist (sister).
Consent: version 2, signed 14 Sep 2026, 13:40 EDT.

Expires after 16 Oct 2026 if not started, otherwise 14 days after the first infusion.
Meaning of this signature: ordered."""


def test_ord_09_the_whole_text_of_an_order_is_exactly_this():
    assert order_text(FACTS) == TEXT


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            {"version": 2, "supersedes_reason": "premedication removed"},
            "Supersedes version 1: premedication removed",
        ),
        ({"weight_source": WeightSource.STATED, "weight_reason": "bed scale broken"}, "reason: bed scale broken."),
        ({"preparation_reason": "no other vial"}, "Reason for this preparation: no other vial."),
        ({"premedication": False}, "Before the start: no ondansetron."),
        ({"as_needed": False}, "As needed: no ondansetron."),
        (
            {"contraindication": OndansetronContraindication.LONG_QT},
            "Against ondansetron: Congenital long QT syndrome.",
        ),
        (
            {"contraindication": OndansetronContraindication.OTHER, "contraindication_reason": "refuses it"},
            "Against ondansetron: Other; refuses it.",
        ),
        (
            {"pregnancy": PregnancyState.NEGATIVE, "pregnancy_on": date(2026, 9, 14)},
            "on 14 Sep 2026; a negative test on day 1 is required.",
        ),
        ({"pregnancy": PregnancyState.NEGATIVE}, "negative; a negative test on day 1 is required."),
        ({"pregnancy": PregnancyState.NOT_APPLICABLE}, "Pregnancy: not applicable."),
        (
            {"misuse_history": True, "misuse_decision": MisuseDecision.ACCEPT, "misuse_rationale": "12 years ago"},
            "Ketamine misuse history: yes; accept with precautions: 12 years ago.",
        ),
        ({"acknowledged": frozenset()}, "Cautions acknowledged: none."),
        ({"allergies": None}, "Allergies: not reviewed; required before the start."),
        ({"allergies": ()}, "Allergies: reviewed: none."),
        (
            {"allergies": ("ketamine",), "allergy_reason": "was another drug"},
            "reviewed: ketamine; ordered all the same: was another drug.",
        ),
        ({"protocol": "Four days, version 7"}, "\nProtocol: Four days, version 7\n"),
        ({"psychotropics": ()}, "Psychotropic medication: noted: none."),
        ({"antihypertensives": ("lisinopril 10 mg",)}, "Antihypertensive medication: noted: lisinopril 10 mg."),
        ({"medication_noted": False}, "Antihypertensive medication: not noted, required before signing: none."),
        ({"driver": "", "driver_plan": "The sister, to be called."}, "Way home: The sister, to be called."),
        ({"driver_plan": "parks in garage B"}, "Way home: Robin Quist (sister); parks in garage B."),
        ({"driver": ""}, "Way home: open; required before signing."),
        ({"consent": NO_CONSENT}, "Consent: not on record; required before signing."),
        (
            {"consent": ConsentOnRecord(ConsentState.WITHDRAWN, 2, datetime(2026, 9, 15, 9, 0, tzinfo=ZONE))},
            "Consent: taken back 15 Sep 2026, 09:00 EDT; required before signing.",
        ),
        ({"after_first_days": 21}, "otherwise 21 days after the first infusion."),
        ({"after_first_days": 1}, "otherwise 1 day after the first infusion."),
        ({"weight_at": datetime(2026, 12, 1, 9, 5, tzinfo=ZONE)}, "1 Dec 2026, 09:05 EST."),
    ],
)
def test_ord_09_every_decision_stands_in_the_text(change, line):
    text = order_text(replace(FACTS, **change))
    assert line in text
    assert text != TEXT


def test_dos_07_drug_added_to_the_bag_is_said_so():
    made = prepare(
        dose_mg=Decimal("41.25"), strength_mg_per_ml=Decimal(50), bag_ml=Decimal(50), fill=FillMode.ADDED_TO
    )
    text = order_text(replace(FACTS, preparation=made))
    assert "added to 50 mL." in text
    assert "Pump: 76.2 mL/h, volume to infuse 50.83 mL." in text


def test_dos_01_a_preparation_of_another_dose_is_never_signed():
    with pytest.raises(ValueError, match="prepared"):
        order_text(replace(FACTS, weight_kg=Decimal("82.6")))


def test_ord_09_a_time_without_a_zone_is_never_signed():
    with pytest.raises(ValueError, match="zone"):
        order_text(replace(FACTS, weight_at=FACTS.weight_at.replace(tzinfo=None)))


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 9, 21), date(2026, 9, 21), "21 Sep 2026"),
        (date(2026, 9, 28), date(2026, 10, 2), "28 Sep – 2 Oct 2026"),
        (date(2026, 12, 28), date(2027, 1, 1), "28 Dec 2026 – 1 Jan 2027"),
    ],
)
def test_ord_09_the_days_of_a_sequence_are_written_short(first, last, text):
    assert day_span(first, last) == text


AFFIRMED = AffirmationText(
    number="204-6127/3",
    version=1,
    patient_name="Pia Xiong",
    born=date(1984, 11, 2),
    record_number="204-6127",
    held_because="83.3 kg is −5.8% from the 88.4 kg of the order.",
    dose_mg=Decimal("44.2"),
    ordered_kg=Decimal("88.4"),
    weight_kg=Decimal("83.3"),
    weight_at=datetime(2026, 9, 21, 11, 5, tzinfo=ZONE),
    digest="ab" * 32,
)


def test_ord_17_the_affirmation_names_both_weights_and_the_text_it_affirms():
    text = affirmation_text(AFFIRMED)
    assert text.startswith("HELD ORDER 204-6127/3, version 1, AFFIRMED\n")
    assert "Weight of the order: 88.4 kg. Weight now: 83.3 kg (−5.8%), measured, 21 Sep 2026, 11:05 EDT." in text
    assert "The signed dose stands: ketamine 44.2 mg IV over 40 min." in text
    assert f"Text of the order: SHA-256 {'ab' * 32}" in text
    assert text.endswith("Meaning of this signature: reviewed.")


def test_ord_04_a_misuse_question_that_is_open_is_not_written_as_none():
    assert "misuse history: not asked" in order_text(replace(FACTS, misuse_history=None))
    assert "misuse history: yes; not decided" in order_text(replace(FACTS, misuse_history=True))
    assert "misuse of another substance: not asked" in order_text(replace(FACTS, substance_misuse=None))
    decided = {"substance_decision": MisuseDecision.ACCEPT, "substance_rationale": "agreement signed"}
    text = order_text(replace(FACTS, substance_misuse=True, **decided))
    assert "Active misuse of another substance: yes; accept with precautions: agreement signed." in text


def test_one_day_left_is_written_as_one_infusion():
    text = order_text(replace(FACTS, first_day=FACTS.last_day, days=1))
    assert "Sequence 3: 1 infusion, 25 Sep 2026" in text
    assert "IV over 40 min on 1 day." in text


def test_a_note_stands_in_the_signed_text():
    assert "\nNote: Keep the room dark.\n" in order_text(replace(FACTS, note="Keep the room dark."))


def test_ord_24_another_protocol_stands_in_the_text_with_its_own_numbers():
    other = OrderSet(
        mg_per_kg=Decimal("0.8"), minutes=90, days=1, vitals_minutes=10, change_percent=25, observation_minutes=25
    )
    made = replace(MADE, dose_mg=Decimal("66.0"))
    text = order_text(replace(FACTS, order_set=other, preparation=made, first_day=FACTS.last_day, days=1))
    assert "Ketamine 66 mg IV over 90 min on 1 day." in text
    assert "Dose: 82.5 kg × 0.8 mg/kg = 66 mg. No ceiling dose." in text
    assert "before the start; every 10 min; at the end; 10, 20 and 25 min after the end." in text
    assert "more than 25% from baseline." in text


def test_ord_24_a_dose_of_another_protocol_is_never_signed():
    with pytest.raises(ValueError, match="prepared"):
        order_text(replace(FACTS, order_set=OrderSet(mg_per_kg=Decimal("0.6"))))


def test_ord_26_strong_vials_are_diluted_says_the_order():
    made = replace(MADE, strength_mg_per_ml=Decimal(100))
    assert "100 mg/mL is never given undiluted." in order_text(replace(FACTS, preparation=made))
    assert "undiluted" not in TEXT
