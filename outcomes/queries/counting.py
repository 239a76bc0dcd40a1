"""Every score of one patient and measure, with the column it counts for, or why it does not."""

from dataclasses import dataclass
from datetime import date

from infusions.models import Infusion as InfusionRecord
from infusions.models import RegistryInfusion
from infusions.states import InfusionOutcome
from outcomes.models import Score as ScoreRecord
from outcomes.queries.cohorts import PROTOCOL, clock
from outcomes.rules.courses import Course, courses
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import Measure
from outcomes.rules.placements import Placement, placements
from outcomes.rules.protocols import ORD_47, Apart, apart
from outcomes.rules.scoring import points
from outcomes.rules.windows import WINDOW_NAMES, Infusion, Score
from scheduling.models import Patient
from scheduling.queries.patients import family_keys
from scheduling.rules.protocols import STANDARD

AFTER = "Not counted: another protocol had begun; outcomes of two protocols are never pooled."


@dataclass(frozen=True, slots=True)
class CountingLine:
    """One score and one column. value: as printed; source: where it came from; column: in words, "" for none.

    key: of the stored row.
    """

    key: int
    date: date
    minute: str
    value: str
    source: str
    column: str
    course: int
    rule: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Counting:
    """One patient and measure. lines: oldest first; courses: completed infusions in runs."""

    patient: Patient
    measure: Measure
    as_of: date
    definitions: Definitions
    lines: tuple[CountingLine, ...]
    courses: tuple[Course, ...]

    @property
    def is_course_mode(self) -> bool:
        return self.definitions.mode == "course"


def counting(patient: Patient, measure: Measure, *, as_of: date, definitions: Definitions) -> Counting:
    """Return what each score of a measure counts for, as the tables of the patient's source count it."""
    family = family_keys(patient)
    rows = {
        row.pk: row
        for row in ScoreRecord.objects.among_results(patient.site)
        .filter(patient__in=family, measure=measure.name)
        .order_by("pk")
    }
    scores = [_score(row) for row in rows.values()]
    kept = apart(_infusions(patient, family), scores) or Apart(STANDARD, (), tuple(scores), False)
    found = placements(kept.infusions, kept.scores, as_of, mode=definitions.mode, reading=definitions.reading)
    later = [Placement(score, "", ORD_47.id, AFTER) for score in scores if score not in kept.scores]
    lines = [_line(one, rows[int(one.score.key)], measure) for one in (*found, *later)]
    return Counting(
        patient=patient,
        measure=measure,
        as_of=as_of,
        definitions=definitions,
        lines=tuple(sorted(lines, key=lambda line: (line.date, line.minute, line.course))),
        courses=courses(kept.infusions, as_of),
    )


def _infusions(patient: Patient, family: list[int]) -> list[tuple[str, Infusion]]:
    site = patient.site
    charted = InfusionRecord.objects.filter(site=site, patient__in=family, started_at__isnull=False)
    found = []
    for started, outcome, slug in (
        charted.exclude(outcome="").order_by("pk").values_list("started_at", "outcome", PROTOCOL)
    ):
        if started is None:
            raise ValueError("an infusion that was never started was selected")
        local = site.local(started)
        done = outcome == InfusionOutcome.COMPLETED
        found.append((slug or STANDARD, Infusion(local.date(), clock(local.hour * 60 + local.minute), done)))
    imported = RegistryInfusion.objects.filter(site=site, patient__in=family).order_by("pk")
    for day, minute, status in imported.values_list("date", "start_minute", "status"):
        found.append((STANDARD, Infusion(day, clock(minute), status == "completed")))
    return found


def _score(row: ScoreRecord) -> Score:
    return Score(row.measure, row.date, clock(row.minute), int(row.value * 10), row.pk)


def _line(one: Placement, row: ScoreRecord, measure: Measure) -> CountingLine:
    return CountingLine(
        key=row.pk,
        date=one.score.date,
        minute=f"{one.score.time:%H:%M}" if one.score.time else "",
        value=str(points(measure, one.score.tenths)),
        source=", ".join(filter(None, (row.source, row.origin))),
        column=WINDOW_NAMES[one.column] if one.column else "",
        course=one.course,
        rule=one.rule,
        sentence=one.sentence,
    )
