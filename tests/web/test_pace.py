"""WEB-05: how fast one person may search and export."""

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.test import Client

from kitclinic.actions import count_use
from kitclinic.models import PaceCount, Site, StaffUser
from kitclinic.pace import Pace
from tests.factories import people
from tests.races import race
from tests.web.routes import routes

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
# Addresses that give a file and are not counted, and why.
NOT_COUNTED = {
    "scheduling:feed": "a calendar asks by itself, with a token of its own",
    "scheduling:referral_template": "an empty form",
    "outcomes:scores_template": "an empty form",
    "scheduling:day_sheet_pdf": "today's sheet, needed when the network is weak",
    "scheduling:week_sheet_pdf": "this week's sheet",
    "infusions:flowsheet_pdf": "one visit, at the chair",
    "infusions:visit_pdf": "one visit, at the chair",
    "infusions:adverse_event_pdf": "one event",
    "outcomes:trajectory_pdf": "one patient, for the visit",
    "outcomes:chart_png": "a picture of figures",
    "outcomes:chart_svg": "a picture of figures",
    "outcomes:who_answered_chart": "a picture of figures",
    "security_txt": "public",
}


def use(person: StaffUser, at: datetime, most: int = 3) -> datetime | None:
    return count_use(person=person, kind=Pace.SEARCH, most=most, within=MINUTE, at=at)


def test_web_05_the_limit_itself_passes_and_one_more_waits(nurse: StaffUser) -> None:
    assert [use(nurse, AT + timedelta(seconds=n)) for n in range(3)] == [None] * 3
    assert use(nurse, AT + timedelta(seconds=59)) == AT + MINUTE
    assert use(nurse, AT + MINUTE) is None, "a new minute"
    assert PaceCount.objects.get().used == 1


def test_web_05_people_and_kinds_are_counted_for_themselves(nurse: StaffUser, physician: StaffUser) -> None:
    assert use(nurse, AT, most=1) is None
    assert use(nurse, AT, most=1) is not None
    assert use(physician, AT, most=1) is None
    assert count_use(person=nurse, kind=Pace.EXPORT, most=1, within=MINUTE, at=AT) is None


def test_web_05_a_clock_that_was_ahead_does_not_lock_anybody_out(nurse: StaffUser) -> None:
    use(nurse, AT + timedelta(days=2), most=1)
    assert use(nurse, AT, most=1) is None


def test_web_05_two_at_once_are_never_counted_as_one(committed_db: str) -> None:
    person = people.staff("nurse", site=people.site())
    answers, lost = race(*[lambda: use(person, AT, most=5) for _ in range(8)])
    assert lost == []
    assert sum(answer is None for answer in answers) == 5
    assert PaceCount.objects.get().used == 5


def test_web_05_a_search_too_many_is_answered_in_words(
    site: Site, scheduler: StaffUser, as_user: Any, settings: Any
) -> None:
    settings.SEARCHES_A_MINUTE = 2
    client: Client = as_user(scheduler)
    with time_machine.travel(AT, tick=False):
        for _ in range(2):
            assert client.post("/patients/", {"q": "a"}).status_code == 302
        refused = client.post("/patients/", {"q": "a"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert "2 searches in a minute" in refused.content.decode()
        assert "10:43:01" in refused.content.decode(), "the clinic's own clock"
        fragment = client.post("/patients/", {"q": "a"}, headers={"HX-Request": "true"})
        assert fragment.status_code == 429
        assert "data-kc-problem" in fragment.content.decode()
        assert client.get("/patients/").status_code == 200, "looking at the list is no search"
    with time_machine.travel(AT + MINUTE, tick=False):
        assert client.post("/patients/", {"q": "a"}).status_code == 302


def test_web_05_an_export_too_many_is_answered_in_words(
    site: Site, lead: StaffUser, as_user: Any, settings: Any
) -> None:
    settings.EXPORTS_AN_HOUR = 1
    client: Client = as_user(lead)
    assert client.get("/funnel/export.csv").status_code == 200
    refused = client.get("/completion/export.csv")
    assert refused.status_code == 429
    assert "exports in an hour" in refused.content.decode()
    assert 0 < int(refused.headers["Retry-After"]) <= 3600


def test_web_05_every_address_that_gives_a_file_is_counted_or_says_why_not() -> None:
    files = (".csv", ".parquet", ".pdf", ".png", ".svg", ".<slug:kind>", ".ics", ".txt", ".zip", ".json")
    giving = {one.name: one for one in routes() if str(one.pattern.pattern).endswith(files)}
    counted = {name for name, one in giving.items() if getattr(one.view, "paced", None)}
    assert len(counted) >= 14
    assert set(giving) - counted == set(NOT_COUNTED)
