"""Red flags and times of a clinic."""

from datetime import timedelta

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions, readiness
from outcomes.models import RedFlag, SafetySettings, SafetyTask
from outcomes.queries.safety_settings import flag_page, flags_of, times_of
from outcomes.rules.safety import Flag
from outcomes.rules.safety_times import DEFAULTS, Times
from tests.factories import outcomes as factory

NOW = factory.NOW
SLEEP = Flag("PHQ-9", 3, from_value=2, high_from=3, because="No sleep, no infusion without a word.")


def test_pro_120_a_flagged_answer_raises_a_task_and_blocks_the_start(site: Site, lead: StaffUser) -> None:
    actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    made = factory.opened(site=site)
    assert made.answer("PHQ-9", 3, 1).task is None
    task = made.answer("PHQ-9", 3, 2).task
    assert task is not None
    assert (task.kind, task.high, task.shows_support) == ("red_flag", False, False)
    assert [problem.rule for problem in readiness.problems(made.patient, NOW)] == ["PRO-18"]


def test_pro_122_a_high_flag_shows_the_patient_the_crisis_lines(site: Site, lead: StaffUser) -> None:
    actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    task = factory.opened(site=site).answer("PHQ-9", 3, 3).task
    assert task is not None
    assert (task.high, task.shows_support) == (True, True)


def test_pro_07_ending_every_flag_leaves_item_9_as_it_is(site: Site, lead: StaffUser) -> None:
    flag = actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    actions.end_red_flag(flag=flag, by=lead, at=NOW)
    made = factory.opened(site=site)
    assert made.answer("PHQ-9", 3, 3).task is None
    assert made.answer("PHQ-9", 9, 1).task is not None


def test_an_ended_flag_keeps_the_tasks_it_raised(site: Site, lead: StaffUser) -> None:
    flag = actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    factory.opened(site=site).answer("PHQ-9", 3, 3)
    for _ in "12":
        actions.end_red_flag(flag=flag, by=lead, at=NOW)
    assert SafetyTask.objects.get().state == "open"
    assert [line.row.ended_by for line in flag_page(site, today=site.today(NOW)).ended] == [lead]


def test_pro_121_one_flag_a_question_and_none_on_item_9(site: Site, lead: StaffUser) -> None:
    actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    with pytest.raises(Refused, match="already has a red flag"):
        actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    with pytest.raises(Refused, match="alerts already"):
        actions.set_red_flag(site=site, flag=Flag("PHQ-9", 9, 3, None, "x"), by=lead, at=NOW)
    with pytest.raises(Refused, match="Choose a question"):
        actions.set_red_flag(site=site, flag=Flag("PROMIS-Fatigue-4a", 1, 3, None, "x"), by=lead, at=NOW)
    assert RedFlag.objects.count() == 1


def test_a_flag_counts_at_its_own_clinic(site: Site, other_site: Site, lead: StaffUser) -> None:
    actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    assert flags_of(other_site) == ()
    assert factory.opened(site=other_site).answer("PHQ-9", 3, 3).task is None


def test_only_who_runs_the_clinic_sets_flags_and_times(site: Site, nurse: StaffUser, lead: StaffUser) -> None:
    with pytest.raises(Refused, match="runs the clinic"):
        actions.set_red_flag(site=site, flag=SLEEP, by=nurse, at=NOW)
    with pytest.raises(Refused, match="runs the clinic"):
        actions.set_safety_times(site=site, times=Times(high_minutes=10), by=nurse, at=NOW)
    flag = actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    with pytest.raises(Refused, match="runs the clinic"):
        actions.end_red_flag(flag=flag, by=nurse, at=NOW)


def test_the_flags_page_says_answers_in_words(site: Site, lead: StaffUser) -> None:
    actions.set_red_flag(site=site, flag=SLEEP, by=lead, at=NOW)
    (line,) = flag_page(site, today=site.today(NOW)).standing
    assert line.answers == ("More than half the days", "Nearly every day")
    assert line.high == ("Nearly every day",)


def test_times_count_from_then_on_and_nothing_is_written_for_no_change(site: Site, lead: StaffUser) -> None:
    before = factory.safety_task(site=site)
    assert actions.set_safety_times(site=site, times=DEFAULTS, by=lead, at=NOW) is None
    actions.set_safety_times(site=site, times=Times(raised_minutes=45), by=lead, at=NOW)
    assert SafetySettings.objects.count() == 1
    assert times_of(site).raised_minutes == 45
    after = factory.safety_task(site=site)
    before.refresh_from_db()
    assert (before.due_at - NOW, after.due_at - NOW) == (timedelta(minutes=60), timedelta(minutes=45))


def test_pro_125_high_cannot_wait_longer_than_raised(site: Site, lead: StaffUser) -> None:
    with pytest.raises(Refused, match="cannot wait longer"):
        actions.set_safety_times(site=site, times=Times(high_minutes=61), by=lead, at=NOW)
