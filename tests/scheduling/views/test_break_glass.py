"""Emergency access on the screen: asked for, said on every page, over by the clock, reviewed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kitclinic.models import AuditEvent, Site, StaffUser
from scheduling.models import BreakGlass, BreakGlassReview
from tests.factories import infusions as at_chair
from tests.factories import people
from tests.factories import scheduling as make
from tests.journeys.steps import DAY_1

AsUser = Callable[[StaffUser], Client]
REASON = "He is unwell in the hall"


@pytest.fixture
def chair(site: Site) -> at_chair.Chair:
    return at_chair.infusion(site=site, monday=DAY_1, at_state="infusing", family_name="Tolland")


@pytest.fixture(autouse=True)
def clock(site: Site) -> Iterator[Any]:
    with time_machine.travel(site.instant(DAY_1, 570), tick=False) as found:
        yield found


def asked(client: Client, number: str, **fields: str) -> int:
    given = {"number": number, "reason": REASON, "password": people.PASSWORD} | fields
    return client.post(reverse("scheduling:break_glass"), given).status_code


def pages(chair: at_chair.Chair) -> list[str]:
    visit = chair.visit
    return [
        reverse("infusions:chart", args=[visit.pk]),
        reverse("infusions:order", args=[chair.infusion.order_id]),
        reverse("infusions:patient_panel", args=[visit.patient_id]),
        reverse("infusions:flowsheet_pdf", args=[visit.pk]),
        reverse("outcomes:trajectory", args=[visit.patient_id]),
    ]


@pytest.mark.parametrize("role", ["administrator", "scheduler", "psychologist"])
def test_acc_20_the_record_opens_for_an_hour_and_no_other_does(
    site: Site, chair: at_chair.Chair, as_user: AsUser, clock: Any, role: str
) -> None:
    client = as_user(people.staff(role, site=site))
    other = at_chair.visit(site=site, monday=DAY_1, minute=570)
    assert client.get(pages(chair)[0]).status_code == 403
    assert asked(client, chair.visit.patient.record_number) == 302
    clock.shift(timedelta(minutes=59, seconds=59))
    assert [client.get(page).status_code for page in pages(chair)] == [200] * 5
    assert client.get(reverse("infusions:chart", args=[other.pk])).status_code == 403
    assert client.get(reverse("infusions:board")).status_code == 403
    clock.shift(timedelta(seconds=1))
    assert [client.get(page).status_code for page in pages(chair)][:4] == [403] * 4


def test_acc_22_it_reads_and_never_writes(site: Site, chair: at_chair.Chair, as_user: AsUser) -> None:
    client = as_user(people.staff("psychologist", site=site))
    asked(client, chair.visit.patient.record_number)
    for name in ("chart_vitals", "chart_stop", "chart_pause", "weigh", "chart_verbal", "chart_side_effect"):
        name = {"weigh": "chart_weigh"}.get(name, name)
        assert client.post(reverse(f"infusions:{name}", args=[chair.visit.pk]), {}).status_code == 403, name
    patient = chair.visit.patient_id
    assert client.post(reverse("scheduling:patient_edit", args=[patient]), {}).status_code == 403
    assert client.get(reverse("scheduling:patient_edit", args=[patient])).status_code == 403


def test_acc_23_every_page_of_that_patient_says_so(
    site: Site, chair: at_chair.Chair, as_user: AsUser, clock: Any
) -> None:
    client = as_user(people.staff("scheduler", site=site))
    asked(client, chair.visit.patient.record_number)
    glass = BreakGlass.objects.get()
    clock.shift(timedelta(minutes=20))
    end = reverse("scheduling:break_glass_end", args=[glass.pk])
    for address in (pages(chair)[0], pages(chair)[1], reverse("scheduling:patient", args=[glass.patient_id])):
        page = client.get(address).content.decode()
        assert "Emergency access: this record is open to you" in page
        assert f'action="{end}"' in page
        assert "40 min" in page
    assert end not in client.get(reverse("scheduling:patient", args=[make.patient(site=site).pk])).content.decode()
    assert client.post(end).status_code == 302
    assert client.get(pages(chair)[0]).status_code == 403


def test_each_page_opened_through_it_is_marked_and_counted_for_the_review(
    site: Site, chair: at_chair.Chair, as_user: AsUser
) -> None:
    client, lead = (
        as_user(people.staff("psychologist", site=site)),
        as_user(people.staff("clinic_lead", site=site)),
    )
    asked(client, chair.visit.patient.record_number)
    client.get(pages(chair)[0])
    client.get(pages(chair)[3])
    glass = BreakGlass.objects.get()
    marked = AuditEvent.objects.filter(detail__break_glass=glass.pk, by=glass.by).exclude(
        event__startswith="break"
    )
    assert sorted(marked.values_list("event", flat=True)) == ["chart opened", "printed"]
    assert "1 to review" in lead.get(reverse("clinic")).content.decode()
    queue = lead.get(reverse("scheduling:break_glass_queue")).content.decode()
    assert "2 pages opened" in queue
    assert REASON in queue
    address = reverse("scheduling:break_glass_review", args=[glass.pk])
    page = lead.get(address).content.decode()
    assert "Chart opened: Infusion chart" in page
    assert lead.post(address, {"in_order": "yes", "note": "short"}).status_code == 422
    assert lead.post(address, {"note": "Asked on the telephone"}).status_code == 422
    assert lead.post(address, {"in_order": "yes", "note": "Asked on the telephone"}).status_code == 302
    assert BreakGlassReview.objects.get().in_order
    assert "to review" not in lead.get(reverse("clinic")).content.decode()


def test_acc_24_the_person_who_opened_it_is_offered_no_review(
    site: Site, chair: at_chair.Chair, as_user: AsUser
) -> None:
    client = as_user(people.staff("administrator", site=site))
    asked(client, chair.visit.patient.record_number)
    address = reverse("scheduling:break_glass_review", args=[BreakGlass.objects.get().pk])
    page = client.get(address).content.decode()
    assert "somebody else reviews it" in page
    assert "Record the review" not in page
    assert client.post(address, {"in_order": "yes", "note": "It was fine, I say"}).status_code == 422
    assert not BreakGlassReview.objects.exists()


def test_what_is_missing_is_said_beside_its_field(site: Site, chair: at_chair.Chair, as_user: AsUser) -> None:
    client = as_user(people.staff("scheduler", site=site))
    number = chair.visit.patient.record_number
    assert asked(client, "XX-999") == 422
    assert asked(client, number, reason="because") == 422
    assert asked(client, number, password="guessed") == 422
    assert not BreakGlass.objects.exists()
    page = client.get(reverse("scheduling:break_glass"), {"patient": chair.visit.patient_id}).content.decode()
    assert f'value="{number}"' in page


def test_a_record_of_another_clinic_is_not_there(site: Site, other_site: Site, as_user: AsUser) -> None:
    client = as_user(people.staff("administrator", site=site))
    elsewhere = make.patient(site=other_site)
    assert asked(client, elsewhere.record_number) == 422
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "scheduler"])
def test_only_a_reviewer_sees_the_queue_and_who_looked(
    site: Site, chair: at_chair.Chair, as_user: AsUser, role: str
) -> None:
    client, patient = as_user(people.staff(role, site=site)), chair.visit.patient_id
    for name, args in (("break_glass_queue", []), ("who_looked", [patient]), ("who_looked_csv", [patient])):
        assert client.get(reverse(f"scheduling:{name}", args=args)).status_code == 403


def test_who_looked_names_person_role_page_and_emergency_access(
    site: Site, chair: at_chair.Chair, as_user: AsUser, clock: Any
) -> None:
    scheduler, nurse = people.staff("scheduler", site=site), people.staff("nurse", site=site)
    patient = chair.visit.patient
    as_user(nurse).get(pages(chair)[0])
    client = as_user(scheduler)
    asked(client, patient.record_number)
    client.get(pages(chair)[3])
    as_user(nurse).get(reverse("scheduling:patient", args=[make.patient(site=site).pk]))
    lead = as_user(people.staff("clinic_lead", site=site))
    address = reverse("scheduling:who_looked", args=[patient.pk])
    page = lead.get(address)
    told = [(line.event.actor, line.role, line.words, bool(line.glass)) for line in page.context["lines"]]
    assert told == [
        (scheduler.name, "Scheduler", "Printed: Flowsheet", True),
        (scheduler.name, "Scheduler", "Break-glass opened", True),
        (nurse.name, "Nurse", "Chart opened: Infusion chart", False),
    ]
    assert "Emergency access" in page.content.decode()
    day = site.today(site.instant(DAY_1, 570))
    assert len(lead.get(address, {"first": day, "last": day}).context["lines"]) > 3
    assert lead.get(address, {"last": day - timedelta(days=1)}).context["lines"] == []
    assert lead.get(address, {"first": "2026-02-30"}).status_code == 422
    file = lead.get(reverse("scheduling:who_looked_csv", args=[patient.pk])).content.decode()
    assert "Printed: Flowsheet" in file
    assert "emergency access" in file
    last = AuditEvent.objects.order_by("-pk")[0]
    assert (last.event, last.patient_id, last.detail["page"]) == (
        "exported",
        patient.pk,
        "scheduling:who_looked_csv",
    )
