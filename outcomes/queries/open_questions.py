"""The questions the authors leave open, answered from a study."""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.queries.cohorts import protocols_used
from outcomes.queries.impressions import own_changes
from outcomes.queries.study import Study, study_of
from outcomes.rules.contrasts import Arm, Contrast, Sample, Several, contrasts, said, samples, several
from outcomes.rules.counted import Counted
from outcomes.rules.facts import RowFacts
from outcomes.rules.histories import Mask
from outcomes.rules.impressions import Important
from outcomes.rules.measures import Measure, measures
from outcomes.rules.open_questions import came_back_or_not, first_and_later, first_course_days, four_and_five
from outcomes.rules.predictors import Prediction, predict, variables
from outcomes.rules.tallies import changes
from outcomes.rules.windows import BASELINE
from scheduling.models import Patient
from scheduling.queries.protocols import PUBLISHED_CHOICE
from scheduling.rules.pain import diagnosis_words

OF_FOUR_DAYS = "Patients may have stopped after four days because they felt well, or because they did not."
OF_PAPER_MODE = "Follow-ups count from the last infusion ever, also of patients who came back."
OF_COURSES = (
    "Each course has its own baseline, and its follow-ups end where the next course begins. Who comes back is not "
    "like everybody: see the table below."
)
OF_COMING_BACK = (
    "Who has not come back by the as-of date may still come. Follow-ups of patients who came back soon are cut "
    "short by the next course, so late windows hold fewer of them."
)
OF_REPEATS = "In course mode a patient may have several pairs, and then nothing is tested."
OF_PROTOCOLS = (
    "A patient counts under the protocol of the first infusion, until a first infusion under another one."
)


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two groups for all measures. one, other: their headings; why: instead of rows, why there are none."""

    title: str
    one: str
    other: str
    rows: tuple[Contrast, ...]
    sentence: str
    notes: tuple[str, ...] = ()

    @property
    def by_patient(self) -> bool:
        """True when an interval was made from each patient's total (STAT-47)."""
        return any(row.share is not None and row.share.by_patient for row in self.rows)


@dataclass(frozen=True, slots=True)
class Groups:
    """Several groups for all measures, arms in the order of labels. left_out: rows in no group."""

    labels: tuple[str, ...]
    rows: tuple[Several, ...]
    sentence: str
    left_out: int = 0
    notes: tuple[str, ...] = ()

    def row(self, measure: Measure) -> "GroupRow":
        """Return one measure with the groups it was compared in."""
        found = next(row for row in self.rows if row.measure == measure)
        return GroupRow(found, tuple(zip(self.labels, found.arms, strict=True)))


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One measure in every group. labelled: (group, figures)."""

    found: Several
    labelled: tuple[tuple[str, Arm], ...]


@dataclass(frozen=True, slots=True)
class Impressions:
    """The clinic's own minimal important change per measure. most: the largest number of pairs of any measure."""

    rows: tuple[tuple[Measure, Important], ...]
    sentence: str


def courses_of(found: Study) -> Counted:
    """Return the same patients course by course."""
    definitions = found.asked.definitions
    if definitions.mode == "course":
        return found.counted
    return found.views.counted(replace(definitions, reference="course"))


def _samples(found: Study, counted: Counted, window: str, keep: Mask) -> tuple[Sample, ...]:
    definitions = found.asked.definitions
    pairs = changes(counted, window, mcid_set=definitions.mcid_set)
    return samples(pairs, keep, counted.rows.of, absolute=definitions.absolute)


def _pairing(
    found: Study, counted: Counted, window: str, groups: tuple[Mask, Mask], *, title: str, one: str, other: str
) -> Pairing:
    rows = contrasts(*(_samples(found, counted, window, keep) for keep in groups))
    return Pairing(title, one, other, rows, said(rows, one, other))


def days(found: Study, window: str) -> Pairing:
    """Return four against five days (OUT-64)."""
    counted = found.counted
    groups = four_and_five(first_course_days(courses_of(found), counted.rows.of))
    only_first = counted.rows.number == 1
    groups = groups[0] & only_first, groups[1] & only_first
    shown = _pairing(
        found,
        counted,
        window,
        groups,
        title="Four days against five or more",
        one="with four days",
        other="with five or more",
    )
    return replace(shown, notes=(OF_FOUR_DAYS, OF_PAPER_MODE) if counted.mode == "paper" else (OF_FOUR_DAYS,))


