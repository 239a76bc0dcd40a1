"""A file of referrals: encodings, separators, headers, dates, and every problem with its line (ENR-39)."""

from datetime import date

import pytest

from scheduling.rules import referral_file
from scheduling.rules.referral_columns import COLUMNS
from scheduling.rules.referral_file import ReadFile, UnreadableFileError, decode, read_file
from scheduling.rules.written_dates import DateOrder, UnreadableDateError, read_date

TODAY = date(2026, 9, 14)
HEADER = "Received on,Source,Family name,Given name,Birth date"
LINE = "2026-09-07,Dr. Amsel,Marrin,Delphine,1974-03-14"


def read(*lines: str, header: str = HEADER, order: DateOrder = DateOrder.ASK) -> ReadFile:
    return read_file("\n".join((header, *lines)), today=TODAY, order=order)


def wrong(*lines: str, header: str = HEADER) -> list[tuple[int, str]]:
    return [(problem.line, problem.sentence) for problem in read(*lines, header=header).problems]


def unreadable(data: bytes) -> str:
    with pytest.raises(UnreadableFileError) as told:
        read_file(decode(data), today=TODAY)
    return str(told.value)


def test_enr_39_a_line_is_read_into_its_fields() -> None:
    (row,) = read(LINE).rows
    assert row.line == 2
    assert (row.new.source, row.new.family_name, row.new.given_name) == ("Dr. Amsel", "Marrin", "Delphine")
    assert (row.new.received_on, row.new.birth_date) == (date(2026, 9, 7), date(1974, 3, 14))
    assert row.new.language == "English"


