"""Moving a visit on the week board: what may be shaded, what a drop says, what one POST writes."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import AuditEvent, Site, StaffUser
from scheduling.models import Sequence, Visit
from tests.factories import people
from tests.factories.suite import MONDAY, booked_sequence, fill, open_week, visits_of

pytestmark = pytest.mark.django_db
WEEK = timedelta(weeks=1)
TUESDAY = MONDAY + timedelta(days=1)
HTMX = {"HX-Request": "true"}
REASON = {"confirmed": "SCH-61", "reason": "The driver comes later"}


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    """Friday before the week of the tests."""
    with time_machine.travel(site.instant(MONDAY - timedelta(days=3), 678), tick=False):
        yield


def sent(day: date, minute: int, **more: Any) -> dict[str, Any]:
    return {"scope": "day", "date": day.isoformat(), "start": minute, **more}


def stands(visit: Visit) -> tuple[date, int, int]:
    visit.refresh_from_db()
    return visit.date, visit.start_minute, visit.chair


def test_the_shading_names_the_allowed_starts_of_each_day_and_chair(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site)
    mine = visits_of(booked_sequence(site, start_minute=540, chair_wish=1))[1]
    booked_sequence(site, start_minute=540, chair_wish=2)
    found = as_user(scheduler).get(f"/visits/{mine.pk}/move/targets/").json()
    assert found["ticks"] == 17
    assert set(found["days"]) == {TUESDAY.isoformat()}, "the other days hold days of this sequence"
    chairs = found["days"][TUESDAY.isoformat()]
    assert 540 in chairs["1"], "its own place is no obstacle"
    assert 540 not in chairs["2"]
    assert {455, 625} <= set(chairs["2"])
    assert not {460, 620} & set(chairs["2"]), "85 minutes in one chair, cleaning included"


def test_a_whole_week_may_go_to_the_weeks_that_the_group_visit_allows(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site, MONDAY)
    open_week(site, MONDAY + WEEK)
    visit = visits_of(booked_sequence(site))[1]
    client = as_user(scheduler)
    found = client.get(f"/visits/{visit.pk}/move/targets/?scope=week").json()
    assert found["weeks"] == [MONDAY.isoformat()]
    seat = visit.sequence.seat
    assert seat is not None
    group = seat.group
    group.date = MONDAY
    group.save(update_fields=["date"])
    found = client.get(f"/visits/{visit.pk}/move/targets/?scope=week").json()
    assert found["weeks"][-1:] == [(MONDAY + WEEK).isoformat()]


def test_a_move_is_shown_before_it_is_made(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540, chair_wish=1))[1]
    client = as_user(scheduler)
    html = client.get(f"/visits/{visit.pk}/move/?{_query(sent(TUESDAY, 660, chair=3, drop='on'))}", headers=HTMX)
    text = html.content.decode()
    assert "<dialog" in text
    assert "Tue 15 Sep 11:00 · chair 3" in text
    assert text.count(">stays<") == 4
    assert "up to 120 minutes apart" in text
    assert "SCH-61" in text
    assert "required" in text
    assert stands(visit) == (TUESDAY, 540, 1)


def test_a_drop_on_a_taken_chair_names_rule_and_minute_and_moves_nothing(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540, chair_wish=1))[1]
    booked_sequence(site, start_minute=660, chair_wish=2)
    asked = _query(sent(TUESDAY, 630, chair=2, drop="on"))
    text = as_user(scheduler).get(f"/visits/{visit.pk}/move/?{asked}", headers=HTMX).content.decode()
    assert 'data-kc-no="2"' in text
    assert "<dialog" not in text
    assert "chair 2 is taken from 11:00 to 12:25" in text
    assert "SCH-16" in text
    assert stands(visit) == (TUESDAY, 540, 1)


def test_a_drop_above_the_ratio_names_the_ratio_and_its_minute(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    visit = visits_of(booked_sequence(site, start_minute=800))[1]
    fill(site, MONDAY, [540, 550])
    asked = _query(sent(TUESDAY, 555, chair=5, drop="on"))
    client = as_user(scheduler)
    text = client.get(f"/visits/{visit.pk}/move/?{asked}", headers=HTMX).content.decode()
    assert "SCH-04" in text
    assert "1 nurse is on the floor with 2 patients at 09:15, full until 10:20" in text
    answer = client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 555) | REASON, headers=HTMX)
    assert answer.status_code == 422
    assert "SCH-04" in answer.content.decode()
    assert stands(visit)[1] == 800


def test_one_post_moves_one_day_and_offers_the_way_back(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site, start_minute=540, chair_wish=1)
    visit = visits_of(sequence)[1]
    client = as_user(scheduler)
    answer = client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 660, chair=3) | REASON, headers=HTMX)
    assert answer.status_code == 200
    assert stands(visit) == (TUESDAY, 660, 3)
    text = answer.content.decode()
    assert "day 2 moved, from Tue 15 Sep 09:00, chair 1 to Tue 15 Sep 11:00, chair 3." in text
    assert "Undo" in text
    assert answer.headers["HX-Push-Url"] == f"/week/?day={TUESDAY}"
    assert f'data-kc-block="{visit.pk}"' in text
    assert "data-kc-arrived" in text
    sequence.refresh_from_db()
    assert sequence.soft_reason == "The driver comes later"
    back = sent(TUESDAY, 540, chair=1, reason="Moved back") | {"confirmed": ["SCH-55", "SCH-61"]}
    assert client.post(f"/visits/{visit.pk}/move/", back, headers=HTMX).status_code == 200
    assert stands(visit) == (TUESDAY, 540, 1)
    assert AuditEvent.objects.filter(site=site, event="visit_moved").count() == 2


def test_a_soft_rule_without_its_reason_moves_nothing(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[1]
    client = as_user(scheduler)
    bare = client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 660), headers=HTMX)
    silent = client.post(
        f"/visits/{visit.pk}/move/", sent(TUESDAY, 660, confirmed="SCH-61", reason=" "), headers=HTMX
    )
    assert (bare.status_code, silent.status_code) == (422, 422)
    assert bare.headers["HX-Retarget"] == "#kc-move"
    assert stands(visit)[1] == 540


def test_thirty_minutes_apart_need_no_reason(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[1]
    client = as_user(scheduler)
    assert (
        "Tell the patient" in client.get(f"/visits/{visit.pk}/move/?{_query(sent(TUESDAY, 570))}").content.decode()
    )
    assert client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 570), headers=HTMX).status_code == 200
    assert stands(visit)[1] == 570


def test_the_rest_of_the_week_moves_along_and_the_days_before_stay(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    sequence = booked_sequence(site, start_minute=540)
    visit = visits_of(sequence)[2]
    asked = sent(visit.date, 660) | REASON | {"scope": "rest"}
    answer = as_user(scheduler).post(f"/visits/{visit.pk}/move/", asked, headers=HTMX)
    assert "3 days moved" in answer.content.decode()
    assert [one.start_minute for one in visits_of(sequence)] == [540, 540, 660, 660, 660]


def test_the_whole_week_goes_to_the_week_it_was_dropped_on(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site, MONDAY)
    open_week(site, MONDAY + WEEK)
    sequence = booked_sequence(site, start_minute=540)
    assert sequence.seat is not None
    group = sequence.seat.group
    group.date = MONDAY
    group.save(update_fields=["date"])
    visit = visits_of(sequence)[1]
    client = as_user(scheduler)
    dropped = client.get(f"/visits/{visit.pk}/move/?scope=week&week={MONDAY + WEEK}&drop=on", headers=HTMX)
    assert f'<option value="{TUESDAY + WEEK}" selected>' in dropped.content.decode()
    asked = sent(TUESDAY + WEEK, 600) | {"scope": "week"}
    answer = client.post(f"/visits/{visit.pk}/move/", asked, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    sequence.refresh_from_db()
    assert (sequence.first_day, sequence.start_minute) == (MONDAY + WEEK, 600)
    assert [one.date for one in visits_of(sequence)] == [MONDAY + WEEK + timedelta(days=n) for n in range(5)]


def test_without_scripts_the_move_is_a_page_of_its_own(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[1]
    client = as_user(scheduler)
    page = client.get(f"/visits/{visit.pk}/move/").content.decode()
    assert "<html" in page
    assert "Show what changes" in page
    answer = client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 560), follow=True)
    assert answer.request["PATH_INFO"] == "/week/"
    assert "day 2 moved" in answer.content.decode()


@pytest.mark.parametrize("asked", [{}, {"date": "soon", "start": "x"}, {"date": "2026-09-15"}, {"start": "600"}])
def test_a_move_without_day_and_time_asks_for_them(
    as_user: Any, site: Site, scheduler: StaffUser, asked: dict[str, str]
) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[1]
    answer = as_user(scheduler).post(f"/visits/{visit.pk}/move/", asked, headers=HTMX)
    assert answer.status_code == 422
    assert "Choose a day and a time first." in answer.content.decode()
    assert stands(visit)[1] == 540


def test_a_visit_that_has_begun_stays(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[0]
    with time_machine.travel(site.instant(MONDAY, 600), tick=False):
        client = as_user(scheduler)
        answer = client.post(f"/visits/{visit.pk}/move/", sent(MONDAY, 545), headers=HTMX)
        assert "is over. Choose a later time." in answer.content.decode()
        assert not client.get("/week/").content.decode().count(f"/visits/{visit.pk}/move/")
    assert stands(visit)[1] == 540


def test_a_released_day_has_no_place_to_move(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[0]
    Visit.objects.filter(pk=visit.pk).update(state="missed", missed_reason="illness")
    client = as_user(scheduler)
    assert client.get(f"/visits/{visit.pk}/move/targets/").json()["days"] == {}
    assert client.get(f"/visits/{visit.pk}/move/", headers=HTMX).status_code == 422


@pytest.mark.parametrize("role", ["nurse", "physician", "psychologist", "clinic_lead", "administrator"])
def test_who_does_not_book_reads_the_board_and_moves_nothing(as_user: Any, site: Site, role: str) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[1]
    client = as_user(people.staff(role, site=site))
    assert "data-kc-movable" not in client.get(f"/week/?day={TUESDAY}").content.decode()
    assert client.get(f"/visits/{visit.pk}/move/targets/").status_code == 403
    assert client.get(f"/visits/{visit.pk}/move/").status_code == 403
    assert client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 600)).status_code == 403
    assert stands(visit)[1] == 540


def test_a_visit_of_another_clinic_is_not_found(as_user: Any, site: Site, other_site: Site) -> None:
    visit = visits_of(booked_sequence(site, start_minute=540))[1]
    client = as_user(people.staff("scheduler", site=other_site))
    for address in (f"/visits/{visit.pk}/move/", f"/visits/{visit.pk}/move/targets/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/visits/{visit.pk}/move/", sent(TUESDAY, 600)).status_code == 404


def test_the_questions_of_a_drag_cost_the_same_however_full_the_week_is(
    as_user: Any, site: Site, scheduler: StaffUser, django_assert_max_num_queries: Any
) -> None:
    visit = visits_of(booked_sequence(site, start_minute=450))[1]
    client = as_user(scheduler)
    counts = []
    for more in ((), (460, 535, 545, 620, 630)):
        fill(site, MONDAY, more)
        with django_assert_max_num_queries(40) as asked:
            client.get(f"/visits/{visit.pk}/move/targets/?scope=week")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert Sequence.objects.filter(site=site).count() == 6


def _query(values: dict[str, Any]) -> str:
    return "&".join(f"{name}={value}" for name, value in values.items())
