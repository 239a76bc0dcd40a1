"""What the chart of a patient who is not seated yet makes of a seat that a colleague gave meanwhile."""

from django.urls import reverse

from tests.factories import infusions

HX = {"HX-Request": "true"}


def asked(page: str) -> str:
    """The address that the page asks for its live part."""
    return page.split('id="chart-live"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")


def test_the_page_with_the_seats_is_loaded_anew_once_somebody_is_seated(site, clock, as_user, nurse) -> None:
    chair = infusions.chair(site=site, nurse=nurse)
    clock(chair.at)
    client, chart = as_user(nurse), reverse("infusions:chart", args=[chair.visit.pk])
    seats = asked(client.get(chart).content.decode())
    assert client.get(seats, headers=HX).status_code == 204
    chair.later(minutes=1).arrive()
    clock(chair.at)
    answer = client.get(seats, headers=HX)
    assert (answer.headers["HX-Refresh"], answer.content) == ("true", b"")
    # The page with the keypad is never loaded anew under what is typed.
    keypad = asked(client.get(chart).content.decode())
    chair.later(minutes=2).weigh()
    clock(chair.at)
    answer = client.get(keypad, headers=HX)
    assert "HX-Refresh" not in answer.headers
    assert 'id="pad-head"' in answer.content.decode()
