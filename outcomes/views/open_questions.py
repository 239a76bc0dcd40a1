"""The questions the authors leave open: one sentence and one table each, always called observational."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.register import Rule
from kitclinic.roles import Permission
from outcomes.charts.drawing import Drawing
from outcomes.charts.groups import odds_ratios, share_differences
from outcomes.queries import open_question_rows as rows_of
from outcomes.queries import open_questions as answers
from outcomes.queries.dashboard import measure_named
from outcomes.queries.study import Study
from outcomes.rules import differences, heterogeneity, impressions, logistic, predictors
from outcomes.rules import open_questions as groups
from outcomes.rules.measures import Measure, measures
from outcomes.rules.table_export import Table
from outcomes.rules.windows import LAST, WINDOW_NAMES, WINDOWS
from outcomes.views.studied import Studied, studied
from outcomes.views.table_files import table_file

PAIR_RULES = (differences.NEWCOMBE, differences.WELCH, differences.SAME_PATIENTS)
GROUP_RULES = (heterogeneity.SHARES, heterogeneity.MEANS)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. slug: in the address; rules: how it is answered."""

    slug: str
    label: str
    asks: str
    template: str
    rules: tuple[Rule, ...]
    by_measure: bool = False


PAIRS, GROUPS = "outcomes/_question_pairs.html", "outcomes/_question_groups.html"
QUESTIONS = (
    Question(
        "days",
        "Four or five days",
        "Are patients with four days as well off as patients with five?",
        PAIRS,
        (groups.FOUR_AGAINST_FIVE, *PAIR_RULES),
    ),
    Question(
        "category",
        "Pain category",
        "Does improvement differ among kinds of pain?",
        GROUPS,
        (groups.CATEGORIES, *GROUP_RULES),
        by_measure=True,
    ),
    Question(
        "returning",
        "Returning patients",
        "Does a later course do as much as the first, and who comes back?",
        PAIRS,
        (groups.LATER_COURSES, groups.CAME_BACK, *PAIR_RULES),
    ),
    Question(
        "predictors",
        "Predictors",
        "What goes with improvement?",
        "outcomes/_question_predictors.html",
        (predictors.VARIABLES, predictors.SMALL_LEVELS, logistic.LOGISTIC, logistic.EVENTS, logistic.SEPARATION),
        by_measure=True,
    ),
    Question(
        "impression",
        "Impression of change",
        "Which change do our own patients call an improvement?",
        "outcomes/_question_impression.html",
        (
            impressions.ANCHOR,
            impressions.ENOUGH_RULE,
            impressions.MEAN_OF_MINIMAL,
            impressions.PREDICTIVE,
            impressions.RESAMPLED,
            impressions.RELATION,
        ),
    ),
    Question(
        "protocols",
        "Protocols",
        "Do patients fare differently under different protocols?",
        GROUPS,
        (groups.PROTOCOLS_APART, *GROUP_RULES),
        by_measure=True,
    ),
)
FIRST_MEASURE = "PHQ-9"


@requires(Permission.SEE_OUTCOMES)
@require_safe
def open_questions(request: StaffRequest) -> HttpResponse:
    asked = studied(request, "Open questions")
    question, window, measure = _chosen(request)
    shown, _ = answer(asked.found, question, window, measure)
    choice = {"question": question.slug, "window": window, "measure": slugify(measure.name)}
    context = asked.context | {
        "drawings": drawings(question, window, measure, shown),
        "question": question,
        "questions": QUESTIONS,
        "window": window,
        "window_name": WINDOW_NAMES[window],
        "windows": [(name, WINDOW_NAMES[name]) for name in WINDOWS],
        "measure": measure,
        "measures": [(slugify(name), one) for name, one in measures().items()],
        "shown": shown,
        "keep": choice,
        "not_assigned": groups.NOT_ASSIGNED,
        "towards_the_mean": predictors.TOWARDS_THE_MEAN,
        "rules": (groups.OBSERVATIONAL, *question.rules),
        "export": reverse("outcomes:open_questions_file", args=["csv"]),
    }
    return page(request, "outcomes/open_questions.html", context)


@requires(Permission.SEE_OUTCOMES)
@require_safe
@paced(Pace.EXPORT)
def open_questions_file(request: StaffRequest, kind: str) -> HttpResponse:
    asked: Studied = studied(request, "Open questions")
    question, window, measure = _chosen(request)
    _, table = answer(asked.found, question, window, measure)
    named = f"open-question-{question.slug}-{window}"
    return table_file(request, named, asked.asked, table, kind, cut=asked.context["cut"])


def drawings(question: Question, window: str, measure: Measure, shown: Any) -> tuple[Drawing, ...]:
    """Return the forest plots of a question; none where there is nothing to draw."""
    if question.template == PAIRS:
        found = [
            share_differences(f"{question.slug}-{number}", pair.title, pair.rows, pair.one, pair.other)
            for number, pair in enumerate(shown, start=1)
        ]
    elif question.slug == "predictors":
        title = f"{measure.title}, {WINDOW_NAMES[window]}: odds ratios of improvement, all together"
        found = [odds_ratios(question.slug, title, shown)]
    else:
        found = []
    return tuple(one for one in found if one is not None)


def _chosen(request: StaffRequest) -> tuple[Question, str, Measure]:
    """Return what the address asks for; what it does not name, or names wrongly, is the first."""
    slug, window = request.GET.get("question", ""), request.GET.get("window", "")
    question = next((one for one in QUESTIONS if one.slug == slug), QUESTIONS[0])
    measure = measure_named(request.GET.get("measure", "")) or measures()[FIRST_MEASURE]
    return question, window if window in WINDOWS else LAST, measure


def answer(found: Study, question: Question, window: str, measure: Measure) -> tuple[Any, Table]:
    """Return what the page shows of a question, and the same as rows."""
    if question.slug == "days":
        pair = answers.days(found, window)
        return (pair,), rows_of.pairing_rows((pair,))
    if question.slug == "returning":
        pairs = answers.returning(found, window)
        return pairs, rows_of.pairing_rows(pairs)
    if question.slug == "predictors":
        prediction = answers.predictors(found, window, measure)
        return prediction, rows_of.predictor_rows(prediction)
    if question.slug == "impression":
        own = answers.impression(found, window)
        return own, rows_of.impression_rows(own)
    several = (answers.categories if question.slug == "category" else answers.protocols)(found, window)
    return several, rows_of.group_rows(several)
