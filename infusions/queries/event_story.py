"""One event as its chart tells it: the facts in order of time, as text for the signature too."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from infusions.models import Flag, Infusion, InfusionEvent, VitalSet
from infusions.queries.adverse_events import Happening
from infusions.queries.course import Course, Kind
from infusions.queries.event_words import event_words
from infusions.queries.facts_to_review import late_words
from infusions.queries.words import flag_words, slot_label
from infusions.rules.event_text import EventText, facts_text
from infusions.states import Rhythm, StopReason
from kitclinic import signing
from kitclinic.models import AuditEvent

TONES: dict[str, str] = {
    Kind.STOPPED: "urgent",
    Kind.EMERGENCY_TEAM: "urgent",
    Kind.SIDE_EFFECT: "flag",
    Kind.PAUSED: "due",
}


@dataclass(frozen=True)
class Step:
    """One line of the timeline. tone: "", due, flag or urgent; late: "charted 22 min late"."""

    at: datetime
    what: str
    by: str
    tone: str = ""
    late: str = ""
    struck: str = ""  # why, where it was recorded by mistake
    linked: bool = False  # the side effect for which the infusion was stopped


@dataclass(frozen=True)
class EventStory:
    happening: Happening
    steps: tuple[Step, ...]

    @property
    def text(self) -> str:
        """The facts as they stand on the page, the same in every signature of this moment."""
        return event_text(self).facts

    @property
    def digest(self) -> str:
        return signing.digest(self.text)

    @property
    def order_url(self) -> str:
        order = self.happening.infusion.order_id
        return reverse("infusions:order", args=[order]) if order else ""


def event_story(happening: Happening) -> EventStory:
    course = happening.course
    steps = [_event(one, happening) for one in course.events if one.kind != Kind.STRUCK]
    steps += [_set(row, course) for row in course.sets]
    steps += [_answer(flag) for flag in course.flags if hasattr(flag, "acknowledgement")]
    steps += _explanations(happening)
    return EventStory(happening, tuple(sorted(steps, key=lambda one: one.at)))


def event_text(story: EventStory) -> EventText:
    """What the signed text says of patient and chart."""
    infusion, site = story.happening.infusion, story.happening.infusion.site
    patient, visit = infusion.patient, infusion.visit
    return EventText(
        clinic=site.name,
        patient=f"{patient.name}, record {patient.record_number}",
        infusion=f"Day {visit.day_index} of {visit.days}, {infusion.date:%Y-%m-%d}, chair {infusion.chair}",
        counts=story.happening.is_adverse,
        because=story.happening.because,
        facts=facts_text(
            f"{site.local(one.at):%Y-%m-%d} {site.clock(one.at)} {one.what}"
            + (f" [{one.late}]" if one.late else "")
            + (f" [struck out: {one.struck}]" if one.struck else "")
            + f" ({one.by})"
            for one in story.steps
        ),
    )


def identity_facts(infusion: Infusion, *, at: datetime) -> list[tuple[str, str]]:
    """The identity banner's facts."""
    patient, visit, site = infusion.patient, infusion.visit, infusion.site
    born = patient.birth_date
    age = patient.age_on(site.today(at))
    return [
        ("Born", f"{born.day} {born:%b %Y}, {age} y" if born else "not recorded"),
        ("Record", patient.record_number),
        ("Infusion", f"{infusion.date.day} {infusion.date:%b %Y}"),
        ("Course", f"Day {visit.day_index} of {visit.days}"),
    ]


def _event(event: InfusionEvent, happening: Happening) -> Step:
    strike = happening.course.struck_events.get(event.pk)
    effect = happening.linked_effect
    return Step(
        at=event.occurred_at,
        what=event_words(event),
        by=event.by.name,
        tone="" if strike else TONES.get(event.kind, ""),
        late=late_words(event.occurred_at, event.received_at),
        struck=f"{strike.note} ({strike.by.name})" if strike else "",
        linked=effect is not None and effect.pk == event.pk,
    )


def _set(row: VitalSet, course: Course) -> Step:
    flags = course.flags_of(row)
    rhythm = str(Rhythm(row.rhythm).label) if row.rhythm else "no rhythm"
    symptoms = ", ".join(str(VitalSet.Symptom(word).label).lower() for word in row.symptoms) or "no symptoms"
    found = "; ".join(flag_words(flag) for flag in flags)
    later = next((other for other in course.sets if other.corrects_id == row.pk), None)
    return Step(
        at=row.occurred_at,
        what=f"{slot_label(row.slot)} set: {row}, {rhythm}, {symptoms}" + (f". Flag: {found}" if found else ""),
        by=row.by.name,
        tone="flag" if flags and later is None else "",
        late=late_words(row.occurred_at, row.received_at) if not row.corrects_id else "",
        struck=f"corrected: {later.correction_reason}" if later else "",
    )


def _answer(flag: Flag) -> Step:
    answer = flag.acknowledgement
    told = f"; {answer.provider_notified} told" if answer.provider_notified else ""
    reply = f": {answer.provider_reply}" if answer.provider_reply else ""
    words = f"Flag answered ({flag_words(flag)}): {answer}; {answer.action}{told}{reply}"
    return Step(at=answer.at, what=words, by=answer.by.name)


def _explanations(happening: Happening) -> list[Step]:
    """Why it was stopped, every time somebody said it: the reason said first stays (AEV-10)."""
    rows = AuditEvent.objects.filter(
        site_id=happening.infusion.site_id,
        event="infusion stop explained",
        subject=happening.infusion._meta.db_table,
        subject_id=happening.infusion.pk,
    )
    steps = []
    for row in rows.select_related("by").order_by("at", "pk"):
        reason, note = row.detail.get("reason", ""), row.detail.get("note", "")
        label = str(StopReason(reason).label) if reason in StopReason.values else reason
        what = f"Reason of the stop: {label}" + (f": {note}" if note else "")
        steps.append(Step(at=row.at, what=what, by=row.by.name if row.by else "", tone="urgent"))
    return steps
