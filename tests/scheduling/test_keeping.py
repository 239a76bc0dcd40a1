"""Legal holds, charts whose time is over, the archive, and copies for the patient."""

import json
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from infusions.models import VitalSet
from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Permission, Role
from outcomes.models import Score
from scheduling.actions.keeping import (
    Asked,
    decide_chart,
    end_hold,
    place_hold,
    release_records,
    set_chart_years,
)
from scheduling.models import ChartDecision, Patient, RecordRelease, Referral, Visit
from scheduling.queries.keeping import charts_due, hold_on, last_contacts
from tests.factories import infusions, people
from tests.factories import outcomes as questionnaires
from tests.factories.scheduling import assess, patient

LAST = datetime(2016, 3, 9, 15, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
ASKED = Asked("patient", "Delphine Marrin", "photo_id", "fhir", "passport")


def decide(someone: Patient, kind: str, by: StaffUser, *, until: date | None = None) -> ChartDecision:
    return decide_chart(patient=someone, kind=kind, reason="Looked through.", keep_until=until, by=by, at=NOW)


def due(site: Site, at: datetime = NOW) -> list[int]:
    return [one.patient.pk for one in charts_due(site, at)]


def test_rec_03_a_chart_is_due_on_the_day_its_years_are_over_and_not_before(site: Site, lead: StaffUser) -> None:
    someone = patient(site=site, at=LAST)
    assert due(site, NOW - timedelta(days=1)) == []
    assert due(site) == [someone.pk]
    set_chart_years(site=site, years=11, by=lead, at=NOW)
    site.refresh_from_db()
    assert due(site) == []
    with pytest.raises(IntegrityError, match="site_keeps_charts_six_years"), transaction.atomic():
        set_chart_years(site=site, years=5, by=lead, at=NOW)


def test_rec_03_the_last_contact_is_the_newest_of_referral_visit_and_answers(site: Site) -> None:
    chair = infusions.infusion(site=site, at_state="arrived")
    someone = chair.visit.patient
    assert last_contacts(site)[someone.pk] == chair.visit.date
    other = questionnaires.completed(site=site).patient
    Patient.objects.filter(pk=other.pk).update(created_at=LAST)
    assert last_contacts(site)[other.pk] == site.today(questionnaires.NOW)


def test_rec_03_a_decision_settles_a_chart_until_its_day(site: Site, lead: StaffUser) -> None:
    someone = patient(site=site, at=LAST)
    with pytest.raises(Refused, match="until which day"):
        decide(someone, "keep", lead, until=date(2026, 3, 9))
    decide(someone, "keep", lead, until=date(2028, 1, 1))
    assert due(site) == []
    assert due(site, datetime(2028, 1, 1, 15, tzinfo=UTC)) == [someone.pk]


def test_rec_03_an_archived_chart_takes_nothing_new_until_it_is_brought_back(site: Site, lead: StaffUser) -> None:
    someone = patient(site=site, at=LAST)
    decide(someone, "archive", lead)
    assert due(site) == []
    with pytest.raises(IntegrityError, match="in the archive"), transaction.atomic():
        assess(someone, at=NOW)
    with pytest.raises(IntegrityError, match="in the archive"), transaction.atomic():
        Patient.objects.filter(pk=someone.pk).update(phone="1")
    with pytest.raises(Refused, match="Bring it back"):
        decide(someone, "keep", lead, until=date(2030, 1, 1))
    decide(someone, "reopen", lead)
    assess(someone, at=NOW)
    with pytest.raises(Refused, match="not archived"):
        decide(someone, "reopen", lead)


def test_rec_06_a_hold_wins_over_the_archive_and_ends_by_another_act(site: Site, lead: StaffUser) -> None:
    someone = patient(site=site, at=LAST)
    with pytest.raises(Refused, match="Say why"):
        place_hold(patient=someone, reason="  ", by=lead, at=NOW)
    hold = place_hold(patient=someone, reason="A letter from counsel.", by=lead, at=NOW)
    with pytest.raises(Refused, match="already"):
        place_hold(patient=someone, reason="Again.", by=lead, at=NOW)
    with pytest.raises(Refused, match="legal hold"):
        decide(someone, "archive", lead)
    assert [one.held for one in charts_due(site, NOW)] == [True]
    end_hold(hold=hold, reason="Settled.", by=lead, at=NOW)
    with pytest.raises(Refused, match="ended already"):
        end_hold(hold=hold, reason="Settled.", by=lead, at=NOW)
    assert hold_on(someone) is None
    decide(someone, "archive", lead)
    events = AuditEvent.objects.filter(patient_id=someone.pk).order_by("pk").values_list("event", flat=True)
    assert list(events)[-3:] == ["legal hold placed", "legal hold ended", "chart decided about"]


def test_rec_05_a_visit_that_somebody_came_to_is_never_deleted(site: Site, lead: StaffUser) -> None:
    visit = infusions.visit(site=site)
    Visit.objects.filter(pk=visit.pk).update(state="attended")
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).delete()
    later = Visit.objects.filter(sequence=visit.sequence_id, state="booked")
    place_hold(patient=visit.patient, reason="A letter from counsel.", by=lead, at=NOW)
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        later.delete()


