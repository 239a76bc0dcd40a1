"""What a clinic decides about its safety tasks: red flags and times. Item 9 is not among it."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import keep_changes
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Problem, Refused, refuse_if
from kitclinic.roles import Permission
from outcomes.models import RedFlag, SafetySettings
from outcomes.queries.safety_settings import instruments_here, times_of
from outcomes.rules.safety import FLAG_FITS, Flag, flag_problems
from outcomes.rules.safety_times import HIGH_TIMER, Times, times_problems


@transaction.atomic
def set_red_flag(*, site: Site, flag: Flag, by: StaffUser, at: datetime) -> RedFlag:
    """Flag an answer of a question; its answers from now on raise a safety task (PRO-120, PRO-121)."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    instrument = instruments_here(site, today=site.today(at)).get(flag.instrument)
    problems = _may(site, by, FLAG_FITS.id) or flag_problems(instrument, flag)
    if RedFlag.objects.filter(site=site, instrument=flag.instrument, item=flag.item, ended_at=None).exists():
        sentence = "This question already has a red flag. End that one first."
        problems.append(Blocker(FLAG_FITS.id, sentence, "question"))
    refuse_if(problems)
    row = RedFlag.objects.create(
        site=site,
        instrument=flag.instrument,
        item=flag.item,
        from_value=flag.from_value,
        high_from=flag.high_from,
        because=flag.because.strip(),
        written_by=by,
        written_at=at,
    )
    detail = {"question": str(row), "from": flag.from_value, "high_from": flag.high_from}
    audit.record(event="red flag set", by=by, at=at, site=site, subject=row, detail=detail)
    return row


@transaction.atomic
def end_red_flag(*, flag: RedFlag, by: StaffUser, at: datetime) -> RedFlag:
    """End a red flag. The tasks it raised stay; ended already: nothing."""
    row = RedFlag.objects.select_for_update(of=("self",)).select_related("site").get(pk=flag.pk, site=by.site)
    refuse_if(_may(row.site, by, FLAG_FITS.id))
    if row.ended_at is not None:
        return row
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    audit.record(event="red flag ended", by=by, at=at, site=row.site, subject=row)
    return row


@transaction.atomic
def set_safety_times(
    *, site: Site, times: Times, by: StaffUser, at: datetime, reason: str = ""
) -> SafetySettings | None:
    """Set how fast this clinic answers, for tasks raised from now on; None where nothing changes."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    refuse_if(_may(site, by, HIGH_TIMER.id) or times_problems(times))
    was, now = asdict(times_of(site)), asdict(times)
    changed = {name: [was[name], value] for name, value in now.items() if was[name] != value}
    if not changed:
        return None
    row = SafetySettings.objects.create(site=site, written_by=by, written_at=at, **now)
    keep_changes(site=site, changed=changed, by=by, at=at, reason=reason)
    audit.record(event="safety times set", by=by, at=at, site=site, subject=row, detail=changed)
    return row


def _may(site: Site, by: StaffUser, rule: str) -> list[Problem]:
    if by.site_id == site.pk and by.may(Permission.RUN_CLINIC):
        return []
    raise Refused([Blocker(rule, "Only somebody who runs the clinic sets this. Nothing was changed.")])