@pytest.mark.parametrize(("separator", "name"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_enr_39_every_separator_mark_and_line_end_reads_the_same(
    separator: str, name: str, mark: str, end: str
) -> None:
    text = mark + end.join((HEADER, LINE)).replace(",", separator) + end
    found = read_file(decode(text.encode()), today=TODAY)
    assert (found.separator, found.problems, found.rows) == (name, (), read(LINE).rows)


def test_enr_39_quoted_fields_hold_separators_quotes_and_line_breaks_and_lines_stay_numbered() -> None:
    header = f"{HEADER},Treatments tried"
    found = read(
        '2026-09-07,"Amsel, H.","O""Hara",Ida,1974-03-14,"Gabapentin\nPhysical therapy"',
        "",
        "2026-09-07,self,Ng,,tomorrow,",
        header=header,
    )
    (row,) = found.rows
    assert (row.new.source, row.new.family_name) == ("Amsel, H.", 'O"Hara')
    assert row.new.treatments_tried == "Gabapentin\nPhysical therapy"
    assert [problem.line for problem in found.problems] == [5]


def test_enr_39_headers_are_found_by_their_other_names_and_unknown_ones_are_told() -> None:
    found = read("1974-03-14,MARRIN,2026-09-07,self,x", header="dob,LAST_NAME,Referral Date,Referred by,Fax")
    assert found.left_columns == ("Fax",)
    assert found.rows[0].new.birth_date == date(1974, 3, 14)


def test_enr_39_what_is_no_list_of_referrals_gets_its_sentence() -> None:
    assert "empty" in unreadable(b"")
    assert "empty" in unreadable(b"\xef\xbb\xbf \r\n")
    assert "does not name the columns" in unreadable(b"a,b\n1,2\n")
    assert "lacks Received on, Source" in unreadable(b"Family name\nMarrin\n")
    assert "Two columns stand for Family name" in unreadable(b"Family name,Surname,Source,Received on\na,b,c,d\n")
    assert "holds no referrals" in unreadable(f"{HEADER}\n\n".encode())
    assert "Excel workbook" in unreadable(b"PK\x03\x04rest")
    assert "UTF-16" in unreadable(f"{HEADER}\n{LINE}".encode("utf-16"))
    assert "zero bytes" in unreadable(f"{HEADER}\n\0".encode())


def test_enr_39_latin_1_is_refused_with_the_line_of_its_first_strange_character() -> None:
    data = f"{HEADER}\n{LINE}\n2026-09-07,self,Müller,,".encode("latin-1")
    assert "not written in UTF-8: line 3 has" in unreadable(data)


def test_enr_39_a_file_one_byte_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referral_file, "MOST_MEGABYTES", 1)
    assert decode(b"x" * 1_000_000)
    assert "larger than 1 MB" in unreadable(b"x" * 1_000_001)


def test_enr_39_one_referral_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(referral_file, "MOST_LINES", 2)
    assert len(read(LINE, LINE).rows) == 2
    with pytest.raises(UnreadableFileError, match="more than 2 referrals"):
        read(LINE, LINE, LINE)


def test_enr_39_every_problem_of_every_line_is_told_at_once() -> None:
    header = f"{HEADER},Sex,Pain months,E-mail"
    found = wrong(
        "2026-09-07,,Marrin,,1974-02-30,woman,2 years,nobody",
        "2026-09-07,self,Marrin,,2026-09-08,,,",
        "2026-09-15,self,Marrin,,,,,",
        "2026-09-07,self,Marrin,,1974-03-14,,700,",
        header=header,
    )
    assert [line for line, _ in found] == [2, 2, 2, 2, 2, 3, 4, 5]
    words = [sentence for _, sentence in found]
    assert words[0] == "Source is empty. Fill it in."
    assert words[1] == "Birth date: “1974-02-30” is not in the calendar. Correct the date."
    assert words[2] == "Sex “woman” is not female, male or nonbinary."
    assert "“2 years” is not a whole number of months" in words[3]
    assert "“nobody” is not an e-mail address" in words[4]
    assert "Born 2026-09-08 is after the referral of 2026-09-07" in words[5]
    assert "in the future" in words[6]
    assert "longer than the patient's life" in words[7]


def test_enr_39_too_many_fields_and_open_quotes_are_told_by_line() -> None:
    ((line, sentence),) = wrong(f"{LINE},more")
    assert (line, "6 fields for 5 columns" in sentence) == (2, True)
    assert read(f"{LINE},").problems == ()  # an empty field at the end is no field
    assert read("2026-09-07,self,Marrin").rows[0].new.birth_date is None
    ((line, sentence),) = wrong(LINE, '2026-09-07,"self,Marrin,,')
    assert (line, "quotation marks are not in pairs" in sentence) == (3, True)


def test_the_template_can_be_read_back_and_names_every_column() -> None:
    text = decode(referral_file.template().encode())
    with pytest.raises(UnreadableFileError, match="holds no referrals"):
        read_file(text, today=TODAY)
    assert text.strip().split(",") == [column.name for column in COLUMNS]
    example = ",".join(f'"{column.example}"' for column in COLUMNS)
    (row,) = read_file(text + example, today=TODAY).rows
    assert (row.new.pain_months, row.new.sex, row.new.record_number) == (40, "female", "KT-1001")


@pytest.mark.parametrize(
    "text", ["1974-03-14", "1974/3/14", "14 Mar 1974", "14. March 1974", "Mar 14, 1974", "14/03/1974", "3/14/1974"]
)
def test_enr_39_a_date_with_one_reading_is_read(text: str) -> None:
    assert read_date(text) == date(1974, 3, 14)


@pytest.mark.parametrize("text", ["03/04/1974", "3.4.1974", "03-04-1974"])
def test_enr_39_a_date_with_two_readings_is_refused_until_its_order_is_chosen(text: str) -> None:
    with pytest.raises(UnreadableDateError, match="4 March or 3 April"):
        read_date(text)
    assert read_date(text, DateOrder.MONTH_FIRST) == date(1974, 3, 4)
    assert read_date(text, DateOrder.DAY_FIRST) == date(1974, 4, 3)


def test_enr_39_the_same_number_twice_has_one_reading() -> None:
    assert read_date("04/04/1974") == date(1974, 4, 4)


def test_enr_39_a_chosen_order_is_kept_to() -> None:
    with pytest.raises(UnreadableDateError, match="not in the calendar"):
        read_date("14/03/1974", DateOrder.MONTH_FIRST)


@pytest.mark.parametrize(
    "text", ["14/03/74", "soon", "30 Feb 1974", "14 Foo 1974", "1974-13-01", "45365", "0000-01-01"]
)
def test_enr_39_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDateError):
        read_date(text)
