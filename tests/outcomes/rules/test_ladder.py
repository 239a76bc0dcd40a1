"""The reminder ladder: which step is due, at which hour, by which channel."""

from datetime import date, timedelta

import pytest

from outcomes.rules.ladder import Reach, Taken, due_steps
from outcomes.rules.plans import DEFAULT_LADDER, Way
from outcomes.rules.reaching import call_problems, calls_again_on, invitation, resend_problems
from outcomes.states import AskState, CallResult, StepChannel

DAY = date(2026, 9, 8)
NOON = 12 * 60


def due(
    today: int,
    *taken: int,
    minute: int = NOON,
    asked: int | None = 0,
    closes: int = 29,
    told: int | None = None,
    resting: bool = False,
    refused: bool = False,
) -> list[tuple[int | None, tuple[int, ...]]]:
    on = [Taken(step, DAY + timedelta(days=step if told is None else told), step != 2) for step in taken]
    found = due_steps(
        DEFAULT_LADDER,
        taken=on,
        asked_on=None if asked is None else DAY + timedelta(days=asked),
        closes_on=DAY + timedelta(days=closes),
        today=DAY + timedelta(days=today),
        minute=minute,
        resting=resting,
        refused=refused,
    )
    return [(one.step, one.left_out) for one in found]


def test_pro_86_each_step_is_due_on_its_day() -> None:
    assert due(0, asked=None) == [(0, ())]
    assert due(1, 0) == []
    assert due(2, 0) == [(1, ())]
    assert due(3, 0, 1) == [(2, ())]
    assert due(6, 0, 1, 2) == []
    assert due(7, 0, 1, 2) == [(3, ())]
    assert due(27, 0, 1, 2, 3) == []
    assert due(28, 0, 1, 2, 3) == [(4, ())]
    assert due(30, 0, 1, 2, 3) == []


@pytest.mark.parametrize(("minute", "leaves"), [(479, False), (480, True), (1259, True), (1260, False)])
def test_pro_87_a_message_leaves_from_8_to_21_only(minute: int, leaves: bool) -> None:
    assert bool(due(2, 0, minute=minute)) is leaves
    assert due(3, 0, 1, minute=minute) == [(2, ())]  # the call list is no message


def test_pro_87_nothing_leaves_on_the_day_of_an_infusion_or_after_a_no() -> None:
    assert due(2, 0, resting=True) == []
    assert due(0, asked=None, resting=True) == []
    assert due(2, 0, refused=True) == []
    assert due(0, asked=None, refused=True) == [(0, ())]  # the questions are made ready for the clinic


def test_pro_88_after_an_interruption_the_newest_message_leaves_and_says_which_were_left_out() -> None:
    assert due(8, 0) == [(3, (1,)), (2, ())]
    assert due(28, 0) == [(4, (1, 3)), (2, ())]


def test_pro_88_no_two_messages_leave_on_one_day() -> None:
    assert due(2, 0, told=2) == []
    assert due(3, 0, told=2) == [(1, ()), (2, ())]


@pytest.mark.parametrize(
    ("reach", "way", "before", "channel"),
    [
        (Reach(True, True), Way.BEST, "", StepChannel.SMS),
        (Reach(False, True), Way.BEST, "", StepChannel.EMAIL),
        (Reach(True, True), Way.OTHER, "sms", StepChannel.EMAIL),
        (Reach(True, True), Way.OTHER, "email", StepChannel.SMS),
        (Reach(True, False), Way.OTHER, "sms", StepChannel.SMS),
        (Reach(True, False), Way.EMAIL, "", None),
        (Reach(False, False), Way.BEST, "", None),
    ],
)
def test_pro_87_only_a_channel_that_was_agreed_to_is_used(
    reach: Reach, way: Way, before: str, channel: StepChannel | None
) -> None:
    assert reach.channel(way, before=before) is channel


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("again", [False, True])
def test_a_message_names_nobody_and_nothing_about_health(language: str, again: bool) -> None:
    words = invitation(language, "https://c.example/q/#tok", until=DAY, again=again).lower()
    assert "https://c.example/q/#tok" in words
    assert not any(word in words for word in ("ketamine", "pain", "clinic", "infusion", "dolor", "clínica"))
    assert len(words) <= 160 - 40


def test_pro_89_a_call_that_reaches_nobody_is_made_three_times_a_promise_waits_two_days() -> None:
    tried = (str(CallResult.NOT_REACHED), DAY)
    assert calls_again_on([]) == date.min
    assert calls_again_on([tried, tried]) == date.min
    assert calls_again_on([tried, tried, tried]) is None
    assert calls_again_on([tried, (str(CallResult.WILL_ANSWER), DAY)]) == DAY + timedelta(days=2)
    assert calls_again_on([(str(CallResult.DECLINED), DAY)]) is None


def test_pro_89_a_call_is_recorded_while_the_questions_wait() -> None:
    assert call_problems("not_reached", state=AskState.ASKED) == []
    assert [one.field for one in call_problems("perhaps", state=AskState.ASKED)] == ["result"]
    assert "do not wait" in call_problems("not_reached", state=AskState.DONE)[0].sentence


def test_pro_90_questions_are_sent_again_by_a_channel_that_is_open() -> None:
    assert resend_problems(state=AskState.ASKED, wants=True, channel=StepChannel.SMS) == []
    assert len(resend_problems(state=AskState.DONE, wants=False, channel=None)) == 3
