"""The other ways through enrolment: declined, twice, pregnant, misuse, absent, waiting, coming back."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from scheduling.models import GroupSeat, GroupWait, HealthScreen, Patient, PatientMerge, Referral, Visit
from tests.factories import suite
from tests.journeys import enrolling, steps
from tests.journeys.enrolling import strip
from tests.journeys.person import Person
from tests.journeys.steps import DAY_1, GROUP_DAY, Clinic

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
PREGNANT = {"childbearing_potential": "yes", "pregnancy": "positive"}
SOMEBODY = {
    "record_number": "KT-30001",
    "family_name": "Tolland",
    "given_name": "Osric",
    "birth_date": "1961-02-02",
}
SOMEBODY |= {"sex": "male", "phone": "216 555 0144"}


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    with steps.a_clinic() as made:
        yield made


# -- declined


def test_a_declined_referral_keeps_its_reason_and_is_taken_up_again(clinic: Clinic) -> None:
    scheduler = enrolling.refer(clinic.sign_in("scheduler"))
    address = scheduler.address
    before = enrolling.rows()
    scheduler.press("Decline the referral", status=422)
    assert "Say why the referral is declined" in scheduler.words
    assert enrolling.rows() == before
    scheduler.press("Decline the referral", reason="Pain for less than six months.")
    scheduler.open(address)
    assert "Pain for less than six months." in scheduler.words
    assert not scheduler.can_press("Decline the referral")
    assert "Marrin, Delphine" in scheduler.at("scheduling:referrals").follow("Declined").words
    scheduler.open(address).press("Take up again", reason="A new letter says two years.")
    assert Referral.objects.get().state == "received"
    assert "A new letter says two years." in scheduler.words
    assert enrolling.accept(scheduler).endswith(f"/patients/{Patient.objects.get().pk}/")


# -- twice


def test_a_duplicate_is_shown_before_saving_merged_and_taken_apart_again(clinic: Clinic) -> None:
    kept = steps.register(clinic).address
    scheduler = clinic.sign_in("scheduler")
    twice = steps.DELPHINE | {"record_number": "KT-20471", "given_name": "Delfine"}
    before = enrolling.rows()
    scheduler.at("scheduling:patient_new").press("Register", status=422, **twice)
    assert "1 patient here may be the same person" in scheduler.words
    assert "Same birth date and a similar name" in scheduler.words
    assert enrolling.rows() == before
    confirm = scheduler.page.forms_with("Register")[0]
    (rule,) = confirm[0].controls["confirmed"].options
    scheduler.press("Register", confirmed=rule, **{f"reason_{rule}": "Cousins with one birthday."})
    assert Patient.objects.count() == 2
    steps.find_eligible(scheduler)
    merge_by_hand(scheduler)
    the_merged_number_is_not_used_again(scheduler)
    both_histories_stand_on_the_kept_record(scheduler, kept)
    the_merge_is_undone(scheduler)


def merge_by_hand(scheduler: Person) -> None:
    """From the second record's page; the first one is kept."""
    scheduler.follow("Merge with another record").follow("Compare KT-20417")
    keep = Patient.objects.get(record_number="KT-20417").pk
    before = enrolling.rows()
    scheduler.press("Merge these records", status=422, keep=keep)
    assert "Say how you know that both are the same person." in scheduler.words
    assert enrolling.rows() == before
    scheduler.press("Merge these records", keep=keep, reason="One passport.")
    folded = Patient.objects.get(record_number="KT-20471")
    assert (folded.state, folded.merged_into_id) == ("merged", keep)


def the_merged_number_is_not_used_again(scheduler: Person) -> None:
    before = enrolling.rows()
    scheduler.at("scheduling:patient_new")
    scheduler.press("Register", status=422, **SOMEBODY | {"record_number": "kt-20471"})
    assert "Record number KT-20471 was merged into KT-20417 and is not used again." in scheduler.words
    assert "Open KT-20417, or correct the number." in scheduler.words
    assert enrolling.rows() == before
    folded = Patient.objects.get(record_number="KT-20471")
    scheduler.at("scheduling:patient", folded.pk)
    assert "This record was merged into KT-20417" in scheduler.words
    for closed in ("Record eligibility", "Book the group visit", "Change this record"):
        assert closed not in scheduler.words


