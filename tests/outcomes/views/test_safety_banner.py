"""The banner on every page, the mark on the board: somebody in the clinic today is to be spoken with first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.actions.second_line import compare_with_before
from outcomes.models import Score
from outcomes.queries.safety_places import board_marks, places_of
from scheduling.actions import merge_patients
from scheduling.models import Visit
from tests.factories import infusions, suite
from tests.factories import outcomes as factory
from tests.outcomes.views.test_safety import text

NOW = datetime(2026, 9, 14, 15, 0, tzinfo=UTC)  # Monday of the visit, 11:00 at the clinic


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        yield


@pytest.fixture
def visit(site: Site) -> Visit:
    return infusions.visit(site=site, monday=suite.MONDAY, minute=780)


def test_an_answer_of_somebody_who_comes_today_is_said_on_every_page_without_a_name(
    as_user: Any, nurse: StaffUser, site: Site, visit: Visit
) -> None:
    task = factory.safety_task(site=site, patient=visit.patient, at=NOW)
    banner = text(as_user(nurse).get("/safety/banner/"))
    assert f"Chair {visit.chair}, comes today, 13:00" in banner
    assert f"/safety/{task.pk}/" in banner
    assert visit.patient.family_name not in banner
    assert "PHQ" not in banner


def test_of_somebody_at_home_there_is_no_banner(as_user: Any, nurse: StaffUser, site: Site) -> None:
    task = factory.safety_task(site=site, at=NOW)
    assert "Safety task" not in text(as_user(nurse).get("/safety/banner/"))
    assert places_of(site, [task], at=NOW)[task.pk].here == ""


def test_an_acknowledged_task_leaves_banner_and_board(
    as_user: Any, nurse: StaffUser, site: Site, visit: Visit
) -> None:
    task = factory.safety_task(site=site, patient=visit.patient, at=NOW)
    assert board_marks(site, NOW) == {visit.chair: "Speak first"}
    assert "Speak first" in text(as_user(nurse).get("/board/"))
    actions.acknowledge_safety_task(task=task, action="Spoken with.", by=nurse, at=NOW)
    assert board_marks(site, NOW) == {}
    assert "Safety task" not in text(as_user(nurse).get("/safety/banner/"))


def test_the_banner_is_204_while_it_would_look_the_same(
    as_user: Any, nurse: StaffUser, site: Site, visit: Visit
) -> None:
    client = as_user(nurse)
    first = client.get("/safety/banner/").context["version"]
    assert client.get(f"/safety/banner/?v={first}").status_code == 204
    factory.safety_task(site=site, patient=visit.patient, at=NOW)
    assert client.get(f"/safety/banner/?v={first}").status_code == 200


def test_pages_ask_for_it_and_pay_no_query(
    as_user: Any, nurse: StaffUser, site: Site, visit: Visit, django_assert_num_queries: Any
) -> None:
    client = as_user(nurse)
    client.get("/patients/")
    with django_assert_num_queries(1) as asked:
        board_marks(site, NOW)  # nothing waits
    assert "safetytask" in asked.captured_queries[0]["sql"]
    assert 'id="kc-safety"' in text(client.get("/patients/"))


def test_the_wall_says_nothing_of_it(as_user: Any, nurse: StaffUser, site: Site) -> None:
    assert 'id="kc-safety"' not in text(as_user(nurse).get("/board/?wall=1"))


def test_the_list_says_where_the_patient_is_and_how_it_was_answered(
    as_user: Any, nurse: StaffUser, site: Site, visit: Visit
) -> None:
    factory.safety_task(site=site, patient=visit.patient, at=NOW)
    factory.safety_task(site=site, at=NOW)
    page = text(as_user(nurse).get("/safety/"))
    assert f"Chair {visit.chair}, comes today, 13:00" in page
    assert "No visit today" in page
    assert "on the patient&#x27;s own device" in page


def test_during_the_infusion_it_is_said_without_the_start(as_user: Any, nurse: StaffUser, site: Site) -> None:
    chair = infusions.infusion(site=site, monday=suite.MONDAY, at_state="infusing")
    factory.safety_task(
        site=site, patient=chair.visit.patient, at=site.instant(suite.MONDAY - timedelta(days=1), 600)
    )
    with time_machine.travel(chair.at, tick=False):
        banner = text(as_user(nurse).get("/safety/banner/"))
        assert "Speak with the patient and acknowledge it" in banner
        assert board_marks(site, chair.at) == {chair.infusion.chair: "Speak now"}


def test_a_chair_where_the_start_is_refused_does_not_say_ready(as_user: Any, nurse: StaffUser, site: Site) -> None:
    chair = infusions.infusion(site=site, at_state="ready")
    with time_machine.travel(chair.at, tick=False):
        assert "Ready to start" in text(as_user(nurse).get("/board/"))
        task = factory.safety_task(site=site, patient=chair.visit.patient, at=chair.at)
        with pytest.raises(Refused, match="before the start"):
            chair.start()
        page = text(as_user(nurse).get("/board/"))
        assert "Ready to start" not in page
        assert "Start waits" in page
        assert "Speak first, then start" in page
        assert f'id="act-{chair.infusion.chair}"' not in as_user(nurse).get("/board/").content.decode()
        actions.acknowledge_safety_task(task=task, action="Spoken with.", by=nurse, at=chair.at)
        assert "Ready to start" in text(as_user(nurse).get("/board/"))
    chair.start()


def test_an_answer_of_a_merged_record_is_said_at_the_chair_of_the_person(
    as_user: Any, nurse: StaffUser, scheduler: StaffUser, site: Site, visit: Visit
) -> None:
    task = factory.safety_task(site=site, at=NOW)
    merge_patients(kept=visit.patient, folded=task.patient, reason="One person.", by=scheduler, at=NOW)
    assert board_marks(site, NOW) == {visit.chair: "Speak first"}
    assert f"Chair {visit.chair}" in text(as_user(nurse).get("/safety/"))


def test_pro_133_a_much_worse_score_stands_at_the_chart_and_is_not_counted_as_to_do(
    as_user: Any, nurse: StaffUser, site: Site
) -> None:
    chair = infusions.infusion(site=site, monday=suite.MONDAY, at_state="arrived")
    for value, days in ((3, 30), (12, 1)):
        made = Score.objects.create(
            site=site,
            patient=chair.visit.patient,
            measure="PHQ-9",
            value=value,
            date=suite.MONDAY - timedelta(days=days),
            source="browser",
            recorded_at=chair.at,
        )
        compare_with_before(score=made, at=chair.at)
    with time_machine.travel(chair.at, tick=False):
        page = as_user(nurse).get(f"/chart/{chair.visit.pk}/")
        assert "much worse than the one before" in text(page)
        assert "To know" not in [gate.word for gate in page.context["chart"].todo]
        assert "Safety task" not in text(as_user(nurse).get("/safety/banner/"))
