"""The pages of a trajectory put together: the chart, its table, the other measures, what the figures rest on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.text import slugify

from outcomes.queries.trajectory import Trajectory
from outcomes.queries.trajectory_axis import dates
from outcomes.queries.trajectory_picture import Chart, chart
from outcomes.queries.trajectory_table import MeasureRow, PointRow, counts_sentence, measure_rows, point_rows
from outcomes.rules.measures import Measure
from outcomes.rules.reliable import FORM_SD, error_sentence, norm_sentence, shrinkage_sentence
from outcomes.rules.trajectory import Track, figure


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose. value: as in the address, "" for the default."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class OneMeasure:
    """One measure drawn large. rows: the drawing's numbers; measures: all others, before and now."""

    track: Track
    name: str
    finding: str
    counts: str
    chart: Chart
    rows: tuple[PointRow, ...]
    measures: tuple[MeasureRow, ...]
    notes: tuple[str, ...]

    @property
    def slug(self) -> str:
        return slugify(self.name)

    @property
    def has_error(self) -> bool:
        return any(row.error for row in self.rows)


def one_measure(found: Trajectory, slug: str = "", *, lanes: bool = True) -> OneMeasure | None:
    """Return the page of one measure, of the one that is drawn first without a known name; None without scores."""
    name = next((one.measure.name for one in found.tracks if slugify(one.measure.name) == slug), "")
    track = found.track_of(name)
    if track is None:
        return None
    rows = measure_rows(found)
    return OneMeasure(
        track=track,
        name=track.measure.name,
        finding=found.finding(track),
        counts=counts_sentence(rows),
        chart=chart(found, track, lanes=lanes),
        rows=tuple(point_rows(found, track)),
        measures=tuple(rows),
        notes=tuple(_notes(found, track)),
    )


def _notes(found: Trajectory, track: Track) -> Iterable[str]:
    measure = track.measure
    yield f"{measure.version}. {'Lower' if measure.better == 'lower' else 'Higher'} is better."
    yield norm_sentence(measure)
    yield error_sentence(measure, track.points)
    yield mcid_sentence(measure, found)
    if len(track.forms) > 1:
        yield (
            "Scores of different forms are not joined, and no reliable change is claimed across them: on the same "
            f"answers two forms differ with a standard deviation of {FORM_SD} T, by 5 or more in 4.9%."
        )
    if shrinkage_sentence(measure):
        yield shrinkage_sentence(measure)


def mcid_sentence(measure: Measure, found: Trajectory) -> str:
    """Say which change counts as meaningful, and who says so."""
    limit = measure.mcid.get(found.mcid_set)
    if limit is None:
        return "No smallest meaningful change is known for this measure."
    above = ""
    if limit.tenths_above:
        above = (
            f", {figure(measure, limit.tenths_above)} above a baseline of "
            f"{figure(measure, limit.above_baseline_tenths)}"
        )
    source = limit.source.rstrip(".")
    return f"Meaningful from {figure(measure, limit.tenths)} points{above} ({found.mcid_set} set: {source})."


def course_choices(found: Trajectory) -> list[Choice]:
    """All courses, then each by itself; nothing to choose with fewer than two."""
    if len(found.courses) < 2:
        return []
    each = [
        Choice(
            str(one.number),
            f"Course {one.number}, {dates(one.first, one.last)}",
            found.only and one.number == found.course,
        )
        for one in found.courses
    ]
    return [Choice("", "All courses", not found.only), *each]


def mcid_choices(found: Trajectory) -> list[Choice]:
    """The two sets of smallest meaningful changes."""
    return [
        Choice("", "Paper", found.mcid_set == "paper"),
        Choice("evidence", "Evidence", found.mcid_set == "evidence"),
    ]


def definitions_sentence(found: Trajectory) -> str:
    """Say in one sentence how these pages are read."""
    day = f"{found.as_of.day} {found.as_of:%b %Y}"
    one = found.chosen
    of = f"course {one.number} ({dates(one.first, one.last)})" if one else "no course yet"
    return (
        f"Course mode: before and now of {of}; before is the latest score up to 100 days before its first "
        f"infusion. Smallest meaningful changes: {found.mcid_set} set. Reliable: beyond 1.96 standard errors of "
        f"the difference. As of {day}."
    )
