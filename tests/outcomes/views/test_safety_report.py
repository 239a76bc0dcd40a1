"""Every alert and how fast it was answered."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from outcomes import actions
from tests.factories import outcomes as factory
from tests.outcomes.views.test_safety import text

NOW = factory.NOW


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        yield


@pytest.fixture
def alerts(site: Site, nurse: StaffUser) -> None:
    """One answered in 20 minutes, one late after 61, one still waiting past its time."""
    quick = factory.safety_task(site=site, value=3)
    actions.take_safety_task(task=quick, by=nurse, at=NOW + timedelta(minutes=4))
    actions.acknowledge_safety_task(task=quick, action="=Called.", by=nurse, at=NOW + timedelta(minutes=20))
    actions.close_safety_task(task=quick, words="Seen.", by=nurse, at=NOW + timedelta(hours=1))
    late = factory.safety_task(site=site)
    actions.acknowledge_safety_task(task=late, action="Reached.", by=nurse, at=NOW + timedelta(minutes=61))
    waits = factory.safety_task(site=site)
    actions.escalate_overdue_safety_tasks(at=waits.due_at + timedelta(minutes=1))


def rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(response.content.decode())))


@pytest.mark.usefixtures("alerts")
def test_the_page_has_every_alert_and_the_figures(as_user: Any, nurse: StaffUser) -> None:
    response = as_user(nurse).get("/safety/report/")
    report = response.context["report"]
    assert [(tier, figures.alerts, figures.in_time) for tier, figures in report.tiers] == [
        ("High", 1, 1),
        ("Raised", 2, 0),
    ]
    assert (report.whole.share, report.whole.unanswered, report.whole.median_minutes) == (33, 1, 40.5)
    page = text(response)
    assert "Unanswered" in page
    assert "physician on call" in page


@pytest.mark.usefixtures("alerts")
def test_the_file_has_times_people_and_words_and_no_formula(
    as_user: Any, lead: StaffUser, nurse: StaffUser
) -> None:
    found = rows(as_user(lead).get("/safety/report.csv"))
    quick = next(row for row in found if row["Tier"] == "High")
    assert (quick["Minutes"], quick["Minutes in opening hours"], quick["In time"]) == ("20", "20", "yes")
    assert quick["Opened"] == "2026-09-07T11:00:00-04:00"
    assert (quick["Taken by"], quick["By"], quick["Follow-up"]) == (nurse.name, nurse.name, "Seen.")
    assert quick["What was done"] == "'=Called."
    waits = next(row for row in found if not row["Acknowledged"])
    assert (waits["In time"], waits["Escalations"], waits["State"]) == ("no", "1", "Escalated")
    assert waits["Told"].startswith("nurse on call 2026-09-07T11:00:00-04:00; physician on call ")


@pytest.mark.usefixtures("alerts")
def test_the_days_asked_for_count_both_included_and_nonsense_is_the_last_90(
    as_user: Any, nurse: StaffUser
) -> None:
    client = as_user(nurse)
    day = "2026-09-07"
    assert len(rows(client.get(f"/safety/report.csv?start={day}&end={day}"))) == 3
    assert rows(client.get("/safety/report.csv?start=2026-08-01&end=2026-09-06")) == []
    assert len(rows(client.get("/safety/report.csv?start=x&end=2026-13-40"))) == 3
    assert len(rows(client.get(f"/safety/report.csv?start={day}&end=2026-08-01"))) == 3


def test_the_report_needs_as_many_queries_for_one_alert_as_for_six(
    as_user: Any, nurse: StaffUser, site: Site, django_assert_max_num_queries: Any
) -> None:
    for _ in range(6):
        factory.safety_task(site=site)
    client = as_user(nurse)
    with django_assert_max_num_queries(12):
        client.get("/safety/report/")


def test_alerts_of_another_site_are_not_in_it(as_user: Any, nurse: StaffUser, other_site: Site) -> None:
    factory.safety_task(site=other_site)
    assert rows(as_user(nurse).get("/safety/report.csv")) == []
