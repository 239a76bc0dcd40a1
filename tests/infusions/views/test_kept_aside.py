"""STA-02: the same key with other content is refused and kept aside, for the people who may read it."""

from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from infusions.actions.aside import answer_kept_aside, keep_aside
from infusions.models import KeptAside, KeptAsideAnswer, VitalSet
from infusions.queries.aside import number_open
from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions, people

pytestmark = pytest.mark.django_db
SET = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}


@pytest.fixture
def chair(site: Site) -> Any:
    made = infusions.infusion(site=site, monday=infusions.MONDAY, at_state="infusing").later(minutes=14)
    with time_machine.travel(made.at, tick=False):
        yield made


def send(client: Client, chair: infusions.Chair, key: str, **other: str) -> Any:
    address = reverse("infusions:chart_vitals", args=[chair.visit.pk])
    return client.post(address, SET | {"key": key} | other, headers={"HX-Request": "true"})


def test_sta_02_the_same_key_and_content_is_the_first_answer_again(chair: infusions.Chair, as_user: Any) -> None:
    client, key, before = as_user(chair.nurse), str(uuid4()), VitalSet.objects.count()
    answers = [send(client, chair, key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert VitalSet.objects.count() == before + 1
    assert not KeptAside.objects.exists()


def test_sta_02_the_same_key_with_other_content_is_refused_and_kept_aside_once(
    chair: infusions.Chair, as_user: Any
) -> None:
    client, key = as_user(chair.nurse), str(uuid4())
    send(client, chair, key)
    before = VitalSet.objects.count()
    for _ in range(2):
        refused = send(client, chair, key, sbp="188", csrfmiddlewaretoken="secret", password="secret")
        assert refused.status_code == 409
        assert "kept aside under your name" in refused.content.decode()
    assert VitalSet.objects.count() == before
    (kept,) = KeptAside.objects.all()
    assert (str(kept.key), kept.act, kept.infusion, kept.by) == (
        key,
        "infusions:chart_vitals",
        chair.infusion,
        chair.nurse,
    )
    assert kept.content == {name: [value] for name, value in (SET | {"sbp": "188"}).items()}
    assert AuditEvent.objects.filter(event="entry kept aside", patient_id=chair.infusion.patient_id).count() == 1


def test_what_was_typed_stands_against_what_is_stored_until_it_is_answered(
    chair: infusions.Chair, as_user: Any
) -> None:
    client, key = as_user(chair.nurse), str(uuid4())
    send(client, chair, key)
    send(client, chair, key, sbp="188")
    page = client.get(reverse("infusions:kept_aside")).content.decode()
    assert "188" in page
    assert "<b>128</b>" in page
    assert "Kept aside <b" in page  # the number in the bar
    address = reverse("infusions:kept_aside_answer", args=[KeptAside.objects.get().pk])
    assert client.post(address, {"words": "  "}).status_code == 422
    assert client.post(address, {"words": "The cuff was read again."}).status_code == 302
    assert client.post(address, {"words": "Once more."}).status_code == 409
    assert KeptAsideAnswer.objects.get().words == "The cuff was read again."
    after = client.get(reverse("infusions:kept_aside")).content.decode()
    assert "Nothing is kept aside" in after
    assert "The cuff was read again." in after
    assert "Kept aside <b" not in after


def kept(site: Site, by: StaffUser, act: str, at: Any) -> KeptAside:
    found = keep_aside(
        site=site, key=uuid4(), act=act, infusion=None, content={"note": ["x"]}, because="Why.", by=by, at=at
    )
    assert found
    return found


def test_entries_of_charts_are_read_by_who_may_see_charts_and_all_others_by_their_author_only(
    chair: infusions.Chair, site: Site, lead: StaffUser, psychologist: StaffUser, scheduler: StaffUser
) -> None:
    admin = people.staff("administrator", site=site)
    kept(site, chair.nurse, "infusions:chart_vitals", chair.at)
    kept(site, psychologist, "scheduling:seat_note", chair.at)
    readers = (chair.nurse, lead, psychologist, scheduler, admin)
    assert [number_open(site, reader) for reader in readers] == [1, 1, 1, 0, 0]


def test_an_entry_of_another_clinic_or_of_somebody_else_is_not_there(
    chair: infusions.Chair, site: Site, other_site: Site, psychologist: StaffUser, as_user: Any
) -> None:
    row = kept(site, psychologist, "scheduling:seat_note", chair.at)
    address = reverse("infusions:kept_aside_answer", args=[row.pk])
    for reader in (chair.nurse, people.staff("nurse", site=other_site)):
        assert as_user(reader).post(address, {"words": "Mine?"}).status_code == 404


def test_an_entry_is_answered_once_and_with_words(chair: infusions.Chair, site: Site) -> None:
    row = kept(site, chair.nurse, "infusions:chart_vitals", chair.at)
    with pytest.raises(Refused, match="Say what was done"):
        answer_kept_aside(aside=row, words=" ", by=chair.nurse, at=chair.at)
    answer_kept_aside(aside=row, words="Done.", by=chair.nurse, at=chair.at)
    with pytest.raises(Conflict, match="answered this entry already"):
        answer_kept_aside(aside=row, words="Done.", by=chair.nurse, at=chair.at)
