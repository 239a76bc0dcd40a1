"""What is recognised in a text that is to leave (OUT-54, OUT-55), and what is not."""

import pytest

from outcomes.rules.identifiers import Hit, hits_in, known_words, words_in


def kinds(text: str) -> set[str]:
    return {hit.what.removeprefix("what looks like ") for hit in hits_in([text], "README.txt", frozenset())}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2024-05-03", "a date"),
        ("2024/5/3", "a date"),
        ("3.5.2024", "a date"),
        ("05/03/24", "a date"),
        ("12-31-1999", "a date"),
        ("born 20240503.", "a date"),
        ("19490503", "a date"),
        ("3 May 2024", "a date in words"),
        ("May 3, 2024", "a date in words"),
        ("on the 3rd Sept", "a date in words"),
        ("DECEMBER 1949", "a date in words"),
        ("3-may-2024", "a date in words"),
        ("at 7:30", "a time of day"),
        ("T08:05", "a time of day"),
        ("maria.o'neil+kit@mail.example", "an e-mail address"),
        ("https://clinic.example/p", "a web address"),
        ("see www.clinic", "a web address"),
        ("clinic.org", "a web address"),
        ("10.0.0.251", "an IP address"),
        ("fe80::1ff:fe23:4567:890a", "an IP address"),
        ("00:1A:2B:3C:4D:5E", "the address of a device"),
        ("00-1a-2b-3c-4d-5e", "the address of a device"),
        ("(617) 555-0142", "a phone number"),
        ("+1 617 555 0142", "a phone number"),
        ("617.555.0142", "a phone number"),
        ("6175550142", "a phone number"),
        ("078-05-1120", "a social security number"),
        ("Boston 02118", "a postal code"),
        ("02118-1234", "a postal code"),
        ("12 Harrison Avenue", "a street"),
        ("7b Old Mill rd", "a street"),
    ],
)
def test_out_55_what_looks_like_a_way_to_find_somebody_is_found(text: str, kind: str) -> None:
    assert kind in kinds(text)


@pytest.mark.parametrize(
    "text",
    [
        "PHQ-9",
        "Definition set Paper 2025, version 1, unchanged.",
        "45 CFR 164.514(b)(2)",
        "1,034 patients, 10,342 infusions",
        "chronic primary: headache/orofacial",
        "18-39",
        "first infusion 100 days, 30 days",
        "may be used for that alone",
        "SBCDF23456G",
        "0 to 90; empty where not known",
    ],
)
def test_out_55_what_every_export_says_is_not(text: str) -> None:
    assert kinds(text) == set()


def test_literals_are_harmless_and_nothing_beside_them_is() -> None:
    assert hits_in(["as of 2025-07-01"], "x", frozenset(), ["2025-07-01"]) == set()
    assert hits_in(["as of 2025-07-01 2025-07-02"], "x", frozenset(), ["2025-07-01"]) != set()


def test_out_54_a_name_is_found_as_a_word_in_any_case_and_not_inside_another() -> None:
    known = known_words(["Zoë O'Brannigan", "KIT-00417", "12 Elm"], words_in("kit elm of patients"))
    assert known == {"zoë", "brannigan", "00417"}
    hit = Hit("OUT-54", "README.txt", "a word of a name, number or address")
    for text in ("ZOË", "brannigan's", "nr. 00417"):
        assert hit in hits_in([text], "README.txt", known)
    assert hits_in(["zoëlla branniganism 004171x elm"], "README.txt", known) == set()
    assert hit.sentence == "README.txt holds a word of a name, number or address (OUT-54)."


def test_words_too_short_to_tell_anybody_are_not_looked_for() -> None:
    assert known_words(["Bo Li", "1234", "Mrs"], ()) == {"mrs"}
    assert known_words([], ()) == frozenset()
