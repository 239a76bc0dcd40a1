"""One patient of the roster: each act its own request, answered with its own part."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import Biometrics, GroupSeat, HealthScreen
from scheduling.states import HealthQuestion
from tests.factories import people
from tests.factories import scheduling as make

AsUser = Callable[[StaffUser], Client]
ACTS = ("check_in", "absent", "weigh", "measure", "screen", "support", "teach", "questions")
DECISIONS = ("clear", "review", "decline")
MOVES = ("rebook", "wait")
NO = {f"q_{question}": "no" for question in HealthQuestion}
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


@pytest.fixture
def seat(site: Site) -> GroupSeat:
    now = timezone.now()
    patient = make.eligible_patient(site=site, at=now, family_name="Marrin", given_name="Delphine")
    return make.seat(patient, at=now)


@pytest.fixture
def came(seat: GroupSeat, nurse: StaffUser) -> GroupSeat:
    return actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=timezone.now())


def act(client: Client, name: str, seat: GroupSeat, **form: Any) -> HttpResponse:
    htmx = form.pop("htmx", True)
    headers = {"HX-Request": "true"} if htmx else {}
    answer: HttpResponse = client.post(reverse(f"scheduling:seat_{name}", args=[seat.pk]), form, headers=headers)
    return answer


def words(answer: HttpResponse) -> str:
    return answer.content.decode()


def open_page(client: Client, seat: GroupSeat) -> str:
    return client.get(reverse("scheduling:seat", args=[seat.pk])).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_leads_record_physicians_decide_schedulers_move(
    site: Site, seat: GroupSeat, as_user: AsUser, role: Role
) -> None:
    client = as_user(people.staff(role, site=site))
    leads = role in (Role.NURSE, Role.PHYSICIAN, Role.PSYCHOLOGIST)
    for name in ACTS:
        assert (act(client, name, seat).status_code != 403) is leads, name
    for name in DECISIONS:
        assert (act(client, name, seat).status_code != 403) is (role == Role.PHYSICIAN), name
    for name in MOVES:
        assert (act(client, name, seat).status_code != 403) is (leads or role == Role.SCHEDULER), name
    opened = client.get(reverse("scheduling:seat", args=[seat.pk]))
    assert (opened.status_code == 200) is (leads or role == Role.SCHEDULER)


def test_seats_of_another_site_are_not_there(other_site: Site, seat: GroupSeat, as_user: AsUser) -> None:
    stranger = as_user(people.staff("physician", site=other_site))
    for name in (*ACTS, *DECISIONS, *MOVES):
        assert act(stranger, name, seat).status_code == 404, name


def test_acts_are_posted(seat: GroupSeat, physician: StaffUser, as_user: AsUser) -> None:
    for name in (*ACTS, *DECISIONS, *MOVES):
        assert as_user(physician).get(reverse(f"scheduling:seat_{name}", args=[seat.pk])).status_code == 405


def test_the_part_that_comes_back_is_the_pages_part(came: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    part = words(act(client, "measure", came, sbp="138", dbp="84", seen="0"))
    own = part[: part.index("</section>")]
    assert CSRF.sub("", own).strip() in CSRF.sub("", open_page(client, came))
    assert "138/84" in own
    assert "<b>1</b> here" in part
    assert f'id="kc-missing-{came.pk}" hx-swap-oob="true"' in part


def test_a_check_in_from_the_list_answers_with_the_line(
    seat: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    line = words(act(as_user(nurse), "check_in", seat, support="yes", first="yes", **{"from": "list"}))
    assert line.strip().startswith('<li class="rr is-attended')
    assert 'id="kc-panel"' not in line
    assert "is-open" not in line
    seat.refresh_from_db()
    assert (seat.support_attended, seat.support_person) == (True, "Paul Marrin")


def test_without_htmx_an_act_leads_back_to_the_patient(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    answer = act(as_user(nurse), "check_in", seat, htmx=False, support="no")
    assert answer.headers["Location"] == reverse("scheduling:seat", args=[seat.pk])
    seat.refresh_from_db()
    assert seat.support_attended is False


def test_only_changed_fields_are_sent_on(came: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    shown = {"was_support_person": "Paul Marrin", "was_support_phone": "", "support_person": "Paul Marrin"}
    actions.name_support(seat=came, support={"support_person": "Petra Marrin"}, by=nurse, at=timezone.now())
    assert act(client, "support", came, support_phone="216 555", **shown).status_code == 200
    came.refresh_from_db()
    assert (came.support_person, came.support_phone) == ("Petra Marrin", "216 555")
    refused = act(client, "support", came, **(shown | {"support_person": "Paula"}))
    assert refused.status_code == 409
    assert "“Petra Marrin”" in words(refused)
    assert 'name="was_support_person" value="Petra Marrin"' in words(refused), "a second try knows it"


@pytest.mark.parametrize("typed", ["82", "82.55", "82,5", ""])
def test_a_weight_is_typed_with_exactly_one_decimal(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser, typed: str
) -> None:
    answer = act(as_user(nurse), "weigh", came, weight_kg=typed)
    assert answer.status_code == 422
    assert f'id="kg-{came.pk}-error"' in words(answer)
    came.refresh_from_db()
    assert came.weight is None


@pytest.mark.parametrize("typed", ["180 lb", "180lbs", "180.5 pounds", "180#"])
def test_pounds_get_their_sentence_and_are_not_converted(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser, typed: str
) -> None:
    answer = act(as_user(nurse), "weigh", came, weight_kg=typed)
    assert answer.status_code == 422
    assert "That is in pounds" in words(answer)
    assert f'value="{typed}"' in words(answer)
    came.refresh_from_db()
    assert came.weight is None


def test_a_questioned_weight_comes_back_and_is_typed_again(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    asked = act(client, "weigh", came, weight_kg="182.5")
    assert asked.status_code == 422
    for part in ("WGT-0", 'value="182.5"', 'name="again_kg"'):
        assert part in words(asked)
    said = act(client, "weigh", came, weight_kg="182.5", again_kg="182.5", reason="Checked on a second scale.")
    assert said.status_code == 200
    assert "182.5 kg" in words(said)


def test_a_correction_is_of_the_weight_that_was_seen(came: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    act(client, "weigh", came, weight_kg="82.5")
    unseen = act(client, "weigh", came, weight_kg="83.5", reason="read wrongly")
    assert unseen.status_code == 409
    assert "82.5 kg" in words(unseen)
    came.refresh_from_db()
    assert act(client, "weigh", came, weight_kg="83.5", corrects=str(came.weight_id)).status_code == 422
    right = act(client, "weigh", came, weight_kg="83.5", corrects=str(came.weight_id), reason="read wrongly")
    assert "83.5 kg" in words(right)


def test_measurements_that_cannot_be_are_refused_beside_the_form(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    refused = act(client, "measure", came, sbp="80", dbp="120")
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#kc-problems")
    assert "exchanged" in words(refused)
    assert act(client, "measure", came, sbp="120/80").status_code == 422
    assert act(client, "measure", came, hr="99999999999999999999").status_code == 422
    assert not Biometrics.objects.exists()
    assert act(client, "measure", came, hr="251", confirmed="ENR-75").status_code == 200


def test_an_overtaken_measurement_names_the_present_one_and_can_be_saved_again(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    act(client, "measure", came, sbp="138", dbp="84", seen="0")
    late = act(client, "measure", came, sbp="128", dbp="84", seen="0")
    assert late.status_code == 409
    assert "138 mmHg" in words(late)
    seen = re.search(r'name="seen" value="(\d+)"', words(late))
    assert seen
    assert act(client, "measure", came, sbp="128", dbp="84", seen=seen[1]).status_code == 200


def test_no_question_of_the_screen_is_answered_beforehand(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    page = open_page(as_user(nurse), came)
    screen = page[page.index(f'id="kc-screen-{came.pk}"') :]
    screen = screen[: screen.index("</section>")]
    assert screen.count('type="radio"') == 18
    assert "checked" not in screen


def test_a_screen_with_an_open_question_is_refused_by_name(
    came: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    client = as_user(nurse)
    left = {name: no for name, no in NO.items() if name != "q_liver"}
    refused = act(client, "screen", came, seen="0", **left)
    assert refused.status_code == 422
    assert "New liver or bladder trouble" in words(refused)
    done = act(client, "screen", came, seen="0", **(NO | {"q_liver": "yes"}))
    assert "Yes, for the physician" in words(done)
    assert HealthScreen.objects.get().answers["liver"] is True


def test_a_yes_is_shown_at_the_decision(came: GroupSeat, physician: StaffUser, as_user: AsUser) -> None:
    make.ready_seat(came, at=timezone.now())
    make.screen(came.patient, seat=came, at=timezone.now(), airway=True)
    client = as_user(physician)
    assert "Yes in the health screen:" in open_page(client, came)
    refused = act(client, "clear", came)
    assert refused.status_code == 422
    assert "Sleep apnea" in words(refused)
    assert "Cleared" in words(act(client, "clear", came, note="CPAP at home."))


def test_everything_missing_is_listed_with_its_place(
    came: GroupSeat, physician: StaffUser, as_user: AsUser
) -> None:
    client = as_user(physician)
    page = open_page(client, came)
    for section in ("weight", "screen", "consent"):
        assert f'href="#kc-{section}-{came.pk}"' in page
        assert f'id="kc-{section}-{came.pk}"' in page
    refused = act(client, "clear", came)
    assert words(refused).count("data-kc-rule") == 3


def test_a_nurse_sees_no_button_to_decide(came: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    page = open_page(as_user(nurse), came)
    assert reverse("scheduling:seat_clear", args=[came.pk]) not in page
    assert "The physician decides" in page


def test_not_suitable_ends_the_referral_and_review_waits(
    came: GroupSeat, physician: StaffUser, as_user: AsUser
) -> None:
    client = as_user(physician)
    assert act(client, "review", came, note="").status_code == 422
    assert "Ask cardiology." in words(act(client, "review", came, note="Ask cardiology."))
    assert act(client, "decline", came, note="").status_code == 422
    assert "Not cleared" in words(act(client, "decline", came, note="Unsafe.", final="yes"))
    came.patient.refresh_from_db()
    assert came.patient.state == "declined"


def test_absent_and_rebooked_with_the_next_place_chosen(
    seat: GroupSeat, nurse: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    later = make.group_visit(site=seat.site, day=seat.group.date + timedelta(days=7), at=now)
    client = as_user(nurse)
    assert f'<option value="{later.pk}" selected>' in open_page(client, seat)
    done = words(act(client, "rebook", seat, group=str(later.pk)))
    assert "Rebooked for" in done
    assert GroupSeat.objects.get(group=later).patient == seat.patient
    assert act(client, "rebook", seat, group="x").status_code == 404


def test_absent_and_on_the_waiting_list(seat: GroupSeat, scheduler: StaffUser, as_user: AsUser) -> None:
    assert "On the waiting list" in words(act(as_user(scheduler), "wait", seat))
    seat.refresh_from_db()
    assert seat.state == "absent"


def test_absent_is_said_once(seat: GroupSeat, nurse: StaffUser, as_user: AsUser) -> None:
    client = as_user(nurse)
    assert "Absent" in words(act(client, "absent", seat))
    assert act(client, "absent", seat).status_code == 422


def test_a_scheduler_gives_a_seat_back(
    site: Site, scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    now = timezone.now()
    group = make.group_visit(site=site, day=site.today(now) + timedelta(days=2), at=now)
    seat = make.seat(make.eligible_patient(site=site, at=now), group=group, at=now)
    client = as_user(scheduler)
    assert "Give the seat back" in open_page(client, seat)
    assert act(as_user(nurse), "cancel", seat, reason="x").status_code == 403
    assert act(client, "cancel", seat, htmx=False, reason="").status_code == 422
    assert act(client, "cancel", seat, htmx=False, reason="Cannot come.").status_code == 302
