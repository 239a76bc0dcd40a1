"""The file of a research export, and the last look at it (OUT-49, OUT-53 to OUT-55).

A canary stands for everything that must not leave: put into every place of a file, it must be refused.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest

from kitclinic.parquet import arrow, csv_bytes, parquet_bytes, read_parquet, told_by
from outcomes.research_file import (
    FILES,
    Export,
    UnreadableExportError,
    export_bytes,
    export_of,
    read_export,
    research_of,
    unzipped,
    zipped,
)
from outcomes.research_scan import fixed_words, scan
from outcomes.rules.definitions import Definitions
from outcomes.rules.filters import Filters
from outcomes.rules.identifiers import known_words
from outcomes.rules.research import Research
from outcomes.rules.research_about import MODES, About
from outcomes.rules.research_dictionary import TABLES
from outcomes.rules.windows import WINDOWS
from tests.outcomes.rules.research_rows import AS_OF, made, persons

CANARIES = {
    "given name": "Quillandra",
    "family name": "Featherstonehaugh",
    "preferred name": "Quilly",
    "record number": "KIT-0048213",
    "phone": "+1 617 555 0142",
    "e-mail": "q.featherstonehaugh@inbox.example",
    "address": "12 Harrison Avenue, Roxbury 02118",
    "birth date": "1949-05-03",
    "date in words": "3 May 1949",
    "visit": "05/03/2024",
    "staff": "Anneke Vantongeren",
    "web address": "https://portal.example/p/48213",
    "IP address": "10.20.30.40",
    "device": "00:1A:2B:3C:4D:5E",
    "social security number": "078-05-1120",
}
TYPED = ("given name", "family name", "preferred name", "record number", "e-mail", "address", "staff")
KNOWN = known_words([CANARIES[name] for name in TYPED], fixed_words())
PATIENTS = 14


def research() -> Research:
    infusions = [(n, day, 500, True) for n in range(PATIENTS) for day in range(5)]
    scores = [(n, day, 450, n % 11, 90 + n) for n in range(PATIENTS) for day in (-7, 0, 8, 95)]
    return made(persons(PATIENTS, age=93), infusions, scores, order=1)


def about(found: Research, **facts: Any) -> About:
    told = {
        "source": "clinic",
        "simulated": True,
        "protocol": "published",
        "as_of": AS_OF,
        "definitions": Definitions(mcid="evidence"),
        "filters": Filters(age="70"),
        "cut": "0123456789abcdef" * 4,
        "patients": len(found.ids),
        "infusions": len(found.infusions["day"]),
        "scores": len(found.scores["day"]),
        "left_out": 0,
        "closed": {mode: dict.fromkeys(WINDOWS, PATIENTS) for mode in MODES},
    }
    return About(**(told | facts))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def export() -> Export:
    found = research()
    return export_of(found, about(found))


@pytest.fixture(scope="module")
def data(export: Export) -> bytes:
    return export_bytes(export)


def rules(data: bytes) -> set[str]:
    return {hit.rule for hit in scan(data, KNOWN)}


def with_file(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    members = unzipped(data)
    return zipped(members | {name: change(members[name])})


def test_a_zip_holds_these_files_and_may_leave(data: bytes) -> None:
    assert (
        set(unzipped(data))
        == set(FILES)
        == {
            "README.txt",
            "about.json",
            "dictionary.csv",
            *(f"{table}.{kind}" for table in ("patients", "infusions", "scores") for kind in ("csv", "parquet")),
        }
    )
    assert scan(data, KNOWN) == ()


def test_equal_facts_give_equal_bytes(export: Export, data: bytes) -> None:
    assert (
        export_bytes(export)
        == data
        == export_bytes(read_export(data))
        == export_bytes(read_export(data, kind="csv"))
    )


def test_csv_and_parquet_hold_the_same_typed_cells_and_say_what_they_are(data: bytes) -> None:
    members = unzipped(data)
    table = read_parquet(members["patients.parquet"])
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("patient", "string"),
        ("age", "int64"),
        ("sex", "string"),
        ("race", "string"),
        ("marital", "string"),
        ("diagnosis", "string"),
        ("bmi", "double"),
        ("charlson", "int64"),
        ("first_year", "int64"),
        ("first_year_or_later", "bool"),
    ]
    told = told_by(table)
    assert (told["as of"], told["filters"]) == ("2025-07-01", "age 70 and over")
    assert told["definitions"].endswith("smallest change (MCID) evidence.")
    assert (len(told["definitions digest"]), told["data cut digest"]) == (64, "0123456789abcdef" * 4)
    lines = members["patients.csv"].decode().splitlines()
    assert lines[0] == ",".join(one.name for one in TABLES["patients"])
    assert lines[1].endswith(",90,female,White,Married,chronic primary: widespread,28,0,2023,true")
    assert members["patients.csv"] == csv_bytes(table)


def test_read_back_the_numbers_are_the_same(export: Export, data: bytes) -> None:
    ours, theirs = research(), research_of(read_export(data))
    assert ours.ids == theirs.ids
    for name in TABLES:
        for column, values in getattr(ours, name).items():
            assert np.array_equal(values, getattr(theirs, name)[column]), (name, column)


def test_missing_cells_are_missing_in_both_and_come_back_missing() -> None:
    found = research()
    for name in ("age", "sex", "race", "marital", "diagnosis", "bmi", "charlson"):
        found.patients[name][0] = -1  # type: ignore[index]
    found.error[1] = 2.5
    file = export_bytes(export_of(found, about(found)))
    assert scan(file, KNOWN) == ()
    assert unzipped(file)["patients.csv"].decode().splitlines()[1].split(",")[1:8] == [""] * 7
    for kind in ("csv", "parquet"):
        back = research_of(read_export(file, kind=kind))
        assert [back.patients[name][0] for name in ("age", "sex", "bmi")] == [-1, -1, -1]
        assert np.isnan(back.error[0])
        assert back.error[1] == 2.5


def test_an_export_of_nobody_is_a_file() -> None:
    found = made(persons(0), [], [])
    file = export_bytes(export_of(found, about(found)))
    assert scan(file, KNOWN) == ()
    assert research_of(read_export(file)).ids == ()
    assert research_of(read_export(file, kind="csv")).ids == ()


# -- canaries


def text_cell(export: Export, canary: str) -> bytes:
    return _with_cell(export, "patients", "diagnosis", canary)


def id_cell(export: Export, canary: str) -> bytes:
    return _with_cell(export, "patients", "patient", canary)


def _with_cell(export: Export, name: str, column: str, canary: str) -> bytes:
    """The whole file made of it, CSV where that can hold it, as careless code would."""
    table = export.tables[name]
    cells = table[column].to_pylist()
    cells[3] = canary
    place = table.column_names.index(column)
    table = table.set_column(place, column, arrow().array(cells, type=arrow().string()))
    members = unzipped(export_bytes(export))
    rows = [",".join("" if cell is None else f'"{cell}"' for cell in row.values()) for row in table.to_pylist()]
    members[f"{name}.csv"] = "\n".join([",".join(table.column_names), *rows, ""]).encode()
    return zipped(members | {f"{name}.parquet": parquet_bytes(table, compression="none")})


def csv_only(export: Export, canary: str) -> bytes:
    return with_file(export_bytes(export), "scores.csv", lambda old: old.replace(b"PHQ-9", canary.encode(), 1))


def csv_end(export: Export, canary: str) -> bytes:
    return with_file(export_bytes(export), "infusions.csv", lambda old: old + canary.encode())


def more_columns(export: Export, canary: str) -> bytes:
    table = export.tables["scores"]
    table = table.append_column("comment", arrow().array([canary] * table.num_rows))
    return with_file(export_bytes(export), "scores.parquet", lambda _: parquet_bytes(table, compression="none"))


def metadata(export: Export, canary: str) -> bytes:
    table = export.tables["scores"]
    table = table.replace_schema_metadata({**told_by(table), "note": canary})
    return with_file(export_bytes(export), "scores.parquet", lambda _: parquet_bytes(table, compression="none"))


def readme(export: Export, canary: str) -> bytes:
    return with_file(export_bytes(export), "README.txt", lambda old: old + f"Thanks to {canary}.\n".encode())


def dictionary(export: Export, canary: str) -> bytes:
    return with_file(export_bytes(export), "dictionary.csv", lambda old: old + f"x,y,{canary}\n".encode())


def facts(export: Export, canary: str) -> bytes:
    def change(old: bytes) -> bytes:
        return (json.dumps(json.loads(old) | {"note": canary}, indent=1) + "\n").encode()

    return with_file(export_bytes(export), "about.json", change)


def one_file_more(export: Export, canary: str) -> bytes:
    members = dict(list(unzipped(export_bytes(export)).items())[:-1])  # as many as there should be
    return zipped(members | {"notes.txt": f"Seen: {canary}".encode()})


def name_of_a_file(export: Export, canary: str) -> bytes:
    members = dict(list(unzipped(export_bytes(export)).items())[:-1])
    return zipped(members | {f"{canary.replace('/', '_')}.txt": b""})


PLACES = (
    text_cell,
    id_cell,
    csv_only,
    csv_end,
    more_columns,
    metadata,
    readme,
    dictionary,
    facts,
    one_file_more,
    name_of_a_file,
)


@pytest.mark.parametrize("put", PLACES, ids=lambda put: put.__name__)
@pytest.mark.parametrize("kind", CANARIES)
def test_out_53_54_55_every_canary_in_every_place_is_refused(
    export: Export, put: Callable[[Export, str], bytes], kind: str
) -> None:
    canary = CANARIES[kind]
    hits = scan(put(export, canary), KNOWN)
    found = {hit.rule for hit in hits}
    assert "OUT-53" in found
    named = found & {"OUT-54", "OUT-55"}
    assert named or put is name_of_a_file, hits
    if kind in TYPED and put is not name_of_a_file:
        assert "OUT-54" in named
    told = " ".join(hit.sentence for hit in hits).casefold()
    assert not any(word in told for word in KNOWN)
    assert canary.casefold() not in told


def test_out_54_a_record_number_for_a_study_id_is_refused_even_where_it_has_the_form_of_one(
    export: Export,
) -> None:
    ids = export.tables["patients"]["patient"].to_pylist()
    assert scan(export_bytes(export), known_words([ids[0]], fixed_words())) != ()


# -- other ways to hide something


def comment(data: bytes) -> bytes:
    held = io.BytesIO(data)
    with zipfile.ZipFile(held, "a") as archive:
        archive.comment = b"for Dr Vantongeren"
    return held.getvalue()


def twice(data: bytes) -> bytes:
    held = io.BytesIO(data)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(held, "a") as archive:
        archive.writestr("README.txt", b"another")
    return held.getvalue()


def times(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(unzipped(data).items()):
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 3, 8, 5, 0)), content)
    return held.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        comment,
        twice,
        times,
        lambda data: data + b"tail",
        lambda data: b"head" + data,
        lambda data: data[:-40],
        lambda data: b"",
        lambda data: with_file(data, "patients.csv", lambda old: b"\xef\xbb\xbf" + old),
        lambda data: with_file(data, "patients.csv", lambda old: old.replace(b",90,", b",090,", 1)),
        lambda data: with_file(data, "patients.csv", lambda old: old.replace(b",90,", b",91,", 1)),
        lambda data: with_file(data, "scores.csv", lambda old: old.replace(b"\n", b"\r\n")),
        lambda data: with_file(data, "scores.parquet", lambda old: old[:-1] + b"x"),
        lambda data: with_file(data, "about.json", lambda old: old.replace(b'"format": 1', b'"format": true')),
        lambda data: with_file(data, "about.json", lambda old: old.replace(b'"clinic"', b'"Juniper"')),
        lambda data: with_file(
            data, "about.json", lambda old: old.replace(b'"simulated": true', b'"simulated": 1')
        ),
        lambda data: with_file(data, "about.json", lambda old: b"[]"),
        lambda data: with_file(data, "about.json", lambda old: b"\xff"),
        lambda data: with_file(
            data, "about.json", lambda old: old.replace(b'"age": "70"', b'"since": "2024-01-01"')
        ),
    ],
)
def test_out_53_what_is_not_byte_for_byte_its_own_facts_is_refused(
    data: bytes, change: Callable[[bytes], bytes]
) -> None:
    assert "OUT-53" in rules(change(data))


@pytest.mark.parametrize(
    ("name", "column", "value"),
    [
        ("patients", "age", 91),
        ("patients", "age", -2),
        ("patients", "first_year", 19490503),
        ("patients", "charlson", 38),
        ("patients", "patient", -1),
        ("infusions", "number", 0),
        ("infusions", "day", 20240503),
        ("scores", "form", 6175550142),
        ("scores", "tenths", 4900),
    ],
)
def test_out_53_a_cell_outside_the_dictionary_is_refused(name: str, column: str, value: int) -> None:
    found = research()
    columns: Mapping[str, Any] = getattr(found, name)
    columns[column][2] = value
    file = export_bytes(export_of(found, about(found)))
    assert "OUT-53" in rules(file)


@pytest.mark.parametrize("nothing", ["form", "completed", "measure"])
def test_out_53_a_cell_that_may_not_be_empty_is_refused(export: Export, nothing: str) -> None:
    name = next(table for table, columns in TABLES.items() if nothing in [one.name for one in columns])
    table = export.tables[name]
    cells = [None, *table[nothing].to_pylist()[1:]]
    column = arrow().array(cells, type=table.schema.field(nothing).type)
    broken = table.set_column(table.column_names.index(nothing), table.schema.field(nothing), column)
    assert "OUT-53" in rules(export_bytes(Export(export.about, {**export.tables, name: broken})))


def test_an_id_of_nobody_and_one_twice_are_said_in_words(export: Export) -> None:
    for name, sentence in (("scores", "not in patients"), ("patients", "twice")):
        ids = export.tables[name]["patient"].to_pylist()
        ids[0] = ids[-1] if name == "patients" else "S" + "Z" * 10
        column = arrow().array(ids)
        broken = Export(
            export.about, {**export.tables, name: export.tables[name].set_column(0, "patient", column)}
        )
        with pytest.raises(UnreadableExportError, match=sentence):
            research_of(read_export(export_bytes(broken)))
        assert "OUT-53" in rules(export_bytes(broken))


def test_what_is_no_export_is_said_in_words(data: bytes) -> None:
    for other, sentence in (
        (b"PK", "not a zip"),
        (zipped({"a.txt": b""}), "README.txt, dictionary.csv"),
        (zipped({f"{n}.txt": b"" for n in range(20)}), "more than"),
        (with_file(data, "about.json", lambda old: b"{}"), "about.json is not one"),
        (with_file(data, "scores.parquet", lambda old: b"x"), "not a Parquet file"),
    ):
        with pytest.raises(UnreadableExportError, match=sentence):
            read_export(other)
    with pytest.raises(UnreadableExportError, match="not the ones of the dictionary"):
        read_export(with_file(data, "scores.csv", lambda old: b"a,b\n"), kind="csv")
    with pytest.raises(UnreadableExportError, match="not of its column's kind"):
        read_export(with_file(data, "scores.csv", lambda old: old.replace(b",1,-7,", b",one,-7,", 1)), kind="csv")


def test_no_cell_of_an_export_is_a_formula(data: bytes) -> None:
    for name, content in unzipped(data).items():
        if name.endswith(".csv"):
            cells = [cell for line in content.decode().splitlines() for cell in line.split(",")]
            assert not [cell for cell in cells if cell[:1] in "=+@\t" and cell]
            assert not [cell for cell in cells if cell[:1] == "-" and not cell[1:].replace(".", "").isdigit()]


def test_the_definitions_and_day_of_the_file_come_back(data: bytes) -> None:
    found = read_export(data).about
    assert (found.as_of, found.definitions, found.filters) == (
        date(2025, 7, 1),
        Definitions(mcid="evidence"),
        Filters(age="70"),
    )