def returning(found: Study, window: str) -> tuple[Pairing, Pairing]:
    """Return first courses against later ones, and who came back against who did not (OUT-66, OUT-67)."""
    courses = courses_of(found)
    again = _pairing(
        found,
        courses,
        window,
        first_and_later(courses),
        title="First courses against later ones",
        one="in a first course",
        other="in a later one",
    )
    back = _pairing(
        found,
        courses,
        window,
        came_back_or_not(courses),
        title="Patients who came back against those who did not, after their first course",
        one="who came back",
        other="who did not",
    )
    return replace(again, notes=(OF_COURSES,)), replace(back, notes=(OF_COMING_BACK,))


def categories(found: Study, window: str) -> Groups:
    """Return every pain category by itself (OUT-65)."""
    named = found.facts.diagnosis
    present = [level for level in found.levels.diagnosis if (named == level).any()]
    rows = (
        several([_samples(found, found.counted, window, named == level) for level in present]) if present else ()
    )
    without = int(np.count_nonzero(named == ""))
    labels = tuple(diagnosis_words(level) for level in present)
    return Groups(labels, rows, _heterogeneity(rows, "categories"), without, _repeats(found))


def protocols(found: Study, window: str) -> Groups:
    """Return every protocol by itself, each with its own patients (OUT-68). One or two queries."""
    choices = protocols_used(found.asked.source)
    if len(choices) < 2:
        name = PUBLISHED_CHOICE.name
        return Groups(
            (), (), f"Only one protocol has been used here so far, “{name}”, so there is nothing to compare."
        )
    groups = []
    for choice in choices:
        own = study_of(replace(found.asked, protocol=choice), found.histories, found.levels)
        groups.append(_samples(own, own.counted, window, np.ones(len(own.counted.rows), dtype=bool)))
    rows = several(groups)
    return Groups(
        tuple(one.name for one in choices),
        rows,
        _heterogeneity(rows, "protocols"),
        0,
        (OF_PROTOCOLS, *_repeats(found)),
    )


def _repeats(found: Study) -> tuple[str, ...]:
    return (OF_REPEATS,) if found.asked.definitions.mode == "course" else ()


def _heterogeneity(rows: tuple[Several, ...], what: str) -> str:
    tested = [row for row in rows if row.shares is not None]
    if not tested:
        return f"No measure has pairs in two {what} at this time yet, or they cannot be tested."
    few = sum(row.shares.p < 0.05 for row in tested if row.shares)
    many = "1 measure" if len(tested) == 1 else f"{len(tested)} measures"
    return (
        f"The share improved differs among {what} by more than chance (P below 0.05) in {few} of {many}; chance "
        "alone would give about one in twenty."
    )


def predictors(found: Study, window: str, measure: Measure) -> Prediction:
    """Return what goes with improvement of one measure (OUT-69, OUT-70)."""
    place = list(measures()).index(measure.name)
    definitions = found.asked.definitions
    pairs = changes(found.counted, window, mcid_set=definitions.mcid_set)
    improved = pairs.counting(absolute=definitions.absolute)[:, place]
    among = pairs.paired[:, place]
    baseline = found.counted.column(BASELINE)[:, place]
    given = variables(found.facts, baseline, among, _words(found.facts))
    return predict(improved, among, given, found.counted.rows.of)


def _words(facts: RowFacts) -> dict[str, dict[str, str]]:
    """Return how levels are called, those of Table 1 first, then others that occur."""
    known = {
        "sex": {str(value): str(label) for value, label in Patient.Sex.choices},
        "race": {str(value): str(label) for value, label in Patient.EthnicGroup.choices},
        "diagnosis": {},
    }
    for name, values in (("sex", facts.sex), ("race", facts.race), ("diagnosis", facts.diagnosis)):
        for value in sorted({value for value in values if value}):
            known[name].setdefault(value, diagnosis_words(value))
    return known


def impression(found: Study, window: str) -> Impressions:
    """Return the clinic's own minimal important change (OUT-71, OUT-72). One query."""
    rows = tuple(zip(measures().values(), own_changes(found, window), strict=True))
    ready = [measure.label for measure, one in rows if one.adjusted is not None]
    most = max(one.n for _, one in rows)
    if ready:
        told = f"Our own patients' minimal important change can be said for {_listed(ready)}."
    elif not most:
        told = (
            "Nobody has both a change and an impression of it at this time yet; more than 200 patients are needed."
        )
    else:
        told = f"It cannot be said yet: at most {most} have both a change and an impression of it at this time."
    return Impressions(rows, told)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
