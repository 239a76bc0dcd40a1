"""A research export read back into the columns that tables are counted from (OUT-52)."""

import numpy as np

from outcomes.rules.facts import Levels
from outcomes.rules.histories import NO_MINUTE, UNKNOWN, UNKNOWN_BIRTH, Histories, Infusions, Ints, People, Scores
from outcomes.rules.research import BEFORE_WORDS, Research
from outcomes.rules.research_dictionary import DIAGNOSES, MARITAL, RACES, SEXES
from scheduling.rules.protocols import STANDARD

DAY_0 = 100_000  # a day number far from every calendar, the same for all patients
NOON = 720  # the start of an infusion whose start is known
BEFORE, AFTER = 0, 1439  # minutes of a score before and after it
LEVELS = Levels(SEXES, RACES, MARITAL, DIAGNOSES)


def histories_back(research: Research) -> Histories:
    """Return histories in which every patient's first completed infusion is on DAY_0.

    Clock times are made up so that what was before a start is before it, and what was not known is not.
    """
    infusions, scores = research.infusions, research.scores
    infusion_order = np.lexsort((infusions["number"], infusions["patient"]))
    score_order = np.lexsort((scores["number"], scores["patient"]))
    before = scores["before_start"][score_order]
    of, day = scores["patient"][score_order], scores["day"][score_order] + DAY_0
    given_of, given_day = infusions["patient"][infusion_order], infusions["day"][infusion_order] + DAY_0
    known = np.isin(before, (BEFORE_WORDS.index("true"), BEFORE_WORDS.index("false")))
    started = np.isin(_keys(given_of, given_day), _keys(of[known], day[known]))
    given = Infusions(
        of=given_of,
        day=given_day,
        start=np.where(started, NOON, NO_MINUTE),
        completed=infusions["completed"][infusion_order] == 1,
        protocol=np.zeros(len(given_of), dtype=np.int64),
    )
    minutes = np.array([BEFORE, AFTER, NO_MINUTE, NO_MINUTE])  # in the order of BEFORE_WORDS, then none
    answered = Scores(
        of=of,
        measure=scores["measure"][score_order],
        day=day,
        minute=minutes[before],
        tenths=scores["tenths"][score_order],
        error=research.error[score_order],
        form=scores["form"][score_order],
        key=np.arange(len(of)),
    )
    return Histories(_people(research), given, answered, (STANDARD,))


def _keys(of: Ints, day: Ints) -> Ints:
    found: Ints = of * 10 * DAY_0 + day
    return found


def _people(research: Research) -> People:
    found = research.patients
    number = len(research.ids)
    return People(
        key=np.arange(number),
        birth=np.full(number, UNKNOWN_BIRTH),
        age_given=found["age"],
        sex=found["sex"],
        race=found["race"],
        marital=found["marital"],
        diagnosis=found["diagnosis"],
        bmi_tenths=np.where(found["bmi"] == UNKNOWN, UNKNOWN, found["bmi"]),
        charlson=found["charlson"],
    )
