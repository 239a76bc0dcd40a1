"""Scores recorded elsewhere: what stands for a patient, and what a file of them would do."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F
from django.db.models.functions import Coalesce

from kitclinic.models import Site
from outcomes.models import Score
from outcomes.rules.measures import Measure
from outcomes.rules.score_entry import TypedScore, enterable
from outcomes.rules.score_file import Person, ScoreRow, Wrong, fold, match, once, read_scores
from outcomes.rules.second_line import (
    COMPARED_DAYS,
    FRESH_DAYS,
    Point,
    before,
    is_compared,
    is_fresh,
    score_alert,
)
from scheduling.models import Patient
from scheduling.queries.patients import family_keys
from scheduling.rules.identity import tidy_record_number
from scheduling.rules.written_dates import DateOrder

ELSEWHERE = "elsewhere"
SHOWN = 50  # lines of each kind that a page lists; the rest is counted


@dataclass(frozen=True, slots=True)
class EnteredLine:
    """One entered score with those it replaced, the newest of them first."""

    score: Score
    measure: Measure
    replaced: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the import of a file would do. new: patient key and score.

    known: how many lines are on record already or repeat another.
    """

    new: tuple[tuple[int, TypedScore], ...]
    wrong: tuple[Wrong, ...]
    known: int
    patients: int
    left_columns: tuple[str, ...]

    @property
    def told(self) -> tuple[Wrong, ...]:
        """The problems a page lists."""
        return self.wrong[:SHOWN]

    @property
    def more(self) -> int:
        """How many problems it does not list."""
        return len(self.wrong) - len(self.told)


def entered_scores(patient: Patient) -> list[EnteredLine]:
    """Return the scores somebody entered for this patient, newest day first, with what each corrected."""
    rows = Score.objects.filter(site=patient.site_id, patient__in=family_keys(patient), source=ELSEWHERE)
    found = {row.pk: row for row in rows.select_related("entered_by").order_by("-date", "-pk")}
    corrected = {row.corrects_id for row in found.values()}
    lines = []
    for row in found.values():
        if row.pk not in corrected:
            lines.append(EnteredLine(row, enterable()[row.measure], tuple(_before(row, found))))
    return lines


def _before(row: Score, found: dict[int, Score]) -> list[Score]:
    replaced = []
    while row.corrects_id is not None:
        row = found[row.corrects_id]
        replaced.append(row)
    return replaced


def look_through(text: str, *, site: Site, order: DateOrder, at: datetime) -> FileFacts:
    """Return what the import of this text would do. Three queries. Raises UnreadableFileError."""
    read = read_scores(text, today=site.today(at), order=order)
    patients, nobody = match(read.rows, people(site))
    rows, contradictions, repeated = once([row for row in read.rows if row.line in patients], patients)
    on_record = _on_record(site, set(patients.values()))
    wrong = [*read.wrong, *nobody, *contradictions]
    new: list[tuple[int, TypedScore]] = []
    known = repeated
    for row in rows:
        key = patients[row.line]
        stands = on_record.get(key, {}).get((row.score.measure, row.score.day, row.score.origin))
        if stands is None:
            new.append((key, row.score))
        elif stands == row.score.tenths:
            known += 1
        else:
            wrong.append(_differs(row, stands))
    wrong.sort(key=lambda one: one.line)
    return FileFacts(tuple(new), tuple(wrong), known, len({key for key, _ in new}), read.left_columns)


def _differs(row: ScoreRow, stands: int) -> Wrong:
    return Wrong(
        row.line,
        f"{row.score.measure} of that day and source stands on record with {stands / 10:g}, and here it is "
        f"{row.score.tenths / 10:g}. Correct it on the patient's page, or take the line out.",
    )


def people(site: Site) -> list[Person]:
    """Return everybody a line may mean; a merged record leads to the one it was merged into. One query."""
    rows = Patient.objects.filter(site=site).annotate(home=F("merged_into_id"))
    fields = ("pk", "home", "record_number", "family_name", "given_name", "birth_date")
    found = []
    for pk, home, number, family, given, born in rows.order_by("pk").values_list(*fields):
        # the names of a merged record lead nowhere: those of the kept one do
        names = ("", "") if home else (fold(family), fold(given))
        found.append(Person(home or pk, tidy_record_number(number), names, born))
    return found


def _on_record(site: Site, keys: set[int]) -> dict[int, dict[tuple[str, date, str], int]]:
    """Tenths of what was entered for these patients, by patient, then by measure, day and source."""
    found: dict[int, dict[tuple[str, date, str], int]] = defaultdict(dict)
    rows = Score.objects.current().filter(site=site, patient__in=keys, source=ELSEWHERE)
    for key, measure, day, origin, value in rows.values_list("patient_id", "measure", "date", "origin", "value"):
        found[key][measure, day, origin] = int(value * 10)
    return found


def to_compare(made: Sequence[Score], *, site: Site, today: date) -> list[Score]:
    """Return the scores that raise a second-line alert now that a file is in: compared in memory. One query.

    Only patients and measures of the file are looked at, and of them only what is fresh (PRO-132).
    """
    keys = {
        (score.patient_id, score.measure) for score in made if is_compared(score.measure, demo_site=site.is_demo)
    }
    since = today - timedelta(days=COMPARED_DAYS + FRESH_DAYS)
    rows = Score.objects.current().filter(site=site, date__gte=since, measure__in={name for _, name in keys})
    held: dict[tuple[int, str], list[Score]] = defaultdict(list)
    person = Coalesce("patient__merged_into", "patient")
    for row in rows.annotate(person=person).order_by("date", "pk"):
        if (row.person, row.measure) in keys:
            held[row.person, row.measure].append(row)
    return [row for rows in held.values() for row in rows if _alerts(row, rows, site=site, today=today)]


def _alerts(row: Score, rows: Sequence[Score], *, site: Site, today: date) -> bool:
    now = _point(row)
    if not is_fresh(now, today=today):
        return False
    earlier = before(now, [_point(other) for other in rows if other.pk != row.pk])
    return earlier is not None and score_alert(row.measure, now, earlier, demo_site=site.is_demo) is not None


def _point(score: Score) -> Point:
    return Point(int(score.value * 10), score.date, score.minute)
