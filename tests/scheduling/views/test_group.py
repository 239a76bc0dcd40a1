"""The roster in the browser: the list, the room's teaching, the news, the end."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import GroupSeat, GroupVisit
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]
HTMX = {"HX-Request": "true"}
LEADS = (Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST)


@pytest.fixture
def seat(site: Site) -> GroupSeat:
    now = timezone.now()
    patient = make.eligible_patient(site=site, at=now, family_name="Marrin", given_name="Delphine")
    return make.seat(patient, at=now)


@pytest.fixture
def came(seat: GroupSeat, nurse: StaffUser) -> GroupSeat:
    return actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=timezone.now())


def page_of(client: Client, group: GroupVisit) -> str:
    return client.get(reverse("scheduling:group", args=[group.pk])).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_but_an_analyst_sees_the_roster_and_leads_act_on_it(
    site: Site, seat: GroupSeat, as_user: AsUser, role: Role
) -> None:
    client = as_user(people.staff(role, site=site))
    status = 403 if role is Role.ANALYST else 200
    assert client.get(reverse("scheduling:group", args=[seat.group_id])).status_code == status
    assert client.get(reverse("scheduling:group_rows", args=[seat.group_id])).status_code == status
    for name in ("group_held", "group_teach"):
        answer = client.post(reverse(f"scheduling:{name}", args=[seat.group_id]))
        assert (answer.status_code != 403) is (role in LEADS), name


@pytest.mark.parametrize("open_key", ["", "x", "-1", "²", "１", "1" * 5000])
def test_a_key_that_is_none_opens_nobody(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser, open_key: str
) -> None:
    client = as_user(nurse)
    rows = client.get(reverse("scheduling:group_rows", args=[came.group_id]), {"open": open_key})
    taught = client.post(
        reverse("scheduling:group_teach", args=[came.group_id]),
        {"item": "ketamine", "open": open_key},
        headers=HTMX,
    )
    for answer in (rows, taught):
        assert answer.status_code == 200
        assert "row" not in answer.context


def test_names_stand_only_before_who_may_find_patients(site: Site, seat: GroupSeat, as_user: AsUser) -> None:
    page = page_of(as_user(people.staff("administrator", site=site)), seat.group)
    assert "Marrin" not in page
    assert "D.M." in page


def test_who_does_not_lead_sees_no_weight_and_no_clinical_word(
    came: GroupSeat, nurse: StaffUser, scheduler: StaffUser, as_user: AsUser
) -> None:
    assert "Here, not complete" in page_of(as_user(scheduler), came.group)
    actions.weigh_seat(seat=came, weight_kg=Decimal("82.5"), by=nurse, at=timezone.now())
    client = as_user(scheduler)
    whole = client.get(reverse("scheduling:seat", args=[came.pk])).content.decode()
    assert "82.5" not in whole
    assert "Health screen" not in whole
    assert "82.5 kg" in as_user(nurse).get(reverse("scheduling:seat", args=[came.pk])).content.decode()


def test_groups_of_another_site_are_not_there(other_site: Site, seat: GroupSeat, as_user: AsUser) -> None:
    stranger = as_user(people.staff("nurse", site=other_site))
    for name in ("group", "group_rows"):
        assert stranger.get(reverse(f"scheduling:{name}", args=[seat.group_id])).status_code == 404
    for name in ("group_held", "group_teach"):
        assert stranger.post(reverse(f"scheduling:{name}", args=[seat.group_id])).status_code == 404


def test_the_news_come_only_when_there_are_any(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client, address = as_user(nurse), reverse("scheduling:group_rows", args=[seat.group_id])
    version = re.search(r'name="version" value="(\w+)"', page_of(client, seat.group))
    assert version
    assert client.get(address, {"version": version[1]}).status_code == 204
    actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=timezone.now())
    news = client.get(address, {"version": version[1], "open": str(seat.pk)}).content.decode()
    assert "Here, 3 open" in news
    assert f'id="kc-facts-support-{seat.pk}" hx-swap-oob="true"' in news


def test_the_news_hold_no_field_that_somebody_may_be_typing_in(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    address = reverse("scheduling:group_rows", args=[came.group_id])
    news = as_user(nurse).get(address, {"open": str(came.pk)}).content.decode()
    fields = re.findall(r"<(?:input|textarea|select)[^>]*>", news)
    assert fields
    assert all('type="hidden"' in field for field in fields)
    assert "<form" not in news


def test_the_rooms_tick_answers_with_the_bar_and_the_list(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    address = reverse("scheduling:group_teach", args=[came.group_id])
    client = as_user(nurse)
    ticked = client.post(address, {"item": "ketamine"}, headers=HTMX).content.decode()
    assert "All 1 here" in ticked
    assert "Take back" in ticked
    back = client.post(address, {"item": "ketamine", "back": "yes"}, headers=HTMX).content.decode()
    assert "0 of 1 here" in back
    assert client.post(address, {"item": "dancing"}, headers=HTMX).status_code == 422


def test_the_group_visit_closes_when_everybody_is_decided(
    came: GroupSeat, physician: StaffUser, as_user: AsUser
) -> None:
    client = as_user(physician)
    assert "Close the group visit" not in page_of(client, came.group)
    actions.decline_seat(seat=came, note="Wants time.", by=physician, at=timezone.now())
    assert "Close the group visit" in page_of(client, came.group)
    answer = client.post(reverse("scheduling:group_held", args=[came.group_id]))
    assert answer.headers["Location"] == reverse("scheduling:groups")
    assert "Close the group visit" not in page_of(client, came.group)


def test_an_empty_roster_says_where_seats_come_from(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    page = page_of(as_user(nurse), make.group_visit(site=site, at=timezone.now()))
    assert "Nobody is expected yet" in page


def test_a_roster_of_another_day_takes_no_attendance(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    now = timezone.now()
    group = make.group_visit(site=site, day=site.today(now) + timedelta(days=2), at=now)
    seat = make.seat(make.eligible_patient(site=site, at=now), group=group, at=now)
    page = as_user(nurse).get(reverse("scheduling:seat", args=[seat.pk])).content.decode()
    assert "Attendance opens on the day" in page
    assert "Both here" not in page
    assert "Both are here" not in page
