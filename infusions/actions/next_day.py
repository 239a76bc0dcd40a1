"""The day after: what a patient said, or that nobody was reached. Every try is a row."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import lock, note_act
from infusions.models import Infusion, NextDayCall
from infusions.rules.next_day import AnswerFacts, answer_problems
from kitclinic.models import StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if


@transaction.atomic
def record_next_day_call(
    *,
    infusion: Infusion,
    reached: bool,
    by: StaffUser,
    at: datetime,
    key: UUID,
    well: bool | None = None,
    words: str = "",
    provider_told: str = "",
) -> NextDayCall:
    """Record one try to ask how the patient is after this infusion.

    well: None when nobody was reached. Raises Conflict for a key that was used for another answer.
    """
    infusion, words = lock(infusion), words.strip()
    well, told = (well, provider_told.strip()) if reached else (None, "")
    known = NextDayCall.objects.filter(site_id=infusion.site_id, key=key).first()
    if known is not None:
        said = (known.infusion_id, known.reached, known.well, known.words, known.provider_told)
        if said == (infusion.pk, reached, well, words, told):
            return known
        sentence = (
            "This call was saved before with another answer. Nothing was changed; reload and record it anew."
        )
        raise Conflict([Blocker("STA-02", sentence)])
    calls = NextDayCall.objects.filter(site_id=infusion.site_id, infusion=infusion, reached=True)
    answered = calls.select_related("by").order_by("-at", "-pk").first()
    facts = AnswerFacts(
        infused_on=infusion.date if infusion.started_at else None,
        today=infusion.site.today(at),
        reached=reached,
        well=well,
        words=words,
        provider_told=told,
        answered_by=answered.by.name if answered else "",
    )
    refuse_if(answer_problems(facts))
    call = NextDayCall.objects.create(
        site_id=infusion.site_id,
        infusion=infusion,
        key=key,
        reached=reached,
        well=well,
        words=words,
        provider_told=told,
        by=by,
        at=at,
    )
    note_act("next day asked", infusion, by=by, at=at, call=call.pk, reached=reached, well=well)
    return call
