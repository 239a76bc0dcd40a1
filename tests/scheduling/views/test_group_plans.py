"""Series, change, cancellation, waiting list and settings on their pages."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import GroupSeries, GroupVisit, GroupWait
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]
NEW, SETTINGS, GROUPS = (reverse(f"scheduling:{name}") for name in ("series_new", "settings", "groups"))
PLANNERS = (Role.SCHEDULER, Role.CLINIC_LEAD, Role.ADMINISTRATOR)
pytestmark = pytest.mark.django_db


@pytest.fixture
def monday(site: Site) -> date:
    """A Monday to come, a week away at least; the site follows no calendar, so that no holiday comes between."""
    Site.objects.update(holiday_calendar="")
    today = site.today(timezone.now())
    return today + timedelta(days=7 + (-today.weekday()) % 7)


@pytest.fixture
def group(site: Site, monday: date) -> GroupVisit:
    return make.group_visit(site=site, day=monday, at=timezone.now(), room="Room 2")


def series(site: Site, monday: date, **changes: Any) -> dict[str, Any]:
    return {
        "weekday": "0",
        "start": "13:00",
        "minutes": "90",
        "room": "Room 2",
        "capacity": "8",
        "language": "Spanish",
        "physician": make.actor("physician", site).pk,
        "psychologist": make.actor("psychologist", site).pk,
        "starts_on": monday.isoformat(),
        "ends_on": "",
    } | changes


@pytest.mark.parametrize("role", list(Role))
def test_who_may_plan_changes_and_ends_too(site: Site, group: GroupVisit, as_user: AsUser, role: Role) -> None:
    client = as_user(people.staff(role, site=site))
    status = 200 if role in PLANNERS else 403
    assert client.get(NEW).status_code == status
    assert client.get(reverse("scheduling:group_change", args=[group.pk])).status_code == status
    runs = 200 if role in (Role.CLINIC_LEAD, Role.ADMINISTRATOR) else 403
    assert client.get(SETTINGS).status_code == runs
    books = 200 if role == Role.SCHEDULER else 403
    assert client.get(reverse("scheduling:group_messages", args=[group.pk])).status_code == books


def test_a_series_is_planned_and_its_left_out_days_are_named(
    site: Site, monday: date, scheduler: StaffUser, as_user: AsUser
) -> None:
    closed = monday + timedelta(weeks=1)
    actions.open_suite_day(site=site, date=closed, by=scheduler, at=timezone.now(), closed_because="Training day")
    client = as_user(scheduler)
    answer = client.post(NEW, series(site, monday), follow=True)
    page = answer.content.decode()
    assert GroupSeries.objects.get().language == "Spanish"
    assert "Training day" in page
    assert "Mondays, 13:00" in page


def test_a_lead_who_is_busy_every_time_is_said_on_the_form(
    site: Site, monday: date, scheduler: StaffUser, as_user: AsUser
) -> None:
    client = as_user(scheduler)
    until = monday.isoformat()
    client.post(NEW, series(site, monday, ends_on=until))
    answer = client.post(NEW, series(site, monday, ends_on=until, room="Room 3"))
    assert answer.status_code == 422
    assert "leads another group visit" in answer.content.decode()
    assert GroupSeries.objects.count() == 1


def test_a_series_is_ended_on_its_page(site: Site, monday: date, scheduler: StaffUser, as_user: AsUser) -> None:
    client = as_user(scheduler)
    client.post(NEW, series(site, monday))
    url = reverse("scheduling:series_end", args=[GroupSeries.objects.get().pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"last_day": "2020-01-01"}).status_code == 422
    assert client.post(url, {"last_day": monday.isoformat()}).headers["Location"] == GROUPS
    assert GroupVisit.objects.filter(state="planned").count() == 1


def form_of(group: GroupVisit, **changes: Any) -> dict[str, Any]:
    return {
        "date": group.date.isoformat(),
        "start": "13:00",
        "minutes": "90",
        "room": group.room,
        "capacity": "12",
        "language": "English",
        "physician": group.physician_id,
        "psychologist": group.psychologist_id,
    } | changes


def test_a_change_is_stored_and_a_refused_one_says_why(
    group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    client, url = as_user(scheduler), reverse("scheduling:group_change", args=[group.pk])
    assert 'value="Room 2"' in client.get(url).content.decode()
    assert client.post(url, form_of(group, start="14:00")).status_code == 302
    group.refresh_from_db()
    assert group.start_minute == 840
    assert client.post(url, form_of(group, date="2020-01-06")).status_code == 422


def test_a_holiday_asks_for_a_confirmation_with_a_reason(
    site: Site, group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    Site.objects.update(holiday_calendar="US")
    url, year = reverse("scheduling:group_new"), site.today(timezone.now()).year + 1
    plan = form_of(group, date=f"{year}-12-25")
    client = as_user(scheduler)
    asked = client.post(url, plan)
    assert asked.status_code == 422
    assert "Christmas Day" in asked.content.decode()
    assert client.post(url, plan | {"confirmed": "ENR-65", "reason_ENR-65": ""}).status_code == 422
    assert client.post(url, plan | {"confirmed": "ENR-65", "reason_ENR-65": "We are open"}).status_code == 302


def test_cancelling_asks_why_and_leaves_a_waiting_list(
    site: Site, group: GroupVisit, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient = make.booked_patient(site=site, group=group, at=timezone.now())
    client, url = as_user(scheduler), reverse("scheduling:group_cancel", args=[group.pk])
    assert client.get(url).status_code == 405
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Water damage"}).headers["Location"] == GROUPS
    assert patient.list_name in client.get(GROUPS).content.decode()


def test_a_full_list_offers_to_wait_and_the_groups_page_leads_back(
    site: Site, monday: date, scheduler: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    full = make.group_visit(site=site, day=monday, at=now, capacity=2)
    holder = make.booked_patient(site=site, group=full, at=now)
    patient = make.eligible_patient(site=site, at=now, language="Spanish", needs_interpreter=True)
    client, url = as_user(scheduler), reverse("scheduling:seat_new", args=[patient.pk])
    assert "Every group visit is full" in client.get(url).content.decode()
    assert client.post(reverse("scheduling:wait_new", args=[patient.pk]), {"note": "Mondays"}).status_code == 302
    page = client.get(GROUPS).content.decode()
    assert "Spanish, needs an interpreter. Mondays" in page
    assert "no seat free yet" in page
    actions.cancel_seat(seat=holder.seats.get(), by=scheduler, at=now, reason="ill")
    page = client.get(GROUPS).content.decode()
    assert f"{url}?group={full.pk}" in page
    assert f'value="{full.pk}" checked' in client.get(f"{url}?group={full.pk}").content.decode()
    assert client.post(url, {"group": full.pk, "support_person": "Paul"}).status_code == 302
    assert GroupWait.objects.get(patient=patient).ended_at is not None


def test_taking_somebody_off_the_list_needs_a_reason(site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    patient = make.eligible_patient(site=site)
    wait = actions.wait_for_seat(patient=patient, by=scheduler, at=timezone.now())
    client, url = as_user(scheduler), reverse("scheduling:wait_stop", args=[wait.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Moved away"}).status_code == 302


def test_who_may_not_find_patients_sees_no_name_on_the_waiting_list(
    site: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    patient = make.eligible_patient(site=site)
    actions.wait_for_seat(patient=patient, by=scheduler, at=timezone.now())
    page = as_user(people.staff("administrator", site=site)).get(GROUPS).content.decode()
    assert patient.family_name not in page
    assert patient.record_tail in page


def test_the_settings_are_changed_and_nonsense_is_refused_at_its_field(
    site: Site, lead: StaffUser, as_user: AsUser
) -> None:
    client = as_user(lead)
    form = {
        "sma_earliest_days": "14",
        "sma_latest_days": "3",
        "sma_target_days": "7",
        "clearance_days": "90",
        "holiday_calendar": "us-oh",
        "address": "12 Juniper Street\r\nCleveland",
        "phone": "216 555 0100",
        "bring_along": "Glasses",
    }
    assert client.post(SETTINGS, form).headers["Location"] == SETTINGS
    site.refresh_from_db()
    assert (site.sma_earliest_days, site.clearance_days, site.holiday_calendar) == (14, 90, "US-OH")
    for name, value in (("sma_target_days", "20"), ("holiday_calendar", "XX"), ("clearance_days", "0")):
        answer = client.post(SETTINGS, form | {name: value})
        assert answer.status_code == 422
        assert f'id="id_{name}"' in answer.content.decode()
    site.refresh_from_db()
    assert site.sma_target_days == 7


def test_other_sites_are_not_there(site: Site, other_site: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    Site.objects.update(holiday_calendar="")
    theirs = make.group_visit(site=other_site)
    client = as_user(scheduler)
    for name in ("group_change", "group_messages", "group_letters"):
        assert client.get(reverse(f"scheduling:{name}", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("scheduling:group_cancel", args=[theirs.pk]), {"reason": "x"}).status_code == 404
    seat = make.booked_patient(site=other_site, group=theirs).seats.get()
    assert client.get(reverse("scheduling:seat_letter", args=[seat.pk])).status_code == 404
    assert client.post(reverse("scheduling:seat_letter_print", args=[seat.pk])).status_code == 404
