"""The completion page: levels beside the paper's, reasons from the clinic's rows, the way from the referral."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from infusions.actions import stop_infusion
from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from scheduling import actions as booking
from scheduling.models import Patient, Visit
from scheduling.states import MissedReason
from tests.factories import infusions, people, registry

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
URL = "/outcomes/completion/"
LATER = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


@pytest.fixture
def home(site: Site, tmp_path: Path) -> Site:
    """Four patients with five infusions each, one with two, one whose only infusion was stopped."""
    infusions_file = registry.infusions(
        "E,2023-03-06,08:30,1,1,completed", "E,2023-03-07,08:30,1,2,completed", "F,2023-03-06,08:30,1,1,stopped"
    )
    more = ("E,44,male,Black,Single,,2,cancer", "F,66,female,White,Single,19.5,1,cancer")
    folder = registry.export(tmp_path, patients=registry.patients(*more), infusions=infusions_file)
    return import_registry(site=site, directory=folder, by=None, at=AT).record.site


@pytest.fixture
def treated(site: Site, nurse: StaffUser) -> Iterator[tuple[Patient, Patient]]:
    """One patient who came once and then lacked transport; one whose only infusion was stopped for nausea."""
    came = infusions.infusion(site=site, nurse=nurse, at_state="discharged")
    rest = Visit.objects.filter(sequence=came.visit.sequence, day_index__gt=1).order_by("date")
    for visit in rest:
        reason = MissedReason.TRANSPORT if visit.day_index < 4 else MissedReason.ILLNESS
        booking.mark_missed(visit=visit, reason=reason, by=nurse, at=visit.starts_at)
    ended = infusions.infusion(
        site=site, nurse=nurse, minute=660, chair=2, at_state="infusing", family_name="Arden"
    )
    ended.later(minutes=12)
    stop_infusion(infusion=ended.infusion, by=nurse, at=ended.at, key=uuid4(), reason="side_effect")
    with time_machine.travel(LATER, tick=False):
        yield came.visit.patient, ended.visit.patient


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def rows(response: Any) -> list[str]:
    body = re.findall(r"<tbody>(.*?)</tbody>", response.content.decode(), re.S)
    return [text(row) for part in body for row in part.split("</tr>")[:-1]]


def asked(home: Site, **more: str) -> dict[str, str]:
    return {"source": home.slug, "as_of": str(registry.AS_OF)} | more


def test_out_84_a_registry_shows_its_levels_beside_the_papers(lead: StaffUser, as_user: Any, home: Site) -> None:
    assert reverse("outcomes:completion") == URL
    response = as_user(lead).get(URL, asked(home))
    assert rows(response)[:5] == [
        "Five or more 4 66.7 890 86.1",
        "exactly five 4 66.7 420 40.6",
        "more than five 0 0.0 470 45.5",
        "finished the first sequence 4 66.7",
        "Four 0 0.0 80 7.7",
    ]
    assert "Two 1 16.7 18 1.7" in rows(response)
    assert "None completed 1 16.7 2 0.2" in rows(response)
    words = text(response.content.decode())
    assert "66.7% of 6 patients completed five or more infusions; published 86.1%." in words
    assert "A registry holds no reasons." in words
    assert "A registry holds no referrals." in words


def test_each_number_opens_its_patients(lead: StaffUser, as_user: Any, home: Site) -> None:
    client = as_user(lead)
    address = reverse("outcomes:completion_patients", args=["two"])
    assert f'href="{address}?' in client.get(URL, asked(home)).content.decode()
    assert rows(client.get(address, asked(home))) == ["E 44 Male Chronic cancer pain 2"]
    none = client.get(reverse("outcomes:completion_patients", args=["none"]), asked(home))
    assert rows(none) == ["F 66 Female Chronic cancer pain 0"]


def test_out_85_reasons_come_from_the_first_day_lost(
    lead: StaffUser, as_user: Any, treated: tuple[Patient, Patient], site: Site
) -> None:
    client = as_user(lead)
    response = client.get(URL, {"source": site.slug})
    words = text(response.content.decode())
    assert "Why 1 patient ended early" in words, "who completed none did not begin to end"
    assert "Transport Transport 1 2" in rows(response)
    assert "Illness, unrelated 2 1" in rows(response), "of all days missed"
    assert "Transport 2 1" in rows(response)
    assert "One 1 50.0 12 1.2" in rows(response)
    assert "None completed 1 50.0 2 0.2" in rows(response)
    listed = client.get(reverse("outcomes:completion_patients", args=["reason-transport"]), {"source": site.slug})
    assert [row.split()[0] for row in rows(listed)] == [treated[0].record_number]


def test_out_86_the_way_from_the_referral_counts_as_of_the_day(
    lead: StaffUser, as_user: Any, treated: tuple[Patient, Patient], site: Site
) -> None:
    client = as_user(lead)
    now = [row for row in rows(client.get(URL, {"source": site.slug})) if row.endswith("%") or "Referred" in row]
    assert now[0].startswith("Referred 2")
    assert "First infusion day 1 50.0%" in now, "a visit counts as attended with its discharge"
    assert "All of the first sequence 0 0.0%" in now
    before = str(infusions.MONDAY - timedelta(days=1))
    then = rows(client.get(URL, {"source": site.slug, "as_of": before}))
    assert "First infusion day 0 0.0%" in then
    opened = client.get(reverse("outcomes:completion_patients", args=["step-infused"]), {"source": site.slug})
    assert {row.split()[0] for row in rows(opened)} == {treated[0].record_number}


def test_out_16_two_weeks_after_the_last_infusion_a_patient_is_still_under_way(
    lead: StaffUser, as_user: Any, treated: tuple[Patient, Patient], site: Site
) -> None:
    day = str(infusions.MONDAY + timedelta(days=14))
    words = text(as_user(lead).get(URL, {"source": site.slug, "as_of": day}).content.decode())
    assert "1 is still under way and not counted." in words
    assert "Nobody ended early by this day." in words


def test_no_data_and_a_day_before_the_first_infusion_answer_in_words(
    lead: StaffUser, as_user: Any, home: Site
) -> None:
    client = as_user(lead)
    empty = text(client.get(URL, {"source": lead.site.slug}).content.decode())
    assert "Nobody completed an infusion by this day" in empty
    assert "No referral was received by this day." in empty
    early = client.get(URL, asked(home, as_of=str(date(2020, 1, 1))))
    assert early.status_code == 200
    assert "None completed 6 100.0 2 0.2" in rows(early)


def test_unknown_groups_and_foreign_sources_are_not_found(
    lead: StaffUser, as_user: Any, home: Site, other_site: Site
) -> None:
    client = as_user(lead)
    assert client.get(f"{URL}seven/", asked(home)).status_code == 404
    assert client.get(f"{URL}step-infused/", asked(home)).status_code == 404, "a registry has no way"
    assert client.get(URL, {"source": other_site.slug}).status_code == 404
    assert client.get(f"{URL}two/", {"source": other_site.slug}).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("clinic_lead", 200), ("physician", 200), ("psychologist", 200), ("nurse", 403), ("scheduler", 403)],
)
def test_only_who_may_see_outcomes_and_scores(
    site: Site, as_user: Any, home: Site, role: str, status: int
) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(URL, asked(home)).status_code == status
    assert client.get(f"{URL}two/", asked(home)).status_code == status
