from dataclasses import replace
from datetime import date

import pytest

from kitclinic.problems import Blocker, NeedsConfirmation
from scheduling.rules.identity import (
    Person,
    age_on,
    births_to_compare,
    duplicate_problems,
    name_similarity,
    new_matches,
    person_problems,
    phone_tail,
    possible_duplicates,
    sounds_like,
    tidy_record_number,
)

TODAY = date(2026, 9, 14)
MARIA = Person("K10234", "Kowalska", "María", date(1975, 4, 3), phone="+1 (216) 555-0147", key=1)


def rules_of(new: Person, known: Person = MARIA) -> tuple[str, ...]:
    return tuple(rule for match in possible_duplicates(new, [known]) for rule in match.rules)


@pytest.mark.parametrize("number", ["P0001", "abc", " k-10 234 ", "7" * 20])
def test_enr_01_record_number_of_letters_digits_and_hyphens_passes(number: str) -> None:
    person = Person(number, "Kowalska", "Maria", date(1975, 4, 3))
    assert person_problems(person, TODAY) == []


@pytest.mark.parametrize("number", ["", "P1", "7" * 21, "-K10", "K10/2", "K10_2"])
def test_enr_01_other_record_numbers_are_refused(number: str) -> None:
    (problem,) = person_problems(Person(number, "Kowalska", "Maria", date(1975, 4, 3)), TODAY)
    assert (problem.rule, problem.field, type(problem)) == ("ENR-01", "record_number", Blocker)


def test_enr_01_is_compared_without_spaces_and_case() -> None:
    assert tidy_record_number(" k10 234 ") == "K10234"


def test_enr_02_family_name_without_letters_is_refused_and_one_name_is_confirmed() -> None:
    problems = person_problems(Person("K10234", " - ", "", date(1975, 4, 3)), TODAY)
    assert [(type(problem), problem.field) for problem in problems] == [
        (Blocker, "family_name"),
        (NeedsConfirmation, "given_name"),
    ]


def test_enr_02_digit_in_a_name_is_confirmed() -> None:
    (problem,) = person_problems(Person("K10234", "Kowalska", "Mar1a", date(1975, 4, 3)), TODAY)
    assert (problem.rule, type(problem)) == ("ENR-02", NeedsConfirmation)


@pytest.mark.parametrize(
    ("born", "rule"),
    [
        (date(2026, 9, 15), "ENR-03"),
        (date(1905, 9, 14), "ENR-03"),
        (date(2026, 9, 14), "ENR-04"),
        (date(2008, 9, 15), "ENR-04"),
    ],
)
def test_enr_03_and_enr_04_birth_dates_that_are_questioned(born: date, rule: str) -> None:
    (problem,) = person_problems(Person("K10234", "Kowalska", "Maria", born), TODAY)
    assert (problem.rule, problem.field) == (rule, "birth_date")


@pytest.mark.parametrize("born", [date(2008, 9, 14), date(1905, 9, 15)])
def test_enr_03_and_enr_04_eighteen_today_and_120_years_pass(born: date) -> None:
    assert person_problems(Person("K10234", "Kowalska", "Maria", born), TODAY) == []


def test_enr_04_minor_is_confirmed_not_refused() -> None:
    (problem,) = person_problems(Person("K10234", "Kowalska", "Maria", date(2010, 1, 1)), TODAY)
    assert isinstance(problem, NeedsConfirmation)


def test_leap_day_birthday_counts_on_the_first_of_march() -> None:
    assert age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert age_on(date(2004, 2, 29), date(2022, 3, 1)) == 18


def test_enr_05_same_record_number_refuses_and_names_the_patient() -> None:
    matches = possible_duplicates(Person("k10 234", "Other", "Anna", date(1990, 1, 1)), [MARIA])
    (problem,) = duplicate_problems(matches)
    assert (problem.rule, type(problem)) == ("ENR-05", Blocker)
    assert "María Kowalska" in problem.sentence


@pytest.mark.parametrize(
    ("family", "given"),
    [("Kowalska", "Maria"), ("Kowalski", "Marie"), ("Maria", "Kowalska"), ("KOWALSKA", "maria")],
)
def test_enr_06_same_birth_date_and_similar_name_is_confirmed(family: str, given: str) -> None:
    matches = possible_duplicates(Person("X999", family, given, date(1975, 4, 3)), [MARIA])
    assert matches[0].rules == ("ENR-06",)
    assert matches[0].reasons == ("same birth date and a similar name",)
    assert isinstance(duplicate_problems(matches)[0], NeedsConfirmation)


