"""Changing what a clinic sets for itself; every change is kept with who, when and why."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from kitclinic.models import SettingChange, Site, StaffUser
from kitclinic.place_rules import ACC_36
from kitclinic.problems import Blocker, Conflict, Refused
from kitclinic.site_settings import setting_named


@transaction.atomic
def change_setting(
    *, site: Site, name: str, typed: str, was: str, reason: str, by: StaffUser, at: datetime
) -> str:
    """Set one setting by what was typed. Returns the new value in words.

    was: as it stood in the form. Raises Refused for what its rule forbids, and Conflict when somebody else changed
    it meanwhile. The app's own action checks, writes, and keeps the change (``keep_changes``).
    """
    found = setting_named(name)
    if found is None:
        raise Refused([Blocker(ACC_36.id, "There is no such setting.")])
    source, setting = found
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    current = source.values(locked)[name]
    if setting.typed(current) != was:
        sentence = (
            f"Somebody changed this meanwhile: it is {setting.say(current)} now. Reload the page, then decide."
        )
        raise Conflict([Blocker(ACC_36.id, sentence, "typed")])
    value = setting.read(typed)
    if value == current:
        raise Refused([Blocker(ACC_36.id, f"It is {setting.say(current)} already. Nothing was changed.", "typed")])
    if not reason.strip():
        raise Refused([Blocker(ACC_36.id, "Say why in a few words; whoever reads this later needs it.", "reason")])
    source.change(site=locked, name=name, value=value, reason=reason.strip()[:300], by=by, at=at)
    return setting.say(value)


def keep_changes(
    *, site: Site, changed: Mapping[str, Any], by: StaffUser, at: datetime, reason: str = "", prefix: str = ""
) -> None:
    """Keep what an action set, beside its audit event. changed: by name, the pair of before and after."""
    for name, (before, after) in changed.items():
        if before != after:
            SettingChange.objects.create(
                site=site, name=f"{prefix}{name}", before=before, after=after, reason=reason, by=by, at=at
            )
