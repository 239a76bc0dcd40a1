"""Instruments and measures are data; their wording is locked."""

import pytest

from outcomes.rules.data import read
from outcomes.rules.instruments import definition_of, definitions, instruments, label_of, ready
from outcomes.rules.measures import MCID_SETS, measure, measures

WORDING = {
    "PHQ-9": "ff7cd3ecbce0fcd171afef31432ff89d955275450e4bdeb3157e47bb24872d9e",
    "GAD-7": "c081f139ac0b16bf6fb54f8f50d2724eac99638bd7cebd4cc868e582162d5fbb",
}


@pytest.mark.parametrize(("name", "digest"), WORDING.items())
def test_pro_01_the_wording_is_locked_by_its_sha_256(name: str, digest: str) -> None:
    assert instruments()[name].wording_sha256 == digest


def test_pro_01_one_changed_letter_changes_the_hash() -> None:
    data = read("phq9.toml")
    data["items"][0]["text"] = data["items"][0]["text"].replace("doing", "Doing")
    assert ready(definition_of(data)).wording_sha256 != WORDING["PHQ-9"]


def test_pro_01_both_forms_have_their_items_options_attribution_and_licence() -> None:
    for name, count in (("PHQ-9", 9), ("GAD-7", 7)):
        form = instruments()[name]
        assert [item.number for item in form.items] == list(range(1, count + 1))
        assert [option.value for option in form.options] == [0, 1, 2, 3]
        assert [option.text for option in form.options] == [
            "Not at all",
            "Several days",
            "More than half the days",
            "Nearly every day",
        ]
        assert "educational grant from Pfizer Inc." in form.attribution
        assert form.licence.startswith("No permission required")
        assert form.recall == "2 weeks"


def test_gad_7_items_6_and_7_carry_their_own_loinc_codes() -> None:
    form = instruments()["GAD-7"]
    assert (form.item(6).text, form.item(6).loinc) == ("Becoming easily annoyed or irritable", "69689-8")
    assert form.item(7).loinc == "69736-7"


def test_an_unknown_item_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="GAD-7 has no item 8"):
        instruments()["GAD-7"].item(8)


def test_an_unknown_scoring_method_is_refused() -> None:
    data = read("gad7.toml")
    data["scoring"]["method"] = "mean"
    with pytest.raises(ValueError, match="'mean' is not known"):
        definition_of(data)


def test_bands_cover_the_whole_scale_without_gap_or_overlap() -> None:
    for definition in definitions().values():
        first = measure(definition.measures[0])
        step = 1 if first.decimals else 10
        covered = [at for band in definition.bands for at in range(band.low_tenths, band.high_tenths + 1, step)]
        assert covered in ([], list(range(first.minimum_tenths, first.maximum_tenths + 1, step)))


def test_pro_02_there_are_eleven_measures_in_the_order_of_the_paper() -> None:
    assert list(measures()) == [
        "PHQ-9",
        "PROMIS Fatigue",
        "PROMIS Social Role Satisfaction",
        "PROMIS Sleep Disturbance",
        "PROMIS Pain Interference",
        "PROMIS Physical Function",
        "PROMIS Self-Efficacy Managing Symptoms",
        "PROMIS Global Mental Health",
        "PROMIS Global Physical Health",
        "GAD-7",
        "PCS total",
    ]


def test_pro_02_five_measures_improve_upwards_and_six_downwards() -> None:
    upward = {name for name, measure in measures().items() if measure.improve_sign == 1}
    assert upward == {
        "PROMIS Social Role Satisfaction",
        "PROMIS Physical Function",
        "PROMIS Self-Efficacy Managing Symptoms",
        "PROMIS Global Mental Health",
        "PROMIS Global Physical Health",
    }


def test_out_13_the_papers_mcid_is_five_and_four_for_gad_7() -> None:
    paper = {name: measure.mcid["paper"].tenths for name, measure in measures().items()}
    assert paper.pop("GAD-7") == 40
    assert set(paper.values()) == {50}


def test_out_13_the_evidence_set_raises_pcs_and_again_above_a_baseline_of_30() -> None:
    mcid = measures()["PCS total"].mcid["evidence"]
    assert (mcid.for_baseline(300), mcid.for_baseline(301)) == (80, 110)
    assert measures()["PROMIS Fatigue"].mcid["evidence"].for_baseline(655) == 30
    assert all(set(measure.mcid) == set(MCID_SETS) for measure in measures().values())


def test_no_promis_or_pcs_item_wording_is_shipped() -> None:
    assert {name for name, form in instruments().items() if not form.definition.is_demo} == {
        "PHQ-9",
        "GAD-7",
        "PGIC",
    }
    assert all("items" not in data for data in read("outcome_measures.toml")["measures"])


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("PHQ-9", "PHQ-9"),
        ("DEMO-Fatigue-CAT", "Demo fatigue"),
        ("PROMIS-Global", definitions()["PROMIS-Global"].title),
        ("Asked elsewhere", "Asked elsewhere"),
    ],
)
def test_a_list_names_an_instrument_by_what_it_measures(name: str, label: str) -> None:
    assert label_of(name) == label
