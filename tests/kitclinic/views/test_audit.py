"""The audit trail for people: narrowed, page by page on an index, in words, as a file."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitclinic import audit, chain
from kitclinic.actions import check_chain
from kitclinic.models import AuditEvent, ChainCheck, Site, StaffUser
from kitclinic.roles import Permission, Role
from kitclinic.trail import A_PAGE, PAGES, Asked, events, known_events, part, words
from kitclinic.views import audit as views
from scheduling.models import Patient
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

AsUser = Callable[[StaffUser], Client]
URL, FILE = reverse("audit"), reverse("audit_csv")
pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.patient(site=site)


@pytest.fixture
def reader(site: Site) -> StaffUser:
    return people.staff("clinic_lead", site=site)


def told(site: Site, event: str, *, by: StaffUser | None = None, at: datetime = NOW, **more: Any) -> AuditEvent:
    return audit.record(event=event, by=by, at=at, site=site, subject=more.pop("subject", site), **more)


@pytest.mark.parametrize("role", list(Role))
def test_only_who_reviews_access_reads_the_trail(site: Site, as_user: AsUser, role: str) -> None:
    user = people.staff(role, site=site)
    expected = 200 if user.may(Permission.REVIEW_ACCESS) else 403
    assert user.may(Permission.REVIEW_ACCESS) is (role in {Role.ADMINISTRATOR, Role.CLINIC_LEAD})
    assert as_user(user).get(URL).status_code == expected
    assert as_user(user).get(FILE).status_code == expected


def test_it_is_narrowed_by_patient_person_act_and_period(
    site: Site, other_site: Site, patient: Patient, nurse: StaffUser, reader: StaffUser, as_user: AsUser
) -> None:
    day = timedelta(days=1)
    told(site, "first act", by=nurse, at=NOW - 3 * day)
    told(site, "second_act", by=nurse, at=NOW - 2 * day, patient_id=patient.pk, subject=patient)
    told(site, "first act", by=reader, at=NOW - day, patient_id=patient.pk)
    told(other_site, "elsewhere", at=NOW - day)
    client = as_user(reader)

    def shown(**asked: Any) -> list[str]:
        until = asked.pop("last", site.today(NOW).isoformat())
        lines = client.post(URL, {"last": until} | asked, follow=True).context["lines"]
        return [line.words for line in lines if line.words in {"First act", "Second act", "Elsewhere"}]

    number, middle = patient.record_number, site.today(NOW - 2 * day).isoformat()
    assert {"First act", "Second act"} <= set(shown())
    assert "Elsewhere" not in shown()
    assert shown(patient=number.lower()) == ["First act", "Second act"]
    assert shown(person=nurse.pk) == ["Second act", "First act"]
    assert shown(act="first act") == ["First act", "First act"]
    assert shown(person=nurse.pk, first=middle, last=middle) == ["Second act"]
    assert shown(patient=number, person=nurse.pk, act="second_act") == ["Second act"]
    assert client.post(URL, {"patient": "XX-999"}).status_code == 422
    assert client.get(URL, {"patient": number}).status_code == 422  # an address holds a sealed copy only
    assert client.get(URL, {"first": "2026-03-02", "last": "2026-03-01"}).status_code == 422
    assert client.get(FILE, {"first": "tomorrow"}).status_code == 422


def test_pages_follow_one_another_without_a_gap_even_at_the_same_moment(site: Site) -> None:
    for number in range(2 * A_PAGE + 3):
        told(site, "counted", at=NOW - timedelta(seconds=number // 7))
    rows, seen, mark = events(site, Asked(act="counted")), [], ""
    for _ in range(4):
        found, mark = part(rows, mark)
        seen += [one.pk for one in found]
        if not mark:
            break
    assert len(seen) == len(set(seen)) == 2 * A_PAGE + 3
    assert seen == list(rows.values_list("pk", flat=True))
    assert [one.pk for one in part(rows, "1.x")[0]] == seen[:A_PAGE]
    assert [one.pk for one in part(rows, "9" * 40)[0]] == seen[:A_PAGE]


@pytest.mark.parametrize(
    "asked", [Asked(), Asked(patient=1), Asked(person=StaffUser(pk=1)), Asked(act="order signed")]
)
def test_each_way_of_asking_can_read_an_index_in_order(site: Site, asked: Asked) -> None:
    """No scan of the table, no sort of everything; which index it is in a long trail, bench/chain.py prints."""
    with connection.cursor() as cursor:
        for node in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{node} = off")
    plan = events(site, asked)[: A_PAGE + 1].explain()
    assert "using audit_by_" in plan
    assert "Presorted Key: kitclinic_auditevent.at" in plan
    assert "Seq Scan on kitclinic_auditevent" not in plan


def test_a_page_costs_as_many_queries_with_many_lines_as_with_few(
    site: Site, patient: Patient, reader: StaffUser, as_user: AsUser
) -> None:
    client = as_user(reader)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(URL).status_code == 200
        return len(seen)

    told(site, "one", patient_id=patient.pk)
    first = cost()
    for number in range(A_PAGE):
        told(site, "one", by=people.staff("nurse", site=site) if number < 3 else reader, patient_id=patient.pk)
    assert cost() == first


def test_each_line_is_in_words_with_its_row_where_the_reader_may_open_it(
    site: Site, patient: Patient, reader: StaffUser, as_user: AsUser
) -> None:
    detail = {"old_phone": True, "days": [1, 2], "role": "nurse", "left": "", "change": {"chair": 3}}
    event = told(site, "patient_changed", by=reader, subject=patient, patient_id=patient.pk, detail=detail)
    assert words(event) == "Patient changed (old phone: yes, days: 1, 2, change: chair 3)"
    looked = told(site, "searched", detail={"page": "scheduling:patients", "found": 3})
    assert words(looked) == "Searched: Patients, 3 found"
    address = reverse("scheduling:patient", args=[patient.pk])
    page = as_user(reader).post(URL, {"patient": patient.record_number}, follow=True).content.decode()
    assert f'href="{address}"' in page
    page = as_user(people.staff("administrator", site=site)).post(
        URL, {"patient": patient.record_number}, follow=True
    )
    assert f'href="{address}"' not in page.content.decode()  # an administrator finds no patients
    assert patient.record_number in page.content.decode()
    assert patient.family_name not in page.content.decode()


def test_rows_that_have_a_page_lead_to_one_that_exists() -> None:
    for table, name in PAGES.items():
        assert reverse(name, args=[1]), table


def test_the_page_says_how_far_the_chain_is_sealed_and_verified(
    site: Site, reader: StaffUser, as_user: AsUser
) -> None:
    client = as_user(reader)
    told(site, "one")
    page = client.get(URL).content.decode()
    assert "Not verified yet." in page
    assert "waits" in page
    chain.seal_all()
    assert check_chain(site=site, heads=[], at=NOW) == []
    last = chain.head(site, NOW)
    assert last is not None
    page = client.get(URL).content.decode()
    assert f"Verified up to link {last.number}" in page
    assert "nothing wrong" in page
    check_chain(site=site, heads=[], forged=2, at=NOW + timedelta(hours=1))
    assert "found 2 things wrong" in client.get(URL).content.decode()
    assert ChainCheck.objects.count() == 2


def test_the_file_holds_what_was_asked_for_and_no_formula_and_is_written_down(
    site: Site, nurse: StaffUser, patient: Patient, reader: StaffUser, as_user: AsUser
) -> None:
    told(site, "one", by=nurse, patient_id=patient.pk)
    audit.record(event='=HYPERLINK("x")', by=None, actor="@SUM(A1)", at=NOW, site=site, subject=site)
    client = as_user(reader)
    head, *rows = csv.reader(io.StringIO(client.get(FILE, {"person": nurse.pk}).content.decode()))
    assert head[:5] == ["When", "Who", "Person", "Role", "What"]
    assert [(row[1], row[4], row[5]) for row in rows] == [(nurse.name, "One", patient.record_number)]
    everything = client.get(FILE).content.decode()
    assert "'@SUM(A1)" in everything
    assert "\"'=HYPERLINK" in everything
    exported = AuditEvent.objects.filter(event="exported").order_by("pk")
    assert [one.detail["page"] for one in exported] == ["audit_csv"] * 2


def test_too_much_for_a_file_is_said_and_not_cut_off(
    site: Site, reader: StaffUser, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST", 2)
    for _ in range(2):
        told(site, "counted")
    client = as_user(reader)
    assert client.get(FILE, {"act": "counted"}).status_code == 200
    told(site, "counted")
    answer = client.get(FILE, {"act": "counted"})
    assert answer.status_code == 422
    assert "at most 2 lines" in answer.content.decode()


def test_every_kind_of_event_is_named_once(site: Site, other_site: Site) -> None:
    for event in ("b", "a", "b"):
        told(site, event)
    told(other_site, "c")
    assert [one for one in known_events(site) if len(one) == 1] == ["a", "b"]


@pytest.mark.parametrize(("role", "sees"), [(Role.CLINIC_LEAD, True), (Role.ADMINISTRATOR, False)])
def test_who_sees_no_charts_reads_that_something_was_done_and_no_clinical_detail(
    site: Site, nurse: StaffUser, patient: Patient, as_user: AsUser, role: Role, sees: bool
) -> None:
    told(site, "weight_recorded", by=nurse, patient_id=patient.pk, detail={"kg": "67.3"})
    told(site, "chairs changed", by=nurse, detail={"chairs": 7})
    client = as_user(people.staff(role, site=site))
    page, file = client.get(URL).content.decode(), client.get(FILE).content.decode()
    for text in (page, file):
        assert "Weight recorded" in text
        assert ("67.3" in text) is sees
        assert "Chairs changed (chairs: 7)" in text
