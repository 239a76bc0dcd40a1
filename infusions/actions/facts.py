"""What was recorded by mistake is struck out; what came late or fits nothing is looked at."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import Kind, known_event, lock, note_act, write_event
from infusions.models import FactReview, Infusion, InfusionEvent, VitalSet
from infusions.queries.facts_to_review import is_listed
from infusions.rules.facts import look_problems, strike_problems
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if


@transaction.atomic
def strike_event(*, event: InfusionEvent, reason: str, by: StaffUser, at: datetime, key: UUID) -> InfusionEvent:
    """Strike out a fact that was recorded by mistake (CHS-13): it stays on the chart and counts no more."""
    infusion, reason, detail = lock(event.infusion), reason.strip(), {"event": event.pk}
    known = known_event(
        infusion=infusion, kind=Kind.STRUCK, key=key, site_id=infusion.site_id, detail=detail, note=reason
    )
    if known is not None:
        return known
    struck = InfusionEvent.objects.filter(infusion=infusion, kind=Kind.STRUCK, detail__event=event.pk).exists()
    refuse_if(strike_problems(kind=event.kind, reason=reason, struck=struck))
    return write_event(
        infusion=infusion, kind=Kind.STRUCK, key=key, by=by, at=at, detail=detail, note=reason[:300]
    )


@transaction.atomic
def look_at_fact(
    *, fact: InfusionEvent | VitalSet, by: StaffUser, at: datetime, key: UUID, words: str = ""
) -> FactReview:
    """Say that a fact which came late or fits nothing was looked at. Raises Conflict when somebody else has."""
    infusion: Infusion = lock(fact.infusion)
    about = {"event": fact} if isinstance(fact, InfusionEvent) else {"vital_set": fact}
    words = words.strip()[:300]
    first = FactReview.objects.filter(site_id=infusion.site_id, **about).first()
    if first is not None:
        if first.key == key:
            return first
        sentence = f"{first.by.name} has looked at this already. Reload the list."
        raise Conflict([Blocker("STA-02", sentence)])
    refuse_if(look_problems(listed=is_listed(fact, infusion), is_own=fact.by_id == by.pk))
    look = FactReview.objects.create(site_id=infusion.site_id, key=key, words=words, by=by, at=at, **about)
    note_act("late fact looked at", infusion, by=by, at=at, fact=fact.pk, of=fact._meta.model_name)
    return look
