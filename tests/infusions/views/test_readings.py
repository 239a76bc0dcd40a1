"""Readings at the chart, on the review list and among the settings: who may, what is shown, what is refused."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from infusions.models import Monitor, MonitorReading, ReadingAnswer, ReadingGiven, VitalSet
from kitclinic.models import Site, StaffUser
from tests.factories import infusions, monitors

HTMX = {"HX-Request": "true"}


@pytest.fixture
def chair(site: Site) -> Any:
    made = infusions.infusion(site=site, at_state="infusing").later(minutes=15)
    with time_machine.travel(made.at, tick=False):
        yield made


@pytest.fixture
def monitor(site: Site, chair: infusions.Chair) -> Monitor:
    return monitors.monitor(site=site, at=chair.at, chair=chair.infusion.chair, name="Monitor A")[0]


@pytest.fixture
def client_of_nurse(chair: infusions.Chair, as_user: Any) -> Client:
    client: Client = as_user(chair.nurse)
    return client


def at_chart(chair: infusions.Chair, page: str, *more: int) -> str:
    return reverse(f"infusions:{page}", args=[chair.visit.pk, *more])


def test_mon_09_the_chart_offers_the_newest_and_its_polling_notices_it(
    chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    page = client_of_nurse.get(at_chart(chair, "chart"))
    version = page.context["chart"].version
    quiet = client_of_nurse.get(at_chart(chair, "chart"), {"v": version}, headers=HTMX)
    assert (quiet.status_code, b"Take these" in page.content) == (204, False)
    row = monitors.reading(monitor, chair.at)
    news = client_of_nurse.get(at_chart(chair, "chart"), {"v": version}, headers=HTMX)
    text = news.content.decode()
    assert (news.status_code, text.count("Take these")) == (200, 1)
    assert "141/84, HR 78, SpO₂ 97%" in text
    assert f"from Monitor A {chair.infusion.site.local(row.measured_at):%H:%M:%S}" in text
    assert 'value="141"' not in text  # never in a field
    version = news.context["chart"].version
    client_of_nurse.post(at_chart(chair, "reading_away", row.pk), {"key": uuid4(), "because": "patient moving"})
    gone = client_of_nurse.get(at_chart(chair, "chart"), {"v": version}, headers=HTMX)
    assert (gone.status_code, b"Take these" in gone.content) == (200, False)


def test_mon_09_before_the_start_it_is_offered_as_the_baseline(site: Site, as_user: Any) -> None:
    chair = infusions.infusion(site=site, at_state="arrived").later(minutes=3)
    made, _ = monitors.monitor(site=site, at=chair.at, chair=chair.infusion.chair)
    monitors.reading(made, chair.at)
    with time_machine.travel(chair.at, tick=False):
        text = as_user(chair.nurse).get(at_chart(chair, "chart")).content.decode()
    assert "Take these" in text
    assert "baseline set" in text


def test_mon_11_take_needs_the_rhythm_and_the_symptoms_and_saves_what_was_shown(
    chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    row = monitors.reading(monitor, chair.at)
    sheet = client_of_nurse.get(at_chart(chair, "reading", row.pk), headers=HTMX).content.decode()
    assert "+10.2%" in sheet  # 141 from a baseline of 128
    assert "checked" not in sheet
    where, key = at_chart(chair, "reading_take", row.pk), str(uuid4())
    refused = client_of_nurse.post(where, {"key": key}, headers=HTMX)
    assert (refused.status_code, "Symptoms are not answered" in refused.content.decode()) == (422, True)
    refused = client_of_nurse.post(where, {"key": key, "symptoms": "none"}, headers=HTMX)
    assert "Rhythm is missing" in refused.content.decode()
    full = {
        "key": key,
        "symptoms": "none",
        "rhythm": "sinus",
        "sbp": "99",
    }  # a number that was sent is not typed over
    done = client_of_nurse.post(where, full, headers=HTMX)
    assert (done.status_code, b"Take these" in done.content) == (200, False)
    assert VitalSet.objects.get(key=key).sbp == 141
    assert client_of_nurse.post(where, full, headers=HTMX).status_code == 200  # the same request again
    assert client_of_nurse.post(where, full | {"key": str(uuid4())}, headers=HTMX).status_code == 409
    assert client_of_nurse.get(at_chart(chair, "reading", row.pk)).status_code == 404


def test_a_sign_it_did_not_send_is_typed_in_the_sheet(
    chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    row = monitors.reading(monitor, chair.at, sbp=120, dbp=80, hr=70)
    assert (
        b"SpO\xe2\x82\x82, which it did not send"
        in client_of_nurse.get(at_chart(chair, "reading", row.pk)).content
    )
    where = at_chart(chair, "reading_take", row.pk)
    body = {"key": str(uuid4()), "symptoms": "none", "rhythm": "sinus"}
    assert client_of_nurse.post(where, body).status_code == 422
    assert client_of_nurse.post(where, body | {"unable_spo2": "patient moving"}).status_code == 302
    assert VitalSet.objects.get(key=body["key"]).not_obtained_because == "SpO₂: patient moving"


def test_old_readings_are_listed_and_can_still_be_taken(
    chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    row = monitors.reading(monitor, chair.at - timedelta(minutes=6), received_at=chair.at)
    text = client_of_nurse.get(at_chart(chair, "chart")).content.decode()
    assert "1 older reading not answered" in text
    assert "Take these" not in text
    listed = client_of_nurse.get(at_chart(chair, "chart_readings")).content.decode()
    assert "6 min ago" in listed
    assert "received 6 min after, or its clock is behind" in listed
    body = {"key": str(uuid4()), "symptoms": "none", "rhythm": "sinus"}
    assert client_of_nurse.post(at_chart(chair, "reading_take", row.pk), body).status_code == 302
    assert VitalSet.objects.get(key=body["key"]).occurred_at == row.measured_at


def test_the_reading_of_another_chart_is_not_there(
    site: Site, chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    other = infusions.infusion(site=site, at_state="arrived", minute=550)
    row = monitors.reading(monitor, chair.at)
    for page in ("reading_take", "reading_away"):
        body = {"key": uuid4(), "symptoms": "none", "rhythm": "sinus", "because": "patient moving"}
        assert client_of_nurse.post(at_chart(other, page, row.pk), body).status_code == 404
    assert not ReadingAnswer.objects.exists()


def test_mon_13_a_reading_off_the_list_is_given_or_put_away(
    chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    row, other = (monitors.reading(monitor, chair.at, subject=f"KC-{n}") for n in (901, 902))
    impossible = monitors.reading(monitor, chair.at, sbp=80, dbp=90)
    text = client_of_nurse.get(reverse("infusions:readings")).content.decode()
    assert text.count("Give it to this chart") == 2
    assert escape("No patient here has the record number KC-901.") in text
    assert "DBP 90 is not below SBP 80" in text
    give = reverse("infusions:reading_give", args=[row.pk])
    assert client_of_nurse.post(give, {"key": uuid4()}).status_code == 422
    answer = client_of_nurse.post(give, {"key": uuid4(), "infusion": chair.infusion.pk})
    assert (answer.status_code, ReadingGiven.objects.get().infusion) == (302, chair.infusion)
    hopeless = reverse("infusions:reading_give", args=[impossible.pk])
    assert client_of_nurse.post(hopeless, {"key": uuid4(), "infusion": chair.infusion.pk}).status_code == 422
    away = reverse("infusions:reading_put_away", args=[other.pk])
    assert client_of_nurse.post(away, {"key": uuid4()}).status_code == 422
    assert client_of_nurse.post(away, {"key": uuid4(), "words": "training"}).status_code == 302
    text = client_of_nurse.get(reverse("infusions:readings")).content.decode()
    assert "training" in text
    assert text.count("Give it to this chart") == 0


def test_mon_01_a_token_is_shown_once(site: Site, lead: StaffUser, as_user: Any) -> None:
    client, page = as_user(lead), reverse("infusions:monitors")
    answer = client.post(page, {"name": "Monitor 7", "chair": "7"})
    token = answer.context["token"]
    assert token in answer.content.decode()
    again = client.get(page).content.decode()
    assert token not in again
    assert "Monitor 7" in again
    taken = client.post(page, {"name": "monitor 7", "chair": ""})
    assert (taken.status_code, "has this name" in taken.content.decode()) == (422, True)
    assert client.post(page, {"name": "Monitor 9", "chair": "9"}).status_code == 422
    made = Monitor.objects.get()
    assert client.post(reverse("infusions:monitor_end", args=[made.pk])).status_code == 302
    assert "Ended" in client.get(page).content.decode()


def test_who_may_see_what(
    site: Site, nurse: StaffUser, lead: StaffUser, scheduler: StaffUser, as_user: Any
) -> None:
    pages = (reverse("infusions:monitors"), reverse("infusions:readings"))
    seen = [[as_user(user).get(page).status_code for page in pages] for user in (nurse, lead, scheduler)]
    assert seen == [[403, 200], [200, 403], [403, 403]]


def test_a_file_is_imported_once_by_the_same_rules(
    chair: infusions.Chair, monitor: Monitor, tmp_path: Path
) -> None:
    file, out = tmp_path / "drop.csv", StringIO()
    rows = [f"{chair.at.isoformat()},120,80,\n", f"{chair.at.isoformat()},,,KC-901\n"]
    file.write_text("measured_at,sbp,dbp,record_number\n" + rows[0])
    call_command("import_observations", str(file), monitor="Monitor A", stdout=out)
    file.write_text(
        "measured_at,sbp,dbp,record_number,hr\n" + rows[0].replace("\n", ",\n") + rows[1].replace("\n", ",70\n")
    )
    call_command("import_observations", str(file), monitor="Monitor A", stdout=out)
    said = out.getvalue()
    assert "Read 1: 1 new, 0 received before. Of the new ones 1 at their charts, 0 on the review list." in said
    assert "No patient here has the record number KC-901." in said
    before = MonitorReading.objects.count()
    file.write_text(f"measured_at,sbp\n{chair.at.isoformat()},120.5\n")
    with pytest.raises(CommandError, match=r"Row 2: SBP 120.5 is no whole number"):
        call_command("import_observations", str(file), monitor="Monitor A", stdout=out)
    for name, words in (("Monitor B", "Known: Monitor A"), ("Monitor A", "neither .csv nor .json")):
        with pytest.raises(CommandError, match=words):
            call_command("import_observations", str(tmp_path / "drop.txt"), monitor=name)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_observations", str(tmp_path / "none.csv"), monitor="Monitor A")
    assert MonitorReading.objects.count() == before


def test_many_readings_cost_the_chart_one_query(
    chair: infusions.Chair, monitor: Monitor, client_of_nurse: Client
) -> None:
    counts = []
    for number in (1, 12):
        for second in range(number):
            monitors.reading(monitor, chair.at - timedelta(seconds=second * 60 + number))
        with CaptureQueriesContext(connection) as queries:
            client_of_nurse.get(at_chart(chair, "chart"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
