"""Table 1 of a study, and the patients behind each of its lines."""

from dataclasses import dataclass, replace

import numpy as np

from outcomes.queries.study import Study
from outcomes.rules.counted import MISSING, NEVER, Counted, Rows, counted
from outcomes.rules.facts import facts_of
from outcomes.rules.histories import NO_MINUTE, UNKNOWN, Ints, day_number
from outcomes.rules.measures import measures
from outcomes.rules.published import SAMPLE_SIZE
from outcomes.rules.table_1 import Described, Line, Words, baseline_lines, begun_only, table_1, together
from outcomes.rules.tallies import baseline_sums
from outcomes.rules.windows import BASELINE
from scheduling.models import Patient
from scheduling.rules.pain import PRIMARY, diagnosis_words

WORDS = Words(
    sex={str(value): str(label) for value, label in Patient.Sex.choices},
    race={str(value): str(label) for value, label in Patient.EthnicGroup.choices},
    marital={str(value): str(label) for value, label in Patient.Marital.choices},
    diagnosis={},
)


@dataclass(frozen=True, slots=True, eq=False)
class TableOne:
    """The table. lines: who are places of People; baselines: the scores beneath them, of patients or courses."""

    found: Study
    lines: tuple[Line, ...]
    baselines: tuple[Line, ...]

    @property
    def patients(self) -> int:
        return int(np.count_nonzero(self.found.members))

    @property
    def published_patients(self) -> int:
        return SAMPLE_SIZE

    @property
    def of_courses(self) -> bool:
        """Whether the baseline scores are of courses: one patient may then have several."""
        return self.found.counted.mode == "course"

    def line(self, slug: str) -> Line | None:
        """Return the line an address names, or None."""
        return next((one for one in (*self.lines, *self.baselines) if one.slug == slug), None)


def table_one(found: Study) -> TableOne:
    """Return Table 1 of a study; no query."""
    members = np.flatnonzero(found.members)
    words = replace(WORDS, diagnosis={name: _category(name) for name in found.levels.diagnosis})
    lines = table_1(described(found, members), found.levels, words)
    parts = (found.counted, _begun(found))
    who = {
        name: np.concatenate([part.rows.of[part.column(BASELINE)[:, place] != MISSING] for part in parts])
        for place, name in enumerate(measures())
    }
    first, more = (baseline_sums(part) for part in parts)
    sums = {name: together(first[name], more[name]) for name in measures()}
    labels = {name: measure.title for name, measure in measures().items()}
    return TableOne(
        found=found,
        lines=tuple(replace(one, who=members[one.who]) for one in lines),
        baselines=tuple(baseline_lines(sums, who, labels)),
    )


def _category(name: str) -> str:
    """Return a pain category in words; the kinds of chronic primary pain stand under their group."""
    words = diagnosis_words(name)
    kind = words.partition(": ")[2]
    return f"{kind[0].upper()}{kind[1:]}" if name in PRIMARY and kind else words


def _begun(found: Study) -> Counted:
    """Return the baselines of members who completed no infusion (OUT-83)."""
    begun = begun_only(found.kept.infusions, found.members, day_number(found.asked.as_of))
    theirs = np.zeros(len(found.members), dtype=bool)
    theirs[begun.of] = True
    scores = found.kept.scores.where(theirs[found.kept.scores.of])
    return counted(begun, scores, found.asked.as_of, reading=found.asked.definitions.reading)


def described(found: Study, members: Ints) -> Described:
    """Return what is known of the patients at these places of People."""
    people = found.histories.people
    first, days = first_days(found)
    rows = Rows(
        of=members,
        number=np.ones_like(members),
        first=first[members],
        last=first[members],
        first_start=np.full(len(members), NO_MINUTE),
        after=np.full(len(members), -NEVER),
        before=np.full(len(members), NEVER),
        days=days[members],
        courses=np.ones_like(members),
    )
    age = facts_of(people, found.levels, rows).age
    return Described(
        age=np.where(np.isnan(age), UNKNOWN, age).astype(np.int64),
        sex=people.sex[members],
        race=people.race[members],
        marital=people.marital[members],
        diagnosis=people.diagnosis[members],
        bmi_tenths=people.bmi_tenths[members],
        charlson=people.charlson[members],
        infusion_days=days[members],
    )


def first_days(found: Study) -> tuple[Ints, Ints]:
    """Return for every place of People the day of their age, and the completed infusions up to the as-of day.

    The day is that of the first completed infusion, without one of the first begun, without any the as-of day.
    """
    today = day_number(found.asked.as_of)
    given = found.kept.infusions.where(found.kept.infusions.day <= today)
    done = given.where(given.completed)
    number = len(found.histories.people)
    began, completed = np.full(number, NEVER), np.full(number, NEVER)
    np.minimum.at(began, given.of, given.day)
    np.minimum.at(completed, done.of, done.day)
    day = np.where(completed < NEVER, completed, np.where(began < NEVER, began, today))
    return day, np.bincount(done.of, minlength=number)
