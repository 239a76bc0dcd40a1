"""The way home as a nurse meets it: the checklist, another driver, against advice, and the day after."""

from collections.abc import Iterator

import pytest

from infusions.models import Infusion, InfusionEvent, NextDayCall
from infusions.queries.next_day import number_to_call
from tests.factories import infusions as at_chair
from tests.factories.infusions import Chair
from tests.journeys import steps
from tests.journeys.person import Person
from tests.journeys.steps import DAY_1

pytestmark = pytest.mark.django_db
ROBIN = {"name": "Robin Quist", "relationship": "sister", "phone": "216 555 0142", "transport": "family"}


@pytest.fixture
def clinic() -> Iterator[steps.Clinic]:
    with steps.a_clinic() as made:
        yield made


def observed(clinic: steps.Clinic, **patient: str) -> tuple[Chair, Person]:
    """A patient at the end of the observation, and the nurse at that chart."""
    it = at_chair.infusion(
        site=clinic.site, monday=DAY_1, at_state="observed", nurse=clinic.staff["nurse"], **patient
    )
    clinic.time.move_to(it.at)
    return it, clinic.sign_in("nurse").at("infusions:chart", it.visit.pk)


def event(it: Chair) -> InfusionEvent:
    return InfusionEvent.objects.get(infusion=it.infusion, kind="discharged")


def test_everything_that_is_missing_is_listed_at_once_with_the_way_to_each_act(clinic: steps.Clinic) -> None:
    it = at_chair.infusion(site=clinic.site, monday=DAY_1, at_state="infusing", nurse=clinic.staff["nurse"])
    it.later(minutes=10)
    it._do(at_chair.actions.stop_infusion)
    it.vitals(at_chair.Vitals(156, 78, 70, 98, at_chair.Rhythm.SINUS))
    clinic.time.move_to(it.at)
    nurse = clinic.sign_in("nurse").at("infusions:chart", it.visit.pk)
    steps.sheet(nurse, "discharge", "Discharge", name="", phone="", relationship="", status=422)
    for rule in ("DIS-01", "DIS-02", "DIS-03", "DIS-13", "DIS-09", "DIS-04", "DIS-05", "DIS-06", "DIS-07"):
        assert rule in nurse.words or sentence_of(rule) in nurse.words, rule
    nurse.at("infusions:chart_sheet", it.visit.pk, "discharge")
    ways = {
        link.address.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
        for link in nurse.page.links
        if "/sheet/" in link.address
    }
    assert {"acknowledge", "stop_reason", "waste", "leave"} <= ways


def sentence_of(rule: str) -> str:
    return {
        "DIS-01": "min more",
        "DIS-02": "Take a set now",
        "DIS-03": "1 flag is open",
        "DIS-04": "Alert and steady is not ticked",
        "DIS-05": "Nausea controlled is not ticked",
        "DIS-06": "The IV line is still in",
        "DIS-07": "Instructions are not ticked",
        "DIS-09": "of the drawn ketamine is in hand",
        "DIS-13": "The stop has no reason yet",
    }[rule]


def test_dis_12_another_driver_is_confirmed_with_the_patient_and_both_names_are_kept(clinic: steps.Clinic) -> None:
    it, nurse = observed(clinic)
    other = ROBIN | {
        "name": "Anna Roe",
        "relationship": "neighbour",
        "phone": "216 555 0177",
        "transport": "friend",
    }
    ticked = {"checks": steps.LEAVING, "instructions": "English", "seen": True}
    steps.sheet(nurse, "discharge", "Discharge", **ticked, **other, status=422)
    assert "Robin Quist was named, Anna Roe is here." in nurse.words
    nurse.at("infusions:chart_sheet", it.visit.pk, "discharge")
    form, _ = nurse.page.forms_with("Discharge")[0]
    form.controls["confirmed"] = type(form.controls["seen"])("confirmed", "checkbox", ["DIS-12"])
    nurse.press("Discharge", **ticked, **other, confirmed=["DIS-12"])
    assert "Discharged." in nurse.words
    said = event(it).detail
    assert (said["driver"], said["named"], said["confirmed"]) == ("Anna Roe", "Robin Quist", ["DIS-12"])
    assert (said["relationship"], said["phone"], said["language"]) == ("neighbour", "216 555 0177", "English")


def test_a_driver_seen_before_need_not_be_seen_again(clinic: steps.Clinic) -> None:
    it, nurse = observed(clinic)
    steps.sheet(nurse, "driver", "I have seen this driver", **ROBIN)
    steps.sheet(nurse, "discharge", "Discharge", checks=steps.LEAVING, instructions="English")
    assert event(it).detail["seen_by"] == clinic.staff["nurse"].name


