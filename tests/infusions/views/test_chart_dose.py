"""The pump that does not match, the rest of a dose, the weight of later days: at the chair."""

from datetime import timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions.models import Discrepancy, InfusionEvent, Movement
from infusions.queries.ledger import hand_of
from infusions.queries.pump import mismatches
from kitclinic.models import AuditEvent, Signature
from tests.factories import infusions, ledger, people
from tests.factories.people import PASSWORD

HX = {"HX-Request": "true"}
D = Decimal


@pytest.fixture
def stage(site, clock, as_user, nurse):
    def put(state, **fields):
        chair = infusions.infusion(site=site, nurse=nurse, at_state=state, **fields)
        clock(chair.at)
        chair.client = as_user(nurse)
        return chair

    return put


@pytest.fixture
def rest(stage, clock):
    """An infusion that ended with 1.8 mL in the bag: 40.006 mg of 41.5 mg were given."""
    chair = stage("infusing").later(minutes=39)
    clock(chair.at)
    assert post(chair, "chart_complete", infused_ml="48.2").status_code == 200
    chair.infusion.refresh_from_db()
    return chair


def url(name, chair, *more):
    return reverse(f"infusions:{name}", args=[chair.visit.pk, *more])


def post(chair, name, /, **data):
    return chair.client.post(url(name, chair), {"key": str(uuid4())} | data, headers=HX)


def words(response):
    return unescape(response.content.decode())


def sheet(chair, name):
    return words(chair.client.get(url("chart_sheet", chair, name), headers=HX))


# -- the pump


def test_dos_10_a_tenfold_rate_is_stop_and_reconcile_with_both_numbers_and_their_difference(stage):
    chair = stage("arrived")
    answer = post(chair, "chart_pump", rate_ml_per_h="750", volume_ml="50")
    html = words(answer)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "#chart-dialogs")
    for said in ("Stop and reconcile", "750 mL/h", "75 mL/h", "+900%", "Correct the pump, then read it again."):
        assert said in html, said
    assert "anyway" not in html
    assert 'name="confirmed"' not in html
    assert 'value="750"' not in html  # read again means typed again


def test_dos_21_every_mismatch_is_kept_beside_what_was_expected_and_can_be_counted(stage, site):
    chair = stage("arrived")
    post(chair, "chart_pump", rate_ml_per_h="750", volume_ml="50")
    post(chair, "chart_pump", rate_ml_per_h="75", volume_ml="500")
    first, second = InfusionEvent.objects.filter(kind="pump_mismatch").order_by("pk")
    assert first.detail["rate_ml_per_h"] == "750"
    assert (first.detail["expected_rate"], first.detail["expected_volume"]) == ("75.0", "50.00")
    assert first.note == "The pump showed 750 mL/h, 50 mL; the order expects 75 mL/h, 50 mL."
    assert second.detail["volume_ml"] == "500"
    assert AuditEvent.objects.filter(event="infusion pump mismatch").count() == 2
    today = site.today(chair.at)
    assert mismatches(site, since=today, until=today) == 2
    assert mismatches(site, since=today + timedelta(days=1), until=today + timedelta(days=1)) == 0
    assert "All 2 readings" in sheet(chair, "pump")


def test_dos_21_the_last_reading_counts_also_when_an_earlier_one_matched(stage):
    chair = stage("ready")
    post(chair, "chart_pump", rate_ml_per_h="7.5", volume_ml="50")
    refused = post(chair, "chart_start")
    assert refused.status_code == 422
    assert "The pump showed 7.5 mL/h" in words(refused)
    assert "Pump matches" not in words(chair.client.get(url("chart", chair)))
    assert post(chair, "chart_pump", rate_ml_per_h="75", volume_ml="50").status_code == 200
    assert "Stop and reconcile" not in sheet(chair, "pump")
    chair.pump_again()
    post(chair, "chart_start")
    chair.infusion.refresh_from_db()
    assert chair.infusion.state == "infusing"


