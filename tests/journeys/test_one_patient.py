"""One patient from the referral to the dashboard, through forms and links only. Read this first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from infusions.models import Flag, Infusion, InfusionEvent, Order, VitalSet
from kitclinic.models import AuditEvent, OutboxMessage
from outcomes.models import Assessment, SafetyTask, Score
from scheduling.models import Eligibility, GroupSeat, Patient, Visit
from tests.journeys import enrolling, steps
from tests.journeys.person import Person
from tests.journeys.steps import DAY_1, DELPHINE, GROUP_DAY, Clinic

pytestmark = pytest.mark.django_db


def test_one_patient_from_the_referral_to_the_dashboard() -> None:
    with steps.a_clinic() as clinic:
        address = the_referral_becomes_a_patient(clinic)
        the_group_visit_clears_the_patient(clinic, address)
        five_days_are_booked_with_a_driver(clinic, address)
        the_physician_signs_half_a_milligram_a_kilogram(clinic)
        the_baseline_answers_ask_for_a_talk(clinic, address)
        charts = [steps.visit_of(clinic.sign_in("nurse").open(address), day) for day in range(1, 6)]
        the_first_day_with_everything_that_can_happen(clinic, charts[0])
        for day in range(2, 6):
            steps.whole_day(clinic, charts[day - 1], day)
        the_course_is_complete(clinic, address)
        the_follow_up_counts_on_the_dashboard(clinic, address)


# 1 -- the scheduler registers the patient and records eligibility


def the_referral_becomes_a_patient(clinic: Clinic) -> str:
    scheduler = steps.register(clinic)
    address = scheduler.address
    twice = DELPHINE | {"record_number": "KT-99999", "given_name": "Delfine"}
    scheduler.at("scheduling:patient_new").press("Register", status=422, **twice)
    assert "1 patient here may be the same person" in scheduler.words
    assert Patient.objects.count() == 1
    scheduler.follow("Open KT-20417")
    assert scheduler.path == address  # the match leads to the patient who is here
    scheduler.follow("Record eligibility").press("Assess again on this date", status=422, pain_months="40")
    assert "Not saved:" in scheduler.words
    assert not Eligibility.objects.exists()
    steps.find_eligible(scheduler.open(address))
    assert Eligibility.objects.get().pain_months == 40
    return address


# 2 -- the shared medical appointment: a seat for two, both come, weighed in kg, cleared


def the_group_visit_clears_the_patient(clinic: Clinic, address: str) -> None:
    steps.plan_the_group(clinic)
    steps.seat_in_the_group(clinic.sign_in("scheduler").open(address))
    enrolling.hold_the_group(clinic)
    seat = GroupSeat.objects.get()
    assert (seat.state, seat.support_attended, seat.weight.weight_kg) == ("cleared", True, Decimal("82.5"))


# 3 -- five days in a row at one clock time, booked in one act, with a known driver


def five_days_are_booked_with_a_driver(clinic: Clinic, address: str) -> None:
    clinic.clock(GROUP_DAY, "15:00")
    steps.open_the_suite(clinic)
    scheduler = steps.book_five_days(clinic, address)
    assert "Booked: Monday 5 October to Friday 9 October, every day at 09:00." in scheduler.words
    days = list(Visit.objects.order_by("day_index").values_list("day_index", "date", "start_minute"))
    assert days == [(day, DAY_1 + timedelta(days=day - 1), 540) for day in range(1, 6)]
    scheduler.follow("Name driver").press(
        "Name this driver", status=422, **steps.DRIVER | {"transport": "rideshare"}
    )
    assert "A rideshare is not a known driver." in scheduler.words
    steps.name_the_driver(scheduler.open(address))


# 4 -- the order: 0.5 mg/kg of the measured weight, signed by a physician with the password


def the_physician_signs_half_a_milligram_a_kilogram(clinic: Clinic) -> None:
    physician = clinic.sign_in("physician").at("infusions:signing").follow("Marrin, Delphine")
    assert "41.25 mg" in physician.words
    steps.write_the_draft(physician)
    physician.press("Sign order", password="wrong password", status=422)
    assert Order.objects.get().state == "draft"
    physician.press("Sign order", password=steps.people.PASSWORD)
    assert "is signed: 41.25 mg on each day." in physician.words
    order = Order.objects.get()
    assert (order.state, order.dose_mg, order.weight_kg) == ("signed", Decimal("41.25"), Decimal("82.5"))
    assert order.signature.signer == clinic.staff["physician"]


# 6 -- PHQ-9 and GAD-7 by a link; an answer about death asks for a talk before anything starts


def the_baseline_answers_ask_for_a_talk(clinic: Clinic, address: str) -> None:
    clinic.clock(GROUP_DAY + timedelta(days=2), "16:40")
    link = steps.send_questionnaire(clinic, address, role="scheduler", occasion="baseline")
    assert OutboxMessage.objects.filter(to="216 555 0117", text__contains=link).exists()
    clinic.clock(GROUP_DAY + timedelta(days=2), "20:15")
    patient = steps.open_link(link)
    steps.answer(patient, [2, 2, 2, 2, 2, 2, 2, 2, 1])
    assert "Thank you for telling us" in patient.words
    assert "988 is free and private, day and night." in patient.words
    task = SafetyTask.objects.get()
    assert (task.state, task.response.instrument, task.response.item, task.response.value) == (
        "open",
        "PHQ-9",
        9,
        1,
    )
    steps.answer(patient.follow("Continue"), [2] * 7)
    assert "All 16 answers are saved." in patient.words
    assert dict(Score.objects.values_list("measure", "value")) == {"PHQ-9": 17, "GAD-7": 14}
    Person().at("outcomes:link").press("Open", token=link, status=422)  # the link has done its work

    clinic.clock(GROUP_DAY + timedelta(days=3), "08:10")
    psychologist = clinic.sign_in("psychologist").at("outcomes:safety").press("I am on it")
    assert "You are on it" in psychologist.words
    psychologist.press("Acknowledge", status=422)  # not without saying what was done
    psychologist.press(
        "Acknowledge", action="Spoke with her at 08:05: passive thoughts, no plan, safety plan made."
    )
    task.refresh_from_db()
    assert (task.state, task.acknowledged_by) == ("acknowledged", clinic.staff["psychologist"])


# 5 -- the chair, on a day on which everything happens


def the_first_day_with_everything_that_can_happen(clinic: Clinic, chart: str) -> None:
    clinic.clock(DAY_1, "09:00")
    nurse = clinic.sign_in("nurse")
    steps.seat(nurse, chart)
    the_start_guard_lists_everything_at_once(nurse, chart)
    steps.prepare(nurse, weight_kg="82.9")
    clinic.later(5)
    steps.start(nurse)
    infusion = Infusion.objects.get()
    assert (infusion.state, infusion.baseline.sbp, infusion.weight.weight_kg) == ("infusing", 128, Decimal("82.9"))
    a_set_beyond_twenty_percent_flags_and_is_answered(clinic, nurse)
    one_further_ondansetron_and_no_more(clinic, nurse)
    steps.end(clinic, nurse, minutes=10)
    steps.observe(clinic, nurse)
    slots = list(VitalSet.objects.order_by("occurred_at").values_list("slot", flat=True))
    assert slots == ["baseline", "start+15", "start+30", "end", "end+15", "end+30"]
    nobody_goes_home_with_a_rideshare(nurse)
    steps.go_home(nurse)
    infusion.refresh_from_db()
    assert (infusion.state, infusion.outcome) == ("discharged", "completed")


def the_start_guard_lists_everything_at_once(nurse: Person, chart: str) -> None:
    nurse.press("Start", status=422)
    for sentence in (
        "Verify the patient by two of name, date of birth and record number",
        "Ondansetron is open.",
        "The drug is not drawn.",
        "The pump is not checked.",
        "No complete seated baseline set in the last 15 min.",
    ):
        assert sentence in nurse.words
    assert "WGT-08" in nurse.words  # measured on the day of the first infusion
    assert Infusion.objects.get().state == "arrived"
    nurse.open(chart)


def a_set_beyond_twenty_percent_flags_and_is_answered(clinic: Clinic, nurse: Person) -> None:
    """The baseline is 128/78, 70: 84 is exactly 20% above 70, 154 is 20.3% above 128."""
    clinic.later(15)
    steps.chart_vitals(nurse, sbp="154", hr="84")
    flag = Flag.objects.get()
    assert (flag.rule, flag.sign, flag.value, flag.change) == ("VIT-01", "sbp", 154, "+20.3%")
    nurse.press("No symptoms")
    assert "The flag is answered." in nurse.words
    assert flag.acknowledgement.by == clinic.staff["nurse"]


def one_further_ondansetron_and_no_more(clinic: Clinic, nurse: Person) -> None:
    clinic.later(15)
    steps.chart_vitals(nurse, symptoms=["nausea"])
    steps.sheet(nurse, "ondansetron", "Given, 8 mg IV", assessment="Nausea 6 of 10, no QT history")
    assert not nurse.can_press("Given, 8 mg IV")
    nurse.at("infusions:chart_sheet", Infusion.objects.get().visit_id, "ondansetron")
    nurse.press("Given, 8 mg IV", assessment="Still nauseous", status=422)
    assert InfusionEvent.objects.filter(kind="ondansetron_prn").count() == 1
    nurse.at("infusions:chart", Infusion.objects.get().visit_id)


def nobody_goes_home_with_a_rideshare(nurse: Person) -> None:
    chart = nurse.address
    taxi = steps.DRIVER | {"transport": "rideshare"}
    steps.sheet(nurse, "driver", "I have seen this driver", status=422, **taxi)
    nurse.open(chart)
    steps.sheet(
        nurse,
        "discharge",
        "Discharge",
        checks=steps.LEAVING,
        instructions="English",
        seen=True,
        status=422,
        **taxi,
    )
    assert "A rideshare is not a known driver." in nurse.words
    assert Infusion.objects.get().state == "observing"
    nurse.open(chart)


def the_course_is_complete(clinic: Clinic, address: str) -> None:
    page = clinic.sign_in("nurse").open(address)
    assert page.words.count("Attended") == 5
    assert set(Infusion.objects.values_list("state", flat=True)) == {"discharged"}
    assert Order.objects.get().state == "completed"
    assert AuditEvent.objects.filter(event="infusion discharged").count() == 5


# 7 -- the questionnaire after the last infusion, and the figures


def the_follow_up_counts_on_the_dashboard(clinic: Clinic, address: str) -> None:
    clinic.clock(DAY_1 + timedelta(days=7), "10:00")
    lead = clinic.sign_in("clinic_lead").at("outcomes:dashboard")
    assert "1/1" not in lead.words
    link = steps.send_questionnaire(clinic, address, role="nurse", occasion="last")
    steps.answer(steps.open_link(link), [1, 1, 1, 1, 1, 1, 1, 1, 0] + [1] * 7)
    assert Assessment.objects.filter(state="completed").count() == 2
    lead.at("outcomes:dashboard")
    cell = reverse("outcomes:cell", args=["phq-9", "last"])
    (figure,) = [link for link in lead.page.links if link.address.startswith(cell)]
    assert " ".join(figure.words.split()).startswith("1/1 100")
    lead.open(figure.address)
    assert "KT-20417" in lead.words
    assert "9 lower, at least 5." in lead.words
