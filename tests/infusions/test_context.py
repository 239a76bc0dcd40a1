"""The bar says how many orders wait for a signature, to those who may sign."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from infusions import actions
from infusions.context import to_sign
from tests.factories import orders, people, verbal

WEEK = reverse("scheduling:week")
COUNT = re.compile(r'<b class="bar-count">(\d+)<span class="vh">([^<]*)</span>')


@pytest.fixture(autouse=True)
def clock(site):
    with time_machine.travel(orders.moment(site), tick=False) as traveller:
        yield traveller


def counted(client) -> list[tuple[str, str]]:
    return COUNT.findall(client.get(WEEK).content.decode())


def test_drafts_held_orders_and_ones_own_verbal_orders_are_counted(site, physician, as_user):
    client = as_user(physician)
    assert counted(client) == []
    orders.draft(orders.sequence(site))
    assert counted(client) == [("1", " waits for a signature")]
    held = orders.signed(site)
    assert counted(client) == [("1", " waits for a signature")], "a signed one waits for nothing"
    said = verbal.said(held, prescriber=physician)
    assert counted(client) == [("3", " wait for a signature")], "held, and the words to sign"
    verbal.cosigned(said, at=orders.moment(site) + timedelta(minutes=5))
    assert counted(client) == [("2", " wait for a signature")]
    actions.discontinue_order(order=held, reason="stopped", by=physician, at=orders.moment(site))
    assert counted(client) == [("1", " waits for a signature")]


def test_verbal_orders_of_somebody_else_and_of_another_clinic_are_not(site, other_site, physician, as_user):
    verbal.said(orders.signed(site))
    orders.draft(orders.sequence(other_site))
    assert counted(as_user(people.staff("physician", site=site, name="Ken Imai"))) == [
        ("1", " waits for a signature")
    ]


@pytest.mark.parametrize("role", ["nurse", "scheduler", "clinic_lead", "psychologist"])
def test_who_may_not_sign_sees_no_number(site, as_user, role):
    orders.draft(orders.sequence(site))
    assert counted(as_user(people.staff(role, site=site))) == []


def test_it_takes_one_query_in_a_request_and_none_where_it_is_not_shown(site, physician):
    orders.draft(orders.sequence(site))
    request = RequestFactory().get("/")
    request.user = physician
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(2):
            Template("{% if to_sign %}{{ to_sign }}{% endif %}").render(RequestContext(request, to_sign(request)))
    assert len([row for row in queries if "infusions_order" in row["sql"]]) == 1
    request = RequestFactory().get("/")
    request.user = physician
    with CaptureQueriesContext(connection) as queries:
        to_sign(request)
    assert not list(queries)
