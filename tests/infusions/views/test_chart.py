"""The chart as a page and its acts as requests."""

import json
from uuid import uuid4

import pytest
from django.urls import get_resolver, reverse

from infusions.models import Infusion, InfusionEvent, VitalSet
from infusions.views.sheets import SHEETS
from kitclinic.models import LongTask
from tests.factories import infusions, people

HX = {"HX-Request": "true"}
SET = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}


@pytest.fixture
def stage(site, clock, as_user, nurse):
    """``stage("infusing")``: a chair at that step, a client beside it, the clock at its moment."""

    def put(state: str, **fields):
        chair = (
            infusions.chair(site=site, nurse=nurse, **fields)
            if state == "booked"
            else infusions.infusion(site=site, nurse=nurse, at_state=state, **fields)
        )
        clock(chair.at)
        chair.client = as_user(nurse)
        return chair

    return put


def url(name: str, chair, *more) -> str:
    return reverse(f"infusions:{name}", args=[chair.visit.pk, *more])


def post(chair, name: str, /, *more, htmx: bool = True, **data):
    body = {"key": str(uuid4())} | data
    return chair.client.post(url(name, chair, *more), body, headers=HX if htmx else {})


def words(response) -> str:
    return response.content.decode()


def live(chair) -> str:
    """The live part, as the page fetches it after an act."""
    return words(chair.client.get(url("chart", chair), headers=HX))


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("booked", "Seat the patient"),
        ("arrived", "Before the start"),
        ("ready", "Everything is done"),
        ("infusing", "STOP"),
        ("observing", "Discharge"),
        ("observed", "Observation is over"),
        ("discharged", "Completed"),
    ],
)
def test_the_page_fits_the_phase(stage, state, says):
    chair = stage(state)
    html = words(chair.client.get(url("chart", chair)))
    assert says in html
    assert chair.visit.patient.name in html


def test_identity_is_compared_with_the_birth_date_and_the_record_number(stage):
    chair = stage("arrived")
    sheet = words(chair.client.get(url("chart_sheet", chair, "identity"), headers=HX))
    patient = chair.visit.patient
    assert f"record {patient.record_number}" in sheet
    assert f"{patient.birth_date:%Y}" in sheet


def test_no_progress_of_other_work_takes_room_from_the_keypad(stage):
    chair = stage("infusing")
    LongTask.objects.create(
        site=chair.visit.site, key="filling", title="Filling in older weeks", total=52, started_at=chair.at
    )
    assert "Filling in older weeks" not in words(chair.client.get(url("chart", chair)))
    assert "Filling in older weeks" in words(chair.client.get(reverse("infusions:board")))


def test_the_live_part_is_what_htmx_gets_and_204_while_it_is_the_same(stage):
    chair = stage("infusing")
    page = words(chair.client.get(url("chart", chair)))
    part = chair.client.get(url("chart", chair), headers=HX)
    assert words(part).strip().startswith('<div class="chart-live')
    version = page.split(f"{url('chart', chair)}?v=")[1].split('"')[0]
    assert chair.client.get(url("chart", chair), {"v": version}, headers=HX).status_code == 204
    chair.vitals()
    assert chair.client.get(url("chart", chair), {"v": version}, headers=HX).status_code == 200


def test_a_patient_is_seated_by_one_post(stage, nurse):
    chair = stage("booked")
    answer = post(chair, "arrive", htmx=False, chair=3, nurse=nurse.pk)
    assert answer.status_code == 302
    assert Infusion.objects.get().chair == 3


