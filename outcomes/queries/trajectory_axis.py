"""The axis of days that every drawing of a trajectory shares, with months and courses. SVG units, no queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kitclinic.charts import Axis, at
from outcomes.queries.trajectory import Trajectory
from outcomes.rules.courses import Course

BEFORE, AFTER, LEAST = timedelta(days=8), timedelta(days=45), timedelta(days=120)
CHARACTER = 6.8  # width of one, about
EVERY_MONTH, EVERY_QUARTER = 14, 42  # months up to which each month, each quarter has its line
RARE = 2.6  # times as much room for the words that stay on a phone


@dataclass(frozen=True, slots=True)
class Month:
    """A line with its word, "" where there is no room. rare: there is room for it in large letters too."""

    x: str
    text_x: str
    word: str
    rare: bool


@dataclass(frozen=True, slots=True)
class CourseMark:
    """The infusions of one course: a stroke for each day, its dates in words where they fit."""

    name: str
    dates: str
    strokes: tuple[str, ...]
    first_x: str
    last_x: str
    text_x: str
    room: bool
    chosen: bool


class Days:
    """Days as places between left and right. It holds everything that is drawn and at least 120 days.

    near: strokes nearer than this would run together.
    """

    def __init__(self, found: Trajectory, *, left: float, right: float, near: float = 3.0) -> None:
        first, last = found.frame
        self.first, self.last = first - BEFORE, max(last + AFTER, first + LEAST)
        self.left, self.right, self.near = left, right, near
        self.axis = Axis(self.first.toordinal(), self.last.toordinal(), left, right)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def place(self, day: date) -> float:
        return self.axis.place(day.toordinal())

    def x(self, day: date) -> str:
        return at(self.place(day))

    def months(self) -> Iterator[Month]:
        """The first days of months, quarters or years, as many as there is room for, with the words that fit."""
        span = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        step = 1 if span <= EVERY_MONTH else 3 if span <= EVERY_QUARTER else 12
        room, rare_room, named = self.left, self.left, False
        start = self.first.year * 12 + self.first.month
        for number in range(start, self.last.year * 12 + self.last.month):
            day = date(number // 12, number % 12 + 1, 1)
            if number % 12 % step:
                continue
            x = self.place(day)
            word = f"{day:%b %Y}" if not named or day.month == 1 else f"{day:%b}"
            fits = x + 4 >= room and x + 4 + len(word) * CHARACTER <= self.right
            rare = fits and x + 4 >= rare_room and x + 4 + len(word) * CHARACTER * RARE <= self.right
            yield Month(at(x), at(x + 4), word if fits else "", rare)
            if fits:
                named, room = True, x + 8 + len(word) * CHARACTER
            if rare:
                rare_room = x + 8 + len(word) * CHARACTER * RARE

    def courses(self, found: Trajectory, *, taken: Iterable[float] = ()) -> list[CourseMark]:
        """The courses in the picture. taken: middles of words that stand on the same line already."""
        middles, marks = list(taken), []
        for course in found.courses:
            if not self.holds(course.last):
                continue
            middle, words = (
                (self.place(course.first) + self.place(course.last)) / 2,
                dates(course.first, course.last),
            )
            half = len(words) * CHARACTER / 2
            room = all(abs(middle - other) > half + 40 for other in middles) and self.left <= middle - half
            room = room and middle + half <= self.right
            if room:
                middles.append(middle)
            marks.append(self._mark(course, words, middle, room, course.number == found.course))
        return marks

    def _mark(self, course: Course, words: str, middle: float, room: bool, chosen: bool) -> CourseMark:
        return CourseMark(
            f"Course {course.number}",
            words,
            self.strokes(course.days),
            self.x(course.first),
            self.x(course.last),
            at(middle),
            room,
            chosen,
        )

    def strokes(self, days: Iterable[date]) -> tuple[str, ...]:
        """Where the strokes of these days stand, none so near another that they run together."""
        found: list[float] = []
        for day in days:
            place = self.place(day)
            if self.holds(day) and (not found or place - found[-1] >= self.near):
                found.append(place)
        return tuple(at(place) for place in found)


def dates(first: date, last: date) -> str:
    """Return "18-22 May 2026", "30 Nov-4 Dec 2026", with a dash between."""
    end = f"{last.day} {last:%b %Y}"
    if first == last:
        return end
    if first.year != last.year:
        return f"{first.day} {first:%b %Y} – {end}"
    return f"{first.day}–{end}" if first.month == last.month else f"{first.day} {first:%b} – {end}"
