"""What may be installed for an instrument, and what is refused because it does not fit."""

import json
from dataclasses import replace
from typing import Any

import pytest

from kitclinic.problems import Blocker, NeedsTick, Problem
from outcomes.rules import importing
from outcomes.rules.importing import Fitted, Label
from outcomes.rules.instruments import definitions, wording_of
from outcomes.rules.irt import Bank, ItemParameters
from outcomes.rules.structure import Definition
from outcomes.rules.wording_file import read_wording
from outcomes.states import PieceKind
from tests.factories.licensed import (
    WORDS,
    adaptive,
    bank,
    coded,
    definition,
    label,
    options,
    own_form,
    questionnaire,
)

ABC = ("A", "B", "C")


def fit(data: dict[str, Any], made: Definition | None = None, made_bank: Bank | None = None) -> Fitted:
    return importing.fit_wording(made or definition(), read_wording(json.dumps(data)), bank=made_bank)


def sentences(problems: list[Problem], rule: str) -> list[str]:
    assert {problem.rule for problem in problems} <= {rule}, problems
    return [problem.sentence for problem in problems]


# -- items


def test_pro_57_wording_that_names_every_item_fits() -> None:
    fitted = fit(own_form(ABC))
    assert fitted.problems == []
    assert [item["code"] for item in fitted.content["items"]] == list(ABC)
    wording = wording_of(fitted.content, language="en", source="invented")
    assert wording.items["B"] == ("Invented question B?", wording.items["A"][1])


def test_pro_57_a_loinc_code_leads_to_its_item() -> None:
    data = questionnaire(("x1", "x2", "x3"))
    for at, item in enumerate(data["item"]):
        item["code"] = [{"system": "http://loinc.org", "code": f"9999{at}-1"}]
    assert [item["code"] for item in fit(data).content["items"]] == list(ABC)


def test_pro_57_missing_over_and_twice_are_all_named() -> None:
    fitted = fit(own_form(["A", "A", "X", "Y"]))
    assert sentences(fitted.problems, "PRO-57") == [
        "Item A stands in the file more than once. Keep one of each.",
        "Items B, C stand in INV-3 but not in the wording. Add the text of each.",
        "Items X, Y stand in the wording but not in INV-3. Remove from the file, or mend the code.",
    ]


def test_pro_57_wording_and_bank_name_the_same_items() -> None:
    made = bank(3)
    assert fit(own_form([item.id for item in made.items]), adaptive(), made).problems == []
    found = sentences(fit(own_form(["Q00", "Q01", "Q09"]), adaptive(), made).problems, "PRO-57")
    assert found == [
        "Item Q02 stands in the bank but not in the wording. Add the text of each.",
        "Item Q09 stands in the wording but not in the bank. Remove from the file, or mend the code.",
    ]


def test_pro_57_a_form_of_four_is_not_three() -> None:
    form = replace(definition(items=[]), item_count=4)
    assert sentences(fit(own_form(ABC), form).problems, "PRO-57") == ["INV-3 has 4 questions; the file has 3."]


def test_pro_57_four_answers_for_five_categories_are_refused_with_the_item() -> None:
    made = bank(2)
    data = own_form(["Q00", "Q01"])
    data["items"][1]["options"] = options(WORDS[:4])
    assert sentences(fit(data, adaptive(), made).problems, "PRO-57") == [
        "Item Q01 has 4 answers; the bank has 5 for it."
    ]
    assert (
        "the definition has 5" in sentences(fit(own_form(ABC, options=options(WORDS[:4]))).problems, "PRO-57")[0]
    )


def test_pro_57_a_bank_is_held_against_the_installed_wording() -> None:
    content = fit(own_form(["Q00", "Q01", "Q07"], options=options())).content
    content["items"][1]["options"].pop()
    found = sentences(importing.fit_bank(adaptive(), bank(3), {"en": content}), "PRO-57")
    assert found == [
        "Item Q02 stands in the bank but not in the wording (en).",
        "Item Q07 stands in the wording (en) but not in the bank.",
        "Item Q01: the bank has 5 answers, the wording (en) 4.",
    ]
    assert importing.fit_bank(adaptive(), bank(3), {}) == []


def test_pro_57_a_bank_of_other_answers_than_the_definition_is_refused() -> None:
    three = Bank("x", "", (ItemParameters("A", 1.0, (0.0, 1.0)),))
    found = sentences(importing.fit_bank(adaptive(), three, {}), "PRO-57")
    assert found == ["The items of the bank have 3 answers; INV-CAT has 5."]


# -- answers


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0, 1, 2, 3, 4], "its answer codes are 0, 1, 2, 3, 4. They must be 1, 2, 3, 4, 5."),
        ([1, 2, 3, 4, 6], "its answer codes are 1, 2, 3, 4, 6."),
        ([1, 2, 2, 4, 5], "its answer codes are 1, 2, 2, 4, 5."),
        ([2, 1, 3, 4, 5], "its answers are listed as 2, 1, 3, 4, 5. List them in their order."),
        ([1, 2, None, 4, 5], "“somewhat” has no whole-number score"),
    ],
)
def test_pro_55_other_answer_codes_are_refused(values: list[int | None], words: str) -> None:
    rows = [{"value": value, "text": text} for value, text in zip(values, WORDS, strict=True)]
    data = own_form(ABC)
    data["items"][1]["options"] = rows
    found = sentences(fit(data).problems, "PRO-55")
    assert len(found) == 1
    assert found[0].startswith("Item B")
    assert words in found[0]


def test_pro_55_two_answers_of_one_text_are_refused() -> None:
    rows = options(["no", "no", "a", "b", "c"])
    assert "two answers have the same text" in sentences(fit(own_form(ABC, options=rows)).problems, "PRO-55")[0]


