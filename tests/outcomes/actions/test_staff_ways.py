"""A permitted day, a link handed over again, a questionnaire taken back."""

from datetime import timedelta

import pytest

from kitclinic.models import OutboxMessage, Site, StaffUser, Transition
from kitclinic.problems import Refused
from outcomes import actions
from outcomes.models import AnswerDayOverride, Score
from outcomes.queries.answers import answer_page
from outcomes.states import AssessmentState as State
from outcomes.states import Helper, SittingMode
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.factories import people, scheduling

NOW = factory.NOW
AWAKE = "Fully awake, lives far away"


def permitted(chair: chairs.Chair, by: StaffUser, reason: str = AWAKE) -> AnswerDayOverride:
    return actions.permit_answers_today(patient=chair.visit.patient, reason=reason, by=by, at=chair.at)


def test_pro_106_a_permitted_day_opens_the_questions_and_stands_beside_the_answers(
    site: Site, nurse: StaffUser
) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    made = factory.sent(site=site, patient=chair.visit.patient, at=chair.at)
    with pytest.raises(Refused, match="wait until tomorrow"):
        actions.begin_sitting(assessment=made.assessment, mode=SittingMode.PHONE, by=nurse, at=chair.at)
    permitted(chair, nurse)
    made.at = chair.at + timedelta(hours=2)
    made.open().answers((0,))
    [line] = answer_page(made.assessment).sittings
    assert line.since.startswith("answered 2 h")
    assert line.since.endswith(f"after an infusion began, permitted by {nurse.name}: {AWAKE}")
    made.at = chair.at + timedelta(days=1)
    made.answers((0,))
    assert AnswerDayOverride.objects.count() == 1


def test_pro_106_a_day_is_permitted_once(site: Site, nurse: StaffUser, physician: StaffUser) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    assert permitted(chair, nurse) == permitted(chair, physician, "Another reason")


@pytest.mark.parametrize(
    ("role", "may"),
    [("nurse", True), ("physician", True), ("psychologist", False), ("scheduler", False), ("clinic_lead", False)],
)
def test_pro_106_who_charts_or_signs_orders_permits(site: Site, role: str, may: bool) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    person = people.staff(role, site=site, username=f"the-{role}")
    if may:
        assert permitted(chair, person).by == person
        return
    with pytest.raises(Refused, match="Only who charts"):
        permitted(chair, person)


@pytest.mark.parametrize("reason", ["", "  ", "ok"])
def test_pro_106_without_a_reason_nothing_is_permitted(site: Site, nurse: StaffUser, reason: str) -> None:
    chair = chairs.infusion(site=site, at_state="infusing")
    with pytest.raises(Refused, match="Say why"):
        permitted(chair, nurse, reason)


def test_pro_106_a_day_without_an_infusion_needs_no_permission(site: Site, nurse: StaffUser) -> None:
    patient = scheduling.patient(site=site)
    with pytest.raises(Refused, match="may answer already"):
        actions.permit_answers_today(patient=patient, reason=AWAKE, by=nurse, at=NOW)


def test_a_link_handed_over_again_keeps_the_answers_and_the_link_before(site: Site, nurse: StaffUser) -> None:
    made = factory.opened(site=site).answers((1, 1, 1))
    token = actions.hand_over_link(assessment=made.assessment, message=True, by=nurse, at=NOW)
    assert OutboxMessage.objects.filter(key__startswith="questionnaire-").count() == 2
    for one in (token, made.token):
        opening = actions.open_questionnaire(token=one, birth_year=made.year, at=NOW)
        assert opening.assessment == made.assessment
    assert made.answers((2,)).assessment.responses.count() == 4


def test_a_link_of_a_finished_questionnaire_is_not_handed_over(site: Site, nurse: StaffUser) -> None:
    made = factory.completed(site=site)
    with pytest.raises(Refused, match="finished"):
        actions.hand_over_link(assessment=made.assessment, message=False, by=nurse, at=NOW)


def test_no_message_goes_to_who_did_not_agree(site: Site, nurse: StaffUser) -> None:
    made = factory.sent(site=site, phone="", email="")
    with pytest.raises(Refused, match="not agreed"):
        actions.hand_over_link(assessment=made.assessment, message=True, by=nurse, at=NOW)
    assert actions.hand_over_link(assessment=made.assessment, message=False, by=nurse, at=NOW)


def test_pro_107_what_was_answered_whole_is_scored_when_the_rest_is_withdrawn(
    site: Site, nurse: StaffUser
) -> None:
    made = factory.opened(site=site).answers(factory.PHQ_14)
    actions.withdraw_questionnaire(assessment=made.assessment, reason="Sent by mistake", by=nurse, at=NOW)
    assert made.refresh().assessment.state == State.WITHDRAWN
    assert [(score.measure, score.value) for score in Score.objects.all()] == [("PHQ-9", 14)]
    moved = Transition.objects.filter(subject="outcomes_assessment", to_state=State.WITHDRAWN).get()
    assert (moved.reason, moved.by) == ("Sent by mistake", nurse)


def test_pro_107_a_questionnaire_is_withdrawn_with_a_reason_and_once(site: Site, nurse: StaffUser) -> None:
    made = factory.sent(site=site)
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_questionnaire(assessment=made.assessment, reason="no", by=nurse, at=NOW)
    for _ in range(2):
        actions.stop_questionnaire(assessment=made.assessment, by=nurse, at=NOW)
    assert Transition.objects.filter(to_state=State.WITHDRAWN).count() == 1


def test_an_interview_is_recorded_with_its_mode_its_person_and_who_helped(site: Site, nurse: StaffUser) -> None:
    made = factory.sent(site=site)
    sitting = actions.begin_sitting(
        assessment=made.assessment, mode=SittingMode.PHONE, helper=Helper.INTERPRETER, by=nurse, at=NOW
    )
    for item, value in enumerate(factory.PHQ_14, start=1):
        made.answer("PHQ-9", item, value, sitting=sitting)
    made.answer("GAD-7", 1, 0, sitting=sitting)
    assert Score.objects.get().source == "phone"
    [line] = answer_page(made.assessment).sittings
    assert (line.mode, line.helper, line.answers) == ("by telephone", "An interpreter helped", 10)
