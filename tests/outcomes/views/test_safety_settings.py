"""The settings of safety tasks: times and red flags."""

from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from outcomes.models import RedFlag
from outcomes.queries.safety_settings import times_of
from tests.factories import outcomes as factory
from tests.factories import people
from tests.outcomes.views.test_safety import text

TIMES = {
    "high_minutes": "20",
    "raised_minutes": "45",
    "again_minutes": "30",
    "second_line_hours": "10",
    "night": "wait",
}
FLAG = {"question": "PHQ-9:3", "from_value": "2", "high_from": "", "because": "We want to know."}


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(factory.NOW, tick=False):
        yield


def test_the_times_are_changed_and_who_did_stands_there(as_user: Any, lead: StaffUser, site: Site) -> None:
    client = as_user(lead)
    assert "they are the defaults" in text(client.get("/settings/safety/"))
    assert client.post("/settings/safety/", TIMES).status_code == 302
    times = times_of(site)
    assert (times.high_minutes, times.raised_minutes, times.pages_at_night) == (20, 45, False)
    assert lead.name in text(client.get("/settings/safety/"))


def test_high_longer_than_raised_is_refused_at_its_field(as_user: Any, lead: StaffUser, site: Site) -> None:
    refused = as_user(lead).post("/settings/safety/", TIMES | {"high_minutes": "46"})
    assert refused.status_code == 422
    assert "cannot wait longer" in text(refused)
    assert times_of(site).high_minutes == 30


def test_item_9_stands_first_and_cannot_be_ended(as_user: Any, lead: StaffUser) -> None:
    page = text(as_user(lead).get("/settings/red-flags/"))
    assert "Always on" in page
    assert "Thoughts that you would be better off dead" in page
    assert "/end/" not in page
    assert 'value="PHQ-9:9"' not in page


def test_a_question_is_chosen_then_its_answers_in_words_then_set_and_ended(
    as_user: Any, lead: StaffUser, site: Site
) -> None:
    client = as_user(lead)
    assert "More than half the days" in text(client.get("/settings/red-flags/?question=PHQ-9:3"))
    assert client.post("/settings/red-flags/", FLAG).status_code == 302
    flag = RedFlag.objects.get(site=site)
    assert (flag.item, flag.from_value, flag.high_from, flag.written_by) == (3, 2, None, lead)
    assert "We want to know." in text(client.get("/settings/red-flags/"))
    client.post(f"/settings/red-flags/{flag.pk}/end/")
    flag.refresh_from_db()
    assert flag.ended_by == lead
    assert "Ended" in text(client.get("/settings/red-flags/"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"from_value": "0"}, "Every answer would raise a task"),
        ({"from_value": ""}, "Choose the first answer"),
        ({"from_value": "2", "high_from": "1"}, "High begins at"),
        ({"because": " "}, "Say why"),
        ({"question": "PHQ-9:9"}, "alerts already"),
    ],
)
def test_a_flag_that_does_not_fit_is_refused(
    as_user: Any, lead: StaffUser, change: dict[str, str], says: str
) -> None:
    refused = as_user(lead).post("/settings/red-flags/", FLAG | change)
    assert refused.status_code == 422
    assert says in text(refused)
    assert not RedFlag.objects.exists()


@pytest.mark.parametrize("question", ["PHQ-9:10", "PHQ-9:x", "nothing", "PROMIS-Fatigue-4a:1", "PHQ-9:-1"])
def test_a_question_that_is_not_asked_here_is_said(as_user: Any, lead: StaffUser, question: str) -> None:
    response = as_user(lead).get("/settings/red-flags/", {"question": question})
    assert response.status_code == 200
    assert "not asked here" in text(response)


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "scheduler"])
def test_only_who_runs_the_clinic_opens_them(as_user: Any, site: Site, role: str) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get("/settings/safety/").status_code == 403
    assert client.post("/settings/red-flags/", FLAG).status_code == 403


def test_a_flag_of_another_site_is_not_found(as_user: Any, lead: StaffUser, other_site: Site) -> None:
    flag = RedFlag.objects.create(
        site=other_site,
        instrument="PHQ-9",
        item=3,
        from_value=2,
        because="x",
        written_by=people.staff("clinic_lead", site=other_site),
        written_at=factory.NOW,
    )
    assert as_user(lead).post(f"/settings/red-flags/{flag.pk}/end/").status_code == 404