@pytest.mark.parametrize("kind", ["rideshare", "taxi", "public", "self", "alone"])
def test_drv_01_no_tick_opens_the_door_to_a_stranger(clinic: steps.Clinic, kind: str) -> None:
    it, nurse = observed(clinic)
    ticked = {"checks": steps.LEAVING, "instructions": "English", "seen": True}
    steps.sheet(nurse, "discharge", "Discharge", **ticked, **ROBIN | {"transport": kind}, status=422)
    assert "Name a family member, a friend or another known person who drives." in nurse.words
    every = [f"DRV-0{n}" for n in range(1, 5)] + [f"DIS-{n}" for n in range(10, 15)]
    nurse.at("infusions:chart_sheet", it.visit.pk, "discharge")
    form, _ = nurse.page.forms_with("Discharge")[0]
    form.controls["confirmed"] = type(form.controls["seen"])("confirmed", "checkbox", every)
    nurse.press("Discharge", **ticked, **ROBIN | {"transport": kind}, confirmed=every, status=422)
    assert Infusion.objects.get().state == "observing"


def test_dis_08_who_leaves_against_advice_leaves_a_reason_who_was_told_and_when(clinic: steps.Clinic) -> None:
    it, nurse = observed(clinic)
    steps.sheet(nurse, "leave", "Left against advice", status=422)
    for words in ("Write down why the patient leaves now.", "Notify the provider on site"):
        assert words in nurse.words
    told = {"provider": str(clinic.staff["physician"].pk), "told_at": f"{clinic.site.local(it.at):%H:%M}"}
    nurse.at("infusions:chart_sheet", it.visit.pk, "leave")
    nurse.press("Left against advice", reason="the bus leaves", reply="may go", going="by bus", **told)
    assert "Recorded: left against advice." in nurse.words
    said = event(it)
    assert (said.note, said.detail["provider"]) == ("the bus leaves", clinic.staff["physician"].name)
    assert said.detail["told_at"].startswith(f"{it.at:%Y-%m-%dT%H:%M}")
    it.visit.refresh_from_db()
    assert it.visit.state == "attended"
    nurse.at("infusions:chart_sheet", it.visit.pk, "discharge")
    nurse.press("Discharge", checks=steps.LEAVING, instructions="English", seen=True, **ROBIN, status=422)
    assert "This patient has left already" in nurse.words


def test_dis_20_the_day_after_is_asked_at_the_chair_and_by_phone(clinic: steps.Clinic) -> None:
    it, nurse = observed(clinic)
    steps.sheet(nurse, "discharge", "Discharge", checks=steps.LEAVING, instructions="English", seen=True, **ROBIN)
    tuesday = it.visit.sequence.visits.get(day_index=2)
    clinic.clock(tuesday.date, "08:00")
    nurse = clinic.sign_in("nurse").at("infusions:next_day")
    assert "Sits here today: ask at the chair" in nurse.words
    assert number_to_call(clinic.site, at=it.at.replace(day=tuesday.date.day)) == 0
    clinic.clock(tuesday.date, "09:00")
    steps.seat(nurse, nurse.at("infusions:chart", tuesday.pk).address)
    assert "How was it after" in nurse.words
    nurse.press("Well")
    assert "well." in nurse.words
    assert NextDayCall.objects.get().well is True


def test_a_scheduler_sees_neither_the_list_nor_the_papers(clinic: steps.Clinic) -> None:
    it, _ = observed(clinic)
    scheduler = clinic.sign_in("scheduler").at("infusions:next_day", status=403)
    for name in ("visit_pdf", "flowsheet_pdf", "chart_print"):
        scheduler.at(f"infusions:{name}", it.visit.pk, status=403)
    lead = clinic.sign_in("clinic_lead")
    lead.at("infusions:flowsheet_pdf", it.visit.pk)
    lead.at("infusions:next_day", status=403)


@pytest.mark.parametrize("minutes", [-47, 47])
def test_dis_01_a_tablet_whose_clock_is_wrong_changes_nothing(clinic: steps.Clinic, minutes: int) -> None:
    """End and discharge are dated by the server, whatever the tablet says."""
    it = at_chair.infusion(site=clinic.site, monday=DAY_1, at_state="infusing", nurse=clinic.staff["nurse"])
    it.later(minutes=15).vitals()
    it.later(minutes=15).vitals()
    clinic.time.move_to(it.later(minutes=10).at)
    off = {"clock_offset_ms": str(minutes * 60_000)}
    nurse = clinic.sign_in("nurse").at("infusions:chart", it.visit.pk)
    _, volume = steps.pump_numbers(nurse)
    steps.sheet(nurse, "complete", "The infusion has ended", infused_ml=volume)
    infusion = Infusion.objects.get()
    assert infusion.ended_at == it.at
    nurse.press("Save", within="vitals", **steps.CALM, **off)
    it.infusion = infusion
    it.waste_rest()
    for _ in range(2):
        clinic.later(15)
        nurse.open(nurse.address).press("Save", within="vitals", **steps.CALM, **off)
    slots = list(infusion.vital_sets.order_by("occurred_at").values_list("slot", flat=True))
    assert slots[-3:] == ["end", "end+15", "end+30"]
    clinic.time.shift(-1)
    chart = nurse.address
    home = {"checks": steps.LEAVING, "instructions": "English", "seen": True} | ROBIN
    steps.sheet(nurse, "discharge", "Discharge", **home, status=422)
    assert "The observation runs 1 min more." in nurse.words
    clinic.time.shift(1)
    nurse.open(chart)
    steps.sheet(nurse, "discharge", "Discharge", **home)
    assert "Discharged." in nurse.words
