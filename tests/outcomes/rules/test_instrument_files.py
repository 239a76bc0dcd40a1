"""What is shipped: in which order, with which codes, without which wording."""

import csv
import json
import re
from pathlib import Path

import pytest

from kitclinic.problems import Problem
from outcomes.rules.data import names, read, read_text
from outcomes.rules.demonstration import counts_among_results, faults
from outcomes.rules.importing import fit_wording
from outcomes.rules.instruments import NotInstalledError, definition_of, definitions, instruments, ready
from outcomes.rules.links import may_send
from outcomes.rules.measures import measure, measures, other_measures
from outcomes.rules.wording_file import read_wording
from tests.factories.instruments import wording

SHELF = Path(__file__).resolve().parents[4] / "shared" / "data"
DOMAINS = ("Fatigue", "PainInterference", "SleepDisturbance", "PhysicalFunction", "SocialRoles", "SelfEfficacy")
DEMOS = {
    *(
        f"DEMO-{n}-CAT"
        for n in ("Fatigue", "PainInterference", "Sleep", "Function", "SocialRoles", "SelfEfficacy")
    ),
    "DEMO-Global",
    "DEMO-PainThoughts",
}
LICENSED = [read(name) for name in names("licensed")]
DEMO = {name: one for name, one in definitions().items() if one.is_demo}


def test_pro_30_the_order_is_by_importance_with_phq_9_first() -> None:
    assert next(iter(definitions())) == "PHQ-9"
    assert [name for name in definitions() if name.endswith("CAT") and name.startswith("PROMIS")] == [
        "PROMIS-PainInterference-CAT",
        "PROMIS-Fatigue-CAT",
        "PROMIS-PhysicalFunction-CAT",
        "PROMIS-SleepDisturbance-CAT",
        "PROMIS-SocialRoles-CAT",
        "PROMIS-SocialParticipation-CAT",
        "PROMIS-SelfEfficacy-CAT",
    ]
    assert [one for one in definitions() if one in instruments()] == list(instruments())
    assert len({one.order for one in definitions().values()}) == len(definitions())


def test_every_instrument_of_the_programme_has_a_definition() -> None:
    wanted = {"PHQ-9", "GAD-7", "PGIC", "PROMIS-Global", "PROMIS-Global-1.2", "PCS", *DEMOS}
    wanted |= {f"PROMIS-{domain}-{form}" for domain in DOMAINS for form in ("CAT", "4a")}
    wanted |= {"PROMIS-Fatigue-8a", "PROMIS-PainInterference-8a", "PROMIS-SleepDisturbance-8b"}
    assert wanted <= set(definitions())
    assert set(DEMO) == DEMOS


def test_every_measure_of_every_definition_is_known_with_its_direction_and_range() -> None:
    for definition in definitions().values():
        for name in definition.measures:
            assert measure(name).is_demo == definition.is_demo
        assert measure(definition.measures[0]).better == definition.better


def test_all_eleven_measures_of_the_paper_can_be_asked() -> None:
    asked = {name for definition in definitions().values() for name in definition.measures}
    assert set(measures()) <= asked
    assert set(other_measures()) <= asked


@pytest.mark.parametrize("data", LICENSED, ids=lambda data: data["name"])
def test_no_licensed_definition_carries_any_wording(data: dict[str, object]) -> None:
    """Structure, scoring and codes: no text, no answers, no stem, and item codes that are no sentences."""
    definition = definition_of(data)
    assert not ({"stem", "options", "languages"} & set(data))
    items = data.get("items", [])
    assert isinstance(items, list)
    assert all(set(item) <= {"code", "number", "loinc", "categories", "lowest"} for item in items)
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,12}", code) for code in definition.item_codes)
    assert definition.wordings == {}
    assert "wording" in definition.needs
    assert definition.bank == ""
    with pytest.raises(NotInstalledError) as missing:
        ready(definition)
    assert set(missing.value.missing) == definition.needs


def test_an_adaptive_test_needs_a_bank_and_a_form_without_a_confirmed_table_needs_one() -> None:
    for definition in definitions().values():
        if definition.method == "adaptive" and not definition.is_demo:
            assert definition.needs == {"wording", "bank"}
        if definition.method == "table":
            assert definition.needs == ({"wording"} if definition.table else {"wording", "table"})


def test_a_wording_that_lacks_an_item_or_has_too_many_is_not_asked() -> None:
    form = definitions()["PROMIS-Global-1.2"]
    other_version = wording(definitions()["PROMIS-Global"])
    with pytest.raises(NotInstalledError):
        ready(form, wording=other_version)
    unknown_codes = definitions()["PROMIS-SelfEfficacy-4a"]
    with pytest.raises(NotInstalledError):
        ready(unknown_codes, wording=wording(unknown_codes, codes=("a", "b", "c")))


@pytest.mark.parametrize("name", ["PROMIS-Global", "PROMIS-Global-1.2"])
def test_pro_56_global_health_with_the_codes_of_the_other_version_is_noticed(name: str) -> None:
    """Under the item names of one version, answers listed as the other version codes them."""
    one = definitions()[name]

    def problems(turned: str) -> list[Problem]:
        rows = [
            {
                "code": code,
                "text": f"Invented {code}?",
                "options": [
                    {"value": value, "text": f"Answer {value}"}
                    for value in sorted(
                        one.answer_codes(code), reverse=(code in one.highest_first) != (code == turned)
                    )
                ],
            }
            for code in one.item_codes
        ]
        return fit_wording(one, read_wording(json.dumps({"items": rows})), bank=None).problems

    assert problems("") == []
    for turned in ("Global08r", "Global10r") if name.endswith("1.2") else ("Global01", "Global06"):
        assert [problem.rule for problem in problems(turned)] == ["PRO-56"]


