"""Adverse events and drafts of one: computed from the chart, never stored; and what was judged of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from infusions.models import AdverseEventReview, Flag, Infusion, InfusionEvent
from infusions.queries.course import Course, Kind, courses_of
from infusions.queries.event_words import symptom_words
from infusions.rules.adverse_events import (
    EVENT_REASONS,
    NEW_RHYTHMS,
    is_adverse_event,
    is_called_out,
    linked,
    stopped_for_event,
)
from infusions.states import (
    AdverseEventKind,
    Grade,
    InfusionOutcome,
    Recovery,
    Relatedness,
    Rhythm,
    Sign,
    StopReason,
)
from kitclinic.display import in_sentence
from kitclinic.models import Site

# A fact of these kinds, recorded after a review, opens the event again (AEV-07).
WEIGHTY = (
    Kind.SIDE_EFFECT,
    Kind.PROVIDER_CALLED,
    Kind.PROVIDER_ARRIVED,
    Kind.EMERGENCY_TEAM,
    Kind.EMERGENCY_ARRIVED,
    Kind.STOPPED,
    Kind.STRUCK,
)


@dataclass(frozen=True)
class Reviewed:
    """A physician's review with its words."""

    row: AdverseEventReview

    @property
    def category(self) -> str:
        return str(AdverseEventKind(self.row.category).label)

    @property
    def grade(self) -> str:
        return str(Grade(self.row.grade).label)

    @property
    def relatedness(self) -> str:
        return str(Relatedness(self.row.relatedness).label)

    @property
    def recovery(self) -> str:
        return str(Recovery(self.row.recovery).label)


@dataclass(frozen=True)
class Happening:
    """One infusion on which something is to be judged, or was. reviews: newest first."""

    course: Course
    reviews: tuple[AdverseEventReview, ...]
    at: datetime

    @property
    def infusion(self) -> Infusion:
        return self.course.infusion

    @cached_property
    def review(self) -> Reviewed | None:
        return Reviewed(self.reviews[0]) if self.reviews else None

    @cached_property
    def stopped(self) -> InfusionEvent | None:
        """The stop of this infusion while it ran."""
        return next((one for one in self.course.of_kind(Kind.STOPPED) if not one.detail.get("unmatched")), None)

    @property
    def reason(self) -> StopReason | None:
        return StopReason(self.infusion.stop_reason) if self.infusion.stop_reason else None

    @property
    def was_stopped(self) -> bool:
        return self.infusion.outcome == InfusionOutcome.STOPPED

    @property
    def unexplained(self) -> bool:
        return self.was_stopped and self.reason is None

    @cached_property
    def teams(self) -> list[InfusionEvent]:
        return self.course.of_kind(Kind.EMERGENCY_TEAM)

    @property
    def is_adverse(self) -> bool:
        return is_adverse_event(stopped_for_event=stopped_for_event(self.reason), emergency_team=bool(self.teams))

    @cached_property
    def new_rhythms(self) -> list[Flag]:
        return [
            flag
            for flag in self.course.flags
            if flag.sign == Sign.RHYTHM
            and flag.vital_set.rhythm in NEW_RHYTHMS
            and flag.vital_set_id not in self.course.struck
            and not hasattr(flag, "withdrawal")
        ]

    @property
    def to_judge(self) -> bool:
        """Whether there is anything a physician could judge."""
        return self.is_adverse or bool(self.new_rhythms) or self.unexplained or bool(self.reviews)

    @property
    def resumed(self) -> int:
        return len(self.course.of_kind(Kind.RESUMED))

    @cached_property
    def effects(self) -> list[InfusionEvent]:
        return self.course.of_kind(Kind.SIDE_EFFECT)

    @cached_property
    def linked_effect(self) -> InfusionEvent | None:
        """The side effect for which it was stopped (AEV-03); it stays a side effect."""
        found = linked(
            ((one.pk, one.occurred_at) for one in self.effects),
            reason=self.infusion.stop_reason,
            stopped_at=self.infusion.ended_at,
        )
        return next((one for one in self.effects if one.pk == found), None)

    @property
    def because(self) -> str:
        """Why it counts, or why it is looked at: "Stopped: medical event; emergency team"."""
        parts = []
        if self.reason in EVENT_REASONS and self.reason is not None:
            effect = (
                f", {symptom_words(self.linked_effect.detail['symptom']).lower()}" if self.linked_effect else ""
            )
            parts.append(f"Stopped: {in_sentence(str(self.reason.label))}{effect}")
        if self.teams:
            parts.append("Emergency team")
        if self.unexplained:
            parts.append("Stopped, why is not said")
        names = dict.fromkeys(str(Rhythm(flag.vital_set.rhythm).label) for flag in self.new_rhythms)
        parts += [f"New {name}, to look at" for name in names]
        if not parts:
            parts.append("No adverse event by the chart as it stands now")
        return "; ".join(parts)

    @cached_property
    def happened_at(self) -> datetime:
        """When it began: the first of stop, emergency team, new rhythm."""
        ended = [self.infusion.ended_at] if self.was_stopped and self.infusion.ended_at else []
        teams = [one.occurred_at for one in self.teams]
        rhythms = [flag.vital_set.occurred_at for flag in self.new_rhythms]
        return min([*ended, *teams, *rhythms], default=self.infusion.started_at or self.infusion.arrived_at)

    @cached_property
    def newer_facts(self) -> bool:
        """Whether something was recorded after the newest review (AEV-07)."""
        if not self.reviews:
            return False
        since = self.reviews[0].at
        received = [one.received_at for one in self.course.events if one.kind in WEIGHTY]
        received += [flag.vital_set.received_at for flag in self.new_rhythms]
        return any(one > since for one in received)

    @property
    def waits(self) -> bool:
        """Whether a physician's review is due."""
        if self.reviews:
            return self.newer_facts
        return self.is_adverse or bool(self.new_rhythms) or self.unexplained

    @property
    def overdue(self) -> bool:
        return self.waits and is_called_out(happened_at=self.happened_at, at=self.at)

    @property
    def course_stopped(self) -> bool | None:
        """None while nobody has judged."""
        return self.reviews[0].course_stopped if self.reviews else None


