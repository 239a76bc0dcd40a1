"""A physician judges an event, under a signature. Whether it counts stays computed from the chart."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.actions.charting import lock, note_act
from infusions.models import AdverseEventReview, Infusion
from infusions.queries.adverse_events import happening
from infusions.queries.event_story import event_story, event_text
from infusions.rules.adverse_events import AEV_07, AEV_09, Judgement, judge_problems
from infusions.rules.event_text import review_text
from kitclinic import signing
from kitclinic.models import Signature, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.roles import Permission
from kitclinic.signing import Proof


@transaction.atomic
def review_event(
    *,
    infusion: Infusion,
    said: Judgement,
    proof: Proof,
    by: StaffUser,
    at: datetime,
    key: UUID,
    replaces: int | None = None,
    shown_digest: str = "",
) -> AdverseEventReview:
    """Sign a review of this infusion's event; the newest one counts.

    replaces: id of the review that stood on the page, None for none. shown_digest: of the facts that were shown.
    Raises Conflict when somebody else reviewed it meanwhile or the chart changed, Refused for what is missing.
    """
    infusion = lock(infusion)
    known = AdverseEventReview.objects.filter(site_id=infusion.site_id, key=key).first()
    if known is not None:
        return _same(known, infusion, said)
    found = happening(infusion, at=at)
    newest = found.reviews[0] if found.reviews else None
    if (newest.pk if newest else None) != replaces:
        who = newest.by.name if newest else "Somebody"
        sentence = f"{who} reviewed this event meanwhile. Nothing was signed; read that review, then write yours."
        raise Conflict([Blocker(AEV_09.id, sentence)])
    may = by.may(Permission.JUDGE_EVENTS) and by.site_id == infusion.site_id
    refuse_if(judge_problems(said, to_judge=found.to_judge, may=may))
    story = event_story(found)
    if shown_digest and shown_digest != story.digest:
        sentence = "The chart changed while you were writing. Nothing was signed; read the new lines, then sign."
        raise Conflict([Blocker(AEV_07.id, sentence)])
    before = f"{newest.by.name}, {newest.signature.local_time}" if newest else ""
    text = review_text(event_text(story), said, replaces=before)
    meaning = Signature.Meaning.REVIEWED
    signature = signing.sign(text=text, meaning=meaning, by=by, proof=proof, at=at, site=infusion.site)
    review = AdverseEventReview.objects.create(
        site_id=infusion.site_id,
        infusion=infusion,
        key=key,
        category=said.category,
        grade=said.grade,
        relatedness=said.relatedness,
        recovery=said.recovery,
        course_stopped=bool(said.course_stopped),
        narrative=said.narrative.strip(),
        replaces=newest,
        signature=signature,
        by=by,
        at=at,
    )
    note_act("event reviewed", infusion, by=by, at=at, review=review.pk, grade=review.grade)
    return review


def _same(known: AdverseEventReview, infusion: Infusion, said: Judgement) -> AdverseEventReview:
    """The review this key has saved. Raises Conflict when it said something else."""
    was = Judgement(
        known.category, known.grade, known.relatedness, known.recovery, known.course_stopped, known.narrative
    )
    if known.infusion_id == infusion.pk and was == said:
        return known
    sentence = "This was signed before with other content. Nothing was changed; reload the page."
    raise Conflict([Blocker("STA-02", sentence)])
