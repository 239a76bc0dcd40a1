import pytest

from scheduling.rules.reminders import driver_text, is_time, patient_text, spoken, unreachable_text


@pytest.mark.parametrize(
    ("minute", "words"),
    [
        (545, "9:05 in the morning"),
        (720, "12:00 in the afternoon"),
        (970, "4:10 in the afternoon"),
        (1020, "5:00 in the evening"),
        (0, "12:00 in the morning"),
    ],
)
def test_a_clock_time_is_said_as_people_say_it(minute: int, words: str) -> None:
    assert spoken(minute) == words


def test_rem_01_nothing_leaves_before_ten() -> None:
    assert not is_time(599)
    assert is_time(600)


def test_rem_01_the_text_names_neither_clinic_nor_treatment() -> None:
    text = patient_text(545, phone="555-0100").casefold()
    assert "tomorrow at 9:05 in the morning" in text
    assert "555-0100" in text
    assert not any(word in text for word in ("ketamine", "infusion", "pain", "clinic", "juniper"))
    assert "please call us" in patient_text(545, phone="")


def test_rem_02_staff_read_the_records_tail_not_a_name() -> None:
    text = driver_text("8813", day_words="Monday 14 September", clock="09:05", chair=4)
    assert text == "No driver is named for record …8813, Monday 14 September 09:05, chair 4. Call the patient."
    assert "by phone or letter" in unreachable_text("8813", day_words="Monday 14 September", clock="09:05")
