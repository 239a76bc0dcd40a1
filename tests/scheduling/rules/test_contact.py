"""Phone, e-mail and what the patient said to each channel."""

from dataclasses import replace

import pytest

from scheduling.rules.contact import Contact, contact_problems, tidy, tidy_email, tidy_lines, tidy_phone

REACHED = Contact("216 555 0142", "delphine@example.org")


@pytest.mark.parametrize(
    "phone",
    [
        "",
        "5550142",
        "216 555 0142",
        "+1 (216) 555-0142",
        "216.555.0142",
        "+1 216 555 0142 x 12",
        "216 555 0142 ext. 7",
    ],
)
def test_enr_47_a_phone_number_as_people_write_it_passes(phone: str) -> None:
    assert contact_problems(Contact(phone)) == []


@pytest.mark.parametrize(
    "phone", ["555014", "1" * 16, "none", "ask mother", "216 555 O142", "x 12", "216 555 0142 x"]
)
def test_enr_47_anything_else_is_refused(phone: str) -> None:
    (problem,) = contact_problems(Contact(phone))
    assert (problem.rule, problem.field) == ("ENR-47", "phone")


def test_enr_47_seven_and_fifteen_digits_are_the_ends() -> None:
    assert contact_problems(Contact("1" * 7)) == contact_problems(Contact("1" * 15)) == []


def test_enr_48_yes_needs_something_to_use_and_no_and_not_asked_need_nothing() -> None:
    asked = {"consent_email": True, "consent_sms": True, "consent_phone": True}
    assert contact_problems(replace(REACHED, **asked)) == []
    fields = [problem.field for problem in contact_problems(Contact(**asked))]
    assert fields == ["consent_email", "consent_sms", "consent_phone"]
    assert contact_problems(Contact(**dict.fromkeys(asked, False))) == []


def test_contact_is_tidied_and_not_rewritten() -> None:
    assert tidy("  Anna   Maria ") == "Anna Maria"
    assert tidy_phone(" +1  (216) 555-0142 ") == "+1 (216) 555-0142"
    assert tidy_email(" Delphine.M@Example.ORG ") == "Delphine.M@example.org"
    assert tidy_email("") == ""
    assert tidy_lines(" 4  Alder Court \r\n\r\n Lakewood, OH ") == "4 Alder Court\nLakewood, OH"
    assert tidy_lines(" \n ") == ""
