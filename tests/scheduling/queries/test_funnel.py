"""A small cohort reached through the real actions, and its funnel counted by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kitclinic.models import Site
from scheduling import actions
from scheduling.actions import Assessment
from scheduling.models import Patient, Referral
from scheduling.queries.funnel import Funnel, behind, behind_lines, export_rows, funnel, months_between
from scheduling.queries.ways import counted_ways
from scheduling.rules.funnel import Leaving, Step, Waiting, Way
from scheduling.rules.referrals import NewReferral
from scheduling.states import EnrolmentState, MissedReason, Verdict
from tests.factories import scheduling as factory
from tests.factories import suite
from tests.factories.scheduling import actor

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
MONDAY = date(2026, 9, 21)  # a clinic week of day 1
GROUP_DAY = MONDAY - timedelta(days=7)
AT = datetime(2026, 9, 2, 15, 0, tzinfo=UTC)  # 11:00 in New York
NOW = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)


def shown(site: Site, first: date = SEPTEMBER, last: date = OCTOBER) -> Funnel:
    return funnel(site, first=first, last=last, at=NOW)


def counts(found: Funnel) -> list[int]:
    return [line.count.n for line in found.steps]


def only(site: Site) -> Way:
    (way,) = counted_ways(site, first=SEPTEMBER, last=OCTOBER)
    return way


def referral(site: Site, *, at: datetime = AT, received: date | None = None, name: str = "Quist") -> Referral:
    new = NewReferral(
        received_on=received or site.today(at), source="Dr. Lind", family_name=name, given_name="Wilma"
    )
    return actions.receive_referral(site=site, new=new, by=actor("scheduler", site), at=at)


def close(site: Site, how: str, reason: str, name: str) -> None:
    act = {"declined": actions.decline_referral, "withdrawn": actions.withdraw_referral}[how]
    act(referral=referral(site, name=name), reason=reason, by=actor("physician", site), at=AT + timedelta(days=1))


def not_eligible(site: Site, *, at: datetime = AT) -> Patient:
    made = factory.patient(site=site, at=at)
    actions.assess_eligibility(
        patient=made,
        assessment=Assessment(facts=factory.facts(pain_months=2), allergies="None", note="pain for 2 months"),
        verdict=Verdict.DECLINE,
        by=actor("physician", site),
        at=at + timedelta(days=4),
    )
    return made


def at_the_group(site: Site, minutes: int = 0) -> datetime:
    return site.instant(GROUP_DAY, 13 * 60 + minutes)


def absent(site: Site) -> Patient:
    made = factory.eligible_patient(site=site, at=AT)
    seat = factory.seat(made, group=factory.group_on(site=site, day=GROUP_DAY, at=AT), at=AT)
    actions.mark_seat_absent(seat=seat, by=actor("nurse", site), at=at_the_group(site, 20))
    return made


def not_suitable(site: Site, *, final: bool) -> Patient:
    made = factory.eligible_patient(site=site, at=AT)
    seat = factory.seat(made, group=factory.group_on(site=site, day=GROUP_DAY, at=AT), at=AT)
    actions.check_in_seat(seat=seat, support_attended=True, by=actor("nurse", site), at=at_the_group(site))
    by, at = actor("physician", site), at_the_group(site, 60)
    actions.decline_seat(seat=seat, note="pressure too high", by=by, at=at, final=final)
    return made


def cleared(site: Site) -> Patient:
    return factory.cleared_patient(site=site, group=factory.group_on(site=site, day=GROUP_DAY, at=AT), at=AT)


def with_sequence(site: Site) -> tuple[Patient, Any]:
    made = cleared(site)
    return made, suite.booked_sequence(site, MONDAY, patient=made, at=at_the_group(site, 100))


def infused(site: Site) -> Patient:
    made, sequence = with_sequence(site)
    suite.attend(suite.visits_of(sequence)[0], by=actor("nurse", site))
    return made


# -- the whole ----------------------------------------------------------------------------------------


@pytest.fixture
def cohort(site: Site) -> Funnel:
    """Eleven referrals of September, one way to end each."""
    close(site, "declined", "Lives too far away", "Aalto")
    close(site, "declined", "lives elsewhere", "Berger")
    close(site, "withdrawn", "Found another clinic", "Cordes")
    asking = referral(site, name="Dunmore")
    actions.ask_for_information(referral=asking, asked_for="imaging", by=actor("scheduler", site), at=AT)
    not_eligible(site)
    absent(site)
    not_suitable(site, final=True)
    cleared(site)
    _, sequence = with_sequence(site)
    by = actor("scheduler", site)
    actions.cancel_sequence(sequence=sequence, reason=MissedReason.COST, by=by, at=at_the_group(site, 200))
    infused(site)
    factory.patient(site=site, at=AT)
    return shown(site)


def test_enr_90_the_funnel_of_a_cohort_counted_by_hand(cohort: Funnel) -> None:
    assert counts(cohort) == [11, 7, 5, 4, 3, 1]
    assert [line.count.percent for line in cohort.steps] == [None, 64, 71, 80, 75, 33]
    assert [line.left_after for line in cohort.steps] == [3, 1, 1, 1, 1, 0]
    assert [line.way_after for line in cohort.steps] == [1, 1, 0, 0, 1, 0]
    assert [line.may_come for line in cohort.steps] == [0, 1, 2, 2, 2, 3]
    assert (cohort.done, cohort.gone, cohort.under_way) == (1, 7, 3)


def test_enr_93_every_reason_for_leaving_is_told(cohort: Funnel) -> None:
    assert [(one.step, one.word, one.n, one.reasons) for one in cohort.left] == [
        (Step.REFERRED, "Referral declined", 2, (("Lives too far away", 1), ("lives elsewhere", 1))),
        (Step.REFERRED, "Referral withdrawn", 1, (("Found another clinic", 1),)),
        (Step.ACCEPTED, "Not eligible", 1, (("pain for 2 months", 1),)),
        (Step.ELIGIBLE, "Absent, not booked again", 1, (("no reason written", 1),)),
        (Step.ATTENDED, "Not suitable", 1, (("pressure too high", 1),)),
        (Step.CLEARED, "Sequence cancelled before day 1", 1, (("Cost or insurance", 1),)),
    ]
    assert [(one.step, one.word, one.n) for one in cohort.waits] == [
        (Step.REFERRED, "Information awaited", 1),
        (Step.ACCEPTED, "To be assessed", 1),
        (Step.CLEARED, "Sequence to be booked", 1),
    ]


def test_enr_94_the_days_between_the_steps_are_the_clinics_calendar_days(cohort: Funnel) -> None:
    days = {line.count.step: (line.days, line.median) for line in cohort.steps}
    assert days[Step.ACCEPTED] == (7, 0)
    assert days[Step.ATTENDED] == (4, 12)  # from the 2nd to the 14th
    assert days[Step.CLEARED] == (3, 0)
    assert days[Step.INFUSED] == (1, 7)


def test_every_number_opens_exactly_its_referrals(cohort: Funnel) -> None:
    for line in cohort.steps:
        assert len(behind(cohort.ways, step=line.count.step)) == line.count.n
        assert len(behind(cohort.ways, step=line.count.step, who="reached", month="2026-09")) == line.count.n
    for one in cohort.left:
        assert len(behind(cohort.ways, step=one.step, who="left", word=one.word)) == one.n
        for reason, n in one.reasons:
            assert len(behind(cohort.ways, step=one.step, who="left", word=one.word, reason=reason)) == n
    for one in cohort.waits:
        assert len(behind(cohort.ways, step=one.step, who="way", word=one.word)) == one.n
    for month in cohort.months:
        assert len(behind(cohort.ways, step=cohort.all_steps, who="left", month=month.key)) == month.left
        assert len(behind(cohort.ways, step=cohort.all_steps, who="way", month=month.key)) == month.way


def test_the_people_of_a_number_have_names_only_for_who_may_find_patients(cohort: Funnel) -> None:
    ways = behind(cohort.ways, step=Step.REFERRED)
    assert "Aalto, Wilma" in {line.name for line in behind_lines(ways, with_names=True)}
    assert {(line.name, line.record_number, line.patient) for line in behind_lines(ways, with_names=False)} == {
        ("", "", None)
    }


def test_the_sheet_holds_what_the_page_shows(cohort: Funnel, site: Site) -> None:
    rows = export_rows(cohort, site=site)
    assert rows[2] == ("as of", "2026-10-20 11:00 EDT")
    assert ("Accepted", "7", "64", "7", "0", "0", "0", "1", "1") in rows
    assert ("2026-09", "11", "", "7", "64", "5", "71", "4", "80", "3", "75", "1", "33", "7", "3") in rows
    assert ("Accepted", "Not eligible", "pain for 2 months", "1") in rows
    assert ("Referred", "Information awaited", "1") in rows


def test_the_number_of_queries_does_not_grow(site: Site, cohort: Funnel, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(9):
        shown(site)
    factory.eligible_patient(site=site, at=AT)
    for name in ("Eklund", "Ferrante", "Gallardo"):
        not_eligible(site)
        close(site, "declined", "full", name)
    infused(site)
    with django_assert_num_queries(9):
        shown(site)


# -- who counts ---------------------------------------------------------------------------------------


def test_enr_90_the_last_evening_of_a_month_on_the_clinics_clock_is_that_month(site: Site) -> None:
    factory.patient(site=site, at=datetime(2026, 10, 1, 3, 59, tzinfo=UTC))  # 30 September, 23:59
    factory.patient(site=site, at=datetime(2026, 10, 1, 4, 0, tzinfo=UTC))  # 1 October, 00:00
    found = shown(site)
    assert [(line.key, line.counts[0].n) for line in found.months] == [("2026-10", 1), ("2026-09", 1)]
    assert counts(shown(site, last=SEPTEMBER))[0] == 1


def test_enr_90_an_acceptance_counts_in_the_month_of_its_referral(site: Site) -> None:
    late = referral(site, at=NOW, received=date(2026, 9, 30))
    actions.accept_referral(referral=late, new=factory.new_patient(), by=actor("scheduler", site), at=NOW)
    (line,) = [line for line in shown(site).months if line.key == "2026-09"]
    assert [count.n for count in line.counts[:2]] == [1, 1]
    assert only(site).days[Step.ACCEPTED] == date(2026, 10, 20)


def test_enr_92_a_patient_with_two_referrals_counts_twice_and_each_step_once(site: Site) -> None:
    known = not_eligible(site)
    again = referral(site, at=NOW - timedelta(days=5))
    by, at = actor("scheduler", site), NOW - timedelta(days=4)
    actions.accept_referral(referral=again, patient=known, by=by, at=at)
    known.refresh_from_db()
    factory.assess(known, at=NOW - timedelta(days=3))
    found = shown(site)
    assert counts(found)[:3] == [2, 2, 1]
    newest, oldest = found.ways
    assert (oldest.month, oldest.left) == ("2026-09", Leaving.NOT_ELIGIBLE)
    assert (newest.month, newest.waits) == ("2026-10", Waiting.SEAT_TO_BOOK)


def test_enr_92_a_reopened_patient_counts_in_the_first_referral(site: Site) -> None:
    known = not_eligible(site)
    assert only(site).left == Leaving.NOT_ELIGIBLE
    factory.assess(known, at=NOW)
    assert (only(site).reached, only(site).waits) == (Step.ELIGIBLE, Waiting.SEAT_TO_BOOK)


def test_enr_93_an_absent_patient_with_a_new_seat_is_on_the_way(site: Site) -> None:
    made = absent(site)
    assert only(site).left == Leaving.ABSENT
    factory.seat(made, group=factory.group_visit(site=site, day=site.today(NOW), at=NOW), at=NOW)
    assert only(site).waits == Waiting.SEAT_BOOKED


def test_enr_93_a_patient_not_cleared_may_come_again_or_not(site: Site) -> None:
    not_suitable(site, final=False)
    assert only(site).left == Leaving.NOT_CLEARED


def test_enr_91_merged_records_count_once(site: Site) -> None:
    kept, folded = infused(site), not_eligible(site, at=AT + timedelta(days=1))
    assert counts(shown(site))[0] == 2
    by = actor("scheduler", site)
    merge = actions.merge_patients(kept=kept, folded=folded, reason="the same person", by=by, at=NOW)
    assert counts(shown(site)) == [1] * 6
    actions.undo_merge(merge=merge, reason="two people after all", by=by, at=NOW + timedelta(hours=1))
    assert counts(shown(site))[0] == 2


def test_enr_91_registry_patients_and_other_clinics_are_left_out(site: Site, other_site: Site) -> None:
    factory.patient(site=other_site, at=AT)
    imported = factory.patient(site=site, at=AT)
    Patient.objects.filter(pk=imported.pk).update(is_registry=True, state=EnrolmentState.CLEARED)
    assert shown(site).ways == ()


def test_months_are_complete_across_the_turn_of_the_year() -> None:
    months = months_between(date(2025, 11, 30), date(2026, 2, 1))
    assert [f"{month:%Y-%m-%d}" for month in months] == ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"]
