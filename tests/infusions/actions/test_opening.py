"""The suite's opening list on real rows: what closes it, what opens it again, and the start that waits for it."""

from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import OpeningCheck
from infusions.queries.opening import opening_of
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from scheduling.actions import put_provider_on_site, record_call_out
from scheduling.models import NurseShift, ProviderPresence, SuiteDay
from tests.factories import infusions, ledger, opening, people, scheduling


@pytest.fixture
def ready(site):
    return infusions.infusion(site=site, at_state="ready")


def start(chair):
    return actions.start_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())


def refused_by(chair):
    with pytest.raises(Refused) as refused:
        start(chair)
    return [problem.rule for problem in refused.value.problems]


def test_inf_25_a_suite_nobody_has_checked_starts_nothing_and_lists_what_is_missing(site):
    chair = infusions.chair(site=site).arrive(opens=False).weigh().identify().premed().draw().pump()
    chair.vitals()
    with pytest.raises(Refused) as refused:
        start(chair)
    first, second = refused.value.problems
    assert (first.rule, second.rule) == ("INF-25", "INF-26")
    assert "resuscitation equipment, oxygen and suction and monitors" in first.sentence
    assert opening_of(site, chair.at).missing == (
        "Resuscitation equipment",
        "Oxygen and suction",
        "Monitors",
        "Provider on site",
    )
    assert opening.suite_open(site, at=chair.at).complete
    assert start(chair).state == "infusing"


def test_opn_02_what_is_found_not_in_order_later_closes_the_suite_until_it_is_in_order(site, ready):
    opening.check(site, "oxygen", at=ready.at, in_order=False, note="wall suction 3 is dead")
    with pytest.raises(Refused, match="wall suction 3 is dead") as refused:
        start(ready)
    assert [problem.rule for problem in refused.value.problems] == ["INF-25"]
    opening.check(site, "oxygen", at=ready.at + timedelta(seconds=30))
    assert start(ready).state == "infusing"


def test_opn_01_yesterdays_list_does_not_open_today(site, ready):
    assert opening_of(site, ready.at).complete
    assert not opening_of(site, ready.at + timedelta(days=1)).complete


def test_opn_03_a_vault_that_held_something_this_morning_is_counted_today(site):
    visit = infusions.visit(site=site)
    ledger.stocked(site, at=visit.starts_at - timedelta(days=1))
    chair = infusions.chair(site=site, visit=visit).arrive(opens=False)
    assert "Ledger count" in opening_of(site, chair.at).missing
    opening.counted(site, at=chair.at)
    line = next(line for line in opening_of(site, chair.at).lines if line.code == "count")
    assert line.done
    assert line.said.startswith("Main vault counted 09:00, ")


def test_opn_03_what_came_today_needs_no_count(site):
    chair = infusions.chair(site=site).arrive(opens=False)
    ledger.stocked(site, at=chair.at)
    assert "Ledger count" not in opening_of(site, chair.at).missing


def test_opn_04_the_list_is_not_complete_without_a_nurse_on_the_floor(site, ready):
    clerk = scheduling.actor("scheduler", site)
    for shift in NurseShift.objects.filter(suite_day=ready.visit.suite_day).select_related("nurse"):
        minute = site.minute(ready.at)
        record_call_out(suite_day=shift.suite_day, person=shift.nurse, from_minute=minute, by=clerk, at=ready.at)
    assert opening_of(site, ready.at).missing == ("Nurses on the floor",)


def test_inf_26_a_provider_who_was_away_is_attested_again(site, ready):
    clerk, day = scheduling.actor("scheduler", site), ready.visit.suite_day
    provider = ProviderPresence.objects.filter(suite_day=day).get().provider
    minute = site.minute(ready.at)
    away = {"from_minute": minute, "to_minute": minute + 2, "by": clerk, "at": ready.at}
    record_call_out(suite_day=day, person=provider, **away)
    assert refused_by(ready) == ["INF-20"]  # nobody is here
    ready.later(minutes=3)
    assert refused_by(ready) == ["INF-26"]  # back by the roster; nobody has looked
    opening.check(site, "provider", at=ready.at, provider=provider)
    assert start(ready).state == "infusing"


def test_inf_26_another_provider_on_site_does_not_stand_in_for_the_one_who_was_named(site, ready):
    clerk, day = scheduling.actor("scheduler", site), ready.visit.suite_day
    first = ProviderPresence.objects.filter(suite_day=day).get().provider
    other = people.staff("physician", site=site)
    hours = {"from_minute": site.minute(ready.at), "to_minute": site.closes_minute}
    put_provider_on_site(suite_day=SuiteDay.objects.get(pk=day.pk), provider=other, by=clerk, at=ready.at, **hours)
    assert opening_of(site, ready.at).complete  # the one who was seen is still here
    record_call_out(suite_day=day, person=first, from_minute=site.minute(ready.at), by=clerk, at=ready.at)
    assert refused_by(ready) == ["INF-26"]
    opening.check(site, "provider", at=ready.at, provider=other)
    assert start(ready).state == "infusing"


def test_opn_05_only_a_provider_the_roster_has_here_is_attested(site, ready):
    stranger = people.staff("physician", site=site)
    with pytest.raises(Refused) as refused:
        opening.check(site, "provider", at=ready.at, provider=stranger)
    assert [problem.rule for problem in refused.value.problems] == ["OPN-05"]


def test_who_does_not_chart_checks_nothing_and_elsewhere_is_not_here(site, other_site, ready):
    for by in (scheduling.actor("physician", site), scheduling.actor("nurse", other_site)):
        with pytest.raises(Refused, match="Only somebody who charts at this clinic"):
            opening.check(site, "monitors", at=ready.at, by=by)


def test_the_same_tap_sent_twice_is_one_check_and_another_answer_a_conflict(site, ready):
    key, before = uuid4(), OpeningCheck.objects.count()
    first = opening.check(site, "monitors", at=ready.at, key=key)
    assert opening.check(site, "monitors", at=ready.at, key=key) == first
    assert OpeningCheck.objects.count() == before + 1
    assert AuditEvent.objects.filter(event="opening check", subject_id=first.pk).count() == 1
    with pytest.raises(Conflict):
        opening.check(site, "monitors", at=ready.at, key=key, in_order=False, note="no cuff")


def test_the_list_costs_the_same_number_of_queries_whatever_was_checked(
    site, ready, django_assert_max_num_queries
):
    for _ in range(10):
        opening.check(site, "monitors", at=ready.at)
    with django_assert_max_num_queries(8):  # two of them for the roster, two for who was seen
        opening_of(site, ready.at)
