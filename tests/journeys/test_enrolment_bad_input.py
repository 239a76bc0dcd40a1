"""Bad input of enrolment: each gets its sentence, and nothing is half saved (rows are counted)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from scheduling.models import GroupSeat, GroupVisit, Patient, Referral
from tests.factories import scheduling as make
from tests.journeys import enrolling, steps
from tests.journeys.person import Staff
from tests.journeys.steps import DELPHINE, GROUP_DAY, REFERRED, Clinic

pytestmark = pytest.mark.django_db

HEADER = "Received on;Source;Family name;Given name;Birth date;Reason"
LINE = '2026-09-01;Dr. Amsel, Lakeside;Müller;Jörg;1974-03-14;"Back pain; both legs"'


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    with steps.a_clinic() as made:
        yield made


class Untouched:
    """Nothing is written between here and the end of the block."""

    def __enter__(self) -> None:
        self.before = enrolling.rows()

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            after = enrolling.rows()
            assert after == self.before


# -- impossible dates


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("birth_date", "2026-09-19", "Born 2026-09-19 is after the referral of 2026-09-18"),
        ("birth_date", "1874-03-14", "makes the patient 152 years old. Correct the year."),
        ("birth_date", "1974-02-30", "Enter a valid date"),
        ("received_on", "2026-09-22", "which is in the future. Correct the date."),
        ("pain_months", "-3", "months"),
        ("pain_months", "900", "months"),  # longer than the patient has lived
    ],
)
def test_a_letter_with_an_impossible_date(clinic: Clinic, field: str, typed: str, sentence: str) -> None:
    scheduler = clinic.sign_in("scheduler").at("scheduling:referral_new")
    with Untouched():
        scheduler.press("Put into the inbox", status=422, **enrolling.LETTER | {field: typed})
    assert sentence in scheduler.words
    form = scheduler.page.forms_with("Put into the inbox")[0][0]
    assert form.controls["treatments_tried"].chosen == [
        enrolling.LETTER["treatments_tried"]
    ]  # what was typed stays


def test_a_patient_born_tomorrow(clinic: Clinic) -> None:
    scheduler = clinic.sign_in("scheduler").at("scheduling:patient_new")
    with Untouched():
        scheduler.press("Register", status=422, **DELPHINE | {"birth_date": f"{REFERRED + timedelta(days=1)}"})
    assert "The birth date is in the future. Correct it." in scheduler.words


def planned(clinic: Clinic, **fields: Any) -> dict[str, Any]:
    leads = {role: clinic.staff[role].pk for role in ("physician", "psychologist")}
    return {"date": f"{GROUP_DAY}", "start": "13:00", "capacity": "12"} | leads | fields


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"date": f"{REFERRED - timedelta(days=1)}"}, "This day is over. Choose one to come."),
        ({"date": f"{REFERRED}", "start": "07:00", "minutes": "60"}, "over"),  # this morning, it is ten now
        ({"start": "23:30"}, "A group visit begins and ends on the same day."),
        ({"capacity": "1"}, "greater than or equal to 2"),
    ],
)
def test_a_group_visit_at_an_impossible_time(clinic: Clinic, fields: dict[str, str], sentence: str) -> None:
    scheduler = clinic.sign_in("scheduler").at("scheduling:group_new")
    with Untouched():
        scheduler.press("Plan it", status=422, **planned(clinic, **fields))
    assert sentence in scheduler.words


def test_two_group_visits_at_once_share_neither_lead_nor_room(clinic: Clinic) -> None:
    enrolling.plan_group(clinic, room="Room 2")
    scheduler = clinic.sign_in("scheduler").at("scheduling:group_new")
    with Untouched():
        scheduler.press("Plan it", status=422, **planned(clinic, start="14:00", room="Room 2"))
    for who in ("Anneke Vantongeren", "Lena Ferrante"):
        assert f"{who} leads another group visit from 13:00 to 14:30" in scheduler.words
    assert "Room 2 holds another group visit from 13:00 to 14:30" in scheduler.words


# -- the wrong lead


def test_a_psychologist_is_no_physician_lead(clinic: Clinic) -> None:
    scheduler = clinic.sign_in("scheduler").at("scheduling:group_new")
    psychologist = str(clinic.staff["psychologist"].pk)
    physicians = scheduler.page.forms_with("Plan it")[0][0].controls["physician"].options
    assert psychologist not in physicians  # not offered
    physicians.append(psychologist)  # and sent all the same
    with Untouched():
        scheduler.press("Plan it", status=422, **planned(clinic, physician=psychologist))
    assert "Select a valid choice" in scheduler.words or "is no physician" in scheduler.words
    assert not GroupVisit.objects.exists()


# -- the weight


ONE_DECIMAL = "Type kilograms with one decimal, as the scale shows it, such as 82.5."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("180 lb", "That is in pounds."),
        *((typed, ONE_DECIMAL) for typed in ("180", "82,5", "0", "-82.0", "82.55")),
    ],
)
def test_a_weight_that_no_scale_shows(clinic: Clinic, typed: str, sentence: str) -> None:
    nurse = somebody_checked_in(clinic)
    with Untouched():
        nurse.press("Save", within="weigh", weight_kg=typed, status=422)
    assert sentence in nurse.words
    form = next(form for form, _ in nurse.page.forms_with("Save") if "weight_kg" in form.controls)
    assert form.controls["weight_kg"].chosen == [typed]  # it stands there to be corrected


def test_a_weight_far_from_usual_is_read_off_the_scale_again(clinic: Clinic) -> None:
    nurse = somebody_checked_in(clinic)
    with Untouched():
        nurse.press("Save", within="weigh", weight_kg="380.0", status=422)
        nurse.press("Save this weight", within="weigh", again_kg="38.0", status=422)
    nurse.press(
        "Save this weight", within="weigh", weight_kg="38.0", again_kg="38.0", reason="Read twice, low weight."
    )
    assert GroupSeat.objects.get().weight.weight_kg == 38


def somebody_checked_in(clinic: Clinic) -> Staff:
    at = clinic.site.instant(REFERRED, 480)
    group = make.group_visit(site=clinic.site, day=GROUP_DAY, at=at)
    patient = make.booked_patient(
        site=clinic.site, group=group, at=at, family_name="Marrin", given_name="Delphine"
    )
    clinic.clock(GROUP_DAY, "13:05")
    nurse = clinic.sign_in("nurse")
    nurse.at("scheduling:seat", GroupSeat.objects.get(patient=patient).pk)
    enrolling.check_in(nurse)
    return nurse


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"sbp": "128", "dbp": ""}, "Blood pressure is two numbers."),
        ({"sbp": "78", "dbp": "128"}, "DBP 128 is not below SBP 78."),
        ({"sbp": "128/78", "dbp": ""}, "Blood pressure goes into two fields."),
        ({"spo2": "101"}, "SpO₂ cannot be above 100%"),
        ({"hr": "0"}, "cannot be 0"),
        ({"height_cm": "17"}, "is outside"),
    ],
)
def test_measurements_no_monitor_shows(clinic: Clinic, fields: dict[str, str], sentence: str) -> None:
    nurse = somebody_checked_in(clinic)
    with Untouched():
        nurse.press("Save measurements", status=422, **enrolling.CALM | fields)
    assert sentence in nurse.words


def test_a_signature_by_a_stray_touch_or_another_name_is_none(clinic: Clinic) -> None:
    nurse = somebody_checked_in(clinic)
    seat = nurse.address
    for fields, sentence in (
        ({"signed_name": "", "signature": make.SIGNATURE}, "Type the name of the person who signs."),
        ({"signed_name": "Delphine Marrin", "signature": "M1 1 L2 2"}, "The signature is missing."),
        ({"signed_name": "Somebody Else", "signature": make.SIGNATURE}, "is not this patient's name"),
    ):
        nurse.open(seat).touch("Read and sign the consent")
        with Untouched():
            nurse.press("Signed", status=422, **fields)
        assert sentence in nurse.words.replace("’", "'")


def test_nothing_is_recorded_for_somebody_who_is_not_checked_in(clinic: Clinic) -> None:
    at = clinic.site.instant(REFERRED, 480)
    group = make.group_visit(site=clinic.site, day=GROUP_DAY, at=at)
    patient = make.booked_patient(site=clinic.site, group=group, at=at)
    nurse = clinic.sign_in("nurse").at("scheduling:seat", GroupSeat.objects.get(patient=patient).pk)
    assert "Attendance opens on the day." in nurse.words
    for button in ("Both are here", "Save measurements", "Save the health screen"):
        assert not nurse.page.forms_with(button)


# -- the list of referrals


def upload(person: Staff, text: str | bytes, *, status: int = 200) -> Staff:
    data = text if isinstance(text, bytes) else text.encode("utf-8-sig")
    person.at("scheduling:referral_import")
    file = SimpleUploadedFile("september.csv", data, content_type="text/csv")
    person.press("Look through the file", file=file, status=status)
    return person


def test_a_list_with_a_byte_order_mark_and_semicolons_is_read(clinic: Clinic) -> None:
    scheduler = clinic.sign_in("scheduler")
    with Untouched():
        upload(scheduler, f"{HEADER}\r\n{LINE}\r\n")
    assert "separated by semicolons" in scheduler.words
    assert "Müller, Jörg" in scheduler.words
    scheduler.press("Import 1 referral")
    assert "1 referral taken in" in scheduler.words
    found = Referral.objects.get()
    assert (found.family_name, found.reason, found.birth_date) == (
        "Müller",
        "Back pain; both legs",
        date(1974, 3, 14),
    )


def test_twenty_thousand_lines_with_one_wrong_are_not_taken_in_at_all(clinic: Clinic) -> None:
    lines = [f"2026-09-01;Dr. Amsel;Family{_letters(n)};Given;;Pain" for n in range(20_000)]
    lines[-1] = "2026-09-01;Dr. Amsel;Last;Given;1974-02-30;Pain"
    scheduler = clinic.sign_in("scheduler")
    with Untouched():
        upload(scheduler, "\n".join([HEADER, *lines]))
        assert "Nothing is taken in: 1 thing to correct" in scheduler.words
        assert "Line 20001" in scheduler.words.replace(",", "")
        assert not scheduler.can_press("Import")


def _letters(number: int) -> str:
    return "".join(chr(97 + int(digit)) for digit in str(number))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (f"{HEADER}\r\n{LINE}".encode("latin-1"), "The file is not written in UTF-8"),
        (f"{HEADER}\r\n{LINE}".encode("utf-16"), "The file is written in UTF-16"),
        (b"PK\x03\x04rest", "This is an Excel workbook."),
        (b"one;two\n1;2\n", "The first line does not name the columns."),
    ],
)
def test_a_file_that_is_no_list(clinic: Clinic, data: bytes, sentence: str) -> None:
    scheduler = clinic.sign_in("scheduler")
    with Untouched():
        upload(scheduler, data, status=422)
    assert sentence in scheduler.words


def test_every_wrong_line_is_named_with_its_number(clinic: Clinic) -> None:
    wrong = [
        "soon;Dr. Amsel;Ng;;;",
        "2026-09-01;;Ng;;;",
        "2026-09-01;Dr. Amsel;Ng;;03/04/1974;",
        f"{LINE};too;many",
    ]
    scheduler = clinic.sign_in("scheduler")
    with Untouched():
        upload(scheduler, "\n".join([HEADER, LINE, *wrong]))
    for number, sentence in (
        (3, "“soon” is not a date"),
        (4, "Source is empty"),
        (5, "can be 4 March or 3 April"),
        (6, "There are 8 fields for 6 columns"),
    ):
        assert f"Line {number}" in scheduler.words
        assert sentence in scheduler.words
    assert not scheduler.can_press("Import")


# -- two people, one record


def test_two_who_change_one_record_do_not_overwrite_each_other(clinic: Clinic) -> None:
    address = steps.register(clinic).address
    desks = [
        clinic.sign_in(role).open(address).follow("Change this record") for role in ("scheduler", "physician")
    ]
    desks[0].press("Save the changes", phone="216 555 0999")
    with Untouched():
        desks[1].press("Save the changes", phone="216 555 0111", status=422)
    assert "somebody else has changed this record" in desks[1].words
    assert "216 555 0999" in desks[1].words
    assert Patient.objects.get().phone == "216 555 0999"


def test_who_only_reads_enters_nothing(clinic: Clinic) -> None:
    nurse = clinic.sign_in("nurse")
    for name in (
        "referral_new",
        "referral_import",
        "patient_new",
        "group_new",
        "series_new",
        "consent_text",
        "settings",
    ):
        nurse.at(f"scheduling:{name}", status=403)
