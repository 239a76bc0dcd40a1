"""What should be asked becomes rows: windows are made, moved, dropped, done and missed."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site
from kitclinic.states import begin, move
from outcomes.actions.closing import close_parts
from outcomes.models import Assessment, PlannedAssessment
from outcomes.queries.asking import Plans
from outcomes.queries.planning import Picture
from outcomes.queries.questionnaires import LIVE, parts_of
from outcomes.rules.asking import ANCHORED_ANEW, Desired
from outcomes.states import AskState, AssessmentState
from scheduling.models import Patient

WINDOW = ("anchor", "opens_on", "ask_on", "closes_on")


def plan_asks(*, site: Site, at: datetime, people: Collection[int] | None = None) -> int:
    """Make the windows of everybody agree with their courses and answers; return how many people changed.

    people: keys of patients, to look at these only. Running twice changes nothing. Each person is one transaction,
    and whoever another worker has in hand is left to it.
    """
    seen = Picture(site, at=at, people=people)
    waiting = [one for one in seen.people if seen.changes(one) or seen.ends(one)]
    return sum(_plan_one(site, person, seen.plans, at=at) for person in waiting)


@transaction.atomic
def _plan_one(site: Site, person: int, plans: Plans, *, at: datetime) -> bool:
    """Lock patient, questionnaires and asks, in this order, look again, and write."""
    locked = Patient.objects.select_for_update(skip_locked=True, of=("self",)).select_related("site")
    patient = locked.filter(site=site, pk=person).first()
    if patient is None:
        return False
    open_ones = Assessment.objects.select_for_update(of=("self",)).select_related("site")
    forms = {
        row.ask_id: row
        for row in open_ones.filter(site=site, ask__isnull=False, ask__patient=patient, state__in=LIVE).order_by(
            "pk"
        )
    }
    list(PlannedAssessment.objects.select_for_update().filter(site=site, patient=patient).order_by("pk"))
    picture = Picture(site, at=at, people=[person], plans=plans)
    changes = picture.changes(person)
    asks = {ask.pk: ask for ask in picture.asks.get(person, ())}
    for key, reason in changes.drop:
        _end(asks[key], AskState.DROPPED, reason, at=at)
        _close_form(forms.get(key), at=at)
    for key, wanted in changes.move:
        _move_window(asks[key], wanted, forms.get(key), at=at)
    for wanted in changes.create:
        _create(patient, wanted, at=at)
    after = Picture(site, at=at, people=[person], plans=plans)
    ends = after.ends(person)
    for ask, state, reason in ends:
        _end(ask, state, reason, at=at)
        _close_form(forms.get(ask.pk), at=at)
    return bool(changes or ends)


def _create(patient: Patient, wanted: Desired, *, at: datetime) -> PlannedAssessment:
    ask = PlannedAssessment.objects.create(
        site=patient.site,
        patient=patient,
        sequence_id=wanted.course,
        occasion=wanted.occasion,
        anchor=wanted.anchor,
        opens_on=wanted.opens_on,
        ask_on=wanted.ask_on,
        closes_on=wanted.closes_on,
    )
    begin(ask, by=None, at=at)
    return ask


def _move_window(ask: PlannedAssessment, wanted: Desired, form: Assessment | None, *, at: datetime) -> None:
    was = {name: getattr(ask, name).isoformat() for name in WINDOW}
    for name in WINDOW:
        setattr(ask, name, getattr(wanted, name))
    ask.save(update_fields=WINDOW)
    if form is not None:
        form.expires_at = ask.site.instant(ask.closes_on, 24 * 60)
        form.save(update_fields=["expires_at"])
    audit.record(
        event="planned assessment moved",
        by=None,
        actor="plan",
        at=at,
        site=ask.site,
        subject=ask,
        patient_id=ask.patient_id,
        detail={"was": was, "rule": ANCHORED_ANEW.id},
    )


def _end(ask: PlannedAssessment, state: AskState, reason: str, *, at: datetime) -> None:
    ask.ended_at, ask.ended_because = at, reason
    move(ask, state, by=None, at=at, reason=reason, also=("ended_at", "ended_because"))


def _close_form(form: Assessment | None, *, at: datetime) -> None:
    """The questionnaire of an ask that is over ends with it; what was answered whole is scored."""
    if form is not None:
        close_parts(form, parts_of(form), at=at)
        move(form, AssessmentState.EXPIRED, by=None, at=at, reason="the window is over")
