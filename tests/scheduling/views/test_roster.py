"""The roster of a week: who sees it, who edits it, what is refused and how."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.actions import record_leave
from scheduling.models import Leave, NurseBreak, NurseShift, ProviderPresence
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, staffed

pytestmark = pytest.mark.django_db
ADDRESS = f"/roster/?day={MONDAY}"
HTMX = {"HTTP_HX_REQUEST": "true"}
WEEK = [str(MONDAY + timedelta(days=number)) for number in range(5)]


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(before(site, MONDAY), tick=False):
        yield


def sheet(person: StaffUser, day: str = WEEK[0]) -> str:
    return f"/roster/{day}/{person.pk}/"


def shift(**fields: Any) -> dict[str, Any]:
    return {"from_minute": "08:00", "to_minute": "16:00", "days": WEEK, "back": "week"} | fields


def test_everybody_of_the_clinic_sees_the_week_and_only_planners_edit(
    as_user: Any, site: Site, nurse: StaffUser, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    html = as_user(nurse).get(ADDRESS).content.decode()
    assert "Mon 14 Sep to Fri 18 Sep" in html
    assert "07:30–17:30" in html
    assert "Enter leave" not in html
    assert sheet(nurse) not in html
    assert sheet(nurse) in as_user(scheduler).get(ADDRESS).content.decode()
    assert as_user(nurse).get(sheet(nurse)).status_code == 403
    assert as_user(nurse).post(sheet(nurse), shift()).status_code == 403


def test_the_week_is_the_part_that_htmx_asks_for(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    client = as_user(scheduler)
    part = client.get(ADDRESS, **HTMX).content.decode()
    assert part.lstrip().startswith("<section")
    assert '<section class="fresh" id="roster-week"' in client.get(ADDRESS).content.decode()


def test_a_whole_week_is_entered_in_one_act_and_shown_in_place(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    nurse = people.staff("nurse", site=site, name="Tomasz Wren")
    sent = shift(break_1="10:00", break_1_minutes="15", break_2="12:00", break_2_minutes="30")
    answer = as_user(scheduler).post(sheet(nurse), sent, **HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#roster-week"
    assert "Tomasz Wren is on the roster of 5 days." in answer.headers["HX-Trigger"]
    assert set(NurseShift.objects.filter(nurse=nurse).values_list("from_minute", "to_minute")) == {(480, 960)}
    assert NurseBreak.objects.filter(shift__nurse=nurse).count() == 10
    html = answer.content.decode()
    assert "08:00–16:00" in html
    assert "10:00–10:15, 12:00–12:30" in html


def test_without_htmx_the_sheet_is_a_page_and_the_act_leads_back_to_the_week(
    as_user: Any, site: Site, nurse: StaffUser, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    client = as_user(scheduler)
    html = client.get(f"{sheet(nurse)}?week=1").content.decode()
    assert "data-kc-open-now" in html
    assert len(re.findall(r"name=\"days\"[^>]*checked", html)) == 5
    answer = client.post(sheet(nurse), shift())
    assert answer.headers["Location"] == f"/roster/?day={WEEK[0]}"


def test_sch_21_a_refused_change_is_said_in_the_sheet_and_nothing_changes(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    nurse = staffed(site, "nurse", 1)[0]
    answer = as_user(scheduler).post(sheet(nurse), shift(from_minute="10:00"), **HTMX)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Monday 14 September: 1 too many patients for the nurses on the floor from 09:00 to 10:00" in html
    assert "Friday 18 September" in html
    assert set(NurseShift.objects.values_list("from_minute", flat=True)) == {450}


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"days": []}, "Days: choose or enter it."),
        ({"from_minute": "noon"}, "From: Enter a valid time."),
        ({"break_1": "10:00", "break_1_minutes": ""}, "Say how many minutes this break takes."),
        ({"break_1": "17:00", "break_1_minutes": "15"}, "outside the shift"),
        ({"to_minute": "08:00"}, "must end after it begins"),
        ({"days": ["2026-01-01"]}, "2026-01-01"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_never_an_error(
    as_user: Any, site: Site, scheduler: StaffUser, sent: dict[str, Any], sentence: str
) -> None:
    open_week(site, nurses=1)
    answer = as_user(scheduler).post(sheet(people.staff("nurse", site=site)), shift(**sent), **HTMX)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_sch_20_a_nurse_without_the_training_is_named_and_not_put_on(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    nurse = people.staff("nurse", site=site, is_ketamine_trained=False)
    client = as_user(scheduler)
    assert "not trained" in client.get(ADDRESS).content.decode()
    assert "Not on the list of nurses trained for ketamine" in client.get(sheet(nurse), **HTMX).content.decode()
    answer = client.post(sheet(nurse), shift(), **HTMX)
    assert answer.status_code == 422
    assert "trained for ketamine" in answer.content.decode()


def test_a_provider_gets_hours_and_is_taken_off_again(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    provider = people.staff("physician", site=site, name="Hugo Castellane")
    client = as_user(scheduler)
    assert "Breaks" not in client.get(sheet(provider), **HTMX).content.decode()
    client.post(sheet(provider), shift(days=WEEK[:1]), **HTMX)
    presence = ProviderPresence.objects.get(provider=provider)
    assert (presence.from_minute, presence.to_minute) == (480, 960)
    answer = client.post(f"/suite/providers/{presence.pk}/remove/", {"back": "week"}, **HTMX)
    assert "Hugo Castellane is off that time." in answer.headers["HX-Trigger"]
    assert not ProviderPresence.objects.filter(provider=provider).exists()


def test_leave_is_entered_shown_and_taken_back(
    as_user: Any, site: Site, nurse: StaffUser, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    client = as_user(scheduler)
    assert "Enter leave" in client.get(f"/roster/{WEEK[0]}/leave/", **HTMX).content.decode()
    sent = {"person": nurse.pk, "first_day": WEEK[1], "last_day": WEEK[3], "because": "Annual", "back": "week"}
    answer = client.post(f"/roster/{WEEK[0]}/leave/", sent, **HTMX)
    assert answer.content.decode().count("Leave, Annual") == 3
    assert NurseShift.objects.filter(nurse=nurse).count() == 2
    wrong = client.post(f"/roster/{WEEK[0]}/leave/", sent | {"last_day": WEEK[0]}, **HTMX)
    assert (wrong.status_code, "cannot be before the first" in wrong.content.decode()) == (422, True)
    leave = Leave.objects.get()
    assert "Take the leave back" in client.get(sheet(nurse, WEEK[2]), **HTMX).content.decode()
    client.post(f"/leave/{leave.pk}/cancel/", {"back": "week"}, **HTMX)
    assert not Leave.objects.exists()


def test_sch_35_leave_that_a_booked_visit_needs_is_refused_with_its_minutes(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    nurse = staffed(site, "nurse", 1)[0]
    sent = {"person": nurse.pk, "first_day": WEEK[0], "last_day": WEEK[0], "because": ""}
    answer = as_user(scheduler).post(f"/roster/{WEEK[0]}/leave/", sent, **HTMX)
    assert answer.status_code == 422
    assert "from 09:00 to 10:20" in answer.content.decode()
    assert not Leave.objects.exists()


def test_last_week_is_copied_onto_days_that_have_nobody(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, nurses=1)
    client = as_user(scheduler)
    client.post("/week/open/")
    NurseShift.objects.filter(suite_day__date__gt=MONDAY + timedelta(days=6)).delete()
    ProviderPresence.objects.filter(suite_day__date__gt=MONDAY + timedelta(days=6)).delete()
    later = MONDAY + timedelta(weeks=1)
    assert "Copy last week" in client.get(f"/roster/?day={later}").content.decode()
    assert "Copy last week" not in client.get(ADDRESS).content.decode()
    answer = client.post(f"/suite/{later}/copy-roster/", {"back": "week"}, follow=True)
    assert "10 roster entries were copied" in answer.content.decode()
    assert answer.redirect_chain == [(f"/roster/?day={later}", 302)]


def test_a_week_nobody_opened_offers_to_open_it(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    html = as_user(scheduler).get(ADDRESS).content.decode()
    assert "No day of this week is open" in html
    assert "Open the coming 8 weeks" in html


def test_people_days_and_leave_of_another_clinic_are_not_found(
    as_user: Any, site: Site, other_site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    stranger = people.staff("nurse", site=other_site)
    planner = people.staff("scheduler", site=other_site)
    day = MONDAY
    leave = record_leave(
        person=stranger, first_day=day, last_day=day, because="", by=planner, at=before(other_site, day)
    )
    client = as_user(scheduler)
    assert client.get(sheet(stranger)).status_code == 404
    assert client.post(sheet(stranger), shift()).status_code == 404
    assert client.post(f"/leave/{leave.pk}/cancel/").status_code == 404
    assert client.get("/roster/?day=soon").status_code == 404
    assert stranger.name not in client.get(f"/roster/{WEEK[0]}/leave/", **HTMX).content.decode().replace(
        staffed(site, "nurse", 1)[0].name, ""
    )
