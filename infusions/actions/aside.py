"""Entries kept aside: what was typed and not stored, and what somebody did about it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infusions.models import Infusion, KeptAside, KeptAsideAnswer
from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if


@transaction.atomic
def keep_aside(
    *,
    site: Site,
    key: UUID,
    act: str,
    infusion: Infusion | None,
    content: dict[str, list[str]],
    because: str,
    by: StaffUser,
    at: datetime,
) -> KeptAside:
    """Keep what was typed, for a person to read. The same thing sent again is kept once.

    act: URL name of the address it was meant for; content: fields as typed, no password among them.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)  # the same entry sent twice at once is one row
    same = {"key": key, "act": act, "content": content, "by": by}
    if first := KeptAside.objects.filter(site=site, answer=None, **same).first():
        return first
    row = KeptAside.objects.create(site=site, infusion=infusion, because=because[:300], at=at, **same)
    _record("entry kept aside", row, by=by, at=at)
    return row


@transaction.atomic
def answer_kept_aside(*, aside: KeptAside, words: str, by: StaffUser, at: datetime) -> KeptAsideAnswer:
    """Say what was done about an entry. Raises Refused without words, Conflict when somebody was first."""
    row = KeptAside.objects.select_related("site", "infusion").get(site_id=aside.site_id, pk=aside.pk)
    Site.objects.select_for_update(no_key=True).get(
        pk=row.site_id
    )  # rows written once cannot be locked themselves
    if KeptAsideAnswer.objects.filter(site_id=row.site_id, aside=row).exists():
        raise Conflict([Blocker("", "Somebody has answered this entry already. Reload the page.")])
    refuse_if([] if words.strip() else [Blocker("", "Say what was done about it.", "words")])
    answer = KeptAsideAnswer.objects.create(site=row.site, aside=row, words=words.strip()[:200], by=by, at=at)
    _record("entry kept aside answered", row, by=by, at=at)
    return answer


def _record(event: str, row: KeptAside, *, by: StaffUser, at: datetime) -> None:
    patient = row.infusion.patient_id if row.infusion else None
    audit.record(
        event=event, by=by, at=at, site=row.site, subject=row, patient_id=patient, detail={"act": row.act}
    )
