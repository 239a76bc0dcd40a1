"""The answers behind scores: every question that was asked, how, when and by whom it was answered."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from infusions.models import Infusion
from outcomes.models import AnswerDayOverride, Assessment, AssessmentComment, ItemResponse, Score, Sitting
from outcomes.queries.questionnaires import Part, parts_of
from outcomes.rules.cat import Step
from outcomes.rules.flow import adaptive_walk
from outcomes.rules.staff_entry import duration_words, since_infusion
from outcomes.rules.structure import Item
from outcomes.states import Helper, SittingMode

MODES = {
    SittingMode.OWN: "on the patient's own device",
    SittingMode.TABLET: "on a tablet of the clinic",
    SittingMode.PHONE: "by telephone",
    SittingMode.PAPER: "on paper",
    SittingMode.SERVICE: "by another system",
}


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it was saved. how: number of its sitting on this page, 0 for none."""

    answer: str
    at: datetime
    how: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One question. given: None without an answer. step: of an adaptive test, theta and SE after it."""

    place: int
    item: Item
    given: Given | None
    value: int | None
    replaced: tuple[Given, ...]
    step: Step | None


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """One instrument. lines: in the order asked; off_path: answered, and left by a changed answer before them."""

    part: Part
    scores: tuple[Score, ...]
    standing: str
    lines: tuple[AnswerLine, ...]
    off_path: tuple[AnswerLine, ...]

    @property
    def title(self) -> str:
        return self.part.instrument.title

    @property
    def is_adaptive(self) -> bool:
        return self.part.instrument.is_adaptive


@dataclass(frozen=True, slots=True)
class SittingLine:
    """One sitting. number: on this page, from 1. since: words on an infusion of that day, "" without one."""

    number: int
    sitting: Sitting
    mode: str
    helper: str
    answers: int
    first: datetime
    last: datetime
    since: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Everything that is known about one questionnaire."""

    sheets: tuple[AnswerSheet, ...]
    sittings: tuple[SittingLine, ...]
    comments: tuple[AssessmentComment, ...]


def answer_page(assessment: Assessment) -> AnswerPage:
    """Return the whole of a questionnaire. Nine queries, however many instruments."""
    found = ItemResponse.objects.filter(site_id=assessment.site_id, assessment=assessment).order_by("pk")
    rows = list(found.select_related("sitting"))
    held = assessment.sittings.select_related("by", "tablet", "link").order_by("started_at", "pk")
    sittings = {row.pk: number for number, row in enumerate(held, start=1)}
    given: dict[tuple[str, int], list[ItemResponse]] = defaultdict(list)
    for row in rows:
        given[row.instrument, row.item].append(row)
    scores: dict[str, list[Score]] = defaultdict(list)
    for score in assessment.scores.order_by("pk"):
        scores[score.instrument].append(score)
    sheets = [_sheet(part, scores[part.row.instrument], given, sittings) for part in parts_of(assessment)]
    comments = assessment.comments.select_related("sitting__by").order_by("at", "pk")
    return AnswerPage(tuple(sheets), tuple(_sittings(assessment, list(held), rows)), tuple(comments))


def _sheet(
    part: Part, scores: list[Score], given: dict[tuple[str, int], list[ItemResponse]], sittings: dict[int, int]
) -> AnswerSheet:
    asked, steps = part.instrument, {}
    numbers = [item.number for item in asked.items]
    off: list[int] = []
    if asked.is_adaptive:
        steps = {asked.item_of(step.item_id).number: step for step in adaptive_walk(asked, part.answers).steps}
        numbers = list(part.course.questions)
        off = [number for number in part.answers if number not in set(numbers)]

    def line(place: int, number: int) -> AnswerLine:
        item = asked.item(number)
        saved = [_given(item, row, sittings) for row in given[asked.name, number]]
        newest = given[asked.name, number][-1].value if saved else None
        return AnswerLine(place, item, saved[-1] if saved else None, newest, tuple(saved[:-1]), steps.get(number))

    return AnswerSheet(
        part=part,
        scores=tuple(scores),
        standing=_standing(part, scores),
        lines=tuple(line(place, number) for place, number in enumerate(numbers, start=1)),
        off_path=tuple(line(0, number) for number in off),
    )


def _standing(part: Part, scores: list[Score]) -> str:
    """What to say in place of a score."""
    if scores:
        return ""
    if part.row.closed_at is not None:
        return "no total: a question was declined"
    if part.course.next is None:
        return "answered, not scored yet"
    return "not finished" if part.answers else "not begun"


def _given(item: Item, row: ItemResponse, sittings: dict[int, int]) -> Given:
    words: dict[int | None, str] = {option.value: option.text for option in item.options}
    on_paper = row.sitting is not None and row.sitting.mode == SittingMode.PAPER
    words[None] = "Left blank" if on_paper else "Preferred not to answer"
    return Given(words[row.value], row.answered_at, sittings.get(row.sitting_id or 0, 0))


def _sittings(assessment: Assessment, held: list[Sitting], rows: list[ItemResponse]) -> list[SittingLine]:
    """The sittings in which something was answered, or that somebody of the staff began."""
    own: dict[int, list[ItemResponse]] = defaultdict(list)
    for row in rows:
        own[row.sitting_id or 0].append(row)
    starts, permits = _infusions(assessment), _permits(assessment)
    lines = []
    for number, sitting in enumerate(held, start=1):
        answers = own[sitting.pk]
        first = answers[0].answered_at if answers else sitting.started_at
        last = answers[-1].answered_at if answers else sitting.started_at
        lines.append(
            SittingLine(
                number=number,
                sitting=sitting,
                mode=MODES[SittingMode(sitting.mode)],
                helper="" if sitting.helper == Helper.NONE else str(Helper(sitting.helper).label),
                answers=len(answers),
                first=first,
                last=last,
                since=_since(assessment, sitting, first, starts, permits),
            )
        )
    return lines


def _since(
    assessment: Assessment,
    sitting: Sitting,
    first: datetime,
    starts: dict[date, list[datetime]],
    permits: dict[date, AnswerDayOverride],
) -> str:
    """ "answered 2 h after an infusion began, permitted by …"; "" for paper and for any other day."""
    day = assessment.site.today(first)
    length = since_infusion(starts.get(day, ()), answered_at=first)
    if length is None or sitting.mode == SittingMode.PAPER:
        return ""
    permit = permits.get(day)
    words = f"answered {duration_words(length)} after an infusion began"
    return f"{words}, permitted by {permit.by.name}: {permit.reason}" if permit else words


def _infusions(assessment: Assessment) -> dict[date, list[datetime]]:
    until = assessment.expires_at + timedelta(days=1)
    rows = Infusion.objects.filter(site_id=assessment.site_id, patient=assessment.patient_id)
    found: dict[date, list[datetime]] = defaultdict(list)
    for start in rows.filter(started_at__range=(assessment.sent_at - timedelta(days=1), until)).values_list(
        "started_at", flat=True
    ):
        if start is not None:
            found[assessment.site.today(start)].append(start)
    return found


def _permits(assessment: Assessment) -> dict[date, AnswerDayOverride]:
    rows = AnswerDayOverride.objects.filter(site_id=assessment.site_id, patient=assessment.patient_id)
    return {row.day: row for row in rows.select_related("by")}
