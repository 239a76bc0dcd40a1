"""The windows behind the response rates, and the clinic-wide list of what is due, open, late, done and missed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min

from kitclinic.models import Site
from outcomes.models import AskStep, ItemResponse, PlannedAssessment, Sitting
from outcomes.queries.asking import AskLine, ask_lines, asks
from outcomes.rules.plans import OCCASIONS
from outcomes.rules.response import AskedWindow, Rate, ResponseReport, response_report
from outcomes.rules.windows import WINDOW_NAMES
from outcomes.states import AskState, SittingMode

WORDS = ("due", "open", "late", "done", "missed", "upcoming")  # as they stand beside each other on the page


@dataclass(frozen=True, slots=True)
class WindowCount:
    """One row of the page: a window with how many stand where. counts: in the order of ``WORDS``."""

    occasion: str
    label: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class AskingPage:
    """What is asked of whom. lines: those chosen, the most urgent first."""

    counts: tuple[WindowCount, ...]
    lines: tuple[AskLine, ...]
    report: ResponseReport
    first: date
    never_asked: int


def standing_lines(site: Site, *, first: date, at: datetime) -> list[AskLine]:
    """Return every window that closes on or after a day, dropped ones left out."""
    rows = asks(site).filter(closes_on__gte=first, patient__merged_into=None).exclude(state=AskState.DROPPED)
    return ask_lines(site, rows.order_by("closes_on", "pk"), at=at)


def asking_page(site: Site, *, first: date, at: datetime, occasion: str = "", state: str = "") -> AskingPage:
    """Return the page: counts, the list that was chosen, and the rates of windows closed since a day."""
    lines = standing_lines(site, first=first, at=at)
    counted = Counter((line.ask.occasion, line.state) for line in lines)
    counts = tuple(
        WindowCount(name, WINDOW_NAMES[name].capitalize(), tuple((word, counted[name, word]) for word in WORDS))
        for name in OCCASIONS
    )
    chosen = tuple(line for line in lines if line.state == state and occasion in ("", line.ask.occasion))
    closed = [line for line in lines if line.ask.closes_on < site.today(at)]
    never = sum(line.asked_on is None and not line.done for line in closed)
    return AskingPage(counts, chosen, report_of(site, closed), first, never)


def response_of(site: Site, *, first: date, last: date, at: datetime) -> ResponseReport:
    """Return the rates of the windows that closed on the days from first to last."""
    rows = asks(site).filter(closes_on__range=(first, last), patient__merged_into=None)
    lines = ask_lines(site, rows.exclude(state=AskState.DROPPED).order_by("closes_on", "pk"), at=at)
    today = site.today(at)
    return report_of(site, [line for line in lines if line.ask.closes_on < today])


def report_of(site: Site, lines: Sequence[AskLine]) -> ResponseReport:
    """Return the rates of these windows; those nobody was asked in are left out."""
    asked = [line for line in lines if line.asked_on is not None]
    keys = [line.ask.pk for line in asked]
    steps, first, mode = _steps(site, keys), _first_answers(site, keys), _modes(site, keys)
    return response_report([_window(line.ask, line, steps[line.ask.pk], first, mode) for line in asked])


def _window(
    ask: PlannedAssessment,
    line: AskLine,
    steps: Sequence[tuple[int, str, datetime, bool]],
    first: dict[int, datetime],
    mode: dict[int, str],
) -> AskedWindow:
    answered = line.done > 0 or ask.state == AskState.DONE
    told = [(number, channel, when) for number, channel, when, left in steps if left or channel == "call"]
    return AskedWindow(
        occasion=ask.occasion,
        steps=tuple(told),
        invited_by=next((channel for number, channel, _ in told if number == 0), ""),
        answered=answered,
        full=ask.state == AskState.DONE,
        first_answer=first.get(ask.pk),
        mode=mode.get(ask.pk, "") if answered else "",
    )


def _steps(site: Site, keys: Collection[int]) -> dict[int, list[tuple[int, str, datetime, bool]]]:
    """Step, channel, when and whether a message left, of each ask."""
    found: dict[int, list[tuple[int, str, datetime, bool]]] = defaultdict(list)
    rows = AskStep.objects.filter(site=site, ask__in=keys).order_by("at", "step")
    for ask, number, channel, at, message in rows.values_list("ask", "step", "channel", "at", "message"):
        found[ask].append((number, channel, at, message is not None))
    return found


def _first_answers(site: Site, keys: Collection[int]) -> dict[int, datetime]:
    rows = ItemResponse.objects.filter(site=site, assessment__ask__in=keys).order_by()
    return dict(rows.values_list("assessment__ask").annotate(first=Min("answered_at")))


def _modes(site: Site, keys: Collection[int]) -> dict[int, str]:
    rows = Sitting.objects.filter(site=site, assessment__ask__in=keys, responses__isnull=False).order_by("-pk")
    return {ask: SittingMode(mode).label for ask, mode in rows.values_list("assessment__ask", "mode")}


def rate_rows(shown: AskingPage) -> list[list[str]]:
    """Return the page's rates as rows of a file."""
    head = [
        ["windows closed since", str(shown.first)],
        ["kind", "what", "answered", "of", "percent", "from", "to"],
    ]
    report = shown.report
    rows = [_rate_row("any answer", one.any) for one in (*report.windows, report.all)]
    rows += [_rate_row("all answered", one.full) for one in (*report.windows, report.all)]
    rows += [_rate_row("answered after this step", one.reached) for one in report.steps]
    rows += [_rate_row("answered so far", one.so_far) for one in report.steps]
    rows += [_rate_row("invited by", one) for one in report.channels]
    rows += [_rate_row("answered by", one) for one in report.modes]
    return [*head, *rows, ["never asked", "", str(shown.never_asked), "", "", "", ""]]


def _rate_row(kind: str, rate: Rate) -> list[str]:
    low, high = rate.interval or ("", "")
    share = "" if rate.percent is None else str(rate.percent)
    return [kind, rate.label, str(rate.count), str(rate.n), share, str(low), str(high)]
