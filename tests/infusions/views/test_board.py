"""The suite board as a page: what it says, who sees it, when it is silent."""

import re

import pytest
from django.urls import reverse

from tests.factories import infusions, people

BOARD, TILES = "infusions:board", "infusions:board_tiles"


def version(html: str) -> str:
    found = re.search(r"\?v=([^\"&]+)", html)
    assert found
    return found[1]


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


def test_the_poll_answers_204_until_something_changes(as_user, nurse, running, clock):
    client = as_user(nurse)
    before = version(client.get(reverse(BOARD)).content.decode())
    assert client.get(reverse(TILES), {"v": before}, headers={"HX-Request": "true"}).status_code == 204
    running.vitals()
    answer = client.get(reverse(TILES), {"v": before}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith("<div")
    clock(running.later(minutes=1).at)
    after = version(answer.content.decode())
    assert client.get(reverse(TILES), {"v": after}).status_code == 200


def test_the_poll_is_the_same_fragment_as_the_page(as_user, nurse, running):
    client = as_user(nurse)
    page, part = client.get(reverse(BOARD)).content.decode(), client.get(reverse(TILES)).content.decode()
    assert part.strip().splitlines()[0] in page


def test_the_wall_has_no_bar_and_stays_a_wall(as_user, nurse, running):
    html = as_user(nurse).get(reverse(BOARD), {"wall": "1"}).content.decode()
    assert 'class="bar"' not in html
    assert "&amp;wall=1" in html


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


def test_the_whole_page_takes_at_most_fifteen_queries(
    as_user, nurse, running, site, clock, django_assert_max_num_queries
):
    for minute in (550, 560):
        infusions.infusion(site=site, minute=minute, at_state="observing", nurse=people.staff("nurse", site=site))
    client = as_user(nurse)
    client.get(reverse(BOARD))
    with django_assert_max_num_queries(15):  # cover needed, chairs out of service, doses in hand among them
        client.get(reverse(BOARD))
