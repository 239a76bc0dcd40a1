"""Asking the worker for better plans: a row, which it finds whether the broker was there or not."""

from datetime import date, datetime

from django.db import transaction

from kitclinic.models import Site
from scheduling.models import CallOut, PlanAsk

AT_ONCE = 5  # asks that one round of the worker takes


def ask_for_plans(
    *, site: Site, kind: str, first_day: date, at: datetime, call_out: CallOut | None = None
) -> PlanAsk:
    """Ask once for better plans of a day or a week; what is asked for already is not asked twice."""
    given = {"asked_at": at, "call_out": call_out}
    ask, _ = PlanAsk.objects.get_or_create(
        site=site, kind=kind, first_day=first_day, taken_at=None, defaults=given
    )
    return ask


@transaction.atomic
def take_plan_asks(*, at: datetime) -> list[PlanAsk]:
    """Take the oldest asks for one worker; another one passes over them."""
    waiting = PlanAsk.objects.select_for_update(skip_locked=True, of=("self",)).filter(taken_at=None)
    asks = list(waiting.select_related("site", "call_out").order_by("asked_at", "pk")[:AT_ONCE])
    PlanAsk.objects.filter(pk__in=[ask.pk for ask in asks]).update(taken_at=at)
    return asks