@pytest.mark.skipif(not SHELF.is_dir(), reason="the reference shelf with the codes is not here")
def test_every_loinc_code_is_a_confirmed_one() -> None:
    with (SHELF / "loinc_codes.csv").open(encoding="utf-8") as lines:
        confirmed = {row["loinc"] for row in csv.DictReader(lines) if row["status"].startswith("confirmed")}
    for definition in definitions().values():
        codes = {definition.loinc_panel, definition.loinc_total, *definition.item_loinc.values()}
        codes |= {scale.loinc for scale in definition.subscales}
        assert codes - {""} <= confirmed, definition.name


def test_the_code_of_a_score_is_that_of_its_measure_and_version() -> None:
    one = definitions()["PROMIS-Global"]
    assert one.loinc_of("PROMIS Global Mental Health") == "71969-0"
    assert one.loinc_of("PROMIS Global Physical Health") == "71971-6"
    assert one.loinc_panel == ""
    assert definitions()["PROMIS-PhysicalFunction-CAT"].loinc_of("PROMIS Physical Function") == "91721-1"
    assert definitions()["PROMIS-PhysicalFunction-4a-1.2"].loinc_of("PROMIS Physical Function") == ""
    assert definitions()["PCS"].loinc_of("PCS rumination") == ""


@pytest.mark.parametrize("name", sorted(DEMOS))
def test_pro_37_a_demonstration_has_its_own_name_scale_and_no_code(name: str) -> None:
    one = DEMO[name]
    shown = [
        text for each in one.measures for text in (measure(each).title, measure(each).label, measure(each).version)
    ]
    assert faults(one, shown) == []
    assert one.wordings.keys() == {"en", "es"}
    for each in one.measures:
        assert (measure(each).minimum_tenths, measure(each).maximum_tenths, measure(each).mcid) == (0, 1000, {})


def test_pro_37_a_demonstration_that_looks_like_the_real_thing_is_noticed() -> None:
    data = read("demo/fatigue.toml")
    data |= {"title": "PROMIS Fatigue", "loinc_total": "77864-7"}
    assert len(faults(definition_of(data), ["T-score"])) == 3


def test_pro_37_demonstration_scores_count_only_at_a_demonstration_site() -> None:
    assert [counts_among_results(is_demo=d, site_is_demo=s) for d in (True, False) for s in (True, False)] == [
        True,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize("name", sorted(DEMOS))
def test_the_spanish_of_a_demonstration_has_the_same_items_and_answers(name: str) -> None:
    one, spanish = ready(DEMO[name]), ready(DEMO[name], language="es")
    assert spanish.language == "es"
    assert [item.code for item in spanish.items] == [item.code for item in one.items]
    for mine, theirs in zip(one.items, spanish.items, strict=True):
        assert [option.value for option in mine.options] == [option.value for option in theirs.options]
        assert mine.text != theirs.text
    assert len({item.text for item in spanish.items}) == len({item.text for item in one.items}) == len(one.items)


def test_the_demonstration_bank_is_the_synthetic_one_of_the_reference() -> None:
    lines = read_text("demo/bank.csv").splitlines()
    assert len(lines) == 25
    if SHELF.is_dir():
        assert lines == (SHELF / "demo_bank_synthetic.csv").read_text(encoding="utf-8").splitlines()


def test_demonstration_questions_are_short_sentences_of_short_words() -> None:
    """A reading grade of 6 or less (Flesch-Kincaid) over the questions of each demonstration."""
    for name in DEMOS:
        one = instruments()[name]
        words = [word for item in one.items for word in re.findall(r"[A-Za-z']+", f"{one.stem} {item.text}")]
        syllables = sum(max(1, len(re.findall(r"[aeiouy]+", word.lower().removesuffix("e")))) for word in words)
        grade = 0.39 * len(words) / len(one.items) + 11.8 * syllables / len(words) - 15.59
        assert grade <= 6, (name, grade)


def test_pro_38_an_adaptive_test_and_a_short_form_of_one_measure_are_not_asked_together() -> None:
    names = ["PROMIS-Fatigue-CAT", "PHQ-9", "PROMIS-Fatigue-4a"]
    (problem,) = may_send(names, known=names, occasion="baseline", has_birth_date=True)
    assert problem.rule == "PRO-38"
    assert problem.sentence == "PROMIS-Fatigue-CAT and PROMIS-Fatigue-4a measure the same. Choose one of them."
    assert may_send(names[:2], known=names, occasion="baseline", has_birth_date=True) == []


def test_pro_39_the_two_satisfaction_banks_are_two_measures() -> None:
    one, two = definitions()["PROMIS-SocialParticipation-CAT"], definitions()["PROMIS-SocialRoles-CAT"]
    assert (one.family, two.family) == (
        "PROMIS Satisfaction with Participation in Social Roles v1.0",
        "PROMIS Satisfaction with Social Roles and Activities v2.0",
    )
    assert not set(one.measures) & set(two.measures)
    assert two.measures[0] in measures()
    assert one.measures[0] not in measures()
