"""Every page of every role: by keyboard and by touch, at every width, in light and in dark."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, expect

from kitclinic.navigation import HOMES
from kitclinic.roles import Role
from scheduling.models import Patient
from tests.browser.conftest import TABLET
from tests.browser.live import Live, serve
from tests.browser.walk import LEFT, Walk
from tests.browser.ward import Ward
from tests.browser.ward import ward as make_ward

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Place:
    """One page. args: its values from the ward; act: what a person came to do there, reached by Tab."""

    role: str
    name: str
    args: Callable[[Ward], list[Any]] = lambda ward: []
    act: str = ""
    query: str = ""

    def address(self, ward: Ward) -> str:
        return reverse(self.name, args=self.args(ward)) + self.query.format(
            registry=ward.registry, other=ward.other.pk
        )


GO = "main .btn--go"
PAGES = (
    Place("nurse", "infusions:board", act="a.tile-open"),
    Place("nurse", "infusions:chart", lambda w: [w.running.visit.pk], act="#chart-pad .save"),
    Place("nurse", "infusions:chart", lambda w: [w.preparing.visit.pk], act="form.start .save"),
    Place("nurse", "infusions:chart", lambda w: [w.observing.visit.pk], act="nav.ev a.act"),
    Place("nurse", "infusions:chart", lambda w: [w.expected.pk], act="#chart-pad .save"),
    Place("nurse", "infusions:chart", lambda w: [w.gone.visit.pk], act="#chart-pad .btn"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.preparing.visit.pk, "identity"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.preparing.visit.pk, "weigh"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.running.visit.pk, "side_effect"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.running.visit.pk, "correct"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.observing.visit.pk, "discharge"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.preparing.visit.pk, "pump"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.observing.visit.pk, "leave"], act="dialog .btn--stop"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.gone.visit.pk, "late_set"], act="dialog .btn--go"),
    Place("nurse", "infusions:next_day", act="main .ask .btn"),
    Place("nurse", "infusions:reading", lambda w: [w.running.visit.pk, w.offered.pk], act="dialog .btn--go"),
    Place(
        "nurse",
        "infusions:reading",
        lambda w: [w.running.visit.pk, w.offered.pk],
        act=".btn--stop",
        query="?away=1",
    ),
    Place("nurse", "infusions:chart_readings", lambda w: [w.running.visit.pk], act="dialog .readings a.btn"),
    Place("nurse", "infusions:readings", act="main .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.running.visit.pk, "intervention"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.running.visit.pk, "call"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.gone.visit.pk, "missed"], act="dialog .btn--go"),
    Place("nurse", "infusions:adverse_events", act=GO),
    Place("physician", "infusions:adverse_event", lambda w: [w.gone.infusion.pk], act=GO),
    Place("nurse", "infusions:to_review", act="main .btn"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.preparing.visit.pk, "intake"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.preparing.visit.pk, "iv"], act="dialog .btn--go"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.preparing.visit.pk, "pump_second"], act="dialog .btn"),
    Place("nurse", "infusions:chart_sheet", lambda w: [w.running.visit.pk, "hand_over"], act="dialog .btn--go"),
    Place("nurse", "infusions:opening", act="main .opening-acts .btn"),
    Place("nurse", "infusions:nurse_break", act=GO),
    Place("administrator", "infusions:chairside_settings", act=GO),
    Place("nurse", "infusions:preparation", lambda w: [w.preparing.visit.pk], act=".prep-act .btn"),
    Place("nurse", "infusions:preparation", lambda w: [w.running.visit.pk], act=".prep-act .btn"),
    Place("nurse", "infusions:chart_print", lambda w: [w.gone.visit.pk]),
    Place("nurse", "scheduling:patient", lambda w: [w.running.visit.patient_id], act="main a.btn"),
    Place("nurse", "scheduling:group", lambda w: [w.group.pk], act="main .rr-in"),
    Place("nurse", "scheduling:seat", lambda w: [w.here.pk], act="#kc-panel .btn--go"),
    Place("nurse", "scheduling:consent", lambda w: [w.here.patient_id], act=GO),
    Place("nurse", "scheduling:health_screen", lambda w: [w.here.patient_id], act=GO),
    Place("physician", "scheduling:seat", lambda w: [w.here.pk], act=".part--decision .btn--go"),
    Place("psychologist", "scheduling:seat_note", lambda w: [w.here.patient_id], act="main summary.btn"),
    Place("physician", "scheduling:patient", lambda w: [w.running.visit.patient_id], act="main a.btn"),
    Place("physician", "scheduling:patient_events", lambda w: [w.running.visit.patient_id], act="main a"),
    Place("nurse", "scheduling:feeds", act=GO),
    Place("nurse", "scheduling:visit_missed", lambda w: [w.expected.pk], act=GO),
    Place("nurse", "outcomes:send", lambda w: [w.cleared.pk], act=GO),
    Place("nurse", "outcomes:answers", lambda w: [w.answered.pk]),
    Place("physician", "outcomes:trajectory", lambda w: [w.answered.patient_id], act=".traj-measures a"),
    Place("physician", "outcomes:side_by_side", lambda w: [w.answered.patient_id], act=".strips tbody a"),
    Place("nurse", "outcomes:interview", lambda w: [w.out.pk], act=GO),
    Place("nurse", "outcomes:send", lambda w: [w.out.patient_id], act=GO),
    Place("nurse", "outcomes:questionnaire_withdraw", lambda w: [w.out.pk], act="main .btn"),
    Place("nurse", "outcomes:calls", act="main .btn"),
    Place("scheduler", "outcomes:delivery", act="main a.btn"),
    Place("clinic_lead", "outcomes:asking", act="main a.btn"),
    Place("clinic_lead", "outcomes:plan", act="main summary.btn"),
    Place("nurse", "outcomes:paper", lambda w: [w.cleared.pk, "PHQ-9"], act=GO),
    Place("nurse", "outcomes:paper_forms", lambda w: [w.cleared.pk], act="main a.choice"),
    Place("nurse", "outcomes:permit_answers", lambda w: [w.running.visit.patient_id], act=GO),
    Place("nurse", "outcomes:score_new", lambda w: [w.cleared.pk], act=GO),
    Place("nurse", "outcomes:scores_import", act=GO),
    Place("nurse", "infusions:ledger", act="main .btn--go"),
    Place("nurse", "infusions:ledger_movements", act=GO),
    Place("nurse", "infusions:ledger_vial", lambda w: [w.dose.vial_id], act="main a.btn"),
    Place("nurse", "infusions:ledger_receive", act=GO),
    Place("nurse", "infusions:ledger_receipt", lambda w: [w.dose.vial.receipt_id], act=GO),
    Place("nurse", "infusions:ledger_count", act=GO),
    Place("nurse", "infusions:ledger_waste", act=GO),
    Place("nurse", "infusions:ledger_waste_vial", lambda w: [w.dose.vial_id], act=GO),
    Place("nurse", "infusions:ledger_waste_dose", lambda w: [w.dose.pk], act=GO),
    Place("nurse", "infusions:return_dose", lambda w: [w.dose.pk], act=GO),
    Place("nurse", "infusions:discrepancy_vial", lambda w: [w.dose.vial_id], act=GO),
    Place("clinic_lead", "infusions:discrepancies", act="main .gap-list a"),
    Place("clinic_lead", "infusions:discrepancy", lambda w: [w.gap.pk], act=GO),
    Place("clinic_lead", "infusions:ledger_report", act=GO),
    Place("physician", "infusions:signing", act="main .q a"),
    Place(
        "physician",
        "infusions:order",
        lambda w: [w.to_sign.pk],
        act=GO,
    ),
    Place("physician", "infusions:order", lambda w: [w.running.infusion.order_id], act="main .btn"),
    Place("physician", "infusions:order_new", lambda w: [w.to_write.pk], act=GO),
    Place("physician", "scheduling:eligibility", lambda w: [w.referred.pk], act=GO),
    Place("physician", "outcomes:dashboard", act="#source", query="?source={registry}&as_of=2023-12-31"),
    Place("physician", "outcomes:cell", lambda w: ["phq-9", "last"], query="?source={registry}&as_of=2023-12-31"),
    Place(
        "physician",
        "outcomes:who_answered",
        act="main select[name=measure]",
        query="?source={registry}&as_of=2023-12-31&measure=phq-9",
    ),
    Place(
        "physician",
        "outcomes:open_questions",
        act="main select[name=window]",
        query="?source={registry}&as_of=2023-12-31&question=category",
    ),
    Place("physician", "outcomes:models", act=GO, query="?source={registry}&as_of=2023-12-31"),
    Place("physician", "outcomes:model", lambda w: ["phq-9"], act=GO, query="?source={registry}&as_of=2023-12-31"),
    Place("physician", "outcomes:compare", act=GO, query="?source={registry}&as_of=2023-12-31"),
    Place("physician", "outcomes:saved_view_new", act=GO, query="?on=dashboard&source={registry}"),
    Place("physician", "outcomes:saved_views"),
    Place("psychologist", "scheduling:groups", act=GO),
    Place("psychologist", "outcomes:safety", act="main .tasks .btn"),
    Place("psychologist", "outcomes:safety_task", lambda w: [w.task.pk], act=GO),
    Place("psychologist", "outcomes:safety_report", act=GO),
    Place("clinic_lead", "outcomes:safety", act="main .tasks a"),
    Place("clinic_lead", "outcomes:safety_settings", act=GO),
    Place("clinic_lead", "outcomes:research", act=GO, query="?source={registry}&as_of=2023-12-31"),
    Place("clinic_lead", "outcomes:engines", act=GO),
    Place("clinic_lead", "outcomes:red_flags", act="main .flag-choose .btn"),
    Place("clinic_lead", "outcomes:red_flags", act=GO, query="?question=PHQ-9:3"),
    Place("scheduler", "scheduling:week", act="main a.btn"),
    Place("scheduler", "scheduling:patients", act=GO),
    Place("scheduler", "scheduling:patient_new", act=GO),
    Place("scheduler", "scheduling:patient", lambda w: [w.referred.pk], act=GO),
    Place("scheduler", "scheduling:eligibility", lambda w: [w.referred.pk], act=GO),
    Place("scheduler", "scheduling:group_new", act=GO),
    Place("scheduler", "scheduling:seat_new", lambda w: [w.referred.pk], act=GO),
    Place("scheduler", "scheduling:offers", lambda w: [w.cleared.pk], act=GO),
    Place("scheduler", "scheduling:place_waits", act=GO),
    Place("scheduler", "scheduling:place_wait_new", lambda w: [w.waiting.pk], act=GO),
    Place("scheduler", "scheduling:drivers", lambda w: [w.to_write.pk], act=GO),
    Place("scheduler", "scheduling:sequence_end", lambda w: [w.to_write.pk], act=GO),
    Place("scheduler", "scheduling:roster", act="main a.rw"),
    Place(
        "scheduler",
        "scheduling:roster_person",
        lambda w: [w.day.date.isoformat(), w.noon.staff("nurse").pk],
        act="dialog .btn--go",
    ),
    Place("scheduler", "scheduling:roster_leave", lambda w: [w.day.date.isoformat()], act="dialog .btn--go"),
    Place("nurse", "scheduling:roster", act="main a.btn"),
    Place("scheduler", "scheduling:suite_day", lambda w: [w.day.date.isoformat()], act=GO),
    Place("scheduler", "scheduling:day_sheet", lambda w: [w.day.date.isoformat()]),
    Place("scheduler", "scheduling:patient_feed", lambda w: [w.cleared.pk], act=GO),
    Place("scheduler", "scheduling:referrals", act="main .btn--go"),
    Place("scheduler", "scheduling:referral", lambda w: [w.letter.pk], act=GO),
    Place("scheduler", "scheduling:referral_new", act=GO),
    Place("scheduler", "scheduling:referral_accept", lambda w: [w.letter.pk], act=GO),
    Place("scheduler", "scheduling:referral_import", act=GO),
    Place("scheduler", "scheduling:patient_edit", lambda w: [w.referred.pk], act=GO),
    Place("scheduler", "scheduling:patient_merge", lambda w: [w.referred.pk], act="main .btn"),
    Place("scheduler", "scheduling:patient_merge", lambda w: [w.referred.pk], act=GO, query="?other={other}"),
    Place("scheduler", "scheduling:merge_undo", lambda w: [w.merge.pk], act=GO),
    Place("scheduler", "scheduling:patient", lambda w: [w.merge.folded_id], act=GO),
    Place("scheduler", "scheduling:groups", act=GO),
    Place("scheduler", "scheduling:group", lambda w: [w.group.pk], act=".rr-open"),
    Place("scheduler", "scheduling:group_change", lambda w: [w.group.pk], act=GO),
    Place("scheduler", "scheduling:group_messages", lambda w: [w.group.pk], act="main .btn"),
    Place("scheduler", "scheduling:series_new", act=GO),
    Place("scheduler", "scheduling:series_end", lambda w: [w.series.pk], act=GO),
    Place("clinic_lead", "scheduling:funnel", act="main a"),
    Place("clinic_lead", "scheduling:settings", act=GO),
    Place("clinic_lead", "scheduling:settings_suite", act=GO),
    Place("clinic_lead", "scheduling:settings_protocols", act=GO),
    Place("clinic_lead", "infusions:formulary", act=GO),
    Place("clinic_lead", "infusions:order_settings", act=GO),
    Place("clinic_lead", "infusions:monitors", act=GO),
    Place("clinic_lead", "outcomes:instruments", act=GO),
    Place("clinic_lead", "outcomes:instrument", lambda w: ["PROMIS-Fatigue-CAT"], act=GO),
    Place("administrator", "outcomes:instrument", lambda w: ["PHQ-9"], act=GO),
    Place("administrator", "outcomes:instrument_import", lambda w: ["PCS"], act="main .btn"),
    Place("clinic_lead", "outcomes:licence_new", act=GO),
    Place("clinic_lead", "scheduling:settings_booking", act=GO),
    Place("clinic_lead", "scheduling:settings_team", act="main .btn"),
    Place("clinic_lead", "scheduling:consent_text", act=GO),
    Place("clinic_lead", "outcomes:dashboard", act="#source"),
    Place("clinic_lead", "tablets", act=GO),
    Place("nurse", "pin", act=GO),
    Place("nurse", "signed_in", act="main a.btn"),
    Place("nurse", "infusions:kept_aside", act=GO),
    Place("administrator", "scheduling:week"),
)


@pytest.fixture(scope="module")
def ward(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Ward:
    return make_ward(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def desks(chromium: Browser, live: Live, ward: Ward) -> Iterator[dict[str, Walk]]:
    """One browser window for each role, signed in once."""
    opened = {role: Walk(chromium, live.address, size=TABLET) for role in Role.values}
    for role, desk in opened.items():
        desk.sign_in(ward.noon.staff(role))
    yield opened
    for desk in opened.values():
        desk.close()


@pytest.fixture(scope="module")
def named(ward: Ward) -> re.Pattern[str]:
    """Names, numbers and telephones of the ward's patients."""
    rows = Patient.objects.filter(site=ward.noon.site).values_list("family_name", "record_number", "phone")
    words = {word for row in rows for word in row if len(word) > 3}
    return re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words)))


