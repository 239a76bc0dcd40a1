"""Finding patients by part of a name, birth date and record number; the index answers."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import QuerySet

from kitclinic.models import Site
from kitclinic.site_rows import of_site
from scheduling import actions
from scheduling.models import Patient
from scheduling.queries.search import (
    ENOUGH,
    MOST,
    Wanted,
    everybody,
    few_ranked,
    find,
    folded,
    grams_of,
    matching,
    read_words,
    tiers,
)
from scheduling.rules.search import read_search
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

TODAY = date(2026, 9, 14)


def names(site: Site, text: str) -> list[str]:
    return [hit.patient.family_name for hit in find(site=site, text=text, today=TODAY).hits]


def wanted(text: str) -> Wanted:
    return read_words(read_search(text, today=TODAY))


@pytest.fixture
def three(site: Site) -> None:
    make.patient(site=site, family_name="Marrin", given_name="Delphine", record_number="0020-417")
    make.patient(
        site=site, family_name="Tolland", given_name="Omar", record_number="KT-9", birth_date=date(1974, 3, 14)
    )
    make.patient(site=site, family_name="Amar", given_name="Ines", preferred_name="Nell", record_number="KT-8")


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mar", ["Marrin", "Amar", "Tolland"]),  # the family name that begins so comes first
        ("marrin, del", ["Marrin"]),
        ("delphine marrin", ["Marrin"]),
        ("MARRIN", ["Marrin"]),
        ("rri", ["Marrin"]),
        ("rr", ["Marrin"]),
        ("i", ["Amar"]),  # one letter: a name that begins with it
        ("nell", ["Amar"]),  # the preferred name
        ("0020 4", []),
        ("0020-4", ["Marrin"]),
        ("417", ["Marrin"]),  # the digits alone, as read out on the phone
        ("17", ["Marrin"]),
        ("kt-9", ["Tolland"]),
        ("kt9", ["Tolland"]),
        ("1974-03-14", ["Tolland"]),
        ("3/14/1974", ["Tolland"]),
        ("tolland 14 Mar 1974", ["Tolland"]),
        ("marrin 14 Mar 1974", []),
        ("nobody", []),
        ("%", []),
        ("_", []),
        ("' OR 1=1", []),
    ],
)
def test_a_search_finds_by_name_number_and_birth_date(site: Site, text: str, found: list[str]) -> None:
    assert names(site, text) == found


@pytest.mark.parametrize(
    ("family", "texts"),
    [
        (
            "Müller-Lüdenscheidt",
            ["muller", "MÜLLER", "ludensch", "müller-lüd", "muller ludenscheidt", "l", "scheidt"],
        ),
        ("O’Brien", ["obrien", "o'brien", "O’Brien", "brien"]),
        ("van der Berg", ["van der berg", "vanderberg", "berg", "b", "derb"]),
        ("Łukasiewicz", ["lukas", "Łukas"]),
        ("Åström", ["astrom", "ÅST", "A\u030astro\u0308m"]),
        ("Groß", ["gross", "groß", "GROSS"]),
        ("Ørsted", ["orsted", "ørst"]),
        ("Иванов", ["иван", "ИВАН"]),
    ],
)
def test_accents_case_hyphens_and_apostrophes_do_not_matter(site: Site, family: str, texts: list[str]) -> None:
    make.patient(site=site, family_name=family, given_name="Xenia", record_number="XX-1")
    assert {text: names(site, text) for text in texts} == {text: [family] for text in texts}


def test_other_sites_stay_out_and_the_newest_stand_first_in_the_list(site: Site, other_site: Site) -> None:
    for family in ("Marrin", "Tolland"):
        make.patient(site=site, family_name=family)
    make.patient(site=other_site, family_name="Marrinelsewhere")
    assert names(site, "marrin") == ["Marrin"]
    assert [patient.family_name for patient in everybody(site=site)] == ["Tolland", "Marrin"]


def test_a_merged_record_leads_to_the_kept_one_and_is_listed_once(site: Site) -> None:
    kept = make.patient(site=site, family_name="Marrin", record_number="KT-1")
    folded = make.patient(site=site, family_name="Marin", record_number="KT-777")
    by = make.actor("scheduler", site)
    actions.merge_patients(kept=kept, folded=folded, reason="Same person, seen twice.", by=by, at=NOW)
    (hit,) = find(site=site, text="KT-777", today=TODAY).hits
    assert (hit.patient.pk, hit.through) == (kept.pk, "KT-777")
    assert [hit.patient.pk for hit in find(site=site, text="mar", today=TODAY).hits] == [kept.pk]
    assert [patient.pk for patient in everybody(site=site)] == [kept.pk]


def test_what_is_not_shown_is_counted(site: Site) -> None:
    for _ in range(5):
        make.patient(site=site, family_name="Marrin")
    found = find(site=site, text="marrin", today=TODAY, most=3)
    assert (len(found.hits), found.total, found.more, found.too_many) == (3, 5, 2, False)


def test_exactly_enough_records_are_counted_and_one_more_is_not(site: Site) -> None:
    for _ in range(5):
        make.patient(site=site, family_name="Marrin")
    whole = find(site=site, text="marrin", today=TODAY, most=3, enough=5)
    assert (len(whole.hits), whole.total, whole.more, whole.too_many) == (3, 5, 2, False)
    broad = find(site=site, text="marrin", today=TODAY, most=3, enough=4)
    assert (len(broad.hits), broad.total, broad.more, broad.too_many) == (3, 4, 1, True)


def broad(site: Site, text: str, most: int) -> list[str]:
    found = find(site=site, text=text, today=TODAY, most=most, enough=2)
    assert found.too_many
    return [hit.patient.list_name for hit in found.hits]


def test_a_broad_word_gives_the_number_then_family_names_then_other_names_then_the_rest(site: Site) -> None:
    for family, given, number in (
        ("Tolland", "Osmar", "KT-1"),  # inside a name
        ("Brandt", "Marek", "KT-2"),  # another name begins with it
        ("Martens", "Ulf", "KT-3"),
        ("Márai", "Sándor", "KT-4"),
        ("Mar", "Ann", "KT-5"),
        ("Zed", "Zoe", "MAR"),
        ("Nobody", "Else", "KT-6"),
    ):
        make.patient(site=site, family_name=family, given_name=given, record_number=number)
    order = ["Zed, Zoe", "Mar, Ann", "Márai, Sándor", "Martens, Ulf", "Brandt, Marek", "Tolland, Osmar"]
    for most in range(1, len(order) + 1):
        assert broad(site, "mar", most) == order[:most]
    # Narrow or broad, the same records; every word counts.
    assert sorted(names(site, "mar")) == sorted(line.partition(",")[0] for line in order)
    assert broad(site, "mar kt", 2) == ["Mar, Ann", "Márai, Sándor"]


def test_a_broad_word_stays_in_the_clinic_and_leads_through_merged_records(site: Site, other_site: Site) -> None:
    kept = make.patient(site=site, family_name="Zed", record_number="KT-1")
    folded_one = make.patient(site=site, family_name="Marrin", record_number="KT-777")
    for where in (site, site, other_site, other_site):
        make.patient(site=where, family_name="Marrinelsewhere" if where == other_site else "Marrinhere")
    by = make.actor("scheduler", site)
    actions.merge_patients(kept=kept, folded=folded_one, reason="Same person, seen twice.", by=by, at=NOW)
    found = find(site=site, text="marr", today=TODAY, enough=2)
    assert [(hit.patient.family_name, hit.through) for hit in found.hits] == [
        ("Zed", "KT-777"),
        ("Marrinhere", ""),
        ("Marrinhere", ""),
    ]


def test_a_broad_birth_date_is_cut_short_as_well(site: Site) -> None:
    for family in ("Marrin", "Tolland", "Venn"):
        make.patient(site=site, family_name=family, birth_date=date(1974, 3, 14))
    assert broad(site, "1974-03-14", 2) == broad(site, "1974-03-14", 3)[:2]
    assert len(broad(site, "1974-03-14", 3)) == 3


def test_the_exact_record_number_comes_first(site: Site) -> None:
    make.patient(site=site, family_name="Aa", record_number="KT-12")
    make.patient(site=site, family_name="Zz", record_number="KT-1")
    make.patient(site=site, family_name="Bb", record_number="KT-11")
    assert names(site, "kt-1") == ["Zz", "Aa", "Bb"]


def test_a_search_takes_three_queries_whatever_it_finds(site: Site, django_assert_num_queries: Any) -> None:
    for _ in range(6):
        make.patient(site=site, family_name="Marrin")
    with django_assert_num_queries(3):
        find(site=site, text="marr", today=TODAY)
    with django_assert_num_queries(5):  # and two, where the family names fill the list
        find(site=site, text="marr", today=TODAY, most=3, enough=4)
    with django_assert_num_queries(7):
        find(site=site, text="arr", today=TODAY, most=6, enough=4)


def test_rows_written_in_bulk_and_changed_names_are_found(site: Site) -> None:
    Patient.objects.bulk_create(
        Patient(site=site, record_number=f"B-{number}", family_name="Bulkley", birth_date=TODAY, created_at=NOW)
        for number in range(3)
    )
    assert len(names(site, "bulk")) == 3
    changed = Patient.objects.get(record_number="B-1")
    actions.change_patient(
        patient=changed,
        new=make.new_patient(record_number="B-1", family_name="Newname", birth_date=date(1970, 1, 1)),
        by=make.actor("scheduler", site),
        at=NOW,
    )
    assert (len(names(site, "bulk")), names(site, "newn")) == (2, ["Newname"])


MANY = """
INSERT INTO scheduling_patient (site_id, record_number, family_name, given_name, preferred_name, birth_date, sex,
    gender, ethnic_group, marital_status, phone, email, address, language, needs_interpreter, diagnosis, state,
    is_registry, created_at)