def test_the_gates_are_opened_one_by_one_and_then_it_starts(stage):
    chair = stage("arrived")
    assert post(chair, "chart_identity", identifiers=["name", "birth_date"]).status_code == 200
    assert post(chair, "chart_weigh", weight_kg="82.5").status_code == 200
    line = {"placed": "yes", "side": "left", "site_of_line": "hand", "gauge": "22", "attempts": "2"}
    assert post(chair, "chart_iv", **line).status_code == 200
    assert post(chair, "chart_premed", given="yes").status_code == 200
    refused = post(chair, "chart_start")
    assert refused.status_code == 422
    missing = {word for word in ("INF-16", "INF-17", "INF-19", "INF-23", "VIT-12") if word in words(refused)}
    assert missing == {"INF-19", "INF-23", "VIT-12"}
    chair.draw()
    assert post(chair, "chart_pump", rate_ml_per_h="75", volume_ml="50").status_code == 200
    assert "INF-28" in words(post(chair, "chart_start"))
    chair.pump_again()
    saved = post(chair, "chart_vitals", **SET)
    assert saved.status_code == 200
    assert "Saved: Base, 128" in words(saved)
    post(chair, "chart_start")
    assert Infusion.objects.get().state == "infusing"


def test_a_refusal_lands_at_the_form_and_keeps_everything(stage):
    chair = stage("arrived")
    answer = post(chair, "chart_identity", identifiers=["name"])
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#kc-problems")
    assert "two of name, date of birth and record number" in words(answer)


def test_a_set_says_everything_it_lacks_at_once(stage):
    chair = stage("infusing")
    answer = post(chair, "chart_vitals", sbp="120")
    assert answer.status_code == 422
    assert "Symptoms are not answered" in words(answer)
    assert "Symptoms: Symptoms" not in words(answer)
    answer = post(chair, "chart_vitals", sbp="120", symptoms="none")
    assert words(answer).count("VIT-11") == 4


def test_a_set_carries_the_clock_of_the_tablet_and_its_own_time(stage, site):
    chair = stage("infusing")
    earlier = f"{site.local(chair.at):%H:%M}"
    chair.client.post(
        url("chart_vitals", chair),
        SET
        | {
            "key": str(uuid4()),
            "taken_at": earlier,
            "device_at": "2026-09-14T13:47:00Z",
            "clock_offset_ms": "2820000",
            "received_at": "2001-01-01T00:00:00Z",
            "by": "1",
        },
        headers=HX,
    )
    row = VitalSet.objects.latest("pk")
    assert (row.clock_offset_ms, row.received_at, row.by) == (2_820_000, chair.at, chair.nurse)
    assert row.device_at is not None


def test_a_sign_that_cannot_be_obtained_needs_why(stage):
    chair = stage("infusing")
    gap = SET | {"hr": "", "unable": "hr"}
    assert post(chair, "chart_vitals", **gap).status_code == 422
    assert post(chair, "chart_vitals", **gap, unable_because="patient moving").status_code == 200
    assert VitalSet.objects.latest("pk").not_obtained_because == "HR: patient moving"


def test_the_same_key_with_other_numbers_is_a_conflict(stage):
    chair, key = stage("infusing"), str(uuid4())
    assert post(chair, "chart_vitals", **SET | {"key": key}).status_code == 200
    assert post(chair, "chart_vitals", **SET | {"key": key}).status_code == 200
    assert post(chair, "chart_vitals", **SET | {"key": key, "sbp": "131"}).status_code == 409


def test_a_flag_is_answered_in_line_or_in_its_sheet(stage):
    chair = stage("infusing")
    post(chair, "chart_vitals", **SET | {"sbp": "156"})
    flag = chair.infusion.vital_sets.latest("pk").flags.get()
    page = words(chair.client.get(url("chart", chair)))
    assert "SBP high +21.9%" in page
    sheet = chair.client.get(url("chart_sheet", chair, "acknowledge"), {"flag": flag.pk}, headers=HX)
    assert "Answer the flag" in words(sheet)
    assert post(chair, "chart_acknowledge", flag.pk, symptomatic="yes", action="slowed").status_code == 422
    assert post(chair, "chart_acknowledge", flag.pk, symptomatic="no", action="watching on").status_code == 200
    assert "SBP high +21.9%" not in words(chair.client.get(url("chart_sheet", chair, "call"), headers=HX))


