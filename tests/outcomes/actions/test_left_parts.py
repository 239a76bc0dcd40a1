"""PRO-21: what was answered whole and left is scored, with the time of its last answer."""

from datetime import timedelta

from kitclinic.models import Site
from outcomes import actions
from outcomes.models import Score
from tests.factories import outcomes as factory

LEFT = timedelta(minutes=45)


def test_pro_21_a_part_left_for_45_minutes_is_scored_with_the_minute_of_its_last_answer(site: Site) -> None:
    made = factory.opened(site=site).answers((1,) * 9)
    assert actions.close_left_parts(at=factory.NOW + LEFT - timedelta(seconds=1)) == 0
    assert actions.close_left_parts(at=factory.NOW + LEFT) == 1
    assert actions.close_left_parts(at=factory.NOW + LEFT) == 0
    score = Score.objects.get()
    assert (score.measure, score.value, score.minute) == ("PHQ-9", 9, site.minute(factory.NOW))
    assert made.refresh().assessment.state == "started"


def test_pro_21_a_part_that_is_not_answered_whole_waits(site: Site) -> None:
    factory.opened(site=site).answers((1,) * 8)
    assert actions.close_left_parts(at=factory.NOW + LEFT) == 0