def both_histories_stand_on_the_kept_record(scheduler: Person, kept: str) -> None:
    scheduler.open(kept)
    assert "Record KT-20471 was merged into this one" in scheduler.words
    assert scheduler.words.count("Referral accepted") >= 3  # the strip, and the two referrals below
    assert "found by KT-20471, merged" in scheduler.find("KT-20471").words


def the_merge_is_undone(scheduler: Person) -> None:
    scheduler.at("scheduling:patient", Patient.objects.get(record_number="KT-20417").pk).follow("Undo")
    scheduler.press("Undo the merge", status=422)
    assert "Say why the two are not the same person." in scheduler.words
    scheduler.press("Undo the merge", reason="Cousins after all.")
    folded = Patient.objects.get(record_number="KT-20471")
    assert (folded.state, folded.merged_into_id) == ("referred", None)
    assert PatientMerge.objects.count() == 1  # what happened is kept


# -- pregnant


def test_pregnancy_stops_everything_and_nobody_can_override_it(clinic: Clinic) -> None:
    scheduler = steps.register(clinic)
    address = scheduler.address
    scheduler.follow("Record").press("Save assessment", **steps.ANSWERS | PREGNANT)
    assert Patient.objects.get().state in ("referred", "declined")
    enrolling.plan_group(clinic)
    for role in ("scheduler", "physician"):
        person = clinic.sign_in(role).open(address)
        assert strip(person)["Eligible"] == "Blocked"
        assert not any(word == "Due" for word in strip(person).values())
    scheduler.open(address)
    assert "pregnan" not in scheduler.words.lower()
    pk = Patient.objects.get().pk
    before = enrolling.rows()
    scheduler.at("scheduling:seat_new", pk)
    group = scheduler.page.forms_with("Book both seats")[0][0].controls["group"].options[0]
    scheduler.press("Book both seats", status=422, group=group, **enrolling.SUPPORT)
    assert "A seat is for a patient found eligible" in scheduler.words
    assert enrolling.rows() == before
    scheduler.at("scheduling:eligibility", pk)  # who is no prescriber does not take it back
    assert "Only a prescriber corrects this." in scheduler.words
    physician = clinic.sign_in("physician").at("scheduling:eligibility", pk)
    for words in ("override", "Override", "confirmed"):
        assert words not in physician.words
    assert "confirmed" not in physician.page.forms_with("Save assessment")[0][0].controls
    physician.press("Save assessment", note="The infusions are wanted all the same.")
    assert Patient.objects.get().state == "referred"
    assert not GroupSeat.objects.exists()


def test_a_pregnancy_found_after_the_seat_gives_the_seat_no_clearing(clinic: Clinic) -> None:
    enrolling.plan_group(clinic)
    address = enrolling.enrolled(clinic)
    enrolling.take_seat(clinic.sign_in("scheduler").open(address))
    enrolling.everything_before_the_decision(clinic)
    physician = clinic.sign_in("physician").at("scheduling:eligibility", Patient.objects.get().pk)
    physician.press("Save assessment", **PREGNANT)
    before = enrolling.rows()
    refused = enrolling.decide(clinic, "Clear", status=422, note="She wants it.", conditions="Weekly test")
    assert "The last assessment does not find this patient eligible." in refused.words
    assert enrolling.rows() == before
    assert (GroupSeat.objects.get().state, Patient.objects.get().state) == ("attended", "group_booked")


# -- misuse


