"""The pages of adverse events: who reads, who judges, what is counted, what the papers say."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from infusions import actions
from infusions.models import AdverseEventReview, FactReview, InfusionEvent
from infusions.queries.adverse_events import happening
from infusions.queries.event_counts import event_report
from infusions.queries.event_story import event_story
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm
from tests.factories import infusions, people

Kind = InfusionEvent.Kind
SAID = {
    "category": "hypotension",
    "grade": "2",
    "relatedness": "probable",
    "recovery": "recovered",
    "course_stopped": "yes",
    "narrative": "Pale, legs up, 250 mL of saline.",
}


@pytest.fixture
def stopped(site, nurse, clock):
    """An infusion of day 1, stopped after twelve minutes for a medical event, with nausea before."""
    chair = infusions.infusion(site=site, nurse=nurse, at_state="infusing").later(minutes=12)
    chair.event(Kind.SIDE_EFFECT, symptom="nausea", severity="moderate")
    actions.stop_infusion(
        infusion=chair.infusion, by=nurse, at=chair.at, key=uuid4(), reason="medical_event", note="fainted"
    )
    chair.infusion.refresh_from_db()
    clock(chair.at + timedelta(hours=1))
    return chair


def address(chair, name="adverse_event"):
    return reverse(f"infusions:{name}", args=[chair.infusion.pk])


def typed(chair, **more):
    digest = event_story(happening(chair.infusion, at=chair.at)).digest
    return SAID | {"key": str(uuid4()), "shown_digest": digest, "password": people.PASSWORD} | more


def words(response):
    return response.content.decode()


def paper(response):
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(response.content)).pages]


def test_aev_09_a_physician_signs_the_review_and_the_course_is_offered_not_ended(stopped, as_user, physician):
    client = as_user(physician)
    assert "Sign the review" in words(client.get(address(stopped)))
    answer = client.post(address(stopped), typed(stopped), follow=True)
    page = words(answer)
    assert AdverseEventReview.objects.get().course_stopped is True
    assert "The course is stopped by this review." in page
    order = stopped.infusion.order
    assert reverse("infusions:order", args=[order.pk]) in page
    order.refresh_from_db()
    assert order.state == "signed"


def test_aev_05_what_is_missing_is_listed_all_at_once_and_nothing_is_signed(stopped, as_user, physician):
    answer = as_user(physician).post(address(stopped), typed(stopped, category="", grade="", narrative=""))
    page = words(answer)
    assert answer.status_code == 422
    for sentence in ("Choose what it was.", "Choose the grade.", "Write down what happened."):
        assert sentence in page
    assert AdverseEventReview.objects.count() == 0


def test_sig_01_a_wrong_password_signs_nothing_and_keeps_what_was_typed(stopped, as_user, physician):
    answer = as_user(physician).post(address(stopped), typed(stopped, password="wrong"))
    assert (answer.status_code, "not your password" in words(answer)) == (422, True)
    assert "250 mL of saline" in words(answer)
    assert AdverseEventReview.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "reads"),
    [
        ("nurse", True),
        ("clinic_lead", True),
        ("psychologist", True),
        ("scheduler", False),
        ("administrator", False),
    ],
)
def test_aev_09_others_read_or_not_and_never_judge(stopped, as_user, site, role, reads):
    client = as_user(people.staff(role, site=site))
    assert (client.get(address(stopped)).status_code == 200) is reads
    assert (client.get(reverse("infusions:adverse_events")).status_code == 200) is reads
    assert client.post(address(stopped), typed(stopped)).status_code == 403
    if reads:
        assert "Sign the review" not in words(client.get(address(stopped)))


def test_an_event_of_another_clinic_is_not_found(stopped, as_user, other_site):
    client = as_user(people.staff("physician", site=other_site))
    for name in ("adverse_event", "adverse_event_pdf"):
        assert client.get(address(stopped, name)).status_code == 404
    assert client.post(address(stopped), typed(stopped)).status_code == 404


def test_aev_08_counts_are_of_infusions_and_of_patients_and_side_effects_stand_apart(
    stopped, site, as_user, nurse
):
    today = site.today(stopped.at)
    report = event_report(site, at=stopped.at)
    assert (report.of_infusions.count, report.of_infusions.n) == (1, 1)
    (line,) = report.effects
    assert (line.label, line.infusions, line.patients, line.by_severity) == ("Nausea", 1, 1, (0, 1, 0))
    chair = infusions.infusion(site=site, minute=660, chair=2, at_state="infusing", family_name="Arden")
    before = event_report(site, at=chair.at)
    chair.event(Kind.SIDE_EFFECT, symptom="nausea", severity="mild")
    chair.event(Kind.SIDE_EFFECT, symptom="nausea", severity="severe")
    chair.vitals(Vitals(170, 100, 70, 98, Rhythm.SINUS))
    after = event_report(site, at=chair.at)
    assert (after.of_infusions, after.of_patients) == (before.of_infusions, before.of_patients)
    (line,) = after.effects
    assert (line.infusions, line.by_severity) == (2, (0, 1, 1))
    assert (after.flagged, after.flag_number) == (1, 2)
    page = words(as_user(nurse).get(reverse("infusions:adverse_events"), {"from": str(today), "to": str(today)}))
    assert "<b>1</b> of 2 infusions" in page
    assert "at most 97.47%, 95%" in page  # one of two: the p with 1 - p² = 5%


def test_aev_08_none_of_n_carries_its_bound_and_an_empty_period_none(site, as_user, nurse, clock):
    chair = infusions.infusion(site=site, at_state="discharged")
    clock(chair.at)
    page = words(as_user(nurse).get(reverse("infusions:adverse_events")))
    assert "<b>0</b> of 1 infusions" in page
    assert "at most 95%, 95%" in page
    page = words(
        as_user(nurse).get(reverse("infusions:adverse_events"), {"from": "2020-01-01", "to": "2020-02-01"})
    )
    assert "nothing was started in this period" in page
    assert "A date could not be read" in words(
        as_user(nurse).get(reverse("infusions:adverse_events"), {"from": "yesterday"})
    )


def test_aev_06_the_homes_of_physician_and_lead_call_out_what_waits_too_long(
    stopped, as_user, physician, lead, clock
):
    for person, home in ((physician, "infusions:signing"), (lead, "outcomes:dashboard")):
        clock(stopped.at + timedelta(hours=24))
        assert "more than 24 h for a physician" not in words(as_user(person).get(reverse(home)))
        clock(stopped.at + timedelta(hours=24, seconds=1))
        assert "1 event waited more than 24 h" in words(as_user(person).get(reverse(home)))


def test_the_report_of_one_event_says_chart_review_and_who_signed(stopped, as_user, physician):
    client = as_user(physician)
    client.post(address(stopped), typed(stopped))
    pages = paper(client.get(address(stopped, "adverse_event_pdf")))
    text = " ".join(pages)
    row, patient = AdverseEventReview.objects.get(), stopped.infusion.patient
    for said in (
        "Adverse event report",
        "Stopped: Medical event: fainted",
        "Side effect: Nausea, moderate",
        "Symptomatic hypotension",
        "2 Moderate",
        "250 mL of saline",
        "Course stopped yes",
        row.signature.printed_name,
        "verified",
    ):
        assert said in text
    assert row.signature.digest in text.replace(" ", "")
    for number, page in enumerate(pages, 1):
        assert stopped.infusion.site.name in page
        assert patient.name in page
        assert patient.record_number in page
        assert f"Page {number} of {len(pages)}" in page
        assert "Generated" in page


def test_the_summary_of_a_period_has_figures_bounds_and_tables_apart(stopped, as_user, nurse):
    pages = paper(as_user(nurse).get(reverse("infusions:adverse_events_pdf"), {"all": "1"}))
    text = " ".join(pages)
    for said in (
        "1 of 1 infusions, at most 100%",
        "1 of 1 patients",
        "Side effects, counted apart",
        "Flags, counted apart",
        stopped.infusion.patient.record_number,
        "AEV-08",
    ):
        assert said in text
    assert stopped.infusion.patient.name not in text
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Generated" in page


def test_chs_10_a_colleague_says_seen_and_the_line_is_gone(site, nurse, as_user, physician, clock):
    chair = infusions.infusion(site=site, nurse=nurse, at_state="infusing").later(minutes=30)
    clock(chair.at)
    late = {"symptom": "headache", "severity": "mild"}
    row = actions.record_event(
        infusion=chair.infusion,
        kind=Kind.SIDE_EFFECT,
        key=uuid4(),
        by=nurse,
        at=chair.at,
        occurred_at=chair.at - timedelta(minutes=20),
        detail=late,
    )
    page, seen = reverse("infusions:to_review"), reverse("infusions:fact_seen", args=["event", row.pk])
    assert "You recorded it" in words(as_user(nurse).get(page))
    assert as_user(nurse).post(seen, {"key": str(uuid4())}).status_code == 422
    client = as_user(physician)
    assert "charted 20 min late" in words(client.get(page))
    assert client.post(seen, {"key": str(uuid4()), "words": "asked, right"}).status_code == 302
    assert "Nothing to look at" in words(client.get(page))
    assert FactReview.objects.get().words == "asked, right"
    assert client.post(reverse("infusions:fact_seen", args=["room", row.pk]), {}).status_code == 404


def test_the_number_of_queries_does_not_grow_with_events(stopped, site, as_user, nurse):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert as_user(nurse).get(reverse("infusions:adverse_events")).status_code == 200
        return len(seen)

    queries()
    one = queries()
    for minute, place, name in ((660, 2, "Arden"), (780, 3, "Bexley")):
        own = people.staff("nurse", site=site)
        chair = infusions.infusion(
            site=site, minute=minute, chair=place, nurse=own, at_state="infusing", family_name=name
        )
        chair.event(Kind.SIDE_EFFECT, symptom="headache", severity="mild")
        given = {"by": chair.nurse, "at": chair.at, "key": uuid4()}
        actions.stop_infusion(infusion=chair.infusion, reason="side_effect", **given)
    assert queries() == one
