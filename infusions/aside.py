"""What was typed and not stored, on its way to the list of entries kept aside."""

from datetime import datetime
from uuid import UUID, uuid4

from django.urls import Resolver404, resolve

from infusions.actions.aside import keep_aside as keep
from infusions.models import Infusion, KeptAside
from kitclinic.aside import typed_only
from kitclinic.models import Site, StaffUser

MACHINE = frozenset(
    {"key", "device_at", "clock_offset_ms", "next", "shown_digest"}
)  # filled in by the page itself


def keep_aside(
    *, site: Site, address: str, fields: dict[str, list[str]], because: str, by: StaffUser, at: datetime
) -> KeptAside | None:
    """Keep the fields of one form. address: where it was sent. None where nothing was typed or it goes nowhere."""
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    content = {name: values for name, values in typed_only(fields).items() if name not in MACHINE}
    if not content:
        return None
    visit = match.kwargs.get("visit_pk")
    infusion = Infusion.objects.filter(site=site, visit_id=visit).first() if visit else None
    key = _key(fields.get("key", [""])[0])
    return keep(
        site=site, key=key, act=match.view_name, infusion=infusion, content=content, because=because, by=by, at=at
    )


def _key(text: str) -> UUID:
    """The key that the entry came with; a new one where it had none."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
