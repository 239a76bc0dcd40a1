"""Files of wording: what is read from a Questionnaire and from our own form, and what is refused, in words."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.problems import Blocker
from outcomes.rules.wording_file import read_wording
from outcomes.rules.wording_text import MOST_BYTES, ReadWording, decoded, size_problems, text_fault
from tests.factories.licensed import WORDS, coded, own_form, questionnaire

CODES = ("A", "B", "C")
ANSWERS = tuple(enumerate(WORDS, start=1))


def read(data: Any) -> ReadWording:
    return read_wording(data if isinstance(data, str) else json.dumps(data))


def only(data: Any) -> tuple[str, str]:
    """The one problem of a file: its rule and its sentence."""
    problems = read(data).problems
    assert len(problems) == 1, problems
    assert isinstance(problems[0], Blocker)
    return problems[0].rule, problems[0].sentence


def changed(**item: Any) -> dict[str, Any]:
    """A Questionnaire whose second question is another."""
    data = questionnaire(CODES)
    data["item"][1] |= item
    return data


def test_pro_53_a_questionnaire_gives_its_questions() -> None:
    found = read(questionnaire(CODES, version="1.0", language="es", copyright="(c) nobody"))
    assert found.problems == []
    assert [(one.names, one.text, one.answers) for one in found.questions] == [
        ((code,), f"Invented question {code}?", ANSWERS) for code in CODES
    ]
    assert (found.title, found.version, found.language, found.copyright) == ("Invented", "1.0", "es", "(c) nobody")


@pytest.mark.parametrize("score", ["ordinalValue", "itemWeight", "questionnaire-ordinalValue", "code"])
def test_pro_53_scores_are_read_from_either_extension_or_the_code(score: str) -> None:
    assert read(changed(answerOption=coded(score=score))).questions[1].answers == ANSWERS


def test_pro_53_scores_on_the_coding_and_plain_integers_are_read() -> None:
    on_coding = [{"valueCoding": one["valueCoding"] | {"extension": one["extension"]}} for one in coded()]
    assert read(changed(answerOption=on_coding)).questions[1].answers == ANSWERS
    integers = [{"valueInteger": value} for value in range(3)]
    assert read(changed(answerOption=integers)).questions[1].answers == ((0, "0"), (1, "1"), (2, "2"))
    strings = [
        {"valueString": text, "extension": one["extension"]} for text, one in zip(WORDS, coded(), strict=True)
    ]
    assert read(changed(answerOption=strings)).questions[1].answers == ANSWERS


def test_pro_53_nested_groups_are_walked_and_their_text_is_the_stem() -> None:
    inner = {"linkId": "g2", "type": "group", "item": questionnaire(CODES)["item"]}
    data = questionnaire((), item=[{"linkId": "g1", "type": "group", "text": "How is it?", "item": [inner]}])
    found = read(data)
    assert found.problems == []
    assert (found.stem, [one.names[0] for one in found.questions]) == ("How is it?", list(CODES))


def test_pro_53_a_prefix_is_no_part_of_the_text_and_codes_come_before_link_ids() -> None:
    loinc = {"system": "http://loinc.org", "code": "99991-1"}
    found = read(changed(prefix="2.", text="2. Is it so?", code=[loinc, {"code": "INV02"}], linkId="/two"))
    assert found.questions[1].text == "Is it so?"
    assert found.questions[1].names == ("INV02", "two", "99991-1")


def test_pro_53_answers_in_a_value_set_of_the_file_are_read() -> None:
    concepts = [one["valueCoding"] | {"extension": one["extension"]} for one in coded()]
    contained = [{"resourceType": "ValueSet", "id": "v", "compose": {"include": [{"concept": concepts}]}}]
    data = changed(answerValueSet="#v")
    del data["item"][1]["answerOption"]
    assert read(data | {"contained": contained}).questions[1].answers == ANSWERS
    assert "value set elsewhere" in only(data)[1]


def test_pro_53_a_computed_total_is_left_out_and_said() -> None:
    data = questionnaire(CODES)
    data["item"].append({"linkId": "total", "type": "decimal", "text": "Total", "readOnly": True})
    found = read(data)
    assert (len(found.questions), found.problems) == (3, [])
    assert found.notes == ["Item total (decimal) is not a question with fixed answers and was left out."]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(type="string"), "Item B is of type “string”"),
        (changed(type="open-choice"), "Item B takes answers of the patient's own"),
        (changed(type="coding"), "FHIR R5"),
        (questionnaire(CODES, versionAlgorithmString="semver"), "FHIR R5"),
        (questionnaire(CODES, meta={"profile": ["http://hl7.org/fhir/5.0/Questionnaire"]}), "FHIR R5"),
        (changed(option=coded()), "FHIR STU3"),
        (changed(enableWhen=[{"question": "A"}]), "Item B is asked on a condition"),
        ({"resourceType": "Bundle", "entry": []}, "FHIR Bundle, not a Questionnaire"),
        (questionnaire(()), "no questions"),
        ({"hello": 1}, "neither a FHIR Questionnaire"),
        ("[1, 2]", "The file is a list"),
        ('{"resourceType": "Questionnaire",\n "item": [}', "Line 2 is not JSON"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": %s}' % ("9" * 5000), "more than 400 digits"),
        ("<Questionnaire/>", "XML or HTML"),
        ("just words", "neither JSON nor TOML"),
    ],
)
def test_pro_53_what_is_no_r4_questionnaire_is_refused_in_words(data: Any, words: str) -> None:
    problems = read(data).problems
    assert any(words in problem.sentence for problem in problems), problems
    assert {problem.rule for problem in problems} == {"PRO-53"}


def test_pro_53_our_own_form_is_read_from_json_and_toml() -> None:
    toml = 'stem = "Invented stem."\nlanguage = "es"\n'
    toml += 'options = [{value = 1, text = "no"}, {value = 2, text = "sí"}]\n'
    toml += '[[items]]\ncode = "A"\ntext = "¿Es así?"\n[[items]]\ncode = "B"\ntext = "¿Y ahora?"\n'
    toml += 'options = [{value = 1, text = "nunca"}, {value = 2, text = "siempre"}]\n'
    found = read(toml)
    assert found.problems == []
    assert (found.stem, found.language) == ("Invented stem.", "es")
    assert [one.answers for one in found.questions] == [((1, "no"), (2, "sí")), ((1, "nunca"), (2, "siempre"))]
    assert len(read(own_form(CODES)).questions) == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"items": [1]}, "Item 1 is not a table"),
        ({"items": [{"text": "No code?"}]}, "Item 1 needs a code"),
        ({"items": [{"code": "A", "text": "?", "options": {"value": 1}}]}, "Item A: options must be a list"),
        ({"items": [{"code": "A", "text": "?", "options": [7]}]}, "Item A: answer 1 must have value and text"),
    ],
)
def test_pro_53_our_own_form_is_refused_where_it_is_wrong(data: Any, words: str) -> None:
    assert words in only(data)[1]


# -- texts


@pytest.mark.parametrize(
    "text",
    [
        "¿Cómo está?",
        "هل أنت متعب؟",
        "\u2067שלום\u2069 abc",
        "Tired 😴 today? 👩🏽‍🦽",
        "a < b and c > d",
        "R&D; 5 < 6",
        "“x” – y",
    ],
)
def test_pro_54_any_language_right_to_left_and_emoji_are_taken(text: str) -> None:
    assert text_fault(text) == ""
    assert read(changed(text=text)).questions[1].text == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Is <b>this</b> so?", "markup (<b>)"),
        ("<script>alert(1)</script>", "markup"),
        ("<!-- x -->Is it?", "markup"),
        ("Salt &amp; pepper?", "markup (&amp;)"),
        ("Is&#160;it?", "markup"),
        ("Is \x07 it?", "U+0007"),
        ("Is \u202e it?", "U+202E"),
        ("Is \ud800 it?", "U+D800"),
        ("", "has no text"),
        ("   ", "has no text"),
        (None, "has no text"),
        (7, "has no text"),
        ("x" * 1001, "1001 characters"),
    ],
)
def test_pro_54_markup_hidden_characters_and_empty_texts_are_refused(text: Any, words: str) -> None:
    rule, sentence = only(changed(text=text))
    assert rule == "PRO-54"
    assert sentence.startswith("Item B")
    assert words in sentence


def test_pro_54_white_space_is_made_single_and_a_thousand_characters_pass() -> None:
    assert read(changed(text="Is\u00a0it\n\t so?")).questions[1].text == "Is it so?"
    assert read(changed(text="x" * 1000)).problems == []


def test_all_problems_of_a_file_are_told_at_once() -> None:
    data = changed(text="<i>x</i>")
    data["item"][0]["type"] = "text"
    data["item"][2]["answerOption"] = [{"valueCoding": {"code": "1"}}, 7]
    said = [problem.sentence.partition(":")[0].partition(" is ")[0] for problem in read(data).problems]
    assert len(said) == 4, said  # type, markup, an answer without text, one that is none


# -- the file as a whole


def test_pro_52_size_is_refused_before_reading_and_two_megabytes_pass() -> None:
    assert size_problems(MOST_BYTES) == []
    assert "50 MB" in size_problems(50_000_000)[0].sentence
    assert decoded(b" " * MOST_BYTES + b"x")[1][0].rule == "PRO-52"


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b" \n", "empty"), (b"a\nb\xff", "Line 2 is not UTF-8"), (b"a\0b", "zero bytes")],
)
def test_pro_52_what_is_not_utf_8_text_is_refused(data: bytes, words: str) -> None:
    assert words in decoded(data)[1][0].sentence


def test_pro_52_a_byte_order_mark_is_fine() -> None:
    assert decoded("\ufeffñ".encode()) == ("ñ", [])


@pytest.mark.parametrize(
    "data",
    [
        '{"item":' * 100_000,
        "[" * 200_000,
        "x = " + "[" * 100_000,
        '{"resourceType":"Questionnaire","item":' * 30 + "1" + "}" * 30,
    ],
)
def test_pro_52_deep_nesting_is_refused_and_never_breaks(data: str) -> None:
    rule, sentence = only(data)
    assert rule in {"PRO-52", "PRO-53"}
    assert "deep" in sentence or "not JSON" in sentence or "neither" in sentence


def test_pro_52_twenty_levels_pass() -> None:
    data = questionnaire((), item=questionnaire(CODES)["item"])
    for level in range(5):
        data["item"] = [{"linkId": f"g{level}", "type": "group", "item": data["item"]}]
    assert read(data).problems == []
    for level in range(8):
        data["item"] = [{"linkId": f"h{level}", "type": "group", "item": data["item"]}]
    assert only(data)[0] == "PRO-52"


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["item", "items", "type", "text", "linkId", "code", "answerOption", "valueCoding", "extension", "url",
             "valueDecimal", "contained", "compose", "include", "concept", "meta", "options", "value", "prefix"]
        ),
        inside,
        max_size=6,
    ),
    max_leaves=30,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(ANYTHING, st.sampled_from(["choice", "group", "decimal", ""]))
def test_no_json_whatever_breaks_the_reader(inside: Any, kind: str) -> None:
    item = {"linkId": "x", "type": kind, "item": inside, "answerOption": inside, "code": inside, "text": inside}
    for data in (
        inside,
        {"resourceType": "Questionnaire", "item": [item, inside], "meta": inside, "contained": inside},
    ):
        found = read(data)
        assert found.problems or found.questions
