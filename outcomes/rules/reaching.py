"""Reaching patients about questions that wait: neutral messages, calls by the staff, what could not be sent."""

from datetime import date

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from outcomes.rules.timing import in_words
from outcomes.states import AskState, CallResult, StepChannel

CALL_AGAIN_DAYS = 2  # PRO-89: after "will answer"
MOST_CALLS = 3  # PRO-89

CALLS = Rule(
    "PRO-89",
    "Who has not answered by the day of the call stands on the staff's list until the questions are answered or "
    "the window closes: for at most 3 calls that reach nobody, not for 2 days after a promise, and no more after "
    "a no. Who could not be sent a message stands there from the day of asking.",
    source="Neve 2021; clinic default",
)
DELIVERY = Rule(
    "PRO-90",
    "A message about questions that failed or could not be sent is shown with the reason until another one has "
    "left, the questions are answered, or the window is over.",
    source="clinic default",
)


def invitation(language: str, link: str, *, until: date, again: bool) -> str:
    """Return a neutral message: no name, no clinic, nothing about health. again: a reminder."""
    if language == "es":
        return _spanish(link, until, again)
    if again:
        return f"A short form still waits for you: {link} It works until {in_words(until)}."
    return f"A short form is ready for you: {link} It works until {in_words(until)}."


def _spanish(link: str, until: date, again: bool) -> str:
    day = f"{until.day}/{until.month}/{until.year}"
    if again:
        return f"Un breve formulario sigue esperándole: {link} Funciona hasta el {day}."
    return f"Un breve formulario está listo para usted: {link} Funciona hasta el {day}."


def call_problems(result: str, *, state: str) -> list[Problem]:
    """Return why a call cannot be recorded."""
    problems: list[Problem] = []
    if result not in CallResult.values:
        problems.append(Blocker(CALLS.id, "Choose what came of the call.", "result"))
    if state not in (AskState.ASKED, AskState.PLANNED):
        sentence = "These questions do not wait any more; nothing was recorded. Look at the list again."
        problems.append(Blocker(CALLS.id, sentence))
    return problems


def resend_problems(*, state: str, wants: bool, channel: StepChannel | None) -> list[Problem]:
    """Return why questions cannot be sent again. channel: None when the one chosen is not open."""
    problems: list[Problem] = []
    if state != AskState.ASKED:
        problems.append(Blocker(DELIVERY.id, "These questions are answered or over. There is nothing to send."))
    if not wants:
        sentence = "The patient wants no messages about questions. Call, or ask on a tablet at the next visit."
        problems.append(Blocker(DELIVERY.id, sentence))
    if channel is None:
        sentence = (
            "The patient has not agreed to this channel, or there is no number or address. Change the record."
        )
        problems.append(Blocker(DELIVERY.id, sentence, "channel"))
    return problems


def calls_again_on(results: list[tuple[str, date]]) -> date | None:
    """Return from which day on a patient is to be called, date.min for at once; None: no more calls.

    results: each earlier call about these questions, oldest first.
    """
    if any(result in (CallResult.DECLINED, CallResult.ANSWERED) for result, _ in results):
        return None
    if sum(result == CallResult.NOT_REACHED for result, _ in results) >= MOST_CALLS:
        return None
    if results and results[-1][0] == CallResult.WILL_ANSWER:
        promised = results[-1][1]
        return promised.fromordinal(promised.toordinal() + CALL_AGAIN_DAYS)
    return date.min
