"""A study turned back into patients one by one, so that tests can say what they expect of a patient."""

from datetime import date, time

import numpy as np

from outcomes.queries.cohorts import Source, clock, missed_days
from outcomes.queries.dashboard import Dashboard
from outcomes.queries.dashboard import dashboard as shown
from outcomes.queries.study import Asked, study
from outcomes.rules.definitions import Definitions
from outcomes.rules.histories import day_of
from outcomes.rules.measures import measures
from outcomes.rules.windows import Infusion, Score
from scheduling.models import Patient
from scheduling.queries.protocols import PUBLISHED_CHOICE, Choice
from tests.outcomes.slow_cohort import Cohort, CohortPatient


def cohort(source: Source, *, as_of: date, protocol: Choice = PUBLISHED_CHOICE) -> Cohort:
    """What the product read: whoever counts under the protocol, in the order of record numbers."""
    found = study(Asked(source, as_of, protocol=protocol))
    given, answered = found.kept.infusions, found.kept.scores
    names = dict(Patient.objects.filter(site=source.site).values_list("pk", "record_number"))
    patients = []
    for place in np.flatnonzero(found.kept.members):
        key = int(found.histories.people.key[place])
        infusions = tuple(
            Infusion(day_of(given.day[at]), _clock(given.start[at]), bool(given.completed[at]))
            for at in np.flatnonzero(given.of == place)
        )
        scores = tuple(
            Score(
                list(measures())[answered.measure[at]],
                day_of(answered.day[at]),
                _clock(answered.minute[at]),
                int(answered.tenths[at]),
                int(answered.key[at]),
            )
            for at in np.flatnonzero(answered.of == place)
        )
        patients.append(CohortPatient(key, names[key], infusions, scores))
    missed = () if source.is_registry else missed_days(source.site, as_of, protocol.slug)
    return Cohort(source, tuple(patients), missed, found.others, found.switched)


def dashboard(
    source: Source,
    *,
    as_of: date,
    definitions: Definitions,
    protocol: Choice = PUBLISHED_CHOICE,
    measure: str = "",
) -> Dashboard:
    """The outcomes page of everybody."""
    return shown(study(Asked(source, as_of, definitions, protocol=protocol)))


def _clock(minute: int) -> time | None:
    return clock(None if minute < 0 else int(minute))
