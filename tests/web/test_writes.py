"""What changes the clinic: only a form of this clinic's own, never a look at a page."""

from typing import Any

import pytest
from django.db import connection

from scheduling.models import Patient
from tests.web.routes import Here, routes, undone

pytestmark = pytest.mark.django_db

NO_COOKIE = {"infusions:observations", "outcomes:next_question"}  # device and client tokens; no cookie is read
KEEPS_TRACK = {"django_session", "kitclinic_auditevent", "kitclinic_auditwaiting", "kitclinic_pacecount"}


def test_a_form_without_the_clinics_own_token_is_refused_everywhere(here: Here) -> None:
    passed = {}
    for route in routes():
        client = here.client("" if not route.any_of else route.role, enforce_csrf_checks=True)
        address = here.address(route)
        with undone():
            answer = client.post(address)
        if answer.status_code not in {403, 423}:
            passed[route.name] = answer.status_code
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(address).status_code == 405, route.name
    assert passed.keys() <= NO_COOKIE
    assert all(status in {401, 404, 405} for status in passed.values())


def _rows() -> dict[str, Any]:
    """For each table the number of its rows and the newest transaction that wrote one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({name for (name,) in cursor.fetchall()} - KEEPS_TRACK)
        cursor.execute(
            "SELECT has_table_privilege(t, 'SELECT'), t FROM unnest(%s::text[]) AS t",
            [tables],
        )
        readable = [name for may, name in cursor.fetchall() if may]
        found = {}
        for name in readable:
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"SELECT count(*), sum(hashtext(ctid::text || xmin::text)::bigint) FROM {quoted}")
            found[name] = cursor.fetchone()
    return found


def test_looking_at_any_page_changes_nothing(here: Here) -> None:
    clients = {role: here.client(role) for role in {"" if not route.any_of else route.role for route in routes()}}
    before, shown = _rows(), 0
    for route in routes():
        client = clients["" if not route.any_of else route.role]
        shown += client.get(here.address(route)).status_code == 200
    assert shown > 120
    after = _rows()
    assert {name: (rows, after[name]) for name, rows in before.items() if rows != after[name]} == {}


def test_a_form_takes_only_what_it_asks_for(here: Here, other_site: Any) -> None:
    scheduler = here.client("scheduler")
    patient = Patient.objects.get(pk=here.patient.pk)
    before = (patient.site_id, patient.created_at if hasattr(patient, "created_at") else None)
    nurse = here.people["nurse"]
    more = {
        "site": other_site.pk,
        "site_id": other_site.pk,
        "id": 1,
        "pk": 1,
        "signed_by": nurse.pk,
        "by": nurse.pk,
        "occurred_at": "2020-01-01T00:00",
        "received_at": "2020-01-01T00:00",
        "merged_into": 1,
        "is_registry": "on",
        "record_number": "KT-1",
    }
    typed = {
        "family_name": "Extra",
        "given_name": "Field",
        "birth_date": "1974-03-14",
        "sex": "female",
        "phone": "216 555 0142",
        "language": "English",
    }
    newest = Patient.objects.order_by("-pk")[0].pk
    scheduler.post("/patients/new/", typed | more)
    made = Patient.objects.filter(pk__gt=newest)
    assert [(one.site_id, one.is_registry, one.merged_into_id) for one in made] in (
        [],
        [(here.site.pk, False, None)],
    )
    patient.refresh_from_db()
    assert patient.site_id == before[0]
    who = {"theme": "dark", "role": "administrator", "is_superuser": "on", "is_staff": "on", "site": other_site.pk}
    here.client("nurse").post("/theme/", who)
    nurse.refresh_from_db()
    assert (nurse.theme, nurse.role, nurse.is_superuser, nurse.site_id) == ("dark", "nurse", False, here.site.pk)
