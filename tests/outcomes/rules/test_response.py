"""Response rates: what counts as an answer, of whom, after which step."""

from datetime import UTC, datetime, timedelta

from outcomes.rules.response import AskedWindow, response_report

NOON = datetime(2026, 9, 15, 16, tzinfo=UTC)
TOLD = ((0, "sms", NOON), (1, "sms", NOON + timedelta(days=2)), (2, "call", NOON + timedelta(days=3)))


def asked(
    taken: int = 3, *, answered_on: float | None = None, full: bool = True, occasion: str = "last", by: str = "sms"
) -> AskedWindow:
    when = None if answered_on is None else NOON + timedelta(days=answered_on)
    answered = when is not None
    return AskedWindow(
        occasion, TOLD[:taken], by, answered, answered and full, when, "Asked by telephone" if answered else ""
    )


def test_pro_91_any_answer_is_a_response_and_all_answers_a_full_one() -> None:
    windows = [asked(1, answered_on=0.1), asked(answered_on=2.5, full=False), asked(), asked(occasion="3m")]
    report = response_report(windows)
    last = next(one for one in report.windows if one.occasion == "last")
    assert (last.any.count, last.any.n, last.full.count) == (2, 3, 1)
    assert (report.all.any.percent, report.all.any.n) == (50, 4)
    low, high = report.all.any.interval or (0, 0)
    assert (str(low), str(high)) == ("6.8", "93.2")  # exact, of 2 of 4


def test_pro_91_an_answer_belongs_to_the_last_step_before_it() -> None:
    windows = [
        asked(1, answered_on=0),
        asked(2, answered_on=2),
        asked(answered_on=3.2),
        asked(answered_on=9),
        asked(),
    ]
    steps = response_report(windows).steps
    assert [one.label for one in steps] == ["Invitation", "First reminder", "Call by the staff"]
    assert [(one.reached.count, one.reached.n) for one in steps] == [(1, 5), (1, 4), (2, 3)]
    assert [one.so_far.count for one in steps] == [1, 2, 4]
    assert response_report(windows).before_reminders.count == 1


def test_pro_91_an_answer_given_otherwise_is_no_steps_merit() -> None:
    otherwise = AskedWindow("last", TOLD, "sms", True, True)
    steps = response_report([otherwise, asked(answered_on=1)]).steps
    assert next((one.label, one.so_far.count) for one in steps) == ("In another way, without a link", 1)
    assert [one.reached.n for one in steps][1:] == [1, 0, 0]


def test_pro_91_rates_by_channel_and_way() -> None:
    report = response_report([asked(answered_on=1), asked(by="email"), asked(by="", taken=0)])
    assert [(one.label, one.count, one.n) for one in report.channels] == [
        ("Text message", 1, 1),
        ("E-mail", 0, 1),
        ("Nobody could be told", 0, 1),
    ]
    assert [(one.label, one.count, one.n) for one in report.modes] == [("Asked by telephone", 1, 1)]


def test_nothing_asked_has_no_rate() -> None:
    report = response_report([])
    assert (report.all.any.percent, report.all.any.interval, report.steps) == (None, None, ())
