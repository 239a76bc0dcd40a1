"""The roster in the browser: one act a button, one line comes back."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
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
ACTS = ("check_in", "absent", "weigh", "clear", "decline")


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


def act(client: Client, name: str, seat: GroupSeat, htmx: bool = True, **form: Any) -> HttpResponse:
    headers = {"HX-Request": "true"} if htmx else {}
    answer: HttpResponse = client.post(reverse(f"scheduling:seat_{name}", args=[seat.pk]), form, headers=headers)
    return answer


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_the_roster_and_leads_act_on_it(
    site: Site, seat: GroupSeat, as_user: AsUser, role: Role
) -> None:
    client = as_user(people.staff(role, site=site))
    assert client.get(reverse("scheduling:group", args=[seat.group_id])).status_code == 200
    leads = role in (Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST)
    for name in ACTS:
        assert (act(client, name, seat).status_code != 403) is leads, name
    held = client.post(reverse("scheduling:group_held", args=[seat.group_id]))
    assert (held.status_code != 403) is leads


def test_names_stand_only_before_who_may_find_patients(site: Site, seat: GroupSeat, as_user: AsUser) -> None:
    page = page_of(as_user(people.staff("administrator", site=site)), seat.group)
    assert "Marrin" not in page
    assert "D.M." in page
    assert "Paul Marrin" not in page


def test_who_does_not_lead_sees_no_weight_and_no_clinical_word(
    site: Site, came: GroupSeat, nurse: StaffUser, scheduler: StaffUser, as_user: AsUser
) -> None:
    assert "1 thing open" in page_of(as_user(scheduler), came.group)
    actions.weigh_seat(seat=came, weight_kg=Decimal("82.5"), by=nurse, at=timezone.now())
    assert "82.5" not in page_of(as_user(scheduler), came.group)
    assert "82.5 kg" in page_of(as_user(nurse), came.group)


def test_groups_and_seats_of_another_site_are_not_there(
    other_site: Site, seat: GroupSeat, as_user: AsUser
) -> None:
    stranger = as_user(people.staff("nurse", site=other_site))
    assert stranger.get(reverse("scheduling:group", args=[seat.group_id])).status_code == 404
    assert stranger.post(reverse("scheduling:group_held", args=[seat.group_id])).status_code == 404
    for name in ACTS:
        assert act(stranger, name, seat).status_code == 404


def test_check_in_answers_with_the_line_and_the_counts(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    part = act(client, "check_in", seat, support="yes").content.decode()
    line, _, rest = part.partition('<p class="summary"')
    assert "Came, with support person" in line
    assert "<b>1</b> came" in rest
    assert 'hx-swap-oob="true"' in rest
    csrf = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')
    assert csrf.sub("", line).strip() in csrf.sub("", page_of(client, seat.group))


def test_without_htmx_an_act_leads_back_to_the_roster(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    answer = act(as_user(nurse), "check_in", seat, htmx=False, support="no")
    assert answer.headers["Location"] == reverse("scheduling:group", args=[seat.group_id])
    seat.refresh_from_db()
    assert seat.support_attended is False


def test_absent_is_said_once(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    assert "Absent" in act(client, "absent", seat).content.decode()
    assert act(client, "absent", seat).status_code == 422


@pytest.mark.parametrize("typed", ["82", "82.55", "82,5", "180 lb", ""])
def test_a_weight_is_typed_with_exactly_one_decimal(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser, typed: str
) -> None:
    answer = act(as_user(nurse), "weigh", came, weight_kg=typed)
    assert answer.status_code == 422
    assert f'id="kg-{came.pk}-error"' in answer.content.decode()
    came.refresh_from_db()
    assert came.weight is None


def test_a_questioned_weight_comes_back_and_is_typed_again(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    asked = act(client, "weigh", came, weight_kg="182.5")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "WGT-0" in page
    assert 'value="182.5"' in page
    assert 'name="again_kg"' in page
    whole = act(client, "weigh", came, htmx=False, weight_kg="182.5")
    assert whole.status_code == 422
    assert 'name="again_kg"' in whole.content.decode()
    said = act(client, "weigh", came, weight_kg="182.5", again_kg="182.5", reason="Checked on a second scale.")
    assert said.status_code == 200
    assert "182.5 kg" in said.content.decode()


def test_a_correction_says_what_was_wrong(came: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    act(client, "weigh", came, weight_kg="82.5")
    assert act(client, "weigh", came, weight_kg="83.5", corrects="yes").status_code == 422
    done = act(client, "weigh", came, weight_kg="83.5", corrects="yes", reason="read wrongly")
    assert "83.5 kg" in done.content.decode()


def test_clear_names_what_is_missing_and_then_clears(
    came: GroupSeat, psychologist: StaffUser, as_user: AsUser
) -> None:
    client = as_user(psychologist)
    refused = act(client, "clear", came)
    assert refused.status_code == 422
    assert refused.headers["HX-Retarget"] == "#kc-problems"
    act(client, "weigh", came, weight_kg="82.5")
    assert "Cleared" in act(client, "clear", came, note="Well prepared.").content.decode()


def test_not_cleared_needs_a_note_and_the_group_can_close(
    came: GroupSeat, psychologist: StaffUser, as_user: AsUser
) -> None:
    client = as_user(psychologist)
    assert act(client, "decline", came).status_code == 422
    assert "Not cleared" in act(client, "decline", came, note="Wants time.", final="yes").content.decode()
    assert "Close the group visit" in page_of(client, came.group)
    answer = client.post(reverse("scheduling:group_held", args=[came.group_id]))
    assert answer.headers["Location"] == reverse("scheduling:groups")
    assert "Close the group visit" not in page_of(client, came.group)


def test_a_scheduler_gives_a_seat_back(
    site: Site, scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    group = make.group_visit(site=site, day=site.today(now) + timedelta(days=2), at=now)
    seat = make.seat(make.eligible_patient(site=site, at=now), group=group, at=now)
    client = as_user(scheduler)
    assert "Cancel seat" in page_of(client, group)
    assert act(as_user(nurse), "cancel", seat, reason="x").status_code == 403
    assert act(client, "cancel", seat, htmx=False, reason="").status_code == 422
    assert act(client, "cancel", seat, htmx=False, reason="Cannot come.").status_code == 302


def test_an_empty_roster_says_where_seats_come_from(site: Site, nurse: StaffUser, as_user: AsUser) -> None:
    page = page_of(as_user(nurse), make.group_visit(site=site, at=timezone.now()))
    assert "Nobody is expected yet" in page


def test_acts_are_posted(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    for name in ACTS:
        assert as_user(nurse).get(reverse(f"scheduling:seat_{name}", args=[seat.pk])).status_code == 405
