"""Pages of one person's scores over time: who sees them, what they say, and the page of paper."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from kitclinic.models import Site, StaffUser
from kitclinic.pdf import render_pdf
from outcomes.queries.trajectory import Trajectory
from outcomes.queries.trajectory_page import definitions_sentence
from outcomes.queries.trajectory_strips import strips
from outcomes.queries.trajectory_table import counts_sentence, measure_rows
from outcomes.rules.courses import courses
from outcomes.rules.measures import measures
from outcomes.rules.reliable import Point
from outcomes.rules.trajectory import track
from outcomes.rules.windows import Infusion
from tests.factories import people, scheduling
from tests.outcomes.stories import put, treated

PAGES = ("trajectory", "side_by_side", "patient_chart", "trajectory_pdf")


def shown(user: StaffUser, name: str, pk: int, *, day: date, query: str = "") -> Any:
    """The page as this person sees it 200 days after the infusion."""
    client = Client()
    with time_machine.travel(user.site.instant(day + timedelta(days=200), 600), tick=False):
        client.force_login(user)
        return client.get(reverse(f"outcomes:{name}", args=[pk]) + query)


def words(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("name", PAGES)
def test_another_site_has_no_such_patient_and_a_scheduler_no_such_page(
    as_user: Any, nurse: StaffUser, scheduler: StaffUser, site: Site, other_site: Site, name: str
) -> None:
    theirs, ours = scheduling.patient(site=other_site), scheduling.patient(site=site)
    assert as_user(nurse).get(reverse(f"outcomes:{name}", args=[theirs.pk])).status_code == 404
    assert as_user(scheduler).get(reverse(f"outcomes:{name}", args=[ours.pk])).status_code == 403
    assert as_user(nurse).get(reverse(f"outcomes:{name}", args=[ours.pk])).status_code == 200
    administrator = people.staff("administrator", site=site)
    assert as_user(administrator).get(reverse(f"outcomes:{name}", args=[ours.pk])).status_code == 403


def test_the_page_says_the_finding_and_draws_what_its_table_lists(physician: StaffUser, site: Site) -> None:
    patient, day = treated(site)
    page = words(shown(physician, "trajectory", patient.pk, day=day))
    assert "Pain interference was 7.1 better at 3 months, meaningful and reliable" in page
    assert "63.9, 5.0 better: meaningful" in page
    drawn = re.findall(r'<g data-score="(\d+)">', page)
    listed = re.findall(r'<tr data-score="(\d+)">', page)
    assert drawn == listed[::-1]
    assert len(drawn) == 5
    assert "T 50 is the average of the reference population" in page
    assert "measured as 4.66" in page
    assert "style=" not in page


def test_the_evidence_set_moves_the_threshold_and_what_the_address_names_wrongly_is_the_default(
    physician: StaffUser, site: Site
) -> None:
    patient, day = treated(site)
    page = words(shown(physician, "trajectory", patient.pk, day=day, query="?mcid=evidence"))
    assert "65.9, 3.0 better: meaningful" in page
    assert "now 3.5 better, meaningful but not reliable" in page
    wrong = "?mcid=x&course=99&measure=nothing&as_of=2026-13-45"
    assert "63.9, 5.0 better" in words(shown(physician, "trajectory", patient.pk, day=day, query=wrong))


def test_bands_of_phq_9_are_drawn_and_no_error_is_claimed(physician: StaffUser, site: Site) -> None:
    patient, day = treated(site, with_pain=False)
    put(patient, "PHQ-9", day - timedelta(days=5), "21", band="severe")
    put(patient, "PHQ-9", day + timedelta(days=5), "8", band="mild")
    page = words(shown(physician, "trajectory", patient.pk, day=day, query="?measure=phq-9"))
    assert 'class="area' in page
    assert "moderately severe</text>" in page
    assert "no band and no word on reliability" in page
    assert "Depression is 13 better after the last infusion, meaningful" in page


def test_the_patient_page_has_the_place_of_the_chart_for_who_sees_scores(
    as_user: Any, nurse: StaffUser, scheduler: StaffUser, site: Site
) -> None:
    patient = scheduling.patient(site=site)
    place = reverse("outcomes:patient_chart", args=[patient.pk])
    address = reverse("scheduling:patient", args=[patient.pk])
    assert place in as_user(nurse).get(address).content.decode()
    assert place not in as_user(scheduler).get(address).content.decode()


def test_the_paper_names_the_patient_the_definitions_and_the_alerts_on_one_page(
    physician: StaffUser, site: Site
) -> None:
    patient, day = treated(site)
    answer = shown(physician, "trajectory_pdf", patient.pk, day=day)
    assert answer["Content-Type"] == "application/pdf"
    (page,) = PdfReader(BytesIO(answer.content)).pages
    text = " ".join(page.extract_text().split())
    for said in (patient.record_number, patient.family_name, "Course mode", "paper set", "As of", "Generated"):
        assert said in text
    assert "Safety alerts: none open, 0 acknowledged" in text
    assert "Page 1 of 1" in text


def full_story(patient: Any, *, as_of: date) -> Trajectory:
    """Eleven measures, five courses of five days, a score every ten days for four years; no rows."""
    first = as_of - timedelta(days=1450)
    days = [Infusion(first + timedelta(days=280 * course + day)) for course in range(5) for day in range(5)]
    found, tracks = courses(days, as_of), []
    for measure in measures().values():
        middle = (measure.minimum_tenths + measure.maximum_tenths) // 2
        points = [
            Point(
                key,
                first + timedelta(days=10 * key - 20),
                None,
                middle + key % 7 * 10,
                band="moderate",
            )
            for key in range(140)
        ]
        tracks.append(track(measure, points, found, as_of, mcid_set="paper"))
    return Trajectory(
        patient, as_of, as_of, "paper", found, (), (), tuple(tracks), 5, False, ("much improved", as_of)
    )


def test_eleven_measures_and_five_courses_fit_on_exactly_one_page(site: Site) -> None:
    patient = scheduling.patient(site=site, family_name="Wolfeschlegelsteinhausen")
    found = full_story(patient, as_of=date(2026, 11, 24))
    context = {
        "site": site,
        "now": scheduling.NOW,
        "patient": patient,
        "found": found,
        "strips": strips(found, paper=True),
        "counts": counts_sentence(measure_rows(found)),
        "definitions": definitions_sentence(found),
        "alerts": (3, 12),
        "printed_by": "T. Boateng, nurse",
    }
    pages = PdfReader(BytesIO(render_pdf("outcomes/pdf/trajectory.html", context))).pages
    assert len(pages) == 1
    text = " ".join(pages[0].extract_text().split())
    assert "Course 5" in text
    assert "3 open, 12 acknowledged" in text
    assert "Self-efficacy for managing symptoms" in text