def test_a_history_of_ketamine_misuse_waits_for_the_physician_and_is_cleared(clinic: Clinic) -> None:
    enrolling.plan_group(clinic)
    scheduler = steps.register(clinic)
    address = scheduler.address
    scheduler.follow("Record")
    assert "misuse_decision" not in scheduler.page.forms_with("Save assessment")[0][0].controls
    scheduler.press("Save assessment", **steps.ANSWERS | {"ketamine_misuse": "yes"})
    assert Patient.objects.get().state == "eligible"  # a seat may be had; clearing waits
    scheduler.open(address)
    assert "The physician decides" in scheduler.words
    assert "misuse" not in scheduler.words.lower()
    enrolling.take_seat(scheduler)
    enrolling.everything_before_the_decision(clinic)
    before = enrolling.rows()
    refused = enrolling.decide(clinic, "Clear", status=422)
    assert "misuse" in refused.words.lower()
    assert enrolling.rows() == before
    physician = clinic.sign_in("physician").at("scheduling:eligibility", Patient.objects.get().pk)
    physician.press("Save assessment", status=422, misuse_decision="accept")
    assert "Write the prescriber's rationale" in physician.words.replace("’", "'")
    physician.press("Save assessment", misuse_decision="accept", misuse_rationale="Ten years ago; in remission.")
    cleared = enrolling.decide(clinic, "Clear", note="With the addiction service.")
    assert "Cleared" in cleared.words
    assert Patient.objects.get().state == "cleared"


def test_active_substance_misuse_is_declined_by_the_physician_with_the_reason(clinic: Clinic) -> None:
    enrolling.plan_group(clinic)
    scheduler = steps.register(clinic)
    address = scheduler.address
    scheduler.follow("Record").press("Save assessment", **steps.ANSWERS | {"substance_misuse": "yes"})
    enrolling.take_seat(scheduler.open(address))
    physician = clinic.sign_in("physician").at("scheduling:eligibility", Patient.objects.get().pk)
    decided = {"substance_decision": "decline", "substance_rationale": "Alcohol every day; referred on."}
    physician.press("Save assessment", **decided)
    assert strip(physician.open(address))["Eligible"] == "Blocked"
    physician.at("scheduling:eligibility", Patient.objects.get().pk)
    physician.press("Decline the referral", status=422)
    assert "Write why this patient is declined." in physician.words
    physician.press("Decline the referral", note="Alcohol every day; referred to the addiction service.")
    assert Patient.objects.get().state == "declined"
    assert GroupSeat.objects.get().state == "cancelled"  # the seat is free for somebody else
    scheduler.open(address)
    assert "Declined" in scheduler.words
    assert "alcohol" not in scheduler.words.lower()


# -- absent, and waiting


def test_who_is_absent_is_rebooked_in_one_act(clinic: Clinic) -> None:
    enrolling.plan_group(clinic)
    enrolling.plan_group(clinic, day=GROUP_DAY + WEEK)
    address = enrolling.enrolled(clinic)
    enrolling.take_seat(clinic.sign_in("scheduler").open(address))
    clinic.clock(GROUP_DAY, "13:20")
    nurse = enrolling.open_seat(clinic.sign_in("nurse"))
    nurse.press("Absent: rebook")
    first, second = GroupSeat.objects.order_by("pk")
    assert (first.state, second.state, second.group.date) == ("absent", "booked", GROUP_DAY + WEEK)
    assert second.support_person == "Paul Marrin"  # nobody types it again
    scheduler = clinic.sign_in("scheduler").open(address)
    assert "Mon 5 Oct, 13:00" in scheduler.words
    assert strip(scheduler)["Group visit (SMA)"] == "Due"
    assert "Absent" in scheduler.words  # it stays in the history