@pytest.mark.parametrize(
    ("rate", "volume", "matches"),
    [
        ("75", "50", True),
        ("74.3", "50", True),  # 0.93%
        ("74.2", "50", False),  # 1.07%
        ("75.7", "50", True),
        ("75.8", "50", False),
        ("75", "49.5", True),  # exactly 1%
        ("75", "50.5", True),
        ("75", "49.49", False),
        ("75", "50.51", False),
        ("0", "50", False),
    ],
)
def test_dos_10_exactly_one_percent_passes_and_a_hair_more_stops(stage, rate, volume, matches):
    chair = stage("arrived")
    post(chair, "chart_pump", rate_ml_per_h=rate, volume_ml=volume)
    (event,) = InfusionEvent.objects.filter(kind__in=["pump_checked", "pump_mismatch"])
    assert (event.kind == "pump_checked") is matches


@pytest.mark.parametrize("rate", ["", "-75", "NaN", "Infinity", "7e1", "75,0", "abc", "1" * 40])
def test_what_no_pump_shows_is_refused_and_not_stored(stage, rate):
    chair = stage("arrived")
    assert post(chair, "chart_pump", rate_ml_per_h=rate, volume_ml="50").status_code == 422
    assert not InfusionEvent.objects.filter(kind__in=["pump_checked", "pump_mismatch"]).exists()


def test_without_javascript_the_page_opens_with_the_reconcile_sheet(stage):
    chair = stage("arrived")
    body = {"key": str(uuid4()), "rate_ml_per_h": "750", "volume_ml": "50"}
    answer = chair.client.post(url("chart_pump", chair), body, follow=True)
    assert "Stop and reconcile" in words(answer)
    assert "<html" in words(answer)


def test_the_same_reading_sent_twice_is_stored_once(stage):
    chair, key = stage("arrived"), str(uuid4())
    for _ in range(2):
        post(chair, "chart_pump", key=key, rate_ml_per_h="750", volume_ml="50")
    assert InfusionEvent.objects.filter(kind="pump_mismatch").count() == 1
    assert post(chair, "chart_pump", key=key, rate_ml_per_h="75", volume_ml="50").status_code == 409


# -- the rest of the dose


def signed_by(person, **more):
    return {"witness_username": person.username, "witness_password": PASSWORD} | more


def test_the_rest_is_wasted_before_a_witness_and_the_chart_says_so(rest, site):
    assert "1.494 mg in hand" in words(rest.client.get(url("chart", rest)))
    shown = sheet(rest, "waste")
    for said in ("1.494 mg", "1.8 mL of 0.83 mg/mL", "Witness"):
        assert said in shown, said
    assert 'name="ml" value' not in shown
    assert 'name="place"' not in shown  # after the start it is in the bag
    second = people.staff("nurse", site=site)
    answer = post(rest, "waste", ml="1.8", **signed_by(second))
    assert answer.status_code == 200
    row = Movement.objects.get(kind="wasted")
    assert (row.mg, row.witness, row.by) == (D("1.494"), second, rest.nurse)
    assert row.signature.meaning == Signature.Meaning.WITNESSED
    assert hand_of(rest.infusion).left_mg == 0
    assert "Waste reconciled" in words(rest.client.get(url("chart", rest)))
    assert rest.client.get(url("chart_sheet", rest, "waste"), headers=HX).status_code == 404


def test_the_discharge_sheet_has_the_line_and_discharge_waits_for_it(rest, site, clock):
    assert "Waste reconciled: not yet" in sheet(rest, "discharge")
    rest.observe()
    clock(rest.at)
    driver = {"name": "Robin Quist", "relationship": "sister", "phone": "216 555 0142", "transport": "family"}
    checks = {
        "checks": sorted(infusions.ALL_CHECKS - {"instructions_given"}),
        "instructions": "English",
        "seen": "on",
    } | driver
    refused = post(rest, "chart_discharge", **checks)
    assert refused.status_code == 422
    assert "1.494 mg of the drawn ketamine is in hand" in words(refused)
    post(rest, "waste", ml="1.8", **signed_by(people.staff("nurse", site=site)))
    shown = sheet(rest, "discharge")
    assert "41.5 mg drawn = 40.006 mg given + 1.494 mg wasted" in shown
    assert "not yet" not in shown