def test_enr_06_same_birth_date_with_a_new_family_name_is_found() -> None:
    matches = possible_duplicates(Person("X999", "Zhao-Whitfield", "Maria", date(1975, 4, 3)), [MARIA])
    assert matches[0].reasons == ("same birth date and the same given name",)


def test_enr_06_same_birth_date_alone_is_nothing() -> None:
    assert rules_of(Person("X999", "Oduya", "Ben", date(1975, 4, 3))) == ()


def test_enr_06_similar_name_alone_is_nothing() -> None:
    assert rules_of(Person("X999", "Kowalska", "Maria", date(1988, 12, 30))) == ()


def test_enr_06_names_without_letters_are_not_the_same_part() -> None:
    known = Person("K1", "Oduya", "", date(1975, 4, 3))
    assert rules_of(Person("X999", "Whitfield", "", date(1975, 4, 3)), known) == ()


def test_enr_07_swapped_neighbours_in_the_number_with_a_similar_name() -> None:
    assert rules_of(Person("K10324", "Kowalska", "Maria", date(1988, 12, 30))) == ("ENR-07",)


def test_enr_07_swapped_neighbours_with_the_same_birth_date() -> None:
    assert rules_of(Person("K10324", "Oduya", "Ben", date(1975, 4, 3))) == ("ENR-07",)


@pytest.mark.parametrize("number", ["K10243", "K12034"])
def test_enr_07_swapped_neighbours_of_somebody_quite_different_are_nothing(number: str) -> None:
    assert rules_of(Person(number, "Oduya", "Ben", date(1988, 12, 30))) == ()


@pytest.mark.parametrize("number", ["K10432", "K10235", "K102345", "K20134", "K10135"])
def test_enr_07_only_one_pair_of_neighbours_counts(number: str) -> None:
    assert "ENR-07" not in rules_of(Person(number, "Kowalska", "Maria", date(1975, 4, 3)))


@pytest.mark.parametrize("phone", ["216-555-0147", "+12165550147", "5550147"])
def test_enr_08_same_phone_and_similar_name(phone: str) -> None:
    assert rules_of(Person("X999", "Kowalski", "Maria", date(1988, 12, 30), phone=phone)) == ("ENR-08",)


@pytest.mark.parametrize("phone", ["", "0147", "216-555-0148"])
def test_enr_08_other_or_short_phones_are_nothing(phone: str) -> None:
    assert rules_of(Person("X999", "Kowalski", "Maria", date(1988, 12, 30), phone=phone)) == ()


def test_enr_08_household_phone_with_another_name_is_nothing() -> None:
    assert rules_of(Person("X999", "Oduya", "Ben", date(1988, 12, 30), phone=MARIA.phone)) == ()


def test_enr_09_day_and_month_swapped_with_a_similar_name() -> None:
    assert rules_of(Person("X999", "Kowalska", "Maria", date(1975, 3, 4))) == ("ENR-09",)


def test_enr_09_day_equal_to_month_is_not_a_swap() -> None:
    known = Person("K1A", "Kowalska", "Maria", date(1975, 4, 4))
    assert rules_of(Person("X999", "Kowalska", "Maria", date(1975, 4, 4)), known) == ("ENR-06",)


def test_enr_09_different_month_is_not_a_swap() -> None:
    assert "ENR-09" not in rules_of(Person("X999", "Kowalska", "Maria", date(1975, 4, 5)))


def test_matches_come_with_every_reason_and_the_same_number_first() -> None:
    twin = Person("X1000", "Kowalska", "Mario", date(1975, 4, 3), phone="2165550147", key=2)
    matches = possible_duplicates(
        Person("K10234", "Kowalska", "Maria", date(1975, 4, 3), phone="2165550147"), [twin, MARIA]
    )
    assert [match.person.key for match in matches] == [1, 2]
    assert matches[0].rules == ("ENR-05", "ENR-06", "ENR-08")
    assert len(duplicate_problems(matches)) == 2


def test_similarity_ignores_accents_hyphens_and_order() -> None:
    one = Person("A1A", "Müller-Lüdenscheidt", "Jörg", date(1960, 1, 1))
    other = Person("B1B", "Jorg", "Muller Ludenscheidt", date(1960, 1, 1))
    assert name_similarity(one, other) == 1.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (date(1975, 4, 12), date(1975, 4, 21)),
        (date(1974, 3, 14), date(1947, 3, 14)),
        (date(1975, 1, 5), date(1975, 10, 5)),
        (date(1991, 4, 3), date(1919, 4, 3)),
    ],
)
def test_enr_41_two_digits_of_the_birth_date_exchanged(one: date, other: date) -> None:
    for born, known_born in ((one, other), (other, one)):
        known = Person("K10234", "Kowalska", "María", known_born, key=1)
        assert "ENR-41" in rules_of(Person("X999", "Kowalski", "Maria", born), known)
        assert rules_of(Person("X999", "Oduya", "Ben", born), known) == ()


