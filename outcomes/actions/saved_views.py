"""Views of outcomes are kept, named anew and withdrawn."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, refuse_if
from kitclinic.roles import Permission
from outcomes.models import SavedView
from outcomes.rules.saved_views import AS_OF_KEYS, SAVED, view_problems

TOKEN_BYTES = 32


@transaction.atomic
def save_view(
    *,
    site: Site,
    name: str,
    page: str,
    query: Mapping[str, str],
    shared: bool,
    always_today: bool,
    by: StaffUser,
    at: datetime,
) -> SavedView:
    """Keep what an address asks for (OUT-74). query: checked parameters. Raises Refused with what is wrong."""
    refuse_if(view_problems(name, page, shared=shared))
    kept = {key: value for key, value in query.items() if not (always_today and key in AS_OF_KEYS)}
    view = SavedView.objects.create(
        site=site,
        name=name.strip(),
        page=page,
        query=kept,
        always_today=always_today,
        is_shared=shared,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        made_by=by,
        made_at=at,
    )
    detail = {"page": page, "query": kept, "shared": shared, "always_today": always_today}
    audit.record(event="outcomes view saved", by=by, at=at, site=site, subject=view, detail=detail)
    return view


@transaction.atomic
def rename_view(*, view: SavedView, name: str, by: StaffUser, at: datetime) -> SavedView:
    """Give a view another name; nothing else of it changes. Raises Refused."""
    view = SavedView.objects.select_for_update().get(pk=view.pk, site_id=view.site_id)
    refuse_if([*_problems(view, by), *view_problems(name, view.page, shared=view.is_shared)])
    detail = {"before": view.name, "after": name.strip()}
    view.name = name.strip()
    view.save(update_fields=["name"])
    audit.record(event="outcomes view renamed", by=by, at=at, site=view.site, subject=view, detail=detail)
    return view


@transaction.atomic
def withdraw_view(*, view: SavedView, by: StaffUser, at: datetime) -> SavedView:
    """Take a view off the list; its link leads nowhere from then on. Raises Refused."""
    view = SavedView.objects.select_for_update().get(pk=view.pk, site_id=view.site_id)
    refuse_if(_problems(view, by))
    view.withdrawn_at, view.withdrawn_by = at, by
    view.save(update_fields=["withdrawn_at", "withdrawn_by"])
    audit.record(event="outcomes view withdrawn", by=by, at=at, site=view.site, subject=view, detail={})
    return view


def _problems(view: SavedView, by: StaffUser) -> list[Blocker]:
    if view.withdrawn_at:
        return [Blocker(SAVED.id, "This view has been withdrawn already.")]
    if view.made_by_id != by.pk and not (view.is_shared and by.may(Permission.RUN_CLINIC)):
        return [
            Blocker(SAVED.id, "Only who saved a view, or for a shared one who runs the clinic, may change it.")
        ]
    return []
