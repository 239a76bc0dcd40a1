"""Consent, its texts, the health screen by phone and the psychologist's note in the browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import Consent, ConsentText, GroupSeat, HealthScreen, TeamNote
from scheduling.queries.records import current_consent_text
from scheduling.states import HealthQuestion
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import SIGNATURE

AsUser = Callable[[StaffUser], Client]
HTMX = {"HX-Request": "true"}
LEADS = (Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST)


@pytest.fixture
def came(site: Site, nurse: StaffUser) -> GroupSeat:
    now = timezone.now()
    patient = make.eligible_patient(site=site, at=now, family_name="Marrin", given_name="Delphine")
    return actions.check_in_seat(seat=make.seat(patient, at=now), support_attended=True, by=nurse, at=now)


def signed_form(seat: GroupSeat, **changes: Any) -> dict[str, Any]:
    text = current_consent_text(site_id=seat.site_id)
    assert text is not None
    return {
        "text": text.pk,
        "seat": seat.pk,
        "signed_name": "Delphine Marrin",
        "signature": SIGNATURE,
        "method": "tablet",
    } | changes


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_what(came: GroupSeat, as_user: AsUser, role: Role) -> None:
    client = as_user(people.staff(role, site=came.site))
    leads = role in LEADS
    for name in ("consent", "health_screen", "seat_note"):
        answer = client.get(reverse(f"scheduling:{name}", args=[came.patient_id]))
        assert (answer.status_code == 200) is leads, name
        posted = client.post(reverse(f"scheduling:{name}", args=[came.patient_id]), {})
        assert (posted.status_code != 403) is leads, name
    runs = role in (Role.CLINIC_LEAD, Role.ADMINISTRATOR)
    assert (client.get(reverse("scheduling:consent_text")).status_code == 200) is runs


def test_patients_of_another_site_are_not_there(came: GroupSeat, other_site: Site, as_user: AsUser) -> None:
    stranger = as_user(people.staff("psychologist", site=other_site))
    for name in ("consent", "health_screen", "seat_note"):
        assert stranger.get(reverse(f"scheduling:{name}", args=[came.patient_id])).status_code == 404


def test_on_the_roster_the_text_comes_in_a_dialog_and_goes_when_signed(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client, address = as_user(nurse), reverse("scheduling:consent", args=[came.patient_id])
    dialog = client.get(address, {"seat": came.pk}, headers=HTMX).content.decode()
    assert "data-kc-open-now" in dialog
    assert "off-label" in dialog
    answer = client.post(address, signed_form(came), headers=HTMX)
    assert answer.headers["HX-Trigger"] == "kc:close"
    assert f'<path d="{SIGNATURE}"' in answer.content.decode()
    assert Consent.objects.get().witnessed_by == nurse


def test_unsigned_wrongly_named_or_tampered_nothing_is_kept(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client, address = as_user(nurse), reverse("scheduling:consent", args=[came.patient_id])
    for changes in ({"signature": ""}, {"signed_name": "Paul Marrin"}, {"text": 0}, {"method": "telepathy"}):
        assert client.post(address, signed_form(came, **changes), headers=HTMX).status_code == 422, changes
    assert not Consent.objects.exists()
    named = signed_form(came, signed_name="Paul Marrin", confirmed="ENR-74")
    assert client.post(address, named, headers=HTMX).status_code == 200


def test_on_paper_and_withdrawn_on_the_patients_own_page(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client, address = as_user(nurse), reverse("scheduling:consent", args=[came.patient_id])
    client.post(address, signed_form(came, method="paper", signature="") | {"seat": ""})
    row = Consent.objects.get()
    assert (row.method, row.signature) == ("paper", "")
    assert row.digest in client.get(address).content.decode()
    withdraw = reverse("scheduling:consent_withdraw", args=[row.pk])
    assert client.post(withdraw, {"reason": "Wants time."}).status_code == 302
    assert "Withdrawn" in client.get(address).content.decode()


def test_a_withdrawal_on_the_roster_answers_with_its_part(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    row = make.consent(came.patient, seat=came, at=timezone.now())
    withdraw = reverse("scheduling:consent_withdraw", args=[row.pk])
    part = as_user(nurse).post(withdraw, {"seat": came.pk}, headers=HTMX).content.decode()
    assert "Withdrawn" in part
    assert "The patient has withdrawn the consent" in part


def test_the_consent_text_is_previewed_published_and_kept(site: Site, lead: StaffUser, as_user: AsUser) -> None:
    client, address = as_user(lead), reverse("scheduling:consent_text")
    first = client.get(address).content.decode()
    assert "came with the software" in first
    form = {"language": "English", "title": "Ours", "body": "Risks\nNausea.", "replaces": "1"}
    preview = client.post(address, form | {"act": "preview"}).content.decode()
    assert "<h4>Risks</h4>" in preview
    assert ConsentText.objects.count() == 1
    assert client.post(address, form | {"act": "publish"}).status_code == 302
    late = client.post(address, form | {"act": "publish", "body": "Other."})
    assert late.status_code == 422
    assert "Somebody else has published" in late.content.decode()
    old = ConsentText.objects.get(version=1)
    assert "off-label" in client.get(address, {"text": old.pk}).content.decode()


def test_a_health_screen_by_phone_is_whole(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    patient = make.eligible_patient(site=site, at=timezone.now())
    client, address = as_user(nurse), reverse("scheduling:health_screen", args=[patient.pk])
    page = client.get(address).content.decode()
    assert "checked" not in page[page.index("data-kc-questions") : page.index("data-kc-all-no")]
    answers = {f"q_{question}": "no" for question in HealthQuestion}
    refused = client.post(address, answers | {"q_head": "", "seen": "0"})
    assert refused.status_code == 422
    assert "Answer with yes or no" in refused.content.decode()
    assert client.post(address, answers | {"q_head": "yes", "seen": "0"}).status_code == 302
    row = HealthScreen.objects.get()
    assert (row.seat, row.answers["head"], row.answers["chest"]) == (None, True, False)
    assert client.post(address, answers | {"seen": "0"}).status_code == 422, "somebody else's is not hidden"


def test_the_note_is_for_the_treating_team_only(
    came: GroupSeat, psychologist: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    secret = "Grieves for her brother"
    actions.write_team_note(patient=came.patient, note=secret, goals="Walk", by=psychologist, at=now)
    address = reverse("scheduling:seat_note", args=[came.patient_id])
    assert secret in as_user(nurse).get(address).content.decode()
    for role in (Role.SCHEDULER, Role.CLINIC_LEAD, Role.ADMINISTRATOR):
        client = as_user(people.staff(role, site=came.site))
        for name, key in (
            ("seat_note", came.patient_id),
            ("seat", came.pk),
            ("group", came.group_id),
            ("group_rows", came.group_id),
            ("patient", came.patient_id),
        ):
            page = client.get(reverse(f"scheduling:{name}", args=[key])).content.decode()
            assert secret not in page, (role, name)
            assert address not in page, (role, name)


def test_the_psychologist_writes_versions_and_nobody_else(
    came: GroupSeat, psychologist: StaffUser, physician: StaffUser, as_user: AsUser
) -> None:
    address = reverse("scheduling:seat_note", args=[came.patient_id])
    client = as_user(psychologist)
    assert client.post(address, {"note": "First.", "goals": "", "seen": "0"}, headers=HTMX).status_code == 200
    last = TeamNote.objects.get()
    page = client.post(
        address, {"note": "Second.", "goals": "Walk", "seen": last.pk}, headers=HTMX
    ).content.decode()
    assert "Earlier versions (1)" in page
    assert "First." in page
    assert client.post(address, {"note": "Late.", "goals": "", "seen": last.pk}, headers=HTMX).status_code == 409
    assert as_user(physician).post(address, {"note": "Mine.", "seen": "0"}, headers=HTMX).status_code == 422
    assert TeamNote.objects.count() == 2
