"""Everything the patient page shows from enrolment and schedule, for one reader."""

from dataclasses import dataclass
from datetime import date, datetime

from kitclinic.access import sees_clinical
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Permission
from scheduling.models import Eligibility, Patient
from scheduling.queries.assessments import Line, lines_of
from scheduling.queries.enrolment import all_courses, enrolment_facts
from scheduling.queries.patient_courses import Change, CourseRow, changes, course_row
from scheduling.queries.patients import family_keys, latest_eligibility
from scheduling.queries.readiness import strips
from scheduling.queries.timeline import timeline
from scheduling.queries.timeline_picture import Picture, picture
from scheduling.rules.capacity import clock
from scheduling.rules.enrolment import EnrolmentFacts, in_words, short_day
from scheduling.rules.readiness import Gate, Strip
from scheduling.rules.timeline import KINDS, Day, kinds_of, so_far, to_come


@dataclass(frozen=True, slots=True)
class Timeline:
    """The list. kind: the one shown, "" for all; kinds: (kind, word, number); picture: of everything."""

    kind: str
    kinds: tuple[tuple[str, str, int], ...]
    total: int
    ahead: tuple[Day, ...]
    past: tuple[Day, ...]
    picture: Picture | None


@dataclass(frozen=True, slots=True)
class PatientPage:
    """clinical: the reader may see more than readiness; then assessment and diagnosis are filled.

    words: where the patient stands. acts: the open gates that somebody can close now, the likeliest first;
    an address where it is this reader.
    changes: what this reader can change about the open sequence; may_miss: may record a missed day.
    """

    patient: Patient
    facts: EnrolmentFacts
    strip: Strip
    words: str
    acts: tuple[Gate, ...]
    courses: tuple[CourseRow, ...]
    changes: tuple[Change, ...]
    may_miss: bool
    chair: int | None
    next_visit: str
    clinical: bool
    assessment: Eligibility | None
    timeline: Timeline

    @property
    def assessment_lines(self) -> tuple[Line, ...]:
        """What the last assessment says, in words."""
        return lines_of(self.assessment) if self.assessment else ()


def patient_page(*, patient: Patient, site: Site, reader: StaffUser, at: datetime, kind: str = "") -> PatientPage:
    """Return the page as this reader may see it: who only books sees readiness in words.

    kind: of timeline entries to show; an unknown one shows all.
    """
    today = site.today(at)
    courses = all_courses([patient.pk], site=site)
    known = enrolment_facts([patient], site=site, courses=courses)
    facts = known[patient.pk]
    strip = strips([patient], site=site, at=at, reader=reader, known=known)[patient.pk]
    clinical = sees_clinical(reader)
    course = facts.open_course
    ahead = course.next_day if course else None
    return PatientPage(
        patient=patient,
        facts=facts,
        strip=strip,
        words=in_words(facts, today)[1],
        acts=tuple(gate for gate in strip.gates if gate.todo),
        courses=tuple(course_row(course) for course in courses.get(patient.pk, [])),
        changes=tuple(changes(course, reader, patient=patient.pk)) if course else (),
        may_miss=reader.may(Permission.BOOK) or reader.may(Permission.CHART),
        chair=ahead.chair if ahead else None,
        next_visit=f"{short_day(ahead.day)}, {clock(ahead.minute)}, {_away(ahead.day, today)}" if ahead else "",
        clinical=clinical,
        assessment=latest_eligibility(patient) if clinical else None,
        timeline=patient_timeline(patient=patient, site=site, reader=reader, at=at, kind=kind),
    )


def patient_timeline(*, patient: Patient, site: Site, reader: StaffUser, at: datetime, kind: str = "") -> Timeline:
    """Return the timeline of this person, records merged into this one included."""
    events = timeline(family_keys(patient), site=site, reader=reader, at=at)
    kind = kind if kind in KINDS else ""
    kinds = tuple(kinds_of(events))
    return Timeline(
        kind=kind,
        kinds=kinds,
        total=sum(number for _, _, number in kinds),
        ahead=to_come(events, kind),
        past=so_far(events, kind),
        picture=picture(events, today=site.today(at)),
    )


def _away(day: date, today: date) -> str:
    days = (day - today).days
    if days <= 0:
        return "today" if days == 0 else "overdue"
    return "tomorrow" if days == 1 else f"in {days} days"
