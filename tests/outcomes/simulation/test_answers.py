"""Simulated patients answer with real answers, and what worries is seen by somebody."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitclinic.models import Site
from kitclinic.problems import Blocker, Refused
from outcomes.models import Assessment, ItemResponse, SafetyTask, Score
from outcomes.rules.instruments import instruments
from outcomes.simulation import answers as module
from outcomes.simulation.answers import (
    ASKED,
    BASELINE,
    CHANGE,
    answer_all,
    item_values,
    look_at_safety_tasks,
    wanted_total,
)
from tests.factories.scheduling import NOW, actor, patient

ITEMS = {"PHQ-9": 9, "GAD-7": 7}
totals = st.sampled_from(ASKED).flatmap(
    lambda name: st.tuples(st.just(name), st.integers(0, instruments()[name].maximum))
)
many = settings(max_examples=300, deadline=None)


@given(totals, st.integers())
@many
def test_the_answers_add_up_to_the_total_and_each_is_one_of_four(asked: tuple[str, int], seed: int) -> None:
    name, total = asked
    values = item_values(Random(seed), name, total)
    assert len(values) == ITEMS[name]
    assert sum(values) == total
    assert set(values) <= {0, 1, 2, 3}


@given(totals, st.integers())
@many
def test_the_same_random_gives_the_same_answers(asked: tuple[str, int], seed: int) -> None:
    assert item_values(Random(seed), *asked) == item_values(Random(seed), *asked)


@given(st.integers(0, 13), st.integers())
@many
def test_below_fourteen_nobody_thinks_of_death(total: int, seed: int) -> None:
    assert item_values(Random(seed), "PHQ-9", total)[-1] == 0


def test_some_of_those_above_do_and_most_do_not() -> None:
    worried = [item_values(Random(n), "PHQ-9", 16)[-1] > 0 for n in range(400)]
    assert 0.1 < sum(worried) / len(worried) < 0.3


def test_a_total_above_24_cannot_leave_item_9_out() -> None:
    assert item_values(Random(1), "PHQ-9", 27) == [3] * 9
    assert item_values(Random(1), "PHQ-9", 25)[-1] == 1


@pytest.mark.parametrize("occasion", CHANGE)
def test_a_wanted_total_is_possible_and_the_patients_own(site: Site, occasion: str) -> None:
    someone = patient(site=site)
    for name in ASKED:
        total = wanted_total(someone, name, occasion)
        assert 0 <= total <= instruments()[name].maximum
        assert wanted_total(someone, name, occasion) == total


def test_the_mean_of_many_baselines_is_the_papers(site: Site) -> None:
    someone = patient(site=site)
    for name, (mean, sd) in BASELINE.items():
        drawn = []
        for number in range(1000):
            someone.pk = 10_000 + number
            drawn.append(wanted_total(someone, name, "baseline"))
        assert abs(sum(drawn) / len(drawn) - mean) < sd / 5


def test_a_whole_questionnaire_is_answered_and_scored(site: Site) -> None:
    someone = patient(site=site)
    assert answer_all(someone, occasion="baseline", sent_at=NOW, by=actor("nurse", site)) == 16
    assert Assessment.objects.get().state == "completed"
    scored = dict(Score.objects.values_list("measure", "value"))
    assert scored == {name: wanted_total(someone, name, "baseline") for name in ASKED}


def test_no_more_is_answered_than_is_asked_for(site: Site) -> None:
    someone = patient(site=site)
    given_answers = answer_all(someone, occasion="baseline", sent_at=NOW, by=actor("nurse", site), most=6)
    assert given_answers == ItemResponse.objects.count() == 6
    assert Assessment.objects.get().state == "started"
    assert not Score.objects.exists()


def test_answers_come_after_the_link_and_one_after_the_other(site: Site) -> None:
    wait = timedelta(minutes=10)
    answer_all(patient(site=site), occasion="baseline", sent_at=NOW, by=actor("nurse", site), after=wait)
    times = list(ItemResponse.objects.order_by("pk").values_list("answered_at", flat=True))
    assert times == sorted(set(times))
    assert NOW + wait < times[0] < times[-1] < NOW + wait + timedelta(minutes=6)


def test_a_refused_link_is_answered_by_nobody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**arguments: object) -> None:
        raise Refused([Blocker("LNK-01", "There is a link already.")])

    monkeypatch.setattr(module, "send_questionnaire", refuse)
    assert answer_all(patient(site=site), occasion="baseline", sent_at=NOW, by=actor("nurse", site)) == 0
    assert not Assessment.objects.exists()


def test_a_worried_answer_makes_a_safety_task_that_waits_for_a_person(site: Site) -> None:
    answer_all(patient(site=site), occasion="baseline", sent_at=NOW, by=actor("nurse", site), worries=True)
    task, by = SafetyTask.objects.get(), actor("psychologist", site)
    hour = timedelta(hours=1)
    calm = {"by": by, "site_id": site.pk, "older_than": hour}
    assert look_at_safety_tasks(at=task.opened_at + hour, **calm) == 0
    task.refresh_from_db()
    assert task.acknowledged_at is None
    now = task.opened_at + hour + timedelta(seconds=1)
    assert look_at_safety_tasks(at=now, **calm) == 1
    assert look_at_safety_tasks(at=now, **calm) == 0
    task.refresh_from_db()
    assert task.acknowledged_by == by
    assert task.acknowledged_at is not None
    assert task.opened_at < task.acknowledged_at <= now


def test_another_clinics_safety_tasks_are_left_alone(site: Site, other_site: Site) -> None:
    answer_all(
        patient(site=other_site), occasion="baseline", sent_at=NOW, by=actor("nurse", other_site), worries=True
    )
    later = NOW + timedelta(days=2)
    assert (
        look_at_safety_tasks(
            by=actor("psychologist", site), site_id=site.pk, at=later, older_than=timedelta(hours=1)
        )
        == 0
    )
    assert SafetyTask.objects.get().acknowledged_at is None
