"""ACC-10 to ACC-12: who looked at what is in the audit trail before it is on the screen."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infusions.queries.board import board_version
from kitclinic import looks
from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.models.audit import LOOKED
from scheduling.models import Patient
from tests.factories import infusions as at_chair
from tests.factories import orders as ordering
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW
from tests.journeys.steps import DAY_1

AsUser = Callable[[StaffUser], Client]
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.patient(site=site, family_name="Marrin")


def lines() -> list[tuple[str, str, int | None]]:
    found = AuditEvent.objects.filter(event__in=LOOKED).order_by("pk")
    return [(one.event, one.detail["page"], one.patient_id) for one in found]


def page_of(patient: Patient) -> str:
    return reverse("scheduling:patient", args=[patient.pk])


def test_acc_10_a_patients_page_is_written_down_each_time(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    client.get(page_of(patient))
    client.get(page_of(patient))
    assert lines() == [("chart opened", "scheduling:patient", patient.pk)] * 2
    line = AuditEvent.objects.filter(event="chart opened")[0]
    assert (line.by, line.actor, line.subject, line.subject_id) == (
        scheduler,
        scheduler.name,
        "scheduling_patient",
        patient.pk,
    )
    assert line.detail["role"] == "scheduler"
    assert client.session.session_key not in str(line.detail)
    assert "Marrin" not in str(line.detail)


def test_acc_10_the_line_costs_one_statement(patient: Patient, scheduler: StaffUser, as_user: AsUser) -> None:
    client = as_user(scheduler)
    with CaptureQueriesContext(connection) as seen:
        client.get(page_of(patient))
    assert len([one for one in seen.captured_queries if "kitclinic_record_audit" in one["sql"]]) == 1
    assert [one["sql"] for one in seen.captured_queries if "INSERT" in one["sql"]] == []


def test_acc_10_the_patient_is_found_through_the_row_of_the_address(site: Site, as_user: AsUser) -> None:
    chair = at_chair.infusion(site=site, monday=DAY_1, at_state="infusing")
    visit, order = chair.visit, chair.infusion.order
    client = as_user(people.staff("physician", site=site))
    with time_machine.travel(site.instant(DAY_1, 570), tick=False):
        client.get(reverse("infusions:chart", args=[visit.pk]))
        client.get(reverse("infusions:order", args=[order.pk]))
        client.get(reverse("infusions:flowsheet_pdf", args=[visit.pk]))
        client.get(reverse("infusions:board"))
    assert lines() == [
        ("chart opened", "infusions:chart", visit.patient_id),
        ("chart opened", "infusions:order", visit.patient_id),
        ("printed", "infusions:flowsheet_pdf", visit.patient_id),
        ("list opened", "infusions:board", None),
    ]


def test_acc_10_the_order_that_stands_open_to_be_signed_is_its_patients(site: Site, as_user: AsUser) -> None:
    visit = at_chair.visit(site=site, monday=DAY_1, signed=False)
    ordering.draft(visit.sequence)
    with time_machine.travel(site.instant(DAY_1, 480), tick=False):
        as_user(people.staff("physician", site=site)).get(reverse("infusions:signing"))
    assert lines() == [("chart opened", "infusions:signing", visit.patient_id)]


def test_acc_10_what_cannot_be_written_down_is_not_shown(
    patient: Patient, scheduler: StaffUser, as_user: AsUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_: Any) -> None:
        raise RuntimeError("no room for a line")

    monkeypatch.setattr(looks.audit, "record_look", fails)
    client = as_user(scheduler)
    client.raise_request_exception = False
    answer = client.get(page_of(patient))
    assert answer.status_code == 500
    assert "Marrin" not in answer.content.decode()


def test_nothing_that_was_not_shown_is_written_down(
    patient: Patient, other_site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    elsewhere = make.patient(site=other_site)
    client = as_user(scheduler)
    assert client.get(page_of(elsewhere)).status_code == 404
    assert client.get(reverse("infusions:patient_panel", args=[patient.pk])).status_code == 403
    assert client.post(reverse("scheduling:offers", args=[patient.pk]), {}).status_code != 500
    assert Client().get(page_of(patient)).status_code == 302
    assert lines() == []


@pytest.mark.parametrize(("seconds", "count"), [(599, 1), (600, 2), (601, 2)])
def test_acc_11_a_poll_is_written_down_once_in_ten_minutes(
    site: Site, as_user: AsUser, seconds: int, count: int
) -> None:
    client = as_user(people.staff("nurse", site=site))
    for after in (0, seconds):
        with time_machine.travel(NOW + timedelta(seconds=after), tick=False):
            assert client.get(reverse("infusions:board_tiles"), headers=HTMX).status_code == 200
    assert len(lines()) == count


def test_acc_11_another_session_person_page_or_patient_has_a_line_of_its_own(
    site: Site, patient: Patient, as_user: AsUser
) -> None:
    nurse, second = people.staff("nurse", site=site), people.staff("nurse", site=site)
    other = make.patient(site=site)
    panel = [reverse("infusions:patient_panel", args=[one.pk]) for one in (patient, other)]
    first = as_user(nurse)
    again = Client()
    again.force_login(nurse)
    with time_machine.travel(NOW, tick=False):
        for client in (first, again, as_user(second), first, again):
            for address in (*panel, reverse("scheduling:patient_events", args=[patient.pk])):
                assert client.get(address, headers=HTMX).status_code == 200
    assert len(lines()) == 9


def test_acc_12_a_search_says_how_many_were_found_and_never_what_was_typed(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    url = reverse("scheduling:patients")
    client.get(url)
    client.post(url, {"q": "marr"}, follow=True)
    assert client.post(url, {"q": "marr", "open": "first"}).headers["Location"] == page_of(patient)
    client.post(url, {"q": "nobody"}, headers=HTMX)
    client.post(reverse("scheduling:referrals"), {"q": "marr"}, follow=True)
    client.post(reverse("scheduling:referrals"), {"q": "marr"}, headers=HTMX)
    found = AuditEvent.objects.filter(event="searched").order_by("pk")
    assert [one.detail["found"] for one in found] == [1, 1, 0, *[one.detail["found"] for one in found[3:]]]
    assert len({one.detail["found"] for one in found[3:]}) == 1
    assert isinstance(found[3].detail["found"], int)
    assert [event for event, _, _ in lines()] == ["list opened"] + ["searched"] * 5
    assert "marr" not in str(list(found.values())).lower()


def test_acc_12_a_search_that_leads_to_nobody_is_written_down_with_each_page_of_what_it_found(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    client, url = as_user(scheduler), reverse("scheduling:patients")
    led = client.post(url, {"q": "nobody", "open": "first"})
    assert lines() == [("searched", "scheduling:patients", None)], "it says already that there is nobody"
    typed = client.post(url, {"q": "marr"})
    assert len(lines()) == 1, "nothing is shown yet"
    for _ in range(2):
        client.get(typed.headers["Location"])
    client.get(led.headers["Location"])
    assert lines() == [("searched", "scheduling:patients", None)] * 4
    client.get(f"{url}?s=made-up")
    assert lines()[4:] == [("list opened", "scheduling:patients", None)]


def test_acc_10_a_field_that_was_emptied_shows_the_list_again(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    client, url = as_user(scheduler), reverse("scheduling:patients")
    assert "Marrin" in client.post(url, {"q": ""}, headers=HTMX).content.decode()
    assert lines() == [("list opened", "scheduling:patients", None)]


def test_acc_12_looking_for_the_other_record_of_somebody_is_a_search_too(
    patient: Patient, scheduler: StaffUser, as_user: AsUser
) -> None:
    make.patient(site=patient.site, family_name="Tolland")
    url = reverse("scheduling:patient_merge", args=[patient.pk])
    as_user(scheduler).post(url, {"q": "toll"}, follow=True)
    assert lines() == [("searched", "scheduling:patient_merge", patient.pk)]
    line = AuditEvent.objects.get(event="searched")
    assert line.detail["found"] == 1
    assert "toll" not in str(line.detail)


def test_acc_10_an_export_is_written_down(site: Site, as_user: AsUser) -> None:
    as_user(people.staff("clinic_lead", site=site)).get(reverse("scheduling:completion_csv"))
    assert lines() == [("exported", "scheduling:completion_csv", None)]


def test_who_only_looks_makes_no_board_new(site: Site, patient: Patient, as_user: AsUser) -> None:
    before = board_version(site, NOW)
    as_user(people.staff("nurse", site=site)).get(page_of(patient))
    assert len(lines()) == 1
    assert board_version(site, NOW) == before
