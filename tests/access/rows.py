"""A row of one clinic for every address that names one: what the matrix and the refusals are tried on.

A new address with a key in it needs its row here: in ``Everything.rows`` by the beginning of the page's name
(``everything_of``), or among ``NO_ROW`` where the value names no row of anybody (a date, a measure).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.urls import reverse

from infusions.actions import count_vault
from infusions.models import Discrepancy, Flag, Movement, Order
from infusions.states import MovementKind
from kitclinic.actions import give_place
from kitclinic.models import Membership, Site
from outcomes import actions as outcomes
from outcomes.actions import add_engine_client, add_remote_engine, look_through, plan_asks
from outcomes.models import ModelRun, PlannedAssessment, SafetyTask, SavedView
from outcomes.queries.cohorts import sources
from outcomes.queries.study import Asked, study
from outcomes.rules.instruments import definitions
from outcomes.states import PieceKind, SittingMode
from scheduling import actions
from scheduling.actions import NewSeries, keeping
from scheduling.actions.feeds import make_feed
from scheduling.models import (
    BreakGlass,
    Consent,
    GroupSeat,
    NurseShift,
    PlaceOffer,
    PlaceWait,
    Proposal,
    ProviderPresence,
    SuiteDay,
    Visit,
)
from scheduling.rules.group_plans import SeriesPlan
from scheduling.states import ProposalKind
from tests.access.walk import ROUTES, is_gated
from tests.factories import infusions as at_chair
from tests.factories import invited, kept_aside, licensed, people, tablets
from tests.factories import monitors as devices
from tests.factories import outcomes as questionnaires
from tests.factories import scheduling as make
from tests.factories import verbal as verbal_orders
from tests.factories.scheduling import actor
from tests.journeys.steps import DAY_1

SOMEBODY_ELSES = 999_999  # a key, a second step, a session: only their own person reaches them
OF_ONESELF = ("passkey_name", "session_end", "step_remove")
SAFETY_TASK = ("safety_task", "safety_take", "safety_hand_back", "safety_not_reached", "safety_close")
DAY = {"day": DAY_1.isoformat()}
NO_ROW: dict[str, dict[str, str]] = {  # a measure, a week and a date of the calendar name no row of anybody
    "cell": {"measure": "phq-9", "window": "last"},
    "chart_png": {"name": "figure-1"},
    "chart_svg": {"name": "figure-1"},
    "completion_patients": {"group": "whole"},
    "holiday": {"day": "2026-12-25"},
    "holiday_open": {"day": "2026-12-25"},
    "holiday_week": {"day": "2026-12-25"},
    "instrument": {"name": "PHQ-9"},
    "instrument_import": {"name": "PHQ-9"},
    "model": {"measure": "phq-9"},
    "models_file": {"kind": "csv"},
    "open_questions_file": {"kind": "csv"},
    "proposals_ask": DAY,
    "roster_copy": DAY,
    "roster_leave": DAY,
    "setting_change": {"name": "hold_minutes"},
    "table_1_patients": {"line": "age"},
    "table_of": {"name": "table-1", "kind": "csv"},
    "week_sheet_pdf": DAY,
    "who_answered_chart": {"kind": "svg"},
    "who_answered_file": {"kind": "csv"},
}


PUBLIC = {  # the values of pages that need no sign-in
    "outcomes:question": {"number": 1},
    "outcomes:support": {"number": 1},
    "single_sign_on": {"key": "nobody"},
    "single_sign_on_back": {"key": "nobody"},
}
ASKED = {  # what a page must be asked to be there
    "outcomes:saved_view_new": "?on=dashboard",
    "scheduling:break_glass": "?patient={patient}",
}

ADDRESSES = {  # every address of staff that names a row
    name: pattern
    for name, pattern in ROUTES.items()
    if pattern.pattern.converters and is_gated(name) and pattern.name not in NO_ROW
}


@dataclass
class Everything:
    """A course under way in a clinic, with a flag and a safety task, and a row for every other address."""

    site: Site
    chair: at_chair.Chair
    task: SafetyTask
    rows: dict[str, int]  # beginning of a page's name -> the row it is about
    feed: str  # what a calendar program knows


def address(name: str, there: Everything) -> str:
    """The address of this page about a row of this clinic."""
    pattern = ROUTES[name]
    if not pattern.pattern.converters:
        return reverse(name) + ASKED.get(name, "").format(patient=there.chair.visit.patient_id)
    if name == "scheduling:feed":
        return reverse(name, kwargs={"token": there.feed})
    given = PUBLIC.get(name) or NO_ROW.get(pattern.name or "")
    return reverse(name, kwargs=given or values_of(name, there))


def everything_of(site: Site, **fields: Any) -> Everything:
    """One row at least for every address with a key in it. fields: of the patient in the chair."""
    chair = at_chair.infusion(site=site, monday=DAY_1, at_state="infusing", **fields)
    chair.later(minutes=15).vitals(at_chair.Vitals(170, 78, 70, 98, at_chair.Rhythm.SINUS))
    rows = enrolment_of(site) | suite_of(site, chair.visit) | ledger_of(site)
    rows |= monitors_of(chair)
    said = verbal_orders.said(Order.objects.get(site=site), at=chair.at)
    rows |= {"verbal_new": said.order_id, "verbal_cosign": said.pk}
    rows |= {"kept_aside_answer": kept_aside.entry(chair).pk}
    plan_asks(site=site, at=chair.at)
    rows |= dict.fromkeys(("call", "ask_again"), PlannedAssessment.objects.filter(site=site)[0].pk)
    rows |= {"adverse_event": chair.infusion.pk, "fact_seen": chair.infusion.events.order_by("pk")[0].pk}
    rows |= content_of(site)
    rows |= {"red_flag_end": questionnaires.red_flag(site=site).pk}
    rows |= staff_ways_of(site) | engines_of(site)
    rows |= {"models_progress": model_run_of(site).pk}
    rows |= {"saved_view_": saved_view_of(site).pk}
    rows |= {"break_glass_": glass_of(site, chair).pk}
    rows |= keeping_of(site, at=chair.at, released_at=site.instant(chair.visit.date, 565))
    rows |= dict.fromkeys(("member_change", "member_end"), place_of(site, at=chair.at).pk)
    new = invited.invited(site, by=actor("administrator", site), at=chair.at, token=f"invited-{site.slug}")
    rows |= {"person_link": new.pk, "person_withdraw": new.pk, "person": actor("psychologist", site).pk}
    rows |= dict.fromkeys(OF_ONESELF, SOMEBODY_ELSES)
    rows |= {"tablet_end": tablets.tablet(site, chair.at)[0].pk}
    _, feed = make_feed(patient=chair.visit.patient, by=actor("scheduler", site), at=chair.at)
    return Everything(site, chair, questionnaires.safety_task(site=site), rows, feed)


def glass_of(site: Site, chair: at_chair.Chair) -> BreakGlass:
    """An emergency access, of the first who may open one."""
    by, patient = actor("psychologist", site), make.patient(site=site, at=chair.at)
    return actions.break_glass(
        patient=patient, reason="He is unwell in the hall", proof=people.proof(by, chair.at), by=by, at=chair.at
    )


def place_of(site: Site, *, at: datetime) -> Membership:
    """A nurse of a third clinic who works at this one too."""
    third = people.site(slug=f"third-{site.slug}", name=f"Third of {site.name}")
    nurse = people.staff("nurse", site=third)
    by = actor("clinic_lead", site)
    return give_place(site=site, username=nurse.username, role="nurse", is_ketamine_trained=True, by=by, at=at)


def keeping_of(site: Site, *, at: datetime, released_at: datetime) -> dict[str, int]:
    """A legal hold, and a copy of the records that was released: its file can be fetched for 15 minutes."""
    by, somebody = actor("clinic_lead", site), make.patient(site=site, at=at)
    asked = keeping.Asked("patient", somebody.name, "photo_id", "fhir")
    hold = keeping.place_hold(patient=somebody, reason="A letter from counsel.", by=by, at=at)
    return {
        "hold_end": hold.pk,
        "release_file": keeping.release_records(patient=somebody, asked=asked, by=by, at=released_at).pk,
    }


def saved_view_of(site: Site) -> SavedView:
    """A view of outcomes that is shared with the clinic."""
    by, at, query = actor("clinic_lead", site), site.instant(DAY_1, 480), {"source": site.slug}
    return outcomes.save_view(
        site=site, name="All", page="dashboard", query=query, shared=True, always_today=True, by=by, at=at
    )


def model_run_of(site: Site) -> ModelRun:
    """Mixed models that wait for the worker."""
    found = study(Asked(sources(site)[0], DAY_1))
    return outcomes.ask_for_models(found=found, by=actor("clinic_lead", site), at=site.instant(DAY_1, 480))


def engines_of(site: Site) -> dict[str, int]:
    """A system that asks the engine, and an engine that is asked."""
    by, at = actor("clinic_lead", site), site.instant(DAY_1, 480)
    client, _ = add_engine_client(site=site, name="Portal", by=by, at=at)
    engine = add_remote_engine(
        site=site,
        instrument="PROMIS-Fatigue-CAT",
        address="https://engine.example/fhir",
        questionnaire="https://engine.example/Questionnaire/fatigue",
        credential="",
        licence=licensed.licence(site=site, by=by, at=at, identifier="ENGINE-1"),
        by=by,
        at=at,
    )
    return {"engine_client_end": client.pk, "remote_engine_end": engine.pk}


def staff_ways_of(site: Site) -> dict[str, int]:
    """An interview by telephone that raised a task, a score from elsewhere and a file of them."""
    by, at = actor("nurse", site), site.instant(DAY_1, 480)
    sent = questionnaires.sent(site=site, at=at)
    call = outcomes.begin_sitting(assessment=sent.assessment, mode=SittingMode.PHONE, by=by, at=at)
    for item in range(1, 10):
        sent.answer("PHQ-9", item, 1, sitting=call)
    typed = {"measure": "PHQ-9", "value": "3", "day": DAY_1, "origin": "EHR"}
    score = outcomes.enter_score(patient=sent.patient, by=by, at=at, **typed)
    line = f"Record number,Measure,Date,Score,Source\n{sent.patient.record_number},PHQ-9,2026-09-01,4,EHR\n"
    file = outcomes.upload_scores(name="a.csv", data=line.encode(), date_order="ask", by=by, at=at)
    rows = {"interview_": call.pk, "interview": sent.assessment.pk, "questionnaire_": sent.assessment.pk}
    return rows | {"score_correct": score.pk, "score_file": file.pk}


def content_of(site: Site) -> dict[str, int]:
    """A file of licensed content that was looked through, and one that is installed."""
    by, at, made = actor("clinic_lead", site), site.instant(DAY_1, 480), licensed.bank_csv().encode()
    held = licensed.licence(site=site, by=by, at=at)
    upload = look_through(
        site=site,
        definition=definitions()[licensed.CAT],
        label=licensed.label(PieceKind.BANK, language=""),
        licence=held,
        file_name="bank.csv",
        data=made,
        by=by,
        at=at,
    )
    piece = licensed.imported(site=site, kind=PieceKind.BANK, data=made, held=held, at=at)
    return {"instrument_upload": upload.pk, "piece": piece.pk}


def enrolment_of(site: Site) -> dict[str, int]:
    """A referral, a list of them, a series, somebody who waits for a seat, a booked seat and a merged record."""
    by, at = actor("scheduler", site), site.instant(DAY_1, 480)
    leads = {role: actor(role, site) for role in ("physician", "psychologist")}
    plan = SeriesPlan(5, 540, 90, "Room 2", 12, "English", DAY_1)
    series, _ = actions.start_series(site=site, new=NewSeries(plan, **leads), by=by, at=at)
    booked = make.booked_patient(
        site=site, group=make.group_visit(site=site, day=DAY_1, start_minute=900, at=at), at=at
    )
    waits = actions.wait_for_seat(patient=make.eligible_patient(site=site, at=at), by=by, at=at)
    two = [make.patient(site=site, at=at) for _ in range(2)]
    merge = actions.merge_patients(kept=two[0], folded=two[1], reason="One passport.", by=by, at=at)
    line = b"Received on,Source,Family name\n2026-10-01,self,Ng\n"
    file = actions.upload_referrals(site=site, name="list.csv", data=line, date_order="ask", by=by, at=at)
    seat = GroupSeat.objects.get(patient=booked)
    return {
        "referral_file": file.pk,
        "referral": make.referral(site=site, at=at).pk,
        "series_end": series.pk,
        "wait_stop": waits.pk,
        "merge_undo": merge.pk,
        "consent_withdraw": Consent.objects.filter(site=site)[0].pk,
        "group": seat.group_id,
        "seat_letter": seat.pk,
    }


def suite_of(site: Site, visit: Visit) -> dict[str, int]:
    """A call-out, a chair out of service, leave, a calendar, somebody who waits for a place, an offer, a plan."""
    by, at, later = actor("scheduler", site), site.instant(DAY_1, 480), DAY_1 + timedelta(days=3)
    day = SuiteDay.objects.get(site=site, date=later)
    nurse = NurseShift.objects.filter(suite_day=day)[0].nurse
    out = actions.report_call_out(suite_day=day, person=nurse, from_minute=600, by=by, at=at)
    chair = actions.take_chair_out(
        site=site, chair=8, first_day=later, last_day=later, because="Arm", by=by, at=at
    )
    far = {"first_day": DAY_1 + timedelta(days=60), "last_day": DAY_1 + timedelta(days=61)}
    leave = actions.record_leave(person=nurse, because="", by=by, at=at, **far)
    feed, _ = make_feed(by=nurse, at=at)
    wait = PlaceWait.objects.create(site=site, patient=visit.patient, since=at, added_by=by)
    place = {"first_day": later, "start_minute": 540, "offered_at": at, "expires_at": at + timedelta(hours=4)}
    offer = PlaceOffer.objects.create(site=site, wait=wait, sequence=visit.sequence, **place)
    plan = Proposal.objects.create(
        site=site, kind=ProposalKind.RETIME, first_day=later, last_day=later, name="Better times", made_at=at
    )
    return {
        "callout": out.pk,
        "roster_call_out_back": out.pk,
        "chair_return": chair.pk,
        "leave_cancel": leave.pk,
        "feed_revoke": feed.pk,
        "place_offer_answer": offer.pk,
        "place_wait_stop": wait.pk,
        "proposal": plan.pk,
        "roster_person": nurse.pk,
        "roster_call_out": nurse.pk,
        "training": nurse.pk,
        "sequence": visit.sequence_id,
        "visit_": visit.pk,
        "board_": visit.pk,
        "drivers_confirm": visit.sequence_id,
        "request_withdraw": visit.sequence_id,
    }


def ledger_of(site: Site) -> dict[str, int]:
    """The dose that runs, its vial and delivery, a count that found nothing, and a difference of it."""
    at, by = site.instant(DAY_1, 560), actor("nurse", site)
    draw = Movement.objects.filter(site=site, kind=MovementKind.WITHDRAWN)[0]
    count = count_vault(vault=draw.vault, counted={}, by=by, at=at, key=uuid4())
    doses = ("return_dose", "ledger_waste_dose", "discrepancy_dose")
    vials = ("ledger_vial", "ledger_waste_vial", "discrepancy_vial")
    return {
        **dict.fromkeys(doses, draw.pk),
        **dict.fromkeys(vials, draw.vial_id),
        "ledger_receipt": draw.vial.receipt_id,
        "ledger_counted": count.pk,
        "discrepancy": Discrepancy.objects.filter(site=site)[0].pk,
        "formulary_use": draw.vial.product_id,
    }


def monitors_of(chair: at_chair.Chair) -> dict[str, int]:
    """A monitor, a reading it proposes at the chart, and one that waits on the review list."""
    monitor, _ = devices.monitor(site=chair.visit.site, at=chair.at, chair=chair.infusion.chair)
    proposed = devices.reading(monitor, chair.at)
    stray = devices.reading(monitor, chair.at, subject="KC-0")
    return {
        "monitor_end": monitor.pk,
        "reading_pk": proposed.pk,
        "reading_give": stray.pk,
        "reading_put": stray.pk,
    }


def values_of(name: str, there: Everything) -> dict[str, Any]:
    """The values that lead to this page at the other clinic."""
    visit, seat = there.chair.visit, GroupSeat.objects.filter(site=there.site).order_by("pk")[0]
    app, _, page = name.rpartition(":")
    rows: dict[str, int] = {
        "drivers": visit.sequence_id,
        "sequence_end": visit.sequence_id,
        "provider_remove": ProviderPresence.objects.filter(site=there.site)[0].pk,
        "shift_remove": NurseShift.objects.filter(site=there.site)[0].pk,
        "visit_missed": visit.pk,
        "answers": there.task.response.assessment_id,
        **dict.fromkeys(SAFETY_TASK, there.task.pk),
    }
    pk = rows.get(page, visit.patient_id)
    if str(ADDRESSES[name].pattern).startswith("seats/"):
        pk = seat.pk
    pk = next((row for start, row in there.rows.items() if page.startswith(start)), pk)
    if app == "infusions" and page.startswith("order"):
        pk = Order.objects.get(site=there.site).pk
    every = {
        "pk": pk,
        "visit_pk": visit.pk,
        "patient_pk": visit.patient_id,
        "sequence_pk": visit.sequence_id,
        "flag_pk": Flag.objects.get(site=there.site).pk,
        "reading_pk": there.rows["reading_pk"],
        "name": "identity",
        "kind": "event",
        "day": DAY_1.isoformat(),
        "number": 9,
        "token": SavedView.objects.get(site=there.site).token,
    }
    if app == "outcomes" and page == "paper":
        every["name"] = "PHQ-9"
    return {key: every[key] for key in ADDRESSES[name].pattern.converters}
