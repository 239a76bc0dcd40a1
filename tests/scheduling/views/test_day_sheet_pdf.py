"""The day and the week on paper, read back out of the PDF."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from kitclinic.models import Site, StaffUser
from scheduling.actions import change_breaks, mark_missed, name_driver, record_call_out
from scheduling.models import NurseShift, SuiteDay
from scheduling.queries.paper import day_paper, week_paper
from tests.factories import people
from tests.factories.driver_links import DRIVER
from tests.factories.suite import MONDAY, STARTS_56, before, booked_sequence, fill, open_week, visits_of

AsUser = Callable[[StaffUser], Client]
pytestmark = pytest.mark.django_db


def pages_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


@pytest.fixture
def clinic(site: Site) -> Site:
    Site.objects.filter(pk=site.pk).update(phone="216 555 0100")
    return Site.objects.get(pk=site.pk)


def day_pdf(client: Client, day: date = MONDAY) -> list[str]:
    with time_machine.travel(f"{MONDAY.isoformat()}T11:02:00Z", tick=False):
        answer = client.get(reverse("scheduling:day_sheet_pdf", args=[day.isoformat()]))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    return pages_of(answer.content)


def test_a_day_has_a_page_for_the_suite_and_one_for_each_pair_of_chairs(
    clinic: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    sequence = booked_sequence(clinic, chair_wish=3)
    name_driver(visits=visits_of(sequence), by=scheduler, at=before(clinic, MONDAY), **DRIVER)
    pages = day_pdf(as_user(scheduler))
    assert len(pages) == 5
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of 5" in page
        assert "Generated Mon 14 Sep 2026, 07:02 EDT" in page
        assert clinic.name in page
        assert "clinic 216 555 0100" in page
    patient = sequence.patient
    assert patient.birth_date is not None
    suite, *pairs = pages
    assert "Whole suite, 1 visit" in suite
    for page in (suite, pairs[1]):
        for part in ("09:00", patient.list_name, f"…{patient.record_tail}", str(patient.birth_date.year)):
            assert part in page
    for part in ("Chairs 3 and 4", "1 of 5", "Marta Quist", "not confirmed", "555-010-7788", patient.phone):
        assert part in pairs[1]
    for heading in ("Arrived", "IV in", "Start", "End", "Left", "Driver seen by"):
        assert heading in pairs[1]
    assert patient.list_name not in pairs[0]


def test_the_sheet_holds_no_more_than_is_needed(clinic: Site, scheduler: StaffUser, as_user: AsUser) -> None:
    patient = booked_sequence(clinic).patient
    text = " ".join(day_pdf(as_user(scheduler))).lower()
    assert patient.birth_date is not None
    for secret in (
        "82.5",
        "mg",
        "ketamine",
        "phq",
        f"{patient.birth_date:%d %b %Y}".lower(),
        patient.record_number,
    ):
        assert secret not in text


def test_breaks_call_outs_cover_and_provider_stand_on_every_page(
    clinic: Site, scheduler: StaffUser, as_user: AsUser
) -> None:
    open_week(clinic, nurses=2)
    booked_sequence(clinic, start_minute=540)
    booked_sequence(clinic, start_minute=540)
    booked_sequence(clinic, start_minute=560)
    day = SuiteDay.objects.get(date=MONDAY)
    first, second = NurseShift.objects.filter(suite_day=day).order_by("pk")
    at = before(clinic, MONDAY)
    change_breaks(shift=first, breaks=[(720, 750)], by=scheduler, at=at)
    record_call_out(suite_day=day, person=second.nurse, from_minute=450, to_minute=1050, by=scheduler, at=at)
    for page in day_pdf(as_user(scheduler)):
        assert "breaks 12:00–12:30" in page
        assert "NOT THERE 07:30–17:30" in page
        assert "Anneke Vantongeren 07:30–17:30" in page
        assert "Cover needed" in page
        assert "1 nurse missing for" in page
        assert "nobody has taken it yet" in page


def test_a_full_day_of_56_visits_still_has_one_page_for_each(
    clinic: Site, scheduler: StaffUser, as_user: AsUser, django_assert_max_num_queries: Any
) -> None:
    open_week(clinic)
    for sequence in fill(clinic, MONDAY, STARTS_56):
        name_driver(visits=visits_of(sequence), by=scheduler, at=before(clinic, MONDAY), **DRIVER)
    pages = day_pdf(as_user(scheduler))
    assert len(pages) == 5
    assert "Whole suite, 56 visits" in pages[0]
    assert pages[1].count("Marta Quist") == 14
    with django_assert_max_num_queries(9):
        paper = day_paper(SuiteDay.objects.select_related("site").get(date=MONDAY))
    assert paper.count == 56
    with time_machine.travel(f"{MONDAY.isoformat()}T11:02:00Z", tick=False):
        answer = as_user(scheduler).get(reverse("scheduling:week_sheet_pdf", args=[MONDAY.isoformat()]))
    week = pages_of(answer.content)
    assert len(week) == 5
    assert week[1].count("day 3") == 14, "Wednesday of chairs 1 and 2"


def test_released_places_are_not_on_paper(clinic: Site, scheduler: StaffUser) -> None:
    visit = visits_of(booked_sequence(clinic))[0]
    mark_missed(visit=visit, reason="illness", by=scheduler, at=before(clinic, MONDAY))
    assert day_paper(SuiteDay.objects.select_related("site").get(date=MONDAY)).count == 0


def test_the_week_shows_five_days_closed_ones_by_their_reason(
    clinic: Site, scheduler: StaffUser, as_user: AsUser, django_assert_max_num_queries: Any
) -> None:
    open_week(clinic, closed={MONDAY + timedelta(days=3): "Founders' day"})
    answer = as_user(scheduler).get(reverse("scheduling:week_sheet_pdf", args=["2026-09-16"]))
    pages = pages_of(answer.content)
    assert len(pages) == 5
    for day in ("Monday 14 Sep", "Friday 18 Sep"):
        assert all(day in page for page in pages)
    assert "closed: Founders’ day" in pages[0].replace("'", "’")
    assert "Saturday" not in pages[0]
    with django_assert_max_num_queries(8):
        week_paper(clinic, MONDAY)


def test_an_open_saturday_is_the_sixth_day_and_a_week_never_opened_says_so(clinic: Site) -> None:
    open_week(clinic)
    saturday = MONDAY + timedelta(days=5)
    SuiteDay.objects.create(site=clinic, date=saturday, opens_minute=450, closes_minute=1050, chairs=8)
    assert [day.date for day in week_paper(clinic, MONDAY).days][-1] == saturday
    empty = week_paper(clinic, MONDAY + timedelta(weeks=9))
    assert [day.closed for day in empty.days] == ["not open yet"] * 5


@pytest.mark.parametrize("name", ["day_sheet_pdf", "week_sheet_pdf"])
def test_names_are_on_paper_only_for_those_who_may_see_them(clinic: Site, as_user: AsUser, name: str) -> None:
    open_week(clinic)
    administrator = people.staff("administrator", site=clinic)
    address = reverse(f"scheduling:{name}", args=[MONDAY.isoformat()])
    assert as_user(administrator).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def test_another_clinics_day_is_not_found_and_its_week_is_empty(
    clinic: Site, other_site: Site, as_user: AsUser
) -> None:
    patient = booked_sequence(clinic).patient
    stranger = as_user(people.staff("scheduler", site=other_site))
    assert stranger.get(reverse("scheduling:day_sheet_pdf", args=[MONDAY.isoformat()])).status_code == 404
    assert stranger.get(reverse("scheduling:day_sheet_pdf", args=["yesterday"])).status_code == 404
    answer = stranger.get(reverse("scheduling:week_sheet_pdf", args=[MONDAY.isoformat()]))
    assert patient.family_name not in " ".join(pages_of(answer.content))
