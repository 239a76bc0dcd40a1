"""The suite board as a page: what it says, who sees it, when it is silent."""

import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infusions.models import ChairsideSettings
from tests.factories import infusions, people

BOARD, TILES = "infusions:board", "infusions:board_tiles"


def tag(answer):
    """The version of a board, as its page or its poll says it."""
    return re.search(r'data-kc-tag="([^"]+)"', answer.content.decode())[1].replace("&quot;", '"')


def poll(client, seen="", **query):
    headers = {"HX-Request": "true"} | ({"If-None-Match": seen} if seen else {})
    return client.get(reverse(TILES), query, headers=headers)


@pytest.fixture
def running(site, clock):
    chair = infusions.infusion(site=site, at_state="infusing")
    clock(chair.at)
    return chair


def test_the_board_names_nobody_and_shows_every_chair(as_user, nurse, running):
    html = as_user(nurse).get(reverse(BOARD)).content.decode()
    patient = running.visit.patient
    assert patient.initials in html
    assert f"·{patient.record_tail}" in html
    assert patient.family_name not in html
    assert html.count('id="chair-') == 8
    assert "Infusing" in html


def test_the_poll_answers_304_until_something_changes(as_user, nurse, running, clock):
    client = as_user(nurse)
    seen = tag(client.get(reverse(BOARD)))
    silent = poll(client, seen)
    assert (silent.status_code, silent.content, silent.headers["ETag"]) == (304, b"", seen)
    assert float(silent.headers["KC-Now"]) == running.at.timestamp()
    running.vitals()
    answer = poll(client, seen)
    assert (answer.status_code, answer.headers["ETag"]) == (200, tag(answer))
    assert tag(answer) != seen
    clock(running.later(minutes=1).at)
    assert poll(client, tag(answer)).status_code == 200


def test_a_silent_poll_costs_three_queries(as_user, nurse, running, django_assert_num_queries):
    client = as_user(nurse)
    seen = tag(client.get(reverse(BOARD)))
    with django_assert_num_queries(3):  # session, person with the clinic, version
        assert poll(client, seen).status_code == 304


def test_another_person_s_version_is_never_this_one_s(as_user, nurse, site, running):
    seen = tag(as_user(nurse).get(reverse(BOARD)))
    assert poll(as_user(people.staff("nurse", site=site)), seen).status_code == 200


@pytest.mark.parametrize(
    ("state", "later", "address"),
    [
        ("infusing", 16, "chart#set"),
        ("infusing", 25, "chart#set"),
        ("flagged", 4, "chart#flag"),
        ("ready", 1, "chart#start"),
        ("observed", 1, "driver"),
    ],
)
def test_the_likely_act_is_one_tap_from_the_board(as_user, nurse, site, clock, state, later, address):
    chair = infusions.infusion(site=site, at_state="infusing" if state == "flagged" else state)
    if state == "flagged":
        chair.later(minutes=15).vitals(replace(infusions.CALM, sbp=156))
    clock(chair.later(minutes=later).at)
    pk, here = chair.visit.pk, f'id="act-{chair.infusion.chair}" href="'
    name, _, place = address.partition("#")
    page = (
        reverse("infusions:chart", args=[pk])
        if name == "chart"
        else reverse("infusions:chart_sheet", args=[pk, name])
    )
    wanted = page + (f"#{place}" if place else "")
    assert f'{here}{wanted}"' in as_user(nurse).get(reverse(BOARD)).content.decode()


def test_who_may_not_chart_is_offered_the_chart_alone(as_user, site, clock):
    chair = infusions.infusion(site=site, at_state="infusing")
    clock(chair.later(minutes=16).at)
    html = as_user(people.staff("clinic_lead", site=site)).get(reverse(BOARD)).content.decode()
    assert f'id="open-{chair.infusion.chair}"' in html
    assert 'id="act-' not in html


def test_full_names_stand_on_the_board_only_where_the_clinic_says_so(as_user, nurse, running, site):
    ChairsideSettings.objects.create(site=site, board_name="name")
    html = as_user(nurse).get(reverse(BOARD)).content.decode()
    assert running.visit.patient.name in html


def test_the_poll_is_the_same_fragment_as_the_page(as_user, nurse, running):
    client = as_user(nurse)
    page, part = client.get(reverse(BOARD)).content.decode(), client.get(reverse(TILES)).content.decode()
    assert part.strip().splitlines()[0] in page


def test_the_wall_has_no_bar_and_stays_a_wall(as_user, nurse, running):
    html = as_user(nurse).get(reverse(BOARD), {"wall": "1"}).content.decode()
    assert 'class="bar"' not in html
    assert "?wall=1" in html


@pytest.mark.parametrize(
    ("role", "status"),
    [("nurse", 200), ("physician", 200), ("clinic_lead", 200), ("scheduler", 403), ("psychologist", 403)],
)
@pytest.mark.parametrize("name", [BOARD, TILES])
def test_who_may_see_the_board(as_user, site, clock, name, role, status):
    assert as_user(people.staff(role, site=site)).get(reverse(name)).status_code == status


def test_nobody_sees_it_without_signing_in(client, db):
    assert client.get(reverse(BOARD)).status_code == 302


def test_another_clinic_sees_an_empty_board(as_user, other_site, running):
    html = as_user(people.staff("nurse", site=other_site)).get(reverse(BOARD)).content.decode()
    assert running.visit.patient.initials not in html
    assert "Nobody else is booked today." in html


def test_the_whole_page_takes_as_many_queries_for_three_chairs_as_for_one(as_user, nurse, running, site, clock):
    client = as_user(nurse)
    client.get(reverse(BOARD))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse(BOARD))
    for minute in (550, 560):
        infusions.infusion(site=site, minute=minute, at_state="observing", nurse=people.staff("nurse", site=site))
    with CaptureQueriesContext(connection) as three:
        client.get(reverse(BOARD))
    assert len(three) == len(one)