# -- the copy


@pytest.fixture
def treated(site: Site) -> infusions.Chair:
    """A patient with an infusion that is over, a finished questionnaire, a referral and a score."""
    chair = infusions.infusion(site=site, at_state="discharged")
    questionnaires.completed(site=site, patient=chair.visit.patient, at=chair.at - timedelta(days=3))
    Referral.objects.filter(patient=chair.visit.patient).update(reason="Canary-referral CRPS of the left hand")
    return chair


def fetch(client: Any, someone: Patient, form: str) -> Any:
    page = reverse("scheduling:patient_records", args=[someone.pk])
    told = {"requester": "patient", "requester_name": "Delphine Marrin", "verified_by": "photo_id", "format": form}
    assert client.post(page, told).status_code == 302
    release = RecordRelease.objects.latest("pk")
    return client.get(reverse("scheduling:release_file", args=[release.pk]))


def test_rec_07_the_bundle_holds_every_row_with_its_values(
    site: Site, lead: StaffUser, treated: infusions.Chair, as_user: Any
) -> None:
    someone = treated.visit.patient
    answer = fetch(as_user(lead), someone, "fhir")
    text = b"".join(answer.streaming_content).decode()
    bundle = json.loads(text)
    release = RecordRelease.objects.get(patient=someone)
    assert (
        len(bundle["entry"]) == release.rows + 3
    )  # the release, its audit event and the line of who fetched the file came since
    kinds = {one["resource"]["resourceType"] for one in bundle["entry"]}
    assert {"Patient", "Appointment", "MedicationRequest", "MedicationAdministration", "Observation"} <= kinds
    assert {"QuestionnaireResponse", "Communication", "Provenance", "AuditEvent", "ServiceRequest"} <= kinds
    found = {one["resource"]["id"] for one in bundle["entry"]}
    for model in (VitalSet, Score):
        path = "infusion__patient" if model is VitalSet else "patient"
        keys = model.objects.filter(**{path: someone}).values_list("pk", flat=True)
        assert keys
        assert {f"{model._meta.model_name}-{pk}" for pk in keys} <= found
    for canary in (someone.family_name, someone.record_number, "Canary-referral", "Robin Quist", "gabapentin"):
        assert canary in text, canary
    assert "token_digest" not in text


def test_rec_07_the_letter_says_it_in_sections(
    site: Site, lead: StaffUser, treated: infusions.Chair, as_user: Any
) -> None:
    someone = treated.visit.patient
    answer = fetch(as_user(lead), someone, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert someone.family_name not in answer["Content-Disposition"]
    text = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.content)).pages).split())
    for said in (
        "Who you are",
        "Referral and eligibility",
        "Infusions",
        "Measurements",
        "Questionnaires and scores",
    ):
        assert said in text, said
    for said in (someone.family_name, someone.record_number, "Canary-referral", "Robin Quist", "Delphine Marrin"):
        assert said in text, said


