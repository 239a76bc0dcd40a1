"""The settings of suite and staff: hours, chairs, lengths of a visit, booking, training."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.actions import open_suite_day, take_chair_out
from scheduling.models import ChairOutage, NurseShift, OpeningHours, ProtocolVersion, SuiteDay, Visit
from tests.factories import people
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, staffed

pytestmark = pytest.mark.django_db
PAGES = ("suite", "lengths", "booking", "team")
VERSION = {
    "name": "Longer observation",
    "iv": "10",
    "infusion": "40",
    "observation": "35",
    "cleaning": "5",
    "valid_from": str(MONDAY),
    "because": "Late drops of pressure",
}
BOOKING = {
    "daily_cap": "51",
    "hold_minutes": "20",
    "offer_hours": "4",
    "confirm_days": "7",
    "quiet_from": "21:00",
    "quiet_to": "07:30",
    "driver_deadline": "15:30",
}


@pytest.fixture(autouse=True)
def _now(site: Site) -> Any:
    with time_machine.travel(before(site, MONDAY), tick=False):
        yield


@pytest.mark.parametrize("page", PAGES)
def test_the_settings_are_for_whoever_runs_the_clinic(
    as_user: Any, lead: StaffUser, scheduler: StaffUser, page: str
) -> None:
    html = as_user(lead).get(f"/settings/{page}/").content.decode()
    assert 'aria-current="page"' in html
    assert as_user(scheduler).get(f"/settings/{page}/").status_code == 403
    assert as_user(scheduler).post(f"/settings/{page}/", {}).status_code == 403


def test_hours_of_a_weekday_hold_for_days_opened_from_now_on(as_user: Any, site: Site, lead: StaffUser) -> None:
    client = as_user(lead)
    answer = client.post("/settings/suite/", {"opens_0": "08:00", "closes_0": "16:00"}, follow=True)
    assert "The hours are changed" in answer.content.decode()
    row = OpeningHours.objects.get()
    assert (row.weekday, row.opens_minute, row.closes_minute) == (0, 480, 960)
    day = open_suite_day(site=site, date=MONDAY, by=lead, at=before(site, MONDAY))
    assert (day.opens_minute, day.closes_minute) == (480, 960)
    assert 'value="08:00"' in client.get("/settings/suite/").content.decode()
    client.post("/settings/suite/", {})
    assert not OpeningHours.objects.exists()


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"opens_2": "08:00"}, "when the suite opens and when it closes"),
        ({"opens_2": "16:00", "closes_2": "08:00"}, "must open before it closes"),
        ({"opens_2": "25:00", "closes_2": "26:00"}, "Enter a valid time"),
    ],
)
def test_hours_that_cannot_be_are_said_at_their_day(
    as_user: Any, lead: StaffUser, sent: dict[str, str], sentence: str
) -> None:
    answer = as_user(lead).post("/settings/suite/", sent)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not OpeningHours.objects.exists()


def test_a_chair_goes_out_and_comes_back(as_user: Any, site: Site, lead: StaffUser) -> None:
    booked_sequence(site, chair_wish=3)
    client = as_user(lead)
    sent = {"chair": "3", "first_day": str(MONDAY), "last_day": "", "because": "Arm rest"}
    html = client.post("/chairs/out/", sent, follow=True).content.decode()
    assert "Chair 3 is out of service from Monday 14 September." in html
    assert "further notice" in html
    assert not Visit.objects.filter(chair=3).exists()  # moved at the same time
    assert "7 of 8 chairs in service" in client.get(f"/suite/{MONDAY}/").content.decode()
    again = client.post("/chairs/out/", sent)
    assert again.status_code in (409, 422)
    outage = ChairOutage.objects.get()
    client.post(f"/chairs/{outage.pk}/return/", {"last_day": str(MONDAY)})
    outage.refresh_from_db()
    assert outage.last_day == MONDAY


def test_a_chair_that_cannot_be_emptied_names_the_visits_in_the_way(
    as_user: Any, site: Site, lead: StaffUser
) -> None:
    site.chairs = 1
    site.save(update_fields=["chairs"])
    booked_sequence(site)
    sent = {"chair": "1", "first_day": str(MONDAY), "last_day": "", "because": "Broken"}
    answer = as_user(lead).post("/chairs/out/", sent)
    assert answer.status_code == 422
    assert "Monday 14 September" in answer.content.decode()
    assert not ChairOutage.objects.exists()


def test_a_version_is_written_listed_and_never_changed(as_user: Any, site: Site, lead: StaffUser) -> None:
    booked_sequence(site)
    client = as_user(lead)
    assert "in use" in client.get("/settings/lengths/").content.decode()
    html = client.post("/settings/lengths/", VERSION, follow=True).content.decode()
    assert "Version 1 is written." in html
    assert "1: Longer observation" in html
    assert "to come" in html
    assert "90 min" in html
    assert ProtocolVersion.objects.get().observation_minutes == 35
    assert set(Visit.objects.values_list("observation_minutes", flat=True)) == {30}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"valid_from": str(MONDAY - timedelta(days=30))}, "is over"),
        ({"because": ""}, "This field is required"),
        ({"infusion": "0"}, "greater than or equal to 1"),
        ({"infusion": "481"}, "No phase takes more than 8 hours"),
    ],
)
def test_sch_31_a_version_that_cannot_be_is_said(
    as_user: Any, lead: StaffUser, wrong: dict[str, str], sentence: str
) -> None:
    answer = as_user(lead).post("/settings/lengths/", VERSION | wrong)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert not ProtocolVersion.objects.exists()


def test_the_numbers_of_booking_are_changed(as_user: Any, site: Site, lead: StaffUser) -> None:
    answer = as_user(lead).post("/settings/booking/", BOOKING, follow=True)
    assert "The settings are changed." in answer.content.decode()
    site.refresh_from_db()
    assert (site.daily_cap, site.hold_minutes, site.driver_deadline_minute) == (51, 20, 930)
    assert (site.quiet_from_minute, site.quiet_to_minute) == (1260, 450)
    as_user(lead).post("/settings/booking/", BOOKING | {"daily_cap": ""})
    site.refresh_from_db()
    assert site.daily_cap is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"hold_minutes": "0"}, "greater than or equal to 1"),
        ({"offer_hours": "73"}, "less than or equal to 72"),
        ({"quiet_from": "10:00"}, "less than 8 hours"),
        ({"driver_deadline": "22:00"}, "lies in the quiet hours"),
        ({"quiet_to": ""}, "This field is required"),
    ],
)
def test_set_02_numbers_that_cannot_be_are_said(
    as_user: Any, site: Site, lead: StaffUser, wrong: dict[str, str], sentence: str
) -> None:
    answer = as_user(lead).post("/settings/booking/", BOOKING | wrong)
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    site.refresh_from_db()
    assert site.hold_minutes == 15


def test_sch_30_a_nurse_is_put_on_the_list_and_taken_off_it_unless_needed(
    as_user: Any, site: Site, lead: StaffUser
) -> None:
    client, new = as_user(lead), people.staff("nurse", site=site, name="Bo New", is_ketamine_trained=False)
    html = client.post(f"/settings/team/{new.pk}/training/", {"trained": "yes"}, follow=True).content.decode()
    assert "Bo New is on the list of those trained for ketamine." in html
    new.refresh_from_db()
    assert new.is_ketamine_trained
    NurseShift.objects.all().delete()
    client.post(f"/settings/team/{new.pk}/training/", {"trained": "no"})
    new.refresh_from_db()
    assert not new.is_ketamine_trained
    StaffUser.objects.filter(pk=new.pk).update(is_active=False)
    open_week(site, nurses=1)
    booked_sequence(site)
    needed = staffed(site, "nurse", 1)[0]
    answer = client.post(f"/settings/team/{needed.pk}/training/", {"trained": "no"})
    assert answer.status_code == 422
    assert "from 09:00 to 10:20" in answer.content.decode()
    needed.refresh_from_db()
    assert needed.is_ketamine_trained


def test_hours_and_cap_of_one_day(as_user: Any, site: Site, scheduler: StaffUser) -> None:
    open_week(site)
    for minute in (540, 630):
        booked_sequence(site, start_minute=minute)
    client, address = as_user(scheduler), f"/suite/{MONDAY}/"
    assert "2 visits at most" in client.post(f"{address}cap/", {"daily_cap": "2"}, follow=True).content.decode()
    low = client.post(f"{address}cap/", {"daily_cap": "1"})
    assert (low.status_code, "2 visits are booked on this day already" in low.content.decode()) == (422, True)
    client.post(f"{address}hours/", {"opens_minute": "08:00", "closes_minute": "16:00"})
    day = SuiteDay.objects.get(date=MONDAY)
    assert (day.opens_minute, day.closes_minute, day.daily_cap) == (480, 960, 2)
    late = client.post(f"{address}hours/", {"opens_minute": "10:00", "closes_minute": "16:00"})
    assert (late.status_code, "before opening" in late.content.decode()) == (422, True)


def test_chairs_and_nurses_of_another_clinic_are_not_found(
    as_user: Any, site: Site, other_site: Site, lead: StaffUser
) -> None:
    stranger, nurse = people.staff("clinic_lead", site=other_site), people.staff("nurse", site=other_site)
    outage = take_chair_out(
        site=other_site,
        chair=1,
        first_day=MONDAY,
        last_day=None,
        because="x",
        by=stranger,
        at=before(site, MONDAY),
    )
    client = as_user(lead)
    assert client.post(f"/chairs/{outage.pk}/return/", {"last_day": str(MONDAY)}).status_code == 404
    assert client.post(f"/settings/team/{nurse.pk}/training/", {"trained": "no"}).status_code == 404
    for page in PAGES:
        html = client.get(f"/settings/{page}/").content.decode()
        assert nurse.name not in html or page != "team"


def test_a_new_protocol_is_written_marked_and_read_by_a_physician(
    as_user: Any, lead: StaffUser, physician: StaffUser
) -> None:
    """ORD-44: what is not the published programme is marked and never blocked."""
    sent = VERSION | {
        "protocol": "+",
        "name": "One long day",
        "days": "1",
        "mg_per_kg": "0.75",
        "infusion": "90",
        "observation": "60",
        "vitals_minutes": "20",
        "change_percent": "10",
    }
    html = as_user(lead).post("/settings/lengths/", sent, follow=True).content.decode()
    assert "not the published programme" in html
    assert "0.75 mg/kg, published 0.5 mg/kg" in html
    assert "90 min infusion, published 40 min" in html
    version = ProtocolVersion.objects.get()
    assert (version.protocol, version.days, version.change_percent) == ("one-long-day", 1, 10)
    read = as_user(physician).get("/settings/lengths/").content.decode()
    assert "One long day" in read
    assert "Write it" not in read
    assert as_user(physician).post("/settings/lengths/", sent).status_code == 403
    assert ProtocolVersion.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"mg_per_kg": "0,5"},
        {"mg_per_kg": "5e-1"},
        {"mg_per_kg": "0"},
        {"mg_per_kg": "NaN"},
        {"days": "4"},
        {"days": "-5"},
        {"vitals_minutes": "0"},
        {"change_percent": "101"},
        {"protocol": "elsewhere"},
    ],
)
def test_ord_44_nonsense_about_a_protocol_is_said(as_user: Any, lead: StaffUser, wrong: dict[str, str]) -> None:
    assert as_user(lead).post("/settings/lengths/", VERSION | wrong).status_code == 422
    assert not ProtocolVersion.objects.exists()
