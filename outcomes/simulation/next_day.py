"""The simulated nurses ask how the day after was: at the chair of whoever comes again, else by phone."""

from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_OID, UUID, uuid5

from infusions.actions import record_next_day_call
from infusions.models import Infusion, NextDayCall
from infusions.queries.next_day import infused, next_day, to_ask
from kitclinic.models import StaffUser
from outcomes.simulation.clinic import Cast
from scheduling.queries.waiting import next_clinic_day

CALLS_AFTER = timedelta(hours=2, minutes=30)  # the nurse with the phone begins after the first starts
TRIED_AGO = timedelta(minutes=35)
NOT_WELL = (
    "slept badly, vivid dreams",
    "headache until noon, better now",
)


def ask_at_chair(infusion: Infusion, *, at: datetime) -> None:
    """What a nurse asks while the patient settles in."""
    for line in to_ask(infusion.visit, at=at):
        if line.answer is None:
            _answered(line.infusion, by=infusion.nurse, at=at)


def call_round(cast: Cast, *, now: datetime) -> None:
    """The phone calls of the days before today, and the first try of today; the others wait for a person."""
    site, today = cast.site, cast.site.today(now)
    waiting = infused(site, today=today).exclude(pk__in=NextDayCall.objects.values("infusion"))
    for infusion in waiting.select_related("site").order_by("date", "pk"):
        day = next_clinic_day(site, after=infusion.date)
        if day < today:
            at = site.instant(day, site.opens_minute) + CALLS_AFTER
            _answered(infusion, by=cast.nurses[-1], at=at)
    tried, opened = now - TRIED_AGO, site.instant(today, site.opens_minute)
    calls = next_day(site, at=now).calls
    if calls and not calls[0].tries and tried > opened:
        one = calls[0].infusion
        record_next_day_call(infusion=one, reached=False, by=cast.nurses[-1], at=tried, key=_key(one, "tried"))


def _answered(infusion: Infusion, *, by: StaffUser, at: datetime) -> None:
    """Well, but for one in forty."""
    random = Random(f"{infusion.site_id}:{infusion.visit_id}:after")
    bad = random.choice(NOT_WELL) if random.random() < 0.025 else None
    said = {"words": bad, "provider_told": "Dr Vantongeren"} if bad else {}
    key = _key(infusion, "answered")
    record_next_day_call(infusion=infusion, reached=True, well=bad is None, by=by, at=at, key=key, **said)


def _key(infusion: Infusion, word: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"next-day:{infusion.site_id}:{infusion.visit_id}:{word}")