def happenings(
    site: Site, *, at: datetime, first: date | None = None, last: date | None = None
) -> list[Happening]:
    """Every infusion with an event, a draft or a review, newest first; first, last: clinic days."""
    rows = candidates(site)
    rows = rows.filter(date__gte=first) if first else rows
    rows = rows.filter(date__lte=last) if last else rows
    return [one for one in _loaded(rows, at=at) if one.to_judge]


def waiting(site: Site, *, at: datetime) -> list[Happening]:
    """What waits for a physician, the oldest first."""
    newest = AdverseEventReview.objects.filter(infusion=OuterRef("pk")).order_by("-at", "-pk").values("at")[:1]
    rows = candidates(site).annotate(judged_at=Subquery(newest))
    newer = InfusionEvent.objects.filter(
        infusion=OuterRef("pk"), kind__in=WEIGHTY, received_at__gt=OuterRef("judged_at")
    )
    flagged = _new_rhythm().filter(vital_set__received_at__gt=OuterRef("judged_at"))
    rows = rows.filter(Q(judged_at__isnull=True) | Exists(newer) | Exists(flagged))
    return sorted((one for one in _loaded(rows, at=at) if one.waits), key=lambda one: one.happened_at)


def number_overdue(site: Site, *, at: datetime) -> int:
    """How many have waited for more than 24 h (AEV-06)."""
    return sum(one.overdue for one in waiting(site, at=at))


def happening(infusion: Infusion, *, at: datetime) -> Happening:
    """One infusion, whatever is on its chart."""
    return _loaded([infusion], at=at)[0]


def candidates(site: Site) -> QuerySet[Infusion]:
    """Infusions stopped for an event or without a reason, with the team or a new rhythm, or judged before."""
    team = InfusionEvent.objects.filter(infusion=OuterRef("pk"), kind=Kind.EMERGENCY_TEAM)
    judged = AdverseEventReview.objects.filter(infusion=OuterRef("pk"))
    stopped = Q(outcome=InfusionOutcome.STOPPED, stop_reason__in=["", *EVENT_REASONS])
    rows = Infusion.objects.filter(
        stopped | Exists(team) | Exists(_new_rhythm()) | Exists(judged), site=site
    ).select_related("site", "patient", "visit__sequence", "visit__patient", "order__protocol", "nurse")
    return rows.order_by("-date", "-pk")


def _new_rhythm() -> QuerySet[Flag]:
    return Flag.objects.filter(
        vital_set__infusion=OuterRef("pk"),
        sign=Sign.RHYTHM,
        vital_set__rhythm__in=list(NEW_RHYTHMS),
        withdrawal=None,
    )


def _loaded(infusions: Iterable[Infusion], *, at: datetime) -> list[Happening]:
    rows = list(infusions)
    if not rows:
        return []
    reviews: dict[int, list[AdverseEventReview]] = defaultdict(list)
    found = AdverseEventReview.objects.filter(infusion__in=rows).select_related("by", "signature")
    for review in found.order_by("-at", "-pk"):
        reviews[review.infusion_id].append(review)
    courses = courses_of(rows)
    return [Happening(courses[row.pk], tuple(reviews[row.pk]), at) for row in rows]
