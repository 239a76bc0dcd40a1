"""The red banner: on which pages it stands, who may take cover, and how it refreshes."""

from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.actions import record_call_out, take_back_call_out
from scheduling.models import CallOut, CoverNeeded, NurseShift
from tests.factories import people
from tests.factories.suite import MONDAY, booked_sequence, open_week

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(site.instant(MONDAY, 570), tick=False):
        yield


@pytest.fixture
def cover(site: Site, scheduler: StaffUser) -> CoverNeeded:
    """The only nurse left at 09:20 under a patient who stays until 10:20; it is 09:30."""
    open_week(site, nurses=1)
    booked_sequence(site)
    shift = NurseShift.objects.select_related("suite_day__site", "nurse").get(suite_day__date=MONDAY)
    at = site.instant(MONDAY, 560)
    record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=560, by=scheduler, at=at)
    return CoverNeeded.objects.get()


@pytest.fixture
def helper(site: Site) -> StaffUser:
    return people.staff("nurse", site=site, name="Bea Helper")


def test_the_banner_stands_on_board_chart_week_roster_day_and_the_physicians_home(
    as_user: Any, site: Site, cover: CoverNeeded, helper: StaffUser, physician: StaffUser
) -> None:
    visit = cover.suite_day.visits.get()
    said = "Cover needed until 10:20 for 1 patient"
    for address in ("/", f"/chart/{visit.pk}/", "/week/", "/roster/", f"/suite/{MONDAY}/"):
        html = as_user(helper).get(address, follow=True).content.decode()
        assert said in html, address
        assert "I take it" in html
    assert said in as_user(physician).get("/signing/").content.decode()


def test_days_to_come_are_on_the_planners_pages_only(
    as_user: Any, site: Site, helper: StaffUser, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    booked_sequence(site)
    tuesday = site.week_of(MONDAY)[1]
    shift = NurseShift.objects.select_related("suite_day__site", "nurse").get(suite_day__date=tuesday)
    at = site.instant(MONDAY, 560)
    record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=450, by=scheduler, at=at)
    assert "Cover needed Tue 15 Sep 09:00 to 10:20" in as_user(scheduler).get("/week/").content.decode()
    assert "Cover needed" not in as_user(helper).get("/", follow=True).content.decode()


def test_it_asks_again_and_answers_nothing_while_nothing_changed(
    as_user: Any, cover: CoverNeeded, helper: StaffUser
) -> None:
    client = as_user(helper)
    html = client.get("/cover/", **HTMX).content.decode()
    version = html.partition("/cover/?v=")[2].partition('"')[0]
    assert version
    assert client.get(f"/cover/?v={version}", **HTMX).status_code == 204
    call_out = CallOut.objects.select_related("suite_day").get()
    take_back_call_out(call_out=call_out, by=helper, at=cover.opened_at)
    gone = client.get(f"/cover/?v={version}", **HTMX)
    assert gone.status_code == 200
    assert "Cover needed" not in gone.content.decode()


def test_a_nurse_takes_it_and_the_banner_turns_quiet(as_user: Any, cover: CoverNeeded, helper: StaffUser) -> None:
    answer = as_user(helper).post("/cover/take/", {"covers": cover.pk, "person": helper.pk}, **HTMX)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Cover needed" not in html
    assert "Bea Helper" in html
    cover.refresh_from_db()
    assert cover.taken_by == helper


def test_a_scheduler_names_who_takes_it(
    as_user: Any, cover: CoverNeeded, scheduler: StaffUser, physician: StaffUser
) -> None:
    client = as_user(scheduler)
    html = client.get("/week/").content.decode()
    assert "I take it" not in html
    assert physician.name in html
    answer = client.post("/cover/take/", {"covers": cover.pk, "person": physician.pk}, follow=True)
    assert f"{physician.name} takes the cover." in answer.content.decode()
    cover.refresh_from_db()
    assert (cover.taken_by, cover.taken_at is not None) == (physician, True)


def test_a_psychologist_reads_it_and_takes_nothing(
    as_user: Any, cover: CoverNeeded, psychologist: StaffUser
) -> None:
    client = as_user(psychologist)
    html = client.get("/week/").content.decode()
    assert "Cover needed until 10:20" in html
    assert "Name who takes it" not in html
    assert client.post("/cover/take/", {"covers": cover.pk, "person": psychologist.pk}).status_code == 403


def test_sch_34_whoever_cannot_take_it_is_refused_with_a_sentence(
    as_user: Any, cover: CoverNeeded, scheduler: StaffUser, helper: StaffUser
) -> None:
    client = as_user(scheduler)
    answer = client.post("/cover/take/", {"covers": cover.pk, "person": scheduler.pk}, **HTMX)
    assert answer.status_code == 422
    assert "a nurse trained for ketamine, or a prescriber" in answer.content.decode()
    client.post("/cover/take/", {"covers": cover.pk, "person": helper.pk}, **HTMX)
    again = client.post("/cover/take/", {"covers": cover.pk, "person": helper.pk}, **HTMX)
    assert again.status_code == 422
    assert "Bea Helper has taken this cover already" in again.content.decode()


@pytest.mark.parametrize("covers", ["", "one", "1,,2", "1 OR 1", "9999999999"])
def test_what_is_no_row_is_a_sentence(as_user: Any, helper: StaffUser, covers: str) -> None:
    assert as_user(helper).post("/cover/take/", {"covers": covers, "person": helper.pk}, **HTMX).status_code == 422


def test_cover_of_another_clinic_is_not_found(as_user: Any, cover: CoverNeeded, other_site: Site) -> None:
    stranger = people.staff("nurse", site=other_site)
    client = as_user(stranger)
    sent = {"covers": cover.pk, "person": stranger.pk}
    assert client.post("/cover/take/", sent, **HTMX).status_code == 404
    assert "Cover needed" not in client.get("/cover/", **HTMX).content.decode()
    cover.refresh_from_db()
    assert cover.taken_by is None


def test_several_times_are_taken_together_or_not_at_all(
    as_user: Any, site: Site, helper: StaffUser, scheduler: StaffUser
) -> None:
    open_week(site, nurses=1)
    for minute in (600, 720):
        booked_sequence(site, start_minute=minute)
    shift = NurseShift.objects.select_related("suite_day__site", "nurse").get(suite_day__date=MONDAY)
    at = site.instant(MONDAY, 560)
    record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=560, by=scheduler, at=at)
    keys = ",".join(str(key) for key in CoverNeeded.objects.order_by("from_minute").values_list("pk", flat=True))
    client = as_user(helper)
    html = client.get("/cover/", **HTMX).content.decode()
    assert "Cover needed 10:00 to 13:20 for 1 patient" in html
    assert "1 nurse missing 10:00–11:20, 12:00–13:20" in html
    assert f'value="{keys}"' in html
    client.post("/cover/take/", {"covers": keys.split(",")[1], "person": helper.pk}, **HTMX)
    assert client.post("/cover/take/", {"covers": keys, "person": helper.pk}, **HTMX).status_code == 422
    assert CoverNeeded.objects.filter(taken_by=helper).count() == 1
    client.post("/cover/take/", {"covers": keys.split(",")[0], "person": helper.pk}, **HTMX)
    assert CoverNeeded.objects.filter(taken_by=helper).count() == 2