def test_rec_08_nothing_of_another_patient_or_clinic_is_in_it(
    site: Site, other_site: Site, lead: StaffUser, as_user: Any
) -> None:
    mine, other = patient(site=site), patient(site=site, family_name="Zweigelt", phone="216 555 0177")
    client = as_user(lead)
    text = b"".join(fetch(client, mine, "fhir").streaming_content).decode()
    assert "Zweigelt" not in text
    theirs = patient(site=other_site)
    assert client.get(reverse("scheduling:patient_records", args=[theirs.pk])).status_code == 404
    assert other.family_name == "Zweigelt"


def test_rec_08_the_file_is_for_whoever_released_it_for_a_quarter_of_an_hour(
    site: Site, lead: StaffUser, as_user: Any
) -> None:
    someone = patient(site=site)
    with time_machine.travel(NOW, tick=False):
        made = release_records(patient=someone, asked=ASKED, by=lead, at=NOW)
        address = reverse("scheduling:release_file", args=[made.pk])
        assert as_user(lead).get(address).status_code == 200
        assert as_user(people.staff("clinic_lead", site=site)).get(address).status_code == 404
    with time_machine.travel(NOW + timedelta(minutes=15), tick=False):
        assert as_user(lead).get(address).status_code == 404
    event = AuditEvent.objects.get(event="records released")
    assert event.detail == {"format": "fhir", "requester": "patient", "verified_by": "photo_id"}
    assert event.patient_id == someone.pk


def test_rec_08_without_a_name_nothing_is_released(site: Site, lead: StaffUser, as_user: Any) -> None:
    someone = patient(site=site)
    address = reverse("scheduling:patient_records", args=[someone.pk])
    told = {"requester": "patient", "requester_name": " ", "verified_by": "photo_id", "format": "pdf"}
    answer = as_user(lead).post(address, told)
    assert answer.status_code == 422
    assert "Write the name of the person who asked." in answer.content.decode()
    with pytest.raises(Refused, match="Write the name"):
        release_records(patient=someone, asked=Asked("patient", " ", "known", "pdf"), by=lead, at=NOW)
    assert not RecordRelease.objects.exists()


@pytest.mark.parametrize("role", sorted(Role.values))
def test_rec_08_only_the_clinic_lead_holds_and_releases(site: Site, role: str, as_user: Any) -> None:
    someone, user = patient(site=site), people.staff(role, site=site)
    client, allowed = as_user(user), role == Role.CLINIC_LEAD
    assert user.may(Permission.RELEASE_RECORDS) == allowed
    for address in (reverse("scheduling:retention"), reverse("scheduling:patient_records", args=[someone.pk])):
        assert client.get(address).status_code == (200 if allowed else 403)


def test_rec_06_a_hold_is_placed_and_ended_on_the_page_and_shown_on_the_patients(
    site: Site, lead: StaffUser, as_user: Any
) -> None:
    someone, client = patient(site=site, at=LAST), as_user(lead)
    page = reverse("scheduling:patient", args=[someone.pk])
    assert "Legal hold" not in client.get(page).content.decode()
    for words, status in (("", 422), ("A letter from counsel.", 302), ("Once more.", 422)):
        address = reverse("scheduling:patient_hold", args=[someone.pk])
        assert client.post(address, {"reason": words}).status_code == status
    assert "<b>Legal hold</b>" in client.get(page).content.decode()
    assert "A letter from counsel." in client.get(reverse("scheduling:retention")).content.decode()
    hold = hold_on(someone)
    assert hold is not None
    ended = client.post(reverse("scheduling:hold_end", args=[hold.pk]), {"reason": "Settled."})
    assert ended.status_code == 302
    told = {"kind": "archive", "reason": "Ten years.", "keep_until": ""}
    assert client.post(reverse("scheduling:chart_decide", args=[someone.pk]), told).status_code == 302
    assert "In the archive" in client.get(page).content.decode()


def test_rec_03_the_years_are_set_on_the_page(site: Site, lead: StaffUser, as_user: Any) -> None:
    client, address = as_user(lead), reverse("scheduling:retention")
    assert [client.post(address, {"years": years}).status_code for years in ("5", "7")] == [422, 302]
    site.refresh_from_db()
    assert site.chart_years == 7
    assert "7 years after the last contact" in client.get(address).content.decode()
