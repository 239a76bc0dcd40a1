"""One visit in plain words: what was given, how it went, the way home, what comes next."""

from uuid import uuid4

import pytest
from django.urls import reverse

from infusions import actions
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm, StopReason
from tests.factories import infusions, people
from tests.infusions.views.test_flowsheet_pdf import text_of


@pytest.fixture
def printed(as_user, nurse, clock):
    def go(it):
        clock(it.at)
        return " ".join(text_of(as_user(nurse).get(reverse("infusions:visit_pdf", args=[it.visit.pk]))))

    return go


def test_the_patient_reads_what_was_given_and_how_it_went(site, printed):
    it = infusions.infusion(site=site, at_state="infusing", given_name="Tobi", family_name="Wrenfield")
    it.event("side_effect", symptom="nausea", severity="mild")
    it.later(minutes=15).vitals(Vitals(141, 88, 84, 95, Rhythm.SINUS), symptoms=("dizzy",))
    it._do(actions.give_as_needed_ondansetron, assessment="nausea 5")
    it.later(minutes=15).vitals(Vitals(119, 70, 61, 99, Rhythm.SINUS))
    it.later(minutes=10)
    it._do(actions.complete_infusion, delivered_mg=infusions.Decimal("41.25"))
    it.vitals()
    it.waste_rest().observe().discharge()
    text = printed(it)
    for words in (
        "Your ketamine infusion on",
        "41.25 mg",
        "50 mL",
        "40 min",
        "Blood pressure, upper 128 119 141 mmHg",
        "Heart rate 70 61 84 a minute",
        "Oxygen in the blood 98 95 99 %",
        "Nausea, mild",
        "8 mg before the start",
        "8 mg once more",
        "with Robin Quist, sister, who drove",
        "given in English",
        "watched for 30 min",
        "Do not drive, use machines, sign contracts or care for children alone.",
        "day 2 of 5",
        "No reading was far from your own starting values.",
        "Page 1 of",
    ):
        assert words in text, words


def test_a_visit_that_was_stopped_and_left_says_so(site, printed):
    it = infusions.infusion(site=site, at_state="infusing")
    it.later(minutes=10)
    stopped = {"reason": StopReason.PATIENT_CHOICE, "delivered_mg": infusions.Decimal("10.3125")}
    it._do(actions.stop_infusion, **stopped)
    it.waste_rest()
    it._do(actions.leave_against_advice, reason="wants to go", provider_notified="Dr Ferrol")
    text = printed(it)
    for words in ("stopped early: patient's choice", "12.4 mL", "10 min", "before we advised it"):
        assert words in text, words


def test_before_the_start_there_is_nothing_to_tell(site, as_user, nurse, other_site):
    it = infusions.infusion(site=site, at_state="ready")
    address = reverse("infusions:visit_pdf", args=[it.visit.pk])
    assert as_user(nurse).get(address).status_code == 404
    assert as_user(people.staff("scheduler", site=site)).get(address).status_code == 403
    assert as_user(people.staff("nurse", site=other_site)).get(address).status_code == 404


def test_the_panel_of_the_patient_leads_to_both_papers_of_each_day(site, as_user, nurse, clock):
    it = infusions.infusion(site=site, at_state="discharged")
    clock(it.at)
    answer = as_user(nurse).get(reverse("infusions:patient_panel", args=[it.visit.patient_id]))
    for name in ("visit_pdf", "flowsheet_pdf"):
        assert reverse(f"infusions:{name}", args=[it.visit.pk]) in answer.content.decode()


def test_a_set_forgotten_is_added_late_and_a_set_corrected_after_the_patient_left(site, as_user, nurse, clock):
    """The chart is over: commands are refused, facts and corrections are not."""
    it = infusions.infusion(site=site, at_state="discharged")
    clock(it.later(minutes=30).at)
    client = as_user(it.nurse)

    def post(name, **fields):
        return client.post(reverse(f"infusions:{name}", args=[it.visit.pk]), {"key": str(uuid4())} | fields)

    taken = f"{site.local(it.infusion.started_at):%H:%M}"
    numbers = {"sbp": "127", "dbp": "76", "hr": "71", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}
    assert post("late_set", **numbers).status_code == 422  # without its time
    assert post("late_set", **numbers, taken_at=taken).status_code == 302
    row = it.infusion.vital_sets.latest("pk")
    assert (row.sbp, f"{site.local(row.occurred_at):%H:%M}") == (127, taken)
    fixed = numbers | {"sbp": "125", "vital_set": str(row.pk), "reason": "misread"}
    assert post("chart_correct", **fixed).status_code in (200, 204, 302)
    assert it.infusion.vital_sets.latest("pk").corrects_id == row.pk
    for name, fields in (
        ("chart_discharge", {"checks": ["alert_and_steady"]}),
        ("chart_leave", {"reason": "again", "provider": ""}),
        ("chart_ondansetron", {"assessment": "nausea"}),
        ("chart_resume", {"reason": "other"}),
        ("chart_complete", {"infused_ml": "50"}),
        ("chart_not_started", {"reason": "illness"}),
        ("chart_start", {}),
    ):
        assert post(name, **fields).status_code == 422, name
    it.infusion.refresh_from_db()
    assert it.infusion.state == "discharged"
