"""Patients' impression of change, counted for the windows of a study by the rules of every score."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db.models import F, IntegerField, SmallIntegerField, Value
from django.db.models.functions import Cast, Coalesce

from kitclinic.columns import columns
from kitclinic.models import Site
from outcomes.models import Score
from outcomes.queries.cohorts import PERSON
from outcomes.queries.histories import DayNumber
from outcomes.queries.study import Study
from outcomes.rules.counted import MISSING, counted
from outcomes.rules.histories import NO_MINUTE, Histories, Ints, Scores, under
from outcomes.rules.impressions import PGIC, Important, important
from outcomes.rules.measures import measures
from outcomes.rules.tallies import changes
from scheduling.rules.protocols import STANDARD

KINDS = {"of": "int64", "day": "int32", "minute": "int16", "tenths": "int16", "key": "int64"}


def impressions(found: Study, window: str) -> Ints:
    """Return for every row of a study the impression that counts in a window, 1 to 7; 0 without. One query."""
    asked = found.asked
    own = replace(found.histories, scores=_scores(found.histories, asked.source.site))
    kept = under(own, asked.protocol.slug, standard=STANDARD)
    everybody = counted(
        kept.infusions, kept.scores, asked.as_of, mode=asked.definitions.mode, reading=asked.definitions.reading
    )
    tenths = everybody.column(window)[:, 0]
    place = np.searchsorted(_row(everybody.rows.of, everybody.rows.number), _row_of(found))
    chosen: Ints = tenths[place].astype(np.int64)
    return np.where(chosen == MISSING, 0, chosen // 10)


def _row(of: Ints, number: Ints) -> Ints:
    found: Ints = of.astype(np.int64) * 100_000 + number
    return found


def _row_of(found: Study) -> Ints:
    return _row(found.counted.rows.of, found.counted.rows.number)


def _scores(histories: Histories, site: Site) -> Scores:
    using = settings.READING_DATABASE
    rows = Score.objects.using(using).among_results(site).filter(measure=PGIC).order_by("pk")
    found = columns(
        rows.values_list(
            PERSON,
            DayNumber("date"),
            Coalesce("minute", Value(NO_MINUTE), output_field=IntegerField()),
            Cast(F("value") * 10, SmallIntegerField()),
            "pk",
        ),
        KINDS,
    )
    keys = histories.people.key
    order = np.argsort(keys)
    at = np.minimum(np.searchsorted(keys, found["of"], sorter=order), max(len(keys) - 1, 0))
    place = order[at] if len(keys) else at
    known = keys[place] == found["of"] if len(keys) else np.zeros(len(at), dtype=bool)
    many = int(np.count_nonzero(known))
    return Scores(
        of=place[known],
        measure=np.zeros(many, dtype=np.int64),
        day=found["day"][known],
        minute=found["minute"][known],
        tenths=found["tenths"][known],
        error=np.full(many, np.nan),
        form=np.zeros(many, dtype=np.int64),
        key=found["key"][known],
    )


@lru_cache(maxsize=256)
def _cached(gain: bytes, answers: bytes, of: bytes) -> Important:
    """Resampling takes a tenth of a second for a thousand patients; equal data give equal figures."""
    return important(
        np.frombuffer(gain), np.frombuffer(answers, dtype=np.int64), np.frombuffer(of, dtype=np.int64)
    )


def own_changes(found: Study, window: str) -> tuple[Important, ...]:
    """Return the clinic's own minimal important change, one per measure, in the order of ``measures()``."""
    answers = impressions(found, window)
    pairs = changes(found.counted, window, mcid_set=found.asked.definitions.mcid_set)
    result = []
    for place in range(len(measures())):
        rows = np.flatnonzero(pairs.paired[:, place] & (answers > 0))
        gain, said, of = pairs.gain[rows, place] / 10, answers[rows], found.counted.rows.of[rows].astype(np.int64)
        result.append(_cached(gain.tobytes(), said.tobytes(), of.tobytes()))
    return tuple(result)
