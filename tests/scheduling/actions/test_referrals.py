"""Referrals: received, asked about, accepted, declined, withdrawn, taken up again."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser, Transition
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.models import Patient, Referral
from scheduling.states import EnrolmentState
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW
from tests.races import race

LATER = NOW + timedelta(days=2)


def rules_of(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.rule for problem in refused.value.problems]


def steps(referral: Referral) -> list[tuple[str, str]]:
    rows = Transition.objects.filter(subject="scheduling_referral", subject_id=referral.pk).order_by("pk")
    return list(rows.values_list("to_state", "reason"))


def new_of(referral: Referral, **fields: object) -> actions.NewPatient:
    return make.new_patient(
        family_name=referral.family_name,
        given_name=referral.given_name,
        birth_date=referral.birth_date,
        phone="",
        **fields,
    )


def test_receiving_stores_the_letter_with_transition_and_audit(site: Site, scheduler: StaffUser) -> None:
    new = make.new_referral(family_name=" Marrin ", record_number=" kt-7 1", language=" ")
    referral = actions.receive_referral(site=site, new=new, by=scheduler, at=NOW)
    assert (referral.state, referral.family_name, referral.record_number) == ("received", "Marrin", "KT-71")
    assert (referral.state_since, referral.created_by, referral.language) == (NOW, scheduler, "English")
    assert steps(referral) == [("received", "")]
    event = AuditEvent.objects.get(event="referral received")
    assert (event.subject_id, event.by, "Marrin" in str(event.detail)) == (referral.pk, scheduler, False)


def test_every_problem_of_a_letter_is_told_and_nothing_is_kept(site: Site, scheduler: StaffUser) -> None:
    new = make.new_referral(family_name="", source=" ", birth_date=date(2026, 9, 8), pain_months=None)
    with pytest.raises(Refused) as refused:
        actions.receive_referral(site=site, new=new, by=scheduler, at=NOW)
    assert rules_of(refused) == ["ENR-31", "ENR-33", "ENR-33"]
    assert not Referral.objects.exists()
    assert not AuditEvent.objects.filter(event__startswith="referral").exists()


def test_enr_38_the_same_person_in_the_inbox_is_confirmed_with_a_reason(site: Site, scheduler: StaffUser) -> None:
    new = make.new_referral()
    actions.receive_referral(site=site, new=new, by=scheduler, at=NOW)
    for confirmed in ({}, {"ENR-38": "  "}):
        with pytest.raises(Refused) as refused:
            actions.receive_referral(site=site, new=new, by=scheduler, at=NOW, confirmed=confirmed)
        assert rules_of(refused) == ["ENR-38"]
    said = {"ENR-38": "Two letters, from two practices."}
    actions.receive_referral(site=site, new=new, by=scheduler, at=NOW, confirmed=said)
    assert Referral.objects.count() == 2


def test_information_is_asked_for_and_arrives(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site)
    asked = actions.ask_for_information(referral=referral, asked_for=" MRI, Dr. Amsel ", by=scheduler, at=LATER)
    assert (asked.state, asked.asked_for, asked.state_since) == ("needs_information", "MRI, Dr. Amsel", LATER)
    back = actions.information_arrived(referral=referral, by=scheduler, at=LATER, note="No new finding")
    assert (back.state, back.asked_for) == ("received", "")
    assert steps(referral) == [
        ("received", ""),
        ("needs_information", "MRI, Dr. Amsel"),
        ("received", "No new finding"),
    ]


def test_information_that_nobody_asked_for_does_not_arrive(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site)
    with pytest.raises(Refused, match="No information is awaited"):
        actions.information_arrived(referral=referral, by=scheduler, at=NOW)
    declined = actions.decline_referral(referral=referral, reason="Not pain.", by=scheduler, at=NOW)
    with pytest.raises(Refused, match="No information is awaited"):
        actions.information_arrived(referral=declined, by=scheduler, at=NOW)


@pytest.mark.parametrize("act", [actions.decline_referral, actions.withdraw_referral])
def test_a_referral_is_closed_with_a_reason_and_taken_up_again(
    site: Site, scheduler: StaffUser, act: Callable[..., Referral]
) -> None:
    referral = make.referral(site=site)
    with pytest.raises(Refused) as refused:
        act(referral=referral, reason=" ", by=scheduler, at=NOW)
    assert rules_of(refused) == ["ENR-36"]
    closed = act(referral=referral, reason="Lives too far away.", by=scheduler, at=LATER)
    assert (closed.decided_by, closed.decided_at) == (scheduler, LATER)
    assert closed.decision_note == "Lives too far away."
    with pytest.raises(Refused) as refused:
        actions.reopen_referral(referral=referral, reason="", by=scheduler, at=LATER)
    assert rules_of(refused) == ["ENR-36"]
    again = actions.reopen_referral(referral=referral, reason="Moved here.", by=scheduler, at=LATER)
    assert (again.state, again.decided_by, again.decided_at, again.decision_note) == ("received", None, None, "")
    assert [reason for _, reason in steps(referral)] == ["", "Lives too far away.", "Moved here."]


def test_an_open_referral_is_not_taken_up_again(site: Site, scheduler: StaffUser) -> None:
    asked = actions.ask_for_information(referral=make.referral(site=site), asked_for="MRI", by=scheduler, at=NOW)
    with pytest.raises(Refused, match="is open already"):
        actions.reopen_referral(referral=asked, reason="Again.", by=scheduler, at=NOW)
    asked.refresh_from_db()
    assert asked.state == "needs_information"


def test_accepting_registers_one_patient_with_this_referral(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site)
    patient = actions.accept_referral(referral=referral, new=new_of(referral), by=scheduler, at=LATER)
    referral.refresh_from_db()
    assert (referral.state, referral.patient, referral.decided_by) == ("accepted", patient, scheduler)
    assert (patient.state, Referral.objects.count()) == (EnrolmentState.REFERRED, 1)
    event = AuditEvent.objects.get(event="referral accepted")
    assert (event.subject_id, event.patient_id) == (referral.pk, patient.pk)


def test_one_that_waits_for_information_is_accepted_too(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site)
    actions.ask_for_information(referral=referral, asked_for="MRI", by=scheduler, at=NOW)
    actions.accept_referral(referral=referral, new=new_of(referral), by=scheduler, at=LATER)
    referral.refresh_from_db()
    assert (referral.state, referral.asked_for) == ("accepted", "")


def test_a_refused_registration_leaves_the_referral_in_the_inbox(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site)
    new = new_of(referral, record_number="?")
    with pytest.raises(Refused) as refused:
        actions.accept_referral(referral=referral, new=new, by=scheduler, at=NOW)
    assert rules_of(refused) == ["ENR-01"]
    referral.refresh_from_db()
    assert (referral.state, referral.patient) == ("received", None)
    assert not Patient.objects.exists()


def test_enr_31_nobody_is_registered_who_is_born_after_the_letter(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site, received_on=date(2026, 1, 5), birth_date=None, pain_months=None)
    new = make.new_patient(birth_date=date(2026, 1, 6))
    with pytest.raises(Refused) as refused:
        actions.accept_referral(referral=referral, new=new, by=scheduler, at=NOW, confirmed={"ENR-04": "Child."})
    assert rules_of(refused) == ["ENR-31"]


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_a_closed_referral_is_taken_up_before_it_is_accepted(site: Site, scheduler: StaffUser, state: str) -> None:
    referral = make.referral(site=site)
    act = actions.decline_referral if state == "declined" else actions.withdraw_referral
    act(referral=referral, reason="Known.", by=scheduler, at=NOW)
    with pytest.raises(Refused, match=f"This referral is {state}. Take it up again first"):
        actions.accept_referral(referral=referral, new=new_of(referral), by=scheduler, at=NOW)
    assert not Patient.objects.exists()


def test_an_accepted_referral_can_only_be_looked_at(site: Site, scheduler: StaffUser) -> None:
    referral = make.referral(site=site)
    actions.accept_referral(referral=referral, new=new_of(referral), by=scheduler, at=NOW)
    given = {"referral": referral, "by": scheduler, "at": NOW}
    for act in (
        lambda: actions.accept_referral(new=make.new_patient(), **given),
        lambda: actions.decline_referral(reason="No.", **given),
        lambda: actions.withdraw_referral(reason="No.", **given),
        lambda: actions.ask_for_information(asked_for="MRI", **given),
        lambda: actions.reopen_referral(reason="No.", **given),
    ):
        with pytest.raises(Refused):
            act()
    assert Patient.objects.count() == 1
    assert [state for state, _ in steps(referral)] == ["received", "accepted"]


@pytest.mark.parametrize("left_as", ["declined", "withdrawn"])
def test_a_returning_patient_is_linked_and_referred_again(site: Site, scheduler: StaffUser, left_as: str) -> None:
    patient = make.patient(site=site)
    Patient.objects.filter(pk=patient.pk).update(state=left_as)
    referral = make.referral(site=site, birth_date=patient.birth_date, family_name=patient.family_name)
    linked = actions.accept_referral(referral=referral, patient=patient, by=scheduler, at=LATER)
    referral.refresh_from_db()
    assert (linked.pk, linked.state, referral.patient_id) == (patient.pk, "referred", patient.pk)
    assert Referral.objects.filter(patient=patient, state="accepted").count() == 2
    assert Patient.objects.count() == 1


def test_a_patient_on_the_way_keeps_the_state_when_linked(site: Site, scheduler: StaffUser) -> None:
    patient = make.eligible_patient(site=site)
    referral = make.referral(site=site, birth_date=patient.birth_date)
    linked = actions.accept_referral(referral=referral, patient=patient, by=scheduler, at=LATER)
    assert linked.state == "eligible"


def test_enr_37_another_birth_date_is_confirmed_and_the_reason_kept(site: Site, scheduler: StaffUser) -> None:
    patient = make.patient(site=site)
    assert patient.birth_date
    referral = make.referral(site=site, birth_date=patient.birth_date + timedelta(days=1))
    with pytest.raises(Refused) as refused:
        actions.accept_referral(referral=referral, patient=patient, by=scheduler, at=NOW)
    assert rules_of(refused) == ["ENR-37"]
    said = {"ENR-37": "Typing error in the letter, asked by phone."}
    actions.accept_referral(referral=referral, patient=patient, by=scheduler, at=NOW, confirmed=said)
    referral.refresh_from_db()
    assert referral.decision_note == said["ENR-37"]


def test_enr_37_a_merged_record_is_refused(site: Site, scheduler: StaffUser) -> None:
    kept, folded = make.patient(site=site), make.patient(site=site)
    actions.merge_patients(kept=kept, folded=folded, reason="Same person.", by=scheduler, at=NOW)
    referral = make.referral(site=site, birth_date=folded.birth_date)
    with pytest.raises(Refused, match=f"was merged into {kept.record_number}"):
        actions.accept_referral(referral=referral, patient=folded, by=scheduler, at=NOW)


def test_a_patient_of_another_clinic_cannot_be_linked(site: Site, other_site: Site, scheduler: StaffUser) -> None:
    patient, referral = make.patient(site=other_site), make.referral(site=site)
    with pytest.raises(Patient.DoesNotExist):
        actions.accept_referral(referral=referral, patient=patient, by=scheduler, at=NOW)


def test_a_patient_entered_at_the_clinic_has_exactly_one_accepted_referral(site: Site) -> None:
    patient = make.patient(site=site)
    referral = Referral.objects.get()
    assert (referral.patient, referral.state, referral.source) == (patient, "accepted", "Entered at the clinic")
    assert (referral.received_on, referral.birth_date) == (site.today(NOW), patient.birth_date)
    assert steps(referral) == [("accepted", "")]


def test_two_people_accept_one_referral_at_once_and_there_is_one_patient(committed_db: str) -> None:
    site = people.site()
    referral = make.referral(site=site)
    staff = [people.staff(role, site=site) for role in ("scheduler", "physician", "scheduler")]
    numbers = ["KT-1", "KT-2", "KT-3"]
    news = [new_of(referral, record_number=f"{number}00") for number in numbers]

    def accept(by: StaffUser, new: actions.NewPatient) -> Callable[[], Patient]:
        return lambda: actions.accept_referral(referral=referral, new=new, by=by, at=NOW)

    done, lost = race(*[accept(by, new) for by, new in zip(staff, news, strict=True)])
    assert (len(done), len(lost)) == (1, 2)
    assert all("accepted already" in str(error) for error in lost)
    assert Patient.objects.count() == 1
    assert Referral.objects.filter(state="accepted").count() == 1


def test_the_same_letter_typed_in_twice_at_once_is_one_referral(committed_db: str) -> None:
    site = people.site()
    by, new = people.staff("scheduler", site=site), make.new_referral()
    done, lost = race(*[lambda: actions.receive_referral(site=site, new=new, by=by, at=NOW) for _ in "123"])
    assert (len(done), len(lost), Referral.objects.count()) == (1, 2, 1)


def test_accepting_and_declining_at_once_ends_in_one_of_the_two(committed_db: str) -> None:
    site = people.site()
    referral = make.referral(site=site)
    by, new = people.staff("scheduler", site=site), new_of(referral)
    done, lost = race(
        lambda: actions.accept_referral(referral=referral, new=new, by=by, at=NOW),
        lambda: actions.decline_referral(referral=referral, reason="Too far.", by=by, at=NOW),
    )
    referral.refresh_from_db()
    assert (len(done), len(lost)) == (1, 1)
    assert (referral.state == "accepted") == Patient.objects.exists()
