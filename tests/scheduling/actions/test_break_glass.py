"""ACC-20 to ACC-26: one patient's record for an hour, by somebody whose role does not see it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connections, transaction

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from kitclinic.roles import Permission, Role
from scheduling.actions import break_glass, end_break_glass, review_break_glass
from scheduling.models import BreakGlass, BreakGlassEnd, BreakGlassReview, Patient
from scheduling.models.break_glass import LASTS
from scheduling.queries.break_glass import glass_lines, glasses, open_glass, waiting_number
from scheduling.rules.break_glass import LEAST_REASON, MINUTES, is_open, reason_problems, review_problems
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

REASON = "He is unwell in the hall"


@pytest.fixture
def patient(site: Site) -> Patient:
    return make.patient(site=site)


@pytest.fixture
def psychologist(site: Site) -> StaffUser:
    return people.staff("psychologist", site=site)


def opened(patient: Patient, by: StaffUser, at: datetime = NOW, reason: str = REASON) -> BreakGlass:
    return break_glass(patient=patient, reason=reason, proof=people.proof(by, at), by=by, at=at)


@pytest.mark.parametrize(("after", "stands"), [(-1, False), (0, True), (59 * 60 + 59, True), (3600, False)])
def test_acc_20_it_is_open_at_fifty_nine_fifty_nine_and_closed_at_sixty(
    patient: Patient, psychologist: StaffUser, after: int, stands: bool
) -> None:
    glass, at = opened(patient, psychologist), NOW + timedelta(seconds=after)
    found = open_glass(site=patient.site, by=psychologist, patient_id=patient.pk, at=at)
    assert (found == glass) is stands
    assert is_open(glass.opened_at, None, at=at) is stands
    assert timedelta(minutes=MINUTES) == LASTS


@pytest.mark.parametrize(("reason", "taken"), [("a" * 9, False), ("a" * 10, True), ("a" + " " * 20 + "b", False)])
def test_acc_21_a_reason_has_ten_characters(
    patient: Patient, psychologist: StaffUser, reason: str, taken: bool
) -> None:
    assert (reason_problems(reason) == []) is taken
    if taken:
        assert opened(patient, psychologist, reason=reason).reason == reason
    else:
        with pytest.raises(Refused, match=str(LEAST_REASON)):
            opened(patient, psychologist, reason=reason)


@pytest.mark.parametrize(("role", "seconds"), [("psychologist", 61), ("psychologist", -1), ("nurse", 0)])
def test_acc_21_an_old_proof_or_somebody_elses_opens_nothing(
    patient: Patient, psychologist: StaffUser, role: str, seconds: int
) -> None:
    who = psychologist if role == "psychologist" else people.staff(role, site=patient.site)
    proof = people.proof(who, NOW - timedelta(seconds=seconds))
    with pytest.raises(Refused, match="Type your password again"):
        break_glass(patient=patient, reason=REASON, proof=proof, by=psychologist, at=NOW)
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("role", [Role.NURSE, Role.PHYSICIAN, Role.CLINIC_LEAD])
def test_whoever_sees_charts_anyway_opens_none(patient: Patient, role: str) -> None:
    by = people.staff(role, site=patient.site)
    assert by.may(Permission.SEE_CHARTS)
    with pytest.raises(Refused, match="does not allow"):
        opened(patient, by)


def test_acc_26_opened_once_more_it_lasts_no_longer(patient: Patient, psychologist: StaffUser) -> None:
    first = opened(patient, psychologist)
    again = opened(patient, psychologist, NOW + timedelta(minutes=59))
    assert again == first
    later = opened(patient, psychologist, NOW + timedelta(minutes=60))
    assert later != first
    assert BreakGlass.objects.count() == 2


def test_acc_20_it_is_one_patient_and_one_person(patient: Patient, psychologist: StaffUser) -> None:
    opened(patient, psychologist)
    other, colleague = make.patient(site=patient.site), people.staff("psychologist", site=patient.site)
    assert open_glass(site=patient.site, by=psychologist, patient_id=other.pk, at=NOW) is None
    assert open_glass(site=patient.site, by=colleague, patient_id=patient.pk, at=NOW) is None


def test_ended_it_is_closed_at_once_and_for_good(patient: Patient, psychologist: StaffUser) -> None:
    glass = opened(patient, psychologist)
    for _ in range(2):
        end_break_glass(glass=glass, by=psychologist, at=NOW + timedelta(minutes=5))
    assert open_glass(site=patient.site, by=psychologist, patient_id=patient.pk, at=NOW) is None
    assert BreakGlassEnd.objects.get().at == NOW + timedelta(minutes=5)
    told = AuditEvent.objects.filter(patient_id=patient.pk, event__startswith="break-glass").order_by("pk")
    assert [one.event for one in told] == ["break-glass opened", "break-glass ended"]
    assert REASON not in str([one.detail for one in told])


def test_somebody_else_does_not_end_it(patient: Patient, psychologist: StaffUser) -> None:
    glass = opened(patient, psychologist)
    end_break_glass(glass=glass, by=people.staff("administrator", site=patient.site), at=NOW)
    assert open_glass(site=patient.site, by=psychologist, patient_id=patient.pk, at=NOW) == glass


def test_acc_24_nobody_reviews_their_own_and_it_is_reviewed_once(patient: Patient) -> None:
    opener, other = (people.staff("administrator", site=patient.site) for _ in range(2))
    glass = opened(patient, opener)
    facts = {"glass": glass, "in_order": True, "note": "Asked on the telephone", "at": NOW}
    with pytest.raises(Refused, match="Somebody else reviews it"):
        review_break_glass(by=opener, **facts)
    assert waiting_number(patient.site, NOW) == 1
    review_break_glass(by=other, **facts)
    assert waiting_number(patient.site, NOW) == 0
    with pytest.raises(Refused, match="reviewed already"):
        review_break_glass(by=other, **facts)
    with pytest.raises(Refused, match="does not allow"):
        review_break_glass(by=people.staff("nurse", site=patient.site), **facts)


def test_acc_24_the_database_refuses_a_review_of_ones_own(patient: Patient, psychologist: StaffUser) -> None:
    facts = {"site": patient.site, "in_order": True, "note": "I was right", "at": NOW}
    glass = opened(patient, psychologist)
    with pytest.raises(IntegrityError, match="break_glass_reviewed_by_another"), transaction.atomic():
        BreakGlassReview.objects.create(glass=glass, opened_by=psychologist, by=psychologist, **facts)


def test_acc_20_the_database_refuses_a_longer_hour(patient: Patient, psychologist: StaffUser) -> None:
    facts = {
        "site": patient.site,
        "patient": patient,
        "by": psychologist,
        "role": "psychologist",
        "opened_at": NOW,
    }
    for name, told in (
        ("break_glass_lasts_an_hour", {"reason": REASON, "until": NOW + timedelta(minutes=61)}),
        ("break_glass_has_a_reason", {"reason": "because", "until": NOW + LASTS}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            BreakGlass.objects.create(**facts, **told)


def test_acc_25_a_review_has_a_note_and_is_late_on_the_next_day(patient: Patient, psychologist: StaffUser) -> None:
    glass, reader = opened(patient, psychologist), people.staff("clinic_lead", site=patient.site)
    assert [one.rule for one in review_problems("a" * 9, by_opener=False, reviewed=False)] == ["ACC-25"]
    midnight = patient.site.instant(patient.site.today(NOW) + timedelta(days=1), 0)
    late = [
        glass_lines(list(glasses(patient.site)), reader=reader, at=at)[0].is_late
        for at in (midnight - timedelta(seconds=1), midnight)
    ]
    assert late == [False, True]
    review_break_glass(glass=glass, in_order=False, note="Talked to both", by=reader, at=midnight)
    (line,) = glass_lines(list(glasses(patient.site)), reader=reader, at=midnight)
    assert (line.is_late, line.is_open, line.is_own, line.looks) == (False, False, False, 0)


def test_acc_26_two_at_the_same_moment_are_one(committed_db: str) -> None:
    site = people.site()
    patient, by = make.patient(site=site), people.staff("scheduler", site=site)

    def once(_: int) -> int:
        try:
            return opened(patient, by).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(once, range(4)))) == 1
    assert BreakGlass.objects.count() == 1
    assert AuditEvent.objects.filter(event="break-glass opened").count() == 1
