"""The queue: everything that waits for a prescriber, the longest first, each with its reason."""

from datetime import timedelta

import pytest

from infusions import actions
from infusions.queries.escalation import called_out
from infusions.queries.signing import ago, waiting
from scheduling.actions import Assessment, assess_eligibility, cancel_sequence
from scheduling.actions.eligibility import Verdict
from scheduling.states import Caution
from tests.factories import orders as factory
from tests.factories import people, verbal
from tests.factories.scheduling import facts


@pytest.fixture
def at(site):
    return factory.moment(site) + timedelta(hours=4)


def lines(site, at):
    return [(line.reason, line.detail, line.waited, line.tone) for line in waiting(site, at)]


def test_a_booked_sequence_without_an_order_waits_to_be_written(site, at):
    factory.sequence(site)
    (line,) = waiting(site, at)
    assert line.order is None
    assert (line.reason, line.detail) == ("Order to write, first sequence", "First infusion Mon 14 Sep 09:00")
    assert line.address == f"?sequence={line.sequence.pk}"


def test_a_new_order_waits_for_its_signature_and_a_signed_one_does_not(site, at):
    order = factory.draft(factory.sequence(site))
    assert lines(site, at) == [("New order, first sequence", "First infusion Mon 14 Sep 09:00", "4 h 00 min", "")]
    factory.sign(order)
    assert waiting(site, at) == []


def test_a_held_order_shows_both_weights(site, at):
    factory.held(site)
    (line,) = waiting(site, at)
    assert (line.reason, line.tone, line.waited) == ("Held: weight changed −5.8%", "held", "3 h 00 min")
    assert line.detail == "88.4 kg signed, 83.3 kg now; 09:00, chair 1"


def test_an_order_held_for_another_reason_says_it(site, nurse, at):
    actions.hold_order(order=factory.signed(site), reason="Chest pain", by=nurse, at=at)
    assert lines(site, at) == [("Held", "Chest pain", "0 min", "held")]


def test_an_amended_order_says_why(site, physician, at):
    order = factory.signed(site)
    actions.supersede_order(
        order=order, by=physician, at=at, reason="Premedication removed", no_ondansetron="long_qt"
    )
    assert lines(site, at) == [("Amended order, version 2", "Premedication removed", "0 min", "")]


def test_ord_05_a_caution_to_decide_stands_before_everything_else(site, physician, at):
    order = factory.draft(factory.sequence(site))
    answers = facts(cautions=frozenset({Caution.HEART_FAILURE}))
    assess_eligibility(
        patient=order.sequence.patient,
        assessment=Assessment(facts=answers),
        by=physician,
        at=at,
        verdict=Verdict.OPEN,
    )
    (line,) = waiting(site, at)
    assert (line.reason, line.tone) == ("Caution to decide: heart failure", "due")


def test_ord_10_an_order_that_ends_before_a_booked_day_waits_for_a_new_version(site, at):
    sequence = factory.sequence(site)
    early = factory.moment(site) - timedelta(days=26)
    factory.weighed(sequence, "82.5", at=early - timedelta(days=1))
    factory.sign(factory.draft(sequence, at=early), at=early)
    (line,) = waiting(site, at)
    assert line.reason == "Expires 13 Sep 2026"
    assert line.detail == "Day 1 is on 14 Sep 2026"


def test_the_longest_waiting_comes_first_and_todays_visit_is_named(site):
    first = factory.draft(factory.sequence(site), at=factory.moment(site) - timedelta(days=1))
    second = factory.draft(factory.sequence(site, start_minute=700))
    today = site.instant(first.sequence.first_day, 480)
    queue = waiting(site, today)
    assert [line.order for line in queue] == [first, second]
    assert [line.today for line in queue] == ["09:00", "11:40"]


def test_a_cancelled_sequence_and_another_site_wait_for_nobody_here(site, other_site, scheduler, at):
    order = factory.draft(factory.sequence(site))
    assert waiting(other_site, at) == []
    cancel_sequence(sequence=order.sequence, reason="patient_choice", by=scheduler, at=at)
    assert waiting(site, at) == []


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (59, "59 min"), (60, "1 h 00 min"), (1439, "23 h 59 min"), (2900, "2 d")]
)
def test_waiting_times_are_whole_and_never_rounded_up(at, minutes, words):
    assert ago(at - timedelta(minutes=minutes, seconds=30), at) == words


def test_a_long_queue_takes_no_more_queries_than_a_short_one(
    site, at, django_assert_num_queries, django_assert_max_num_queries
):
    for minute in (540, 550, 560):
        factory.draft(factory.sequence(site, start_minute=minute))
    factory.held(site, start_minute=700)
    factory.sequence(site, start_minute=710)
    with django_assert_max_num_queries(14):
        assert len(waiting(site, at)) == 5


def test_ord_34_only_its_own_prescriber_has_a_verbal_order_in_the_queue(site, physician, at):
    other = people.staff("physician", site=site, name="Bo Lindqvist")
    said = verbal.said(factory.signed(site), prescriber=other)
    assert [line.cosign for line in waiting(site, at, physician)] == [None]  # the held order
    lines = waiting(site, at, other)
    assert {line.key for line in lines} == {("verbal", said.pk), ("order", said.order_id)}
    line = next(line for line in lines if line.cosign)
    assert (line.reason, line.tone) == ("Co-sign verbal hold, due Thu 11:18", "due")
    assert line.detail == "Read back by Ines V., Wed 11:18"
    late = next(line for line in waiting(site, at + timedelta(hours=24), other) if line.cosign)
    assert (late.reason, late.tone) == ("Overdue since 11:18: co-sign verbal hold", "overdue")


def test_ord_35_what_was_called_out_comes_first_and_says_when(site):
    older = factory.draft(factory.sequence(site, factory.MONDAY + timedelta(days=7)))
    called = factory.draft(factory.sequence(site), at=factory.moment(site) + timedelta(hours=1))
    sunday = site.instant(factory.MONDAY - timedelta(days=1), 960)
    assert [line.order for line in waiting(site, sunday)] == [older, called]
    actions.escalate_unsigned(site=site, at=sunday)
    queue = waiting(site, sunday)
    assert [line.order for line in queue] == [called, older]
    assert [line.call for line in queue] == ["tomorrow, 09:00", ""]
    assert len(called_out(site, at=sunday)) == 1


def test_a_long_queue_of_a_reader_takes_no_more_queries_than_a_short_one(
    site, physician, at, django_assert_max_num_queries
):
    for minute in (540, 550, 560):
        factory.draft(factory.sequence(site, start_minute=minute))
    for minute in (700, 710):
        verbal.said(factory.signed(site, start_minute=minute), prescriber=physician)
    with django_assert_max_num_queries(16):
        assert len(waiting(site, at, physician)) == 7