def test_a_part_is_wasted_and_the_difference_declared_with_its_reason(rest, site):
    post(rest, "waste", ml="1", **signed_by(people.staff("nurse", site=site)))
    assert hand_of(rest.infusion).left_mg == D("0.664")
    assert post(rest, "chart_missing", ml="0.8", reason="").status_code == 422
    assert post(rest, "chart_missing", ml="0.8", reason="The line was primed with it.").status_code == 200
    assert hand_of(rest.infusion).left_mg == 0
    assert Discrepancy.objects.get().movement.mg == D("-0.664")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"witness_password": "wrong"}, "witness is wrong"),
        ({"witness_username": "nobody"}, "witness is wrong"),
        ({"witness_password": ""}, "password"),
        ({"ml": "1.81"}, "more than the 1.8 mL left"),
        ({"ml": ""}, "Type the amount in mL"),
        ({"ml": "0"}, "more than nothing"),
        ({"ml": "1,8"}, "point"),
        ({"ml": "NaN"}, "number"),
    ],
)
def test_a_refused_waste_leaves_nothing_written(rest, site, change, says):
    answer = post(rest, "waste", **(signed_by(people.staff("nurse", site=site), ml="1.8") | change))
    assert answer.status_code == 422
    assert says in words(answer)
    assert not Movement.objects.filter(kind="wasted").exists()
    assert not Signature.objects.filter(meaning=Signature.Meaning.WITNESSED).exists()


def test_nobody_witnesses_their_own_waste(rest):
    answer = post(rest, "waste", ml="1.8", **signed_by(rest.nurse))
    assert answer.status_code == 422
    assert "second person" in words(answer)
    assert not Movement.objects.filter(kind="wasted").exists()


@pytest.mark.parametrize("role", ["scheduler", "clinic_lead", "psychologist"])
def test_who_does_not_handle_drugs_neither_wastes_nor_witnesses(rest, site, as_user, role):
    person = people.staff(role, site=site)
    answer = post(rest, "waste", ml="1.8", **signed_by(person))
    assert answer.status_code == 422
    rest.client = as_user(person)
    for name in ("waste", "chart_return", "chart_missing", "withdraw"):
        assert post(rest, name, ml="1.8").status_code == 403


def test_somebody_of_another_clinic_is_no_witness(rest, other_site):
    assert post(rest, "waste", ml="1.8", **signed_by(people.staff("nurse", site=other_site))).status_code == 422


def test_the_same_waste_sent_twice_is_written_once(rest, site):
    body = {"key": str(uuid4()), "ml": "1.8"} | signed_by(people.staff("nurse", site=site))
    for _ in range(2):
        assert post(rest, "waste", **body).status_code == 200
    assert Movement.objects.filter(kind="wasted").count() == 1


def test_while_it_runs_nothing_is_wasted(stage, site):
    chair = stage("infusing")
    answer = post(chair, "waste", ml="50", **signed_by(people.staff("nurse", site=site)))
    assert answer.status_code == 422
    assert "running" in words(answer)


def test_before_the_start_the_whole_dose_goes_back_with_a_reason(stage):
    chair = stage("ready")
    shown = sheet(chair, "return")
    assert "41.5 mg" in shown
    assert post(chair, "chart_return", reason=" ").status_code == 422
    assert post(chair, "chart_return", reason="Held by the provider").status_code == 200
    assert hand_of(chair.infusion).left_mg == 0
    assert post(chair, "chart_return", reason="Held by the provider").status_code == 422
    assert "INF-23" in words(post(chair, "chart_start"))


def test_after_the_start_nothing_goes_back(stage):
    chair = stage("infusing")
    assert post(chair, "chart_return", reason="not needed").status_code == 422