SELECT %s, 'KT-' || lpad(n::text, 5, '0'), 'Marrin' || chr(97 + n %% 26), chr(97 + n %% 23) || 'elphine', '',
    date '1940-01-01' + n * 5, 'female', '', 'White', 'Single', '', '', '', 'English', false, '', 'referred',
    false, now()
FROM generate_series(1, 4000) n
"""


def test_row_05_the_plan_of_every_search_uses_its_index(committed_db: str) -> None:
    site = people.site()
    with connection.cursor() as cursor:
        cursor.execute(MANY, [site.pk])
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE scheduling_patient")
    for text in ("z", "za", "rina", "KT-02000", "marrin del"):
        with of_site(site.pk):
            plan = matching(site=site, wanted=wanted(text)).explain()
        assert "Bitmap Index Scan on patient_search" in plan, text
        assert "Seq Scan" not in plan
    assert "patient_by_birth_date" in matching(site=site, wanted=wanted("3/14/74")).explain()


def test_a_broad_word_is_never_counted_or_sorted_whole(committed_db: str) -> None:
    """Everybody matches; each part of the answer stops after as many rows as it may show."""
    site = people.site()
    with connection.cursor() as cursor:
        cursor.execute(MANY, [site.pk])
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE scheduling_patient")
    for text in ("m", "ma", "marr", "arr"):
        said = wanted(text)
        rows = matching(site=site, wanted=said)
        assert _taken(few_ranked(rows, said, ENOUGH + 1)) == ENOUGH + 1, text
        number, family, other, anywhere = tiers(rows, said, 50)
        assert "patient_record_number_once" in number.explain()
        plan = family.explain()
        assert "Index Scan using patient_by_search_text" in plan, text
        assert re.search(r"\bSort\b", plan) is None, plan
        for rest in (other, anywhere):
            assert _taken(rest) <= 50, text
    found = find(site=site, text="marr", today=TODAY)
    assert (len(found.hits), found.total, found.too_many) == (MOST, ENOUGH, True)
    assert {hit.patient.family_name for hit in found.hits} == {"Marrina"}


def _taken(rows: QuerySet[Patient]) -> int:
    """The most rows that were compared with the words and matched, or were sorted, when this ran."""
    taken, nodes = 0, [json.loads(rows.explain(format="json", analyze=True))[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        if node["Node Type"] == "Sort" or "kitclinic_search_grams" in node.get("Recheck Cond", ""):
            taken = max(taken, node["Actual Rows"])
        nodes += node.get("Plans", ())
    return taken


def test_every_piece_asked_for_is_in_the_index_of_a_name_that_has_the_word(site: Site) -> None:
    text = make.patient(site=site, family_name="Müller-Lüdenscheidt", given_name="Jörg").search_text
    with connection.cursor() as cursor:
        cursor.execute("SELECT kitclinic_search_grams(%s)", [text])
        (held,) = cursor.fetchone()
    for word in text.split():
        for end in range(1, len(word) + 1):
            assert set(grams_of(word[:end])) <= set(held)


def test_folding_keeps_letters_and_digits_only() -> None:
    assert grams_of("ab") == ["ab"]
    assert grams_of("a") == [" a"]


def test_words_are_folded_by_the_database(db: None) -> None:
    assert folded(["Éloïse", "O’Brien", "KT-20", "%_", ""]) == ["eloise", "obrien", "kt20", "", ""]