def test_an_act_is_answered_when_it_is_stored_and_the_chart_comes_by_itself(stage, django_assert_max_num_queries):
    chair = stage("infusing")
    with django_assert_max_num_queries(14):  # the person, the lock, what is there, the set, its flag, the audit
        saved = post(chair, "chart_vitals", **SET | {"sbp": "190"})
    assert (saved.status_code, saved.headers["HX-Reswap"]) == (200, "none")
    assert "Saved: Extra, 190/78" in words(saved)
    events = json.loads(saved.headers["HX-Trigger"])
    assert set(events) == {"kc:close", "kc:toast", "kc:charted"}
    assert events["kc:toast"]["text"] == words(saved)
    assert "kc:news" in live(chair)
    assert "SBP high" in live(chair)
    assert 'id="sbp-note" hx-swap-oob="true" data-kc-baseline="128">last 190' in live(chair)


def test_without_javascript_an_act_leads_back_to_the_chart(stage):
    chair = stage("infusing")
    saved = post(chair, "chart_vitals", htmx=False, **SET)
    assert (saved.status_code, saved.headers["Location"]) == (302, url("chart", chair))
    assert "Saved: Extra" in words(chair.client.get(url("chart", chair)))


def test_pause_resume_and_stop(stage):
    chair = stage("infusing")
    assert post(chair, "chart_pause").status_code == 200
    assert "Paused" in live(chair)
    post(chair, "chart_vitals", **SET)
    assert post(chair, "chart_resume", reason="line_or_pump").status_code == 200
    assert post(chair, "chart_stop").status_code == 200
    assert "Say why" in live(chair)
    assert post(chair, "chart_stop_reason", reason="patient_choice", infused_ml="10").status_code == 200
    assert str(Infusion.objects.get().delivered_mg) == "8.300"


def test_complete_observe_and_leave_with_the_driver(stage, clock):
    chair = stage("infusing")
    clock(chair.later(minutes=40).at)
    assert post(chair, "chart_complete", infused_ml="-1").status_code == 422
    assert post(chair, "chart_complete", infused_ml="50").status_code == 200
    chair.vitals()
    chair.observe()
    clock(chair.at)
    driver = {"name": "Robin Quist", "relationship": "sister", "phone": "216 555 0142", "transport": "family"}
    assert post(chair, "chart_driver", **driver).status_code == 200
    refused = post(chair, "chart_discharge", **driver | {"transport": "taxi"})
    assert "A taxi is not a known driver" in words(refused)
    checks = ["alert_and_steady", "nausea_controlled", "iv_out"]
    post(chair, "chart_discharge", **driver, checks=checks, instructions="English", seen="on")
    assert Infusion.objects.get().state == "discharged"


def test_ondansetron_side_effect_call_hand_over_and_correction(stage, site, physician):
    chair = stage("infusing")
    assert post(chair, "chart_ondansetron", assessment="nausea 5").status_code == 200
    assert post(chair, "chart_ondansetron", assessment="again").status_code == 422
    assert post(chair, "chart_side_effect", symptom="nausea", severity="mild").status_code == 200
    assert post(chair, "chart_call", provider=physician.pk).status_code == 200
    assert InfusionEvent.objects.filter(kind="provider_called").count() == 1
    relief = people.staff("nurse", site=site)
    assert post(chair, "chart_hand_over", nurse=relief.pk, note="calm, second day").status_code == 204
    extra = chair.later(seconds=1).vitals()
    fixed = SET | {"sbp": "131", "vital_set": str(extra.pk), "reason": "misread"}
    assert post(chair, "chart_correct", **fixed).status_code == 200
    page = words(chair.client.get(url("chart", chair)))
    assert 'class="was"' in page


def test_what_is_not_started_and_who_leaves_against_advice(stage, physician):
    chair = stage("arrived")
    post(chair, "chart_not_started", reason="illness", note="fever")
    assert Infusion.objects.get().state == "not_started"
    other = stage("observing", minute=570)
    post(other, "chart_leave", reason="will not wait", provider=physician.pk)
    other.infusion.refresh_from_db()
    assert other.infusion.state == "discharged"