def test_the_longest_waiting_comes_first_when_a_seat_is_given_back(clinic: Clinic) -> None:
    enrolling.plan_group(clinic, capacity="2")
    first = enrolling.enrolled(clinic)
    enrolling.take_seat(clinic.sign_in("scheduler").open(first))
    second = enrolling.enrolled(clinic, **SOMEBODY)
    scheduler = clinic.sign_in("scheduler").open(second).follow("Choose")
    assert "Every group visit is full." in scheduler.words
    assert not scheduler.can_press("Book both seats")
    scheduler.press("Put on the waiting list", note="Mondays only")
    assert "Osric Tolland is on the waiting list for a group visit." in scheduler.words
    assert "no seat free yet" in scheduler.words
    scheduler.follow("Open the roster").follow("Marrin, Delphine").press("Cancel this seat", reason="Moved away.")
    scheduler.at("scheduling:groups")
    assert "Seat free" in scheduler.words
    scheduler.follow("Book a seat for Tolland, Osric").press("Book both seats", **enrolling.SUPPORT)
    assert GroupWait.objects.get().ended_at is not None
    assert GroupSeat.objects.get(state="booked").patient.record_number == "KT-30001"
    assert "Nobody waits" in scheduler.at("scheduling:groups").words


# -- coming back

BACK = DAY_1 + timedelta(days=91)  # Monday 4 January 2027, 98 days after the clearing
TOO_LATE = DAY_1 + timedelta(days=182)  # Monday 5 April 2027, 189 days after it


def a_finished_course(clinic: Clinic) -> Patient:
    """Cleared on the day of the group visit, five days attended."""
    course = suite.booked_sequence(clinic.site, DAY_1)
    for visit in suite.visits_of(course):
        suite.attend(visit, by=clinic.staff["nurse"])
    return course.patient


def weeks_before(clinic: Clinic, monday: date) -> None:
    clinic.clock(monday - WEEK, "10:00")
    suite.open_week(clinic.site, monday)


def test_who_comes_back_within_180_days_needs_a_new_screen_and_no_group_visit(clinic: Clinic) -> None:
    patient = a_finished_course(clinic)
    weeks_before(clinic, BACK)
    scheduler = clinic.sign_in("scheduler").at("scheduling:offers", patient.pk)
    assert "The health screen is due" in scheduler.words
    assert not scheduler.can_press("Confirm option")
    nurse = clinic.sign_in("nurse").at("scheduling:health_screen", patient.pk)
    questions = {
        name: "no" for name in nurse.page.forms_with("Save the health screen")[0][0].controls if name[:2] == "q_"
    }
    before = enrolling.rows()
    nurse.press("Save the health screen", status=422, **questions | {"q_liver": False})
    assert "Answer with yes or no: New liver or bladder trouble." in nurse.words
    assert enrolling.rows() == before
    nurse.press("Save the health screen", **questions | {"q_liver": "no"})
    assert "The health screen is recorded." in nurse.words
    scheduler.at("scheduling:offers", patient.pk).press("Keep the wish", time="09:00").press("Confirm option")
    days = Visit.objects.filter(patient=patient, date__gte=BACK).values_list("date", flat=True)
    assert sorted(days) == clinic.site.week_of(BACK)
    assert GroupSeat.objects.count() == 1  # no second shared medical appointment
    assert HealthScreen.objects.count() == 1
    assert strip(scheduler.at("scheduling:patient", patient.pk))["Sequence booked"] == "Done"


def test_after_180_days_a_new_assessment_and_group_visit_are_needed(clinic: Clinic) -> None:
    patient = a_finished_course(clinic)
    weeks_before(clinic, TOO_LATE)
    nurse = clinic.sign_in("nurse").at("scheduling:health_screen", patient.pk)
    questions = {
        name: "no" for name in nurse.page.forms_with("Save the health screen")[0][0].controls if name[:2] == "q_"
    }
    nurse.press("Save the health screen", **questions)
    scheduler = clinic.sign_in("scheduler").at("scheduling:offers", patient.pk)
    assert not scheduler.can_press("Confirm option")
    assert strip(scheduler.at("scheduling:patient", patient.pk))["Group visit (SMA)"] != "Done"
    assert Visit.objects.filter(patient=patient).count() == 5
