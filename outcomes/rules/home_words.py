"""The one sentence of each panel on the clinic lead's home."""

from kitclinic.display import show
from kitclinic.register import Rule
from outcomes.rules.completed import Standings
from outcomes.rules.completion import COMPLETE, Response
from outcomes.rules.published import SAMPLE_SIZE, published_sample
from outcomes.rules.safety_figures import Bounded
from outcomes.rules.statistics import percent
from outcomes.rules.use import MonthUse, Wait
from outcomes.rules.windows import LAST, THREE_MONTHS, WINDOW_NAMES

HOME_RULE = Rule(
    "OUT-95",
    "The clinic lead's home shows five panels, outcomes, completion, response, safety and utilisation, each with "
    "one chart and one sentence. Safety and utilisation are always of the clinic itself.",
    source="clinic default",
)


def completion_words(stood: Standings) -> str:
    """Return "86.1% of 1,034 patients completed 5 or more infusions; published 86.1%."."""
    n, whole = int(stood.counted.sum()), len(stood.level(stood.complete))
    if not n:
        return "Nobody has come far enough to count yet."
    said = f"{percent(whole, n)}% of {show(n)} patients completed {show(stood.complete)} or more infusions"
    if stood.complete != COMPLETE:
        return f"{said}."  # the paper counts days of its own protocol
    theirs = percent(published_sample().counts["completed"][str(COMPLETE)], SAMPLE_SIZE)
    return f"{said}; published {theirs}%."


def response_words(found: tuple[Response, ...]) -> str:
    """Return the response at three months beside the goal, or at the last infusion while none is due there."""
    due = [one for one in found if one.due]
    if not due:
        return "No window has closed yet."
    chosen = next((one for one in due if one.window == THREE_MONTHS), due[0])
    when = f"At {'the ' if chosen.window == LAST else ''}{WINDOW_NAMES[chosen.window]}"
    goal = f"; the goal is {chosen.goal}%" if chosen.goal is not None else ""
    return f"{when} {percent(chosen.answered, chosen.due)}% of {show(chosen.due)} answered{goal}."


def safety_words(events: Bounded) -> str:
    """Return how many infusions had an adverse event, with the bound."""
    if not events.n:
        return "No infusion has been started yet."
    if not events.count:
        return f"No adverse event in {show(events.n)} infusions, at most {events.at_most}% (95%)."
    had = "had an adverse event"
    return f"{show(events.count)} of {show(events.n)} infusions {had}, at most {events.at_most}% (95%)."


def use_words(month: MonthUse | None, wait: Wait) -> str:
    """Return the newest month's infusions and chair use, and the waiting time."""
    if month is None:
        return "Nothing has happened in the clinic yet."
    given = "1 infusion" if month.infusions == 1 else f"{show(month.infusions)} infusions"
    chairs = f", {show(month.chair_percent)}% of chair-hours used" if month.chair_percent is not None else ""
    waited = f"; median wait from referral {wait.median} days" if wait.n else ""
    return f"{given} in {month.month:%B %Y}{chairs}{waited}."
