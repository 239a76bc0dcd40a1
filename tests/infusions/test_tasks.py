"""Scheduled work: orders expire by themselves, at every site, by its own calendar."""

from datetime import timedelta

import time_machine
from django.conf import settings

from infusions.tasks import expire_orders
from tests.factories import orders as factory


def test_ord_10_the_scheduler_expires_orders_of_every_site_once(site, other_site):
    orders = [factory.signed(site), factory.signed(other_site)]
    with time_machine.travel(factory.moment(site) + timedelta(days=31), tick=False):
        assert (expire_orders(), expire_orders()) == (2, 0)
    for order in orders:
        order.refresh_from_db()
        assert order.state == "expired"


def test_the_scheduler_knows_the_task():
    assert "infusions.expire_orders" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