def known(place: Place) -> str:
    return f"{place.role}-{place.name.replace(':', '-')}"


@pytest.mark.parametrize("place", PAGES, ids=known)
def test_a_page_is_wide_enough_readable_touchable_and_reached_by_keyboard(
    desks: dict[str, Walk], ward: Ward, named: re.Pattern[str], place: Place
) -> None:
    desk = desks[place.role]
    desk.complaints.clear()
    desk.open(place.address(ward))
    desk.inspect()
    if place.act:
        desk.reach(place.act)
    assert desk.complaints == []
    left = desk.page.evaluate(LEFT)
    assert "[" in left
    assert named.findall(left) == [], "WEB-01: a patient in a title, an address or the browser's storage"


@pytest.mark.parametrize("role", Role.values)
def test_everybody_begins_the_day_at_their_own_page(desks: dict[str, Walk], role: str) -> None:
    desk = desks[role]
    desk.open("/")
    expect(desk.page).to_have_url(desk.home + reverse(HOMES[Role(role)]))
    expect(desk.page.locator(".bar-nav [aria-current=page]")).to_be_visible()


def test_the_way_in(walk: Walk) -> None:
    walk.open("/sign-in/")
    walk.inspect()
    walk.reach("main button[type=submit]")
    assert walk.page.evaluate("document.activeElement.innerText").strip() == "Sign in"


@pytest.mark.parametrize(("role", "address", "status"), [("nurse", "/signing/", 403), ("nurse", "/chart/0/", 404)])
def test_a_refusal_is_a_page_too(desks: dict[str, Walk], role: str, address: str, status: int) -> None:
    desk = desks[role]
    desk.expected.add(status)
    desk.complaints.clear()
    desk.open(address)
    desk.inspect()
    desk.reach("main a")
    assert desk.complaints == []


def test_the_styleguide_shows_every_component(
    chromium: Browser, live: Live, static_root: Path, tmp_path: Path
) -> None:
    name = connections["default"].settings_dict["NAME"]
    with serve(name, static_root, tmp_path, KITCLINIC_DEBUG="1") as debug:
        guide = Walk(chromium, debug.address, size=TABLET)
        guide.open("/styleguide/")
        guide.inspect()
        assert guide.complaints == []
        guide.close()


def test_the_styleguide_is_not_for_the_clinic(walk: Walk) -> None:
    walk.expected.add(404)
    response = walk.page.goto("/styleguide/")
    assert response is not None
    assert response.status == 404