def test_a_provider_clears_and_a_nurse_does_not(stage, as_user, physician):
    chair = stage("arrived")
    assert post(chair, "chart_clear").status_code == 403
    chair.client = as_user(physician)
    assert post(chair, "chart_clear").status_code == 200
    assert post(chair, "chart_pregnancy", result="negative", method="urine").status_code == 200
    assert post(chair, "chart_vitals", **SET).status_code == 403


@pytest.mark.parametrize("name", sorted(SHEETS))
def test_every_sheet_opens_alone_and_on_the_page(stage, name):
    chair = stage("infusing")
    row = chair.later(minutes=15).vitals(infusions.Vitals(156, 78, 70, 98, infusions.Rhythm.SINUS))
    query = {"flag": row.flags.get().pk} if name == "acknowledge" else {}
    if name == "strike":
        query = {"event": chair.event("side_effect", symptom="nausea", severity="mild").pk}
    address = url("chart_sheet", chair, name)
    alone = words(chair.client.get(address, query, headers=HX))
    assert alone.strip().startswith("<dialog")
    assert "<html" in words(chair.client.get(address, query))


def test_a_sheet_that_does_not_exist_or_is_about_nothing_is_not_found(stage):
    chair = stage("arrived")
    for name in ("nonsense", "acknowledge", "correct"):
        assert chair.client.get(url("chart_sheet", chair, name)).status_code == 404


def test_the_printed_chart_has_every_reading_event_and_signature(stage):
    chair = stage("discharged")
    html = words(chair.client.get(url("chart_print", chair)))
    for part in ("every reading", "Ondansetron 8 mg before start", "Discharged", "SHA-256", "Anneke Vantongeren"):
        assert part in html


def test_the_patient_panel_shows_each_charted_day(stage):
    chair = stage("discharged")
    answer = chair.client.get(reverse("infusions:patient_panel", args=[chair.visit.patient_id]))
    html = words(answer)
    assert "Sequence 1" in html
    assert "41.25 mg" in html
    assert html.count("<tr>") == 2


def acts() -> list[str]:
    names = [name for name in get_resolver("infusions.urls").reverse_dict if isinstance(name, str)]
    reads = {"chart", "chart_print", "chart_readings", "chart_sheet"}
    return [*sorted(name for name in names if name.startswith("chart") and name not in reads), "arrive"]


def about(name: str) -> list[int]:
    """The row an act is about, behind the visit, in its address."""
    return [1] if name in {"chart_acknowledge", "chart_intake_correct"} else []


def test_no_act_is_left_out_of_the_permission_tests():
    assert len(acts()) == 37


@pytest.mark.parametrize("role", ["scheduler", "psychologist", "clinic_lead", "administrator"])
def test_who_does_not_chart_is_turned_away_from_every_act(stage, site, as_user, role):
    chair = stage("arrived")
    chair.client = as_user(people.staff(role, site=site))
    for name in acts():
        more = about(name)
        assert post(chair, name, *more).status_code == 403, name


def test_another_clinic_finds_nothing_here(stage, other_site, as_user):
    chair = stage("infusing")
    chair.client = as_user(people.staff("nurse", site=other_site))
    for name in ("chart", "chart_print"):
        assert chair.client.get(url(name, chair)).status_code == 404
    assert chair.client.get(url("chart_sheet", chair, "call")).status_code == 404
    assert chair.client.get(reverse("infusions:patient_panel", args=[chair.visit.patient_id])).status_code == 404
    for name in acts():
        more = about(name)
        expected = 403 if name == "chart_clear" else 404
        assert post(chair, name, *more).status_code == expected, name


def test_no_act_is_a_get(stage):
    chair = stage("arrived")
    for name in acts():
        more = about(name)
        assert chair.client.get(url(name, chair, *more)).status_code in (403, 405), name