def test_pro_55_a_translation_has_the_codes_of_the_shipped_wording() -> None:
    phq = definitions()["PHQ-9"]
    numbers = [str(number) for number in range(1, 10)]
    four = ("nada", "poco", "bastante", "mucho")
    assert fit(own_form(numbers, options=options(four, first=0)), phq).problems == []
    found = sentences(fit(own_form(numbers, options=options(four)), phq).problems, "PRO-55")
    assert len(found) == 9
    assert "They must be 0, 1, 2, 3." in found[0]


def test_pro_56_answers_from_the_highest_down_need_a_look_into_the_document() -> None:
    data = questionnaire(["Q00", "Q01"])
    data["item"][1]["answerOption"] = list(reversed(coded()))
    fitted = fit(data, adaptive(), bank(2))
    assert [type(problem) for problem in fitted.problems] == [NeedsTick]
    assert fitted.problems[0].rule == "PRO-56"
    assert "Item Q01 lists its answers from 5 to 1." in fitted.problems[0].sentence


def test_pro_56_one_look_is_asked_for_all_such_items() -> None:
    fitted = fit(own_form(["Q00", "Q01", "Q02"], options=list(reversed(options()))), adaptive(), bank(3))
    assert [type(problem) for problem in fitted.problems] == [NeedsTick]
    assert "Item Q00 lists its answers from 5 to 1, and 2 more items likewise." in fitted.problems[0].sentence


def test_pro_56_nothing_is_asked_where_the_definition_says_so() -> None:
    turned = definition(scoring={"method": "sum", "highest_first": ["B"]})
    data = questionnaire(ABC)
    data["item"][1]["answerOption"] = list(reversed(coded()))
    assert fit(data, turned).problems == []


# -- label


def test_pro_60_a_version_the_definition_does_not_know_is_refused() -> None:
    made = adaptive(version="Invented v1.0/1.1")
    for version in ("v1.0", "1.1", "V1.1", "v1.0, corrected"):
        assert importing.label_problems(made, label(version=version)) == []
    for version in ("v2.0", "v1", "1.2", "new", "v1.0" + "x" * 90, ""):
        found = importing.label_problems(made, label(version=version))
        assert [problem.rule for problem in found] == ["PRO-60"], version
        assert found[0].field == "version"
    assert "(v1.0 or v1.1)" in importing.label_problems(made, label(version="v2.0"))[0].sentence


def test_pro_60_where_no_version_is_known_any_name_will_do() -> None:
    assert importing.label_problems(definitions()["PCS"], label(version="2026 licence pack")) == []


def test_pro_61_only_what_is_needed_is_installed() -> None:
    assert importing.kinds_of(definition()) == [PieceKind.WORDING]
    assert importing.kinds_of(adaptive()) == [PieceKind.WORDING, PieceKind.BANK]
    assert importing.kinds_of(definitions()["PROMIS-SelfEfficacy-4a"]) == [PieceKind.WORDING, PieceKind.TABLE]
    assert importing.kinds_of(definition(demo=True)) == []
    assert importing.label_problems(definition(), label(PieceKind.BANK))[0].rule == "PRO-61"
    assert "demonstration" in importing.label_problems(definition(demo=True), label())[0].sentence


def test_pro_61_shipped_wording_is_not_replaced() -> None:
    found = importing.label_problems(definitions()["PHQ-9"], label())
    assert [(problem.rule, problem.field) for problem in found] == [("PRO-61", "language")]


def test_pro_62_a_translation_needs_its_official_source() -> None:
    phq = definitions()["PHQ-9"]
    assert importing.label_problems(phq, label(language="es", source="phqscreeners.com, PHQ-9 Spanish")) == []
    found = importing.label_problems(phq, label(language="es", source="  "))
    assert [(problem.rule, problem.field) for problem in found] == [("PRO-62", "translation_source")]
    assert importing.label_problems(phq, label(language="Spanish", source="x"))[0].field == "language"


def test_a_file_that_says_otherwise_is_refused() -> None:
    read = read_wording(json.dumps(questionnaire(ABC, language="es-MX", version="2.0")))
    found = importing.file_says_otherwise(definition(), label(), read)
    assert [(problem.rule, problem.field) for problem in found] == [("PRO-62", "language"), ("PRO-60", "version")]
    spanish = Label(PieceKind.WORDING, "v1.0", "es", "invented")
    read = read_wording(json.dumps(questionnaire(ABC, language="es-MX", version="1.0.3")))
    assert importing.file_says_otherwise(definition(), spanish, read) == []


# -- sums, banks as they are stored


def test_the_sums_of_a_form_come_from_its_items() -> None:
    assert importing.sums_of(definition(), None) == range(3, 16)
    assert importing.sums_of(replace(definition(items=[]), item_count=4), None) == range(4, 21)
    assert importing.sums_of(definition(items=[]), None) is None
    assert importing.sums_of(
        definition(items=[]), fit(own_form(["A", "B"]), definition(items=[])).content
    ) == range(2, 11)


def test_a_bank_is_stored_and_read_back_with_the_same_hash() -> None:
    made = bank(8)
    stored = json.loads(json.dumps(importing.bank_content(made)))
    assert importing.bank_of(stored, name="x", version="").sha256 == made.sha256


def test_every_refusal_of_fitting_is_a_blocker() -> None:
    found = fit({"items": [{"code": "A", "text": "Is it?", "options": options(WORDS[:2], first=7)}]}).problems
    assert len(found) == 2
    assert all(isinstance(problem, Blocker) for problem in found)
