"""One person's scores over time: what counts for which course, what became of it, and the sentence above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kitclinic.display import MINUS
from kitclinic.register import Rule
from outcomes.rules.change import Verdict
from outcomes.rules.courses import Course, after_course, counting
from outcomes.rules.measures import McidSet, Measure
from outcomes.rules.reliable import Comparison, Form, Point, compare
from outcomes.rules.scoring import points as in_points
from outcomes.rules.windows import BASELINE, LAST, SIX_MONTHS, THREE_MONTHS, WINDOWS
from outcomes.rules.windows import Score as DatedScore

PAIN = ("PROMIS Pain Interference", "Demo pain interference")
WHEN = {LAST: "after the last infusion", THREE_MONTHS: "at 3 months", SIX_MONTHS: "at 6 months"}

FIRST_SHOWN = Rule(
    "PRO-146",
    "The patient page draws Pain Interference when it can be compared with a baseline; otherwise what moved "
    "furthest, counted in smallest meaningful changes; otherwise what has most scores.",
    source="clinic default",
)


@dataclass(frozen=True, slots=True)
class CourseTrack:
    """One measure in one course. follow_ups: column -> score. changes: the same against the baseline.

    now, now_change: the newest score after the course's last infusion; None without one or without a baseline.
    """

    course: Course
    baseline: Point | None
    follow_ups: Mapping[str, Point]
    changes: Mapping[str, Comparison]
    now: Point | None
    now_change: Comparison | None

    @property
    def best(self) -> tuple[str, Comparison] | None:
        """The follow-up with the largest gain, the earliest of equals."""
        found = [(column, self.changes[column]) for column in WINDOWS if column in self.changes]
        return max(found, key=lambda one: one[1].gain_tenths, default=None)


@dataclass(frozen=True, slots=True)
class Track:
    """One measure. points: every score in order of time. by_course: in the order of the courses."""

    measure: Measure
    points: tuple[Point, ...]
    by_course: tuple[CourseTrack, ...]

    @property
    def newest(self) -> Point:
        return self.points[-1]

    def roles(self, key: int) -> list[tuple[int, str]]:
        """Return the columns a score counts for, as (number of the course, column)."""
        found = []
        for track in self.by_course:
            if track.baseline is not None and track.baseline.key == key:
                found.append((track.course.number, BASELINE))
            found += [(track.course.number, column) for column, one in track.follow_ups.items() if one.key == key]
        return found

    def change_of(self, point: Point, *, mcid_set: McidSet) -> Comparison | None:
        """Return the change from the baseline of the course a score follows; None before one or without one."""
        for track in reversed(self.by_course):
            if point.date > track.course.last and track.course.owns(point.date):
                return compare(self.measure, track.baseline, point, mcid_set=mcid_set) if track.baseline else None
        return None

    @property
    def runs(self) -> list[list[Point]]:
        """The scores that one line may join: neighbours of the same form (PRO-143)."""
        found: list[list[Point]] = []
        for point in self.points:
            if found and found[-1][-1].form.key == point.form.key:
                found[-1].append(point)
            else:
                found.append([point])
        return found

    @property
    def forms(self) -> list[Form]:
        """The forms that gave the scores, in the order in which they first came."""
        return list({point.form.key: point.form for point in self.points}.values())


def track(
    measure: Measure, points: Sequence[Point], courses: Sequence[Course], as_of: date, *, mcid_set: McidSet
) -> Track:
    """Return one measure in every course. points: in order of time, none after as_of."""
    by_key = {point.key: point for point in points}
    dated = [DatedScore(measure.name, one.date, one.time, one.tenths, key=one.key) for one in points]
    return Track(
        measure,
        tuple(points),
        tuple(_in_course(measure, dated, by_key, course, as_of, mcid_set) for course in courses),
    )


def _in_course(
    measure: Measure,
    dated: Sequence[DatedScore],
    by_key: Mapping[int, Point],
    course: Course,
    as_of: date,
    mcid_set: McidSet,
) -> CourseTrack:
    counted = {
        column: by_key[int(found[measure.name].key)]
        for column, found in counting(dated, course, as_of).items()
        if measure.name in found
    }
    baseline = counted.pop(BASELINE, None)
    later = after_course(dated, course, as_of)
    now = by_key[int(later[-1].key)] if later else None
    return CourseTrack(
        course=course,
        baseline=baseline,
        follow_ups=counted,
        changes={
            column: compare(measure, baseline, one, mcid_set=mcid_set)
            for column, one in counted.items()
            if baseline is not None
        },
        now=now,
        now_change=compare(measure, baseline, now, mcid_set=mcid_set) if baseline and now else None,
    )


def target(track: CourseTrack, measure: Measure, mcid_set: McidSet) -> int | None:
    """Return the score, in tenths, at which a change is meaningful; None where the scale ends before it."""
    limit = measure.mcid.get(mcid_set)
    if track.baseline is None or limit is None:
        return None
    found = track.baseline.tenths + measure.improve_sign * limit.for_baseline(track.baseline.tenths)
    return found if measure.minimum_tenths <= found <= measure.maximum_tenths else None


def shown_course(tracks: Sequence[Track], courses: Sequence[Course]) -> int:
    """Return the number of the course to read first: the last one followed up, else the last; 0 without any."""
    followed = [
        found.course.number
        for track in tracks
        for found in track.by_course
        if found.now_change or found.follow_ups
    ]
    return max(followed, default=len(courses))


def first_shown(tracks: Sequence[Track], course: int) -> Track | None:
    """Return the measure to draw first (PRO-146); None without any score."""

    def moved(track: Track) -> tuple[bool, bool, float, int]:
        found = track.by_course[course - 1].now_change if course else None
        steps = 0.0
        if found is not None:
            steps = abs(found.tenths) / (found.mcid_tenths or track.measure.maximum_tenths)
        is_pain = track.measure.name in PAIN and found is not None
        return (is_pain, found is not None, steps, len(track.points))

    return max(tracks, key=moved, default=None)


def finding(track: Track, course: int) -> str:
    """Return the sentence above a chart: what became of this measure in this course."""
    title = track.measure.title
    if not course:
        return f"{title}: {figure(track.measure, track.newest.tenths)}, no infusion completed yet"
    found = track.by_course[course - 1]
    if found.baseline is None:
        later = found.now
        if later is None:
            return f"{title}: no score belongs to course {course}"
        return f"{title} is {figure(track.measure, later.tenths)} now, with no baseline to compare it with"
    now, best = found.now_change, found.best
    if now is None:
        return f"{title}: {figure(track.measure, found.baseline.tenths)} before treatment, no score since"
    if best is not None and best[1].after.key == now.after.key:
        return f"{title} is {_amount(track.measure, now)} {WHEN[best[0]]}{_tail(track.measure, now)}"
    if best is None or best[1].gain_tenths <= now.gain_tenths:
        return f"{title} is {_amount(track.measure, now)} now{_tail(track.measure, now)}"
    column, top = best
    first = f"{title} was {_amount(track.measure, top)} {WHEN[column]}{_tail(track.measure, top)}"
    return f"{first}; now {_amount(track.measure, now)}{_tail(track.measure, now)}"


def figure(measure: Measure, tenths: int) -> str:
    """Return a score or a threshold with its measure's decimals: "68.9", "14"."""
    return str(in_points(measure, tenths))


def signed_figure(measure: Measure, tenths: int) -> str:
    """Return a change with its sign and its measure's decimals: "+4", "−3.5", "0"."""
    sign = "+" if tenths > 0 else MINUS if tenths < 0 else ""
    return sign + figure(measure, abs(tenths)) if tenths else "0"


def _amount(measure: Measure, moved: Comparison) -> str:
    if not moved.tenths:
        return "as before"
    return f"{figure(measure, abs(moved.tenths))} {'better' if moved.gain_tenths > 0 else 'worse'}"


def _tail(measure: Measure, moved: Comparison) -> str:
    """What the change is worth: meaningful by the MCID, reliable by the standard errors."""
    if not moved.tenths:
        return ""
    if moved.verdict is None or moved.mcid_tenths is None:
        return {True: ", reliable", False: ", not reliable", None: ""}[moved.reliable]
    if moved.verdict is Verdict.UNCHANGED:
        sure = ", though reliable" if moved.reliable else ""
        return f", below the {figure(measure, moved.mcid_tenths)} that counts{sure}"
    if moved.reliable is None:
        return ", meaningful" + (", from another form" if moved.why == "another form" else "")
    return ", meaningful and reliable" if moved.reliable else ", meaningful but not reliable"