def test_before_the_start_a_waste_says_where_the_dose_is(stage, site):
    chair, witness = stage("ready"), people.staff("nurse", site=site)
    shown = sheet(chair, "waste")
    assert "0.83 mL of 50 mg/mL" in shown
    assert "50 mL of 0.83 mg/mL" in shown
    where = post(chair, "waste", ml="0.83", **signed_by(witness))
    assert where.status_code == 422
    assert "syringe or in the bag" in words(where)
    answer = post(chair, "waste", ml="0.83", place="syringe", reason="dropped", **signed_by(witness))
    assert answer.status_code == 200
    assert Movement.objects.get(kind="wasted").mg == D("41.5")


def test_a_dose_of_two_vials_is_wasted_from_both(site, clock, as_user, nurse):
    ledger.stocked(site, vials=2)
    chair = infusions.infusion(site=site, nurse=nurse, at_state="arrived")
    first = ledger.Vial.objects.order_by("number").first()
    ledger.wasted(by=nurse, at=chair.at, vial=first, ml=D("9.9"), reason="spilt")
    ledger.withdrawn(chair.infusion, by=nurse, at=chair.at)
    clock(chair.at)
    chair.client = as_user(nurse)
    witness = people.staff("nurse", site=site)
    given = signed_by(witness, ml="0.83", place="syringe", reason="dropped")
    assert post(chair, "waste", **given).status_code == 200
    rows = Movement.objects.filter(kind="wasted", infusion=chair.infusion).order_by("pk")
    assert [row.mg for row in rows] == [D("5"), D("36.5")]
    assert hand_of(chair.infusion).left_mg == 0


def test_a_visit_that_does_not_start_keeps_its_dose_open_until_it_is_settled(stage):
    chair = stage("ready")
    post(chair, "chart_not_started", reason="illness", note="fever")
    html = words(chair.client.get(url("chart", chair)))
    assert "41.5 mg of the dose is still in hand" in html
    assert post(chair, "chart_return", reason="not given").status_code == 200
    assert "still in hand" not in words(chair.client.get(url("chart", chair)))


# -- the weight of days 2 to 5


def later_day(site, nurse, clock, as_user, *, day=3):
    """Day 1 weighed on Monday and run; the same patient seated on a later day."""
    first = infusions.infusion(site=site, nurse=nurse, at_state="discharged")
    visit = first.visit.sequence.visits.select_related("site", "patient", "sequence").get(day_index=day)
    chair = infusions.Chair(visit, nurse, visit.starts_at)
    chair.arrive()
    clock(chair.at)
    chair.client = as_user(nurse)
    return chair


def test_wgt_09_the_gate_and_the_sheet_say_the_weight_who_measured_it_and_its_age(site, nurse, clock, as_user):
    chair = later_day(site, nurse, clock, as_user)
    said = f"82.5 kg, measured Mon, 2 days ago, {nurse.name}, carried forward"
    assert said in words(chair.client.get(url("chart", chair)))
    assert "Again" in words(chair.client.get(url("chart", chair)))
    shown = sheet(chair, "weigh")
    assert said in shown
    assert "78.3 kg or less, or 86.7 kg or more, holds the order" in shown
    assert 'name="weight_kg" value' not in shown


def test_wgt_07_five_percent_holds_the_order_and_says_so_in_words(site, nurse, clock, as_user):
    chair = later_day(site, nurse, clock, as_user)
    answer = post(chair, "chart_weigh", weight_kg="78.3", again_kg="78.3", reason="read twice")
    assert answer.status_code == 200
    said = answer.headers["HX-Trigger"]
    assert "The order is held" in said
    assert "78.3 kg" in said
    assert "5.1%" in said
    assert "The order is held" in words(chair.client.get(url("chart", chair)))


def test_a_new_weight_within_five_percent_leaves_the_signed_dose(site, nurse, clock, as_user):
    chair = later_day(site, nurse, clock, as_user)
    answer = post(chair, "chart_weigh", weight_kg="81.9")
    assert "The signed dose stands: 41.25 mg." in answer.headers["HX-Trigger"]
    assert "81.9 kg, measured today" in words(chair.client.get(url("chart", chair)))
