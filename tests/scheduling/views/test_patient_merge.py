"""Merging two records in the browser, and taking it back."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import Patient, PatientMerge
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]


def url(patient: Patient) -> str:
    return reverse("scheduling:patient_merge", args=[patient.pk])


@pytest.fixture
def two(site: Site) -> tuple[Patient, Patient]:
    one = make.patient(site=site, record_number="KT-1", family_name="Marrin", birth_date=date(1974, 3, 12))
    other = make.new_patient(
        record_number="KT-2", family_name="Marrin", given_name=one.given_name, birth_date=date(1974, 3, 21)
    )
    by = make.actor("scheduler", site)
    said = {"ENR-41": "Not sure yet."}
    return one, actions.register_patient(site=site, new=other, by=by, at=make.NOW, confirmed=said)


def merged(two: tuple[Patient, Patient], by: StaffUser) -> PatientMerge:
    return actions.merge_patients(kept=two[0], folded=two[1], reason="The same.", by=by, at=make.NOW)


@pytest.mark.parametrize("role", list(Role))
def test_only_scheduler_and_physician_merge(
    site: Site, two: tuple[Patient, Patient], as_user: AsUser, role: Role
) -> None:
    expected = 200 if role in (Role.SCHEDULER, Role.PHYSICIAN) else 403
    client = as_user(people.staff(role, site=site))
    assert client.get(url(two[0])).status_code == expected
    undo = reverse("scheduling:merge_undo", args=[merged(two, make.actor("scheduler", site)).pk])
    assert client.get(undo).status_code == expected


def test_likely_records_are_offered_and_others_are_searched(
    site: Site, two: tuple[Patient, Patient], scheduler: StaffUser, as_user: AsUser
) -> None:
    third = make.patient(site=site, family_name="Tolland")
    client = as_user(scheduler)
    page = client.get(url(two[0])).content.decode()
    assert f'href="?other={two[1].pk}"' in page
    assert "Two digits of the birth date exchanged" in page
    found = client.post(url(two[0]), {"q": "toll"}, follow=True).content.decode()
    assert f'href="?other={third.pk}"' in found
    assert (
        f'href="?other={two[0].pk}"' not in client.post(url(two[0]), {"q": "marr"}, follow=True).content.decode()
    )


def test_both_records_stand_side_by_side_and_the_chosen_one_is_kept(
    two: tuple[Patient, Patient], scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    Patient.objects.filter(pk=two[1].pk).update(address="4 Alder Court\nLakewood, OH")
    page = client.get(url(two[0]), {"other": two[1].pk}).content.decode()
    assert "<td>not given</td><td>4 Alder Court, Lakewood, OH</td>" in page
    assert "12 Mar 1974" in page
    assert "21 Mar 1974" in page
    answer = client.post(url(two[0]), {"other": two[1].pk, "keep": two[1].pk, "reason": "Same insurance number."})
    assert answer.headers["Location"] == reverse("scheduling:patient", args=[two[1].pk])
    two[0].refresh_from_db()
    assert two[0].merged_into == two[1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "x"}, "Choose the record to keep."),
        ({"keep": "999999", "reason": "x"}, "Select a valid choice"),
        ({"keep": "0", "reason": ""}, "Say how you know that both are the same person."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_merged(
    two: tuple[Patient, Patient], scheduler: StaffUser, as_user: AsUser, fields: dict[str, str], sentence: str
) -> None:
    sent = fields | {"other": str(two[1].pk)}
    if sent.get("keep") == "0":
        sent["keep"] = str(two[0].pk)
    answer = as_user(scheduler).post(url(two[0]), sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not PatientMerge.objects.exists()


def test_a_record_with_something_open_can_only_be_the_kept_one(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    booked, plain = make.booked_patient(site=site), make.patient(site=site)
    client = as_user(scheduler)
    page = client.get(url(booked), {"other": plain.pk}).content.decode()
    assert "has an open seat in a group visit" in page
    sent = {"other": plain.pk, "keep": plain.pk, "reason": "The same."}
    answer = client.post(url(booked), sent)
    assert answer.status_code == 422
    assert "End or cancel that first" in answer.content.decode()


@pytest.mark.parametrize("other", ["x", "-1", "0", "99999999", "²", "１", "1" * 5000, " "])
def test_no_other_record_is_not_found(
    two: tuple[Patient, Patient], scheduler: StaffUser, as_user: AsUser, other: str
) -> None:
    assert as_user(scheduler).get(url(two[0]), {"other": other}).status_code == 404
    assert as_user(scheduler).post(url(two[0]), {"other": other}).status_code == 404
    assert as_user(scheduler).get(url(two[0]), {"other": two[0].pk}).status_code == 404


def test_no_key_at_all_asks_for_the_other_record(
    two: tuple[Patient, Patient], scheduler: StaffUser, as_user: AsUser
) -> None:
    answer = as_user(scheduler).get(url(two[0]), {"other": ""})
    assert (answer.status_code, "compared" in answer.context) == (200, False)


def test_another_clinics_record_is_not_found(
    two: tuple[Patient, Patient], other_site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    stranger = make.patient(site=other_site)
    assert as_user(scheduler).get(url(two[0]), {"other": stranger.pk}).status_code == 404
    assert as_user(scheduler).get(url(stranger)).status_code == 404


def test_the_pages_of_both_records_say_so_and_lead_to_each_other(
    two: tuple[Patient, Patient], scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    merge = merged(two, scheduler)
    client = as_user(scheduler)
    folded = client.get(reverse("scheduling:patient", args=[two[1].pk])).content.decode()
    assert "This record was merged into KT-1" in folded
    assert "Change this record" not in folded
    kept = client.get(reverse("scheduling:patient", args=[two[0].pk])).content.decode()
    assert "Record KT-2 was merged into this one" in kept
    undo = reverse("scheduling:merge_undo", args=[merge.pk])
    assert undo in kept
    assert undo not in as_user(nurse).get(reverse("scheduling:patient", args=[two[0].pk])).content.decode()


def test_a_merge_is_taken_back_with_a_reason_once(
    two: tuple[Patient, Patient], scheduler: StaffUser, as_user: AsUser
) -> None:
    undo = reverse("scheduling:merge_undo", args=[merged(two, scheduler).pk])
    client = as_user(scheduler)
    refused = client.post(undo, {"reason": ""})
    assert refused.status_code == 422
    assert "Say why the two are not the same person." in refused.content.decode()
    assert client.post(undo, {"reason": "Sisters."}).status_code == 302
    two[1].refresh_from_db()
    assert two[1].merged_into is None
    assert client.get(undo).status_code == 404
