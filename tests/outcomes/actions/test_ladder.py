"""The ladder on the database: what leaves, through which channel, and what stops it."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.outbox import standing_of
from kitclinic.problems import Conflict, Refused
from outcomes import actions
from outcomes.models import AskCall, AskStep, Assessment, AssessmentPlan, PlannedAssessment, ReminderChoice
from outcomes.queries.calls import call_list
from outcomes.rules.plans import DEFAULT_LADDER, OCCASIONS, Step, Way
from outcomes.states import LinkChannel
from scheduling.models import Patient
from tests.factories import asking as make
from tests.factories import outcomes as forms

MONDAY = make.MONDAY
LATE = 13 * 60


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def left(site: Site) -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(site=site, key__startswith="ask:").order_by("due_at", "pk")
    return [(row.key.split(":", 2)[2], row.channel) for row in rows]


def test_pro_86_the_whole_ladder_is_climbed_once(site: Site) -> None:
    make.asked_after_treatment(site)
    for number in range(1, 40):
        make.stepped(site, day(number), minute=LATE)
        make.stepped(site, day(number), minute=LATE + 5)
    assert left(site) == [("0", "sms"), ("1", "sms"), ("3", "email"), ("4", "sms")]
    steps = AskStep.objects.order_by("pk").values_list("step", "channel", "problem")
    assert list(steps) == [(0, "sms", ""), (1, "sms", ""), (2, "call", ""), (3, "email", ""), (4, "sms", "")]
    when = [(site.today(step.at) - MONDAY).days for step in AskStep.objects.order_by("pk")]
    assert when == [1, 3, 4, 8, 29]
    assert PlannedAssessment.objects.get(occasion="last").state == "missed"


def test_each_message_carries_a_link_of_its_own_and_one_questionnaire(site: Site) -> None:
    ask = make.asked_after_treatment(site)
    make.stepped(site, day(3))
    form = Assessment.objects.get(ask=ask)
    assert list(form.links.order_by("pk").values_list("step", "channel")) == [(0, "sms"), (1, "sms")]
    texts = OutboxMessage.objects.filter(key__startswith="ask:").values_list("text", flat=True)
    assert len({text.split("#")[1].split()[0] for text in texts}) == 2
    assert form.expires_at == site.instant(ask.closes_on, 24 * 60)
    assert (form.sent_by, ask.plan) == (None, None)


def test_pro_87_nothing_leaves_after_the_last_answer(site: Site) -> None:
    ask = make.asked_after_treatment(site)
    form, at = Assessment.objects.get(ask=ask), make.noon(site, day(2))
    token = actions.issue_link(assessment=form, channel=LinkChannel.HAND, at=at)
    forms.Sent(form, token, ask.patient, at).open().answers((*forms.PHQ_14, 3, *forms.GAD_6))
    assert make.stepped(site, day(3)) == 0
    waiting = OutboxMessage.objects.get(key=f"ask:{ask.pk}:0")
    assert "answered" in standing_of(waiting, at).withdrawn


def test_pro_87_a_message_in_the_outbox_stays_when_consent_or_hour_are_gone(site: Site, nurse: StaffUser) -> None:
    ask = make.asked_after_treatment(site)
    message, at = OutboxMessage.objects.get(key=f"ask:{ask.pk}:0"), make.noon(site, day(1), LATE)
    assert standing_of(message, at).withdrawn == ""
    assert standing_of(message, site.instant(day(1), 22 * 60)).wait_until == site.instant(day(2), 8 * 60)
    Patient.objects.filter(pk=ask.patient_id).update(consent_sms=None)
    assert "consent" in standing_of(message, at).withdrawn
    actions.stop_reminders(patient=ask.patient, by=nurse, at=at)
    assert "wants no messages" in standing_of(message, at).withdrawn


def test_pro_87_who_wants_no_reminders_gets_none_until_wanted_again(site: Site) -> None:
    ask = make.asked_after_treatment(site)
    actions.stop_reminders(patient=ask.patient, by=None, at=make.noon(site, day(2)))
    actions.stop_reminders(patient=ask.patient, by=None, at=make.noon(site, day(2), LATE))
    assert make.stepped(site, day(4)) == 0
    actions.want_reminders(patient=ask.patient, by=None, at=make.noon(site, day(4), LATE))
    assert make.stepped(site, day(5)) == 2
    assert ReminderChoice.objects.count() == 2


def test_pro_87_who_stops_an_interview_is_not_asked_again_for_that_window(site: Site, nurse: StaffUser) -> None:
    ask = make.asked_after_treatment(site)
    form, at = Assessment.objects.get(ask=ask), make.noon(site, day(2))
    queued = OutboxMessage.objects.get(key=f"ask:{ask.pk}:0")
    for _ in range(2):
        actions.stop_questionnaire(assessment=form, by=nurse, at=at, note="Too tired of it")
    call = AskCall.objects.get()
    assert (call.ask, call.result, call.note, call.by) == (ask, "declined", "Too tired of it", nurse)
    assert "said on the telephone" in standing_of(queued, at).withdrawn
    assert [make.stepped(site, day(number)) for number in (3, 4, 8, 29)] == [0] * 4
    assert Assessment.objects.filter(ask=ask).count() == 1
    assert call_list(site, at=make.noon(site, day(5))) == []


def test_pro_87_a_no_before_the_invitation_ends_the_ladder_too(site: Site, nurse: StaffUser) -> None:
    make.treated(site)
    (*_, ask) = [one for one in make.planned(site, day(0), minute=LATE) if one.occasion == "last"]
    at = make.noon(site, day(0), LATE)
    form, _ = actions.send_questionnaire(
        patient=ask.patient, instruments=["PHQ-9"], occasion="last", by=nurse, at=at, ask=ask
    )
    actions.stop_questionnaire(assessment=form, by=nurse, at=make.noon(site, day(1), 8 * 60))
    assert [make.stepped(site, day(number)) for number in (1, 3, 8)] == [0] * 3


def test_pro_107_a_questionnaire_that_no_window_asked_for_is_stopped_alone(site: Site, nurse: StaffUser) -> None:
    ask = make.asked_after_treatment(site)
    at = make.noon(site, day(2))
    made = forms.sent(site=site, patient=ask.patient, by=nurse, at=at)
    actions.stop_questionnaire(assessment=made.assessment, by=nurse, at=at)
    assert not AskCall.objects.exists()


def test_pro_87_who_agreed_to_no_channel_is_told_by_nobody_and_stands_with_the_reason(site: Site) -> None:
    ask = make.asked_after_treatment(site, consent_sms=False, consent_email=None)
    step = AskStep.objects.get(ask=ask)
    assert (step.message, step.problem) == (None, "The patient has agreed neither to text messages nor to e-mail.")
    assert Assessment.objects.filter(ask=ask, state="open").exists()
    assert left(site) == []


def test_pro_87_on_the_day_of_an_infusion_nothing_leaves(site: Site) -> None:
    make.booked(site)
    make.planned(site, day(-8))
    assert make.stepped(site, day(0), minute=8 * 60 + 5) == 0
    assert left(site) == []


def test_pro_87_at_night_nothing_leaves(site: Site) -> None:
    make.treated(site)
    assert make.stepped(site, day(1), minute=21 * 60) == 0
    assert make.stepped(site, day(2), minute=7 * 60 + 59) == 0
    assert make.stepped(site, day(2), minute=8 * 60) == 1


def test_a_form_sent_by_hand_is_left_alone_for_two_days(site: Site, nurse: StaffUser) -> None:
    patient = make.treated(site)
    forms.sent(site=site, patient=patient, by=nurse, at=make.noon(site, day(1)))
    assert make.stepped(site, day(2)) == 0
    assert make.stepped(site, day(3), minute=LATE) == 1


def test_pro_88_a_worker_that_dies_in_between_leaves_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    make.treated(site)
    actions.plan_asks(site=site, at=make.noon(site, day(1)))

    def dies(**_: Any) -> None:
        raise ConnectionError("the worker was ended")

    monkeypatch.setattr("outcomes.actions.ladder.queue_message", dies)
    with pytest.raises(ConnectionError):
        actions.take_steps(at=make.noon(site, day(1)), site=site)
    assert (AskStep.objects.count(), Assessment.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert actions.take_steps(at=make.noon(site, day(1), LATE), site=site) == 1


@pytest.mark.parametrize(
    "monday", [date(2026, 10, 26), date(2027, 3, 8)]
)  # clocks change in the week that follows
def test_pro_88_steps_are_taken_by_the_calendar_when_the_clocks_change(site: Site, monday: date) -> None:
    make.treated(site, monday=monday)
    taken = [make.stepped(site, monday + timedelta(days=number), minute=8 * 60) for number in range(1, 9)]
    assert taken == [1, 0, 1, 1, 0, 0, 0, 1]


def test_pro_89_a_call_is_recorded_once_and_a_no_ends_the_ladder(site: Site, nurse: StaffUser) -> None:
    ask, key = make.asked_after_treatment(site), uuid4()
    for _ in range(2):
        actions.record_call(ask=ask, result="declined", by=nurse, at=make.noon(site, day(4)), key=key)
    assert AskCall.objects.count() == 1
    assert make.stepped(site, day(5)) == 0
    with pytest.raises(Refused, match="what came of the call"):
        actions.record_call(ask=ask, result="", by=nurse, at=make.noon(site, day(4)), key=uuid4())


def test_pro_90_after_the_number_was_put_right_the_questions_go_out_again(site: Site, nurse: StaffUser) -> None:
    ask, at, key = (
        make.asked_after_treatment(site, consent_sms=False, consent_email=None),
        make.noon(site, day(2)),
        uuid4(),
    )
    with pytest.raises(Refused, match="not agreed"):
        actions.send_again(ask=ask, channel="sms", by=nurse, at=at, key=key)
    Patient.objects.filter(pk=ask.patient_id).update(consent_sms=True)
    assert actions.send_again(ask=ask, channel="sms", by=nurse, at=at, key=key)
    assert not actions.send_again(ask=ask, channel="sms", by=nurse, at=at, key=key)
    assert left(site) == [(f"again:{key}", "sms")]


def plan(site: Site, by: StaffUser, **fields: Any) -> AssessmentPlan:
    given: dict[str, Any] = {
        "protocol": "standard",
        "batteries": {key: ["PHQ-9"] for key in OCCASIONS},
        "ladder": DEFAULT_LADDER,
        "because": "Shorter, agreed at the team meeting",
        "after": 0,
        "at": make.noon(site, day(-30)),
    }
    return actions.set_plan(site=site, by=by, **given | fields)


def test_pro_92_a_plan_has_its_number_and_what_is_asked_keeps_it(site: Site, lead: StaffUser) -> None:
    first = plan(site, lead, ladder=(Step(Way.EMAIL, after_days=0),))
    ask = make.asked_after_treatment(site)
    second = plan(site, lead, after=1, at=make.noon(site, day(2)))
    assert (first.number, second.number, ask.plan) == (1, 2, first)
    assert make.stepped(site, day(4)) == 0  # the ladder it was asked by has one step
    assert left(site) == [("0", "email")]
    assert [part.instrument for part in Assessment.objects.get(ask=ask).parts.all()] == ["PHQ-9"]


def test_pro_92_the_second_of_two_changes_is_refused(site: Site, lead: StaffUser) -> None:
    plan(site, lead)
    with pytest.raises(Conflict, match="since you opened it"):
        plan(site, lead)
    assert AssessmentPlan.objects.count() == 1