def test_enr_41_digits_are_exchanged_within_day_month_or_year_only() -> None:
    known = Person("K10234", "Kowalska", "Maria", date(1975, 4, 13), key=1)
    assert "ENR-41" not in rules_of(Person("X999", "Kowalska", "Maria", date(1975, 4, 22)), known)


@pytest.mark.parametrize(
    ("family", "given", "born", "found"),
    [
        ("Kowalska", "Maria", date(1975, 4, 8), True),
        ("Kowalska", "Maria", date(1985, 4, 3), True),
        ("Kowalska", "Marya", date(1975, 4, 8), True),  # sounds the same
        ("Kowalska", "Maria", date(1985, 4, 8), False),  # two digits
        ("Kowalska", "Martha", date(1975, 4, 8), False),  # similar, and not the same
    ],
)
def test_enr_42_one_other_digit_with_the_same_name(family: str, given: str, born: date, found: bool) -> None:
    assert ("ENR-42" in rules_of(Person("X999", family, given, born))) is found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Kathryn", "Meier"), ("Catherine", "Mayer")),
        (("Stephen", "Schmidt"), ("Steven", "Smith")),
        (("Jon", "Petersen"), ("John", "Pedersen")),
    ],
)
def test_enr_06_names_that_sound_alike_are_similar(one: tuple[str, str], other: tuple[str, str]) -> None:
    left = Person("A1A", one[1], one[0], date(1975, 4, 3))
    right = Person("B1B", other[1], other[0], date(1975, 4, 3))
    assert sounds_like(left, right)
    assert sounds_like(right, replace(left, family_name=one[0], given_name=one[1]))
    assert "ENR-06" in rules_of(left, right)


@pytest.mark.parametrize(
    ("family", "given"), [("Kowalska", ""), ("", ""), ("Petersen", "Maria"), ("---", "Maria")]
)
def test_names_that_do_not_sound_alike_or_are_missing(family: str, given: str) -> None:
    assert not sounds_like(MARIA, Person("X999", family, given, MARIA.birth_date))


def test_enr_40_the_number_of_a_merged_record_is_refused_and_leads_to_the_kept_one() -> None:
    gone = replace(MARIA, leads_to="K99", leads_key=9)
    (match,) = possible_duplicates(Person("k10 234", "Oduya", "Ben", date(1990, 1, 1)), [gone])
    assert (match.rules, match.person.opens) == (("ENR-40",), 9)
    (problem,) = duplicate_problems([match])
    assert (type(problem), problem.field) == (Blocker, "record_number")
    assert "K10234 was merged into K99" in problem.sentence


def test_enr_40_what_was_merged_into_this_record_is_no_other_person_but_its_number_stays_taken() -> None:
    gone = replace(MARIA, leads_to="K99", leads_key=9)
    mine = replace(MARIA, record_number="K99", key=9)
    assert possible_duplicates(mine, [gone]) == []
    assert rules_of(replace(mine, record_number="K10234"), gone) == ("ENR-40",)


def test_what_made_two_people_alike_before_a_change_is_not_asked_again() -> None:
    twin = Person("X1000", "Kowalska", "Mario", date(1975, 4, 3), phone="2165550147", key=2)
    before = possible_duplicates(replace(MARIA, phone=""), [twin])
    after = possible_duplicates(MARIA, [twin])
    (left,) = new_matches(after, before=before)
    assert left.rules == ("ENR-08",)
    assert new_matches(after, before=after) == []
    taken = possible_duplicates(replace(twin, record_number="K10234"), [MARIA])
    assert [match.rules for match in new_matches(taken, before=taken)] == [("ENR-05",)]


def test_every_birth_date_that_counts_is_looked_up() -> None:
    born = date(1974, 3, 12)
    looked_up = births_to_compare(born)
    for other in (
        born,
        date(1974, 12, 3),
        date(1947, 3, 12),
        date(1974, 3, 21),
        date(1974, 3, 13),
        date(1974, 1, 12),
    ):
        assert other in looked_up
    assert date(1975, 4, 12) not in looked_up
    assert len(looked_up) < 80


@pytest.mark.parametrize(("phone", "tail"), [("+1 (216) 555-0147", "5550147"), ("555014", ""), ("", "")])
def test_enr_08_a_phone_is_looked_up_by_its_last_seven_digits(phone: str, tail: str) -> None:
    assert phone_tail(phone) == tail
