"""Who leaves is called out of the roster to come, and what waits for them is said."""

from datetime import timedelta

import pytest

from infusions.models import Order
from kitclinic.actions import Account, change_person, disable_person
from kitclinic.models import Site
from kitclinic.people import left_open
from outcomes.actions import take_safety_task
from scheduling.actions.feeds import make_feed
from scheduling.models import CalendarFeed, CallOut, CoverNeeded, NurseShift, ProviderPresence
from tests.factories import infusions as at_chair
from tests.factories import orders as ordering
from tests.factories import outcomes as questionnaires
from tests.factories import people, suite
from tests.factories import scheduling as make
from tests.factories import verbal as verbal_orders
from tests.factories.scheduling import actor
from tests.journeys.steps import DAY_1

pytestmark = pytest.mark.django_db


def test_acc_05_a_nurse_who_leaves_is_called_out_of_every_day_to_come_even_where_patients_count_on_them(
    site: Site,
) -> None:
    suite.booked_sequence(site, DAY_1)
    nurses = NurseShift.objects.filter(site=site).values_list("nurse", flat=True).distinct()
    admin, at = people.staff("administrator", site=site), site.instant(DAY_1, 480)
    everybody = [site.staff.get(pk=pk) for pk in nurses]
    for nurse in everybody:
        make_feed(by=nurse, at=at)
        disable_person(person=nurse, reason="Left", by=admin, at=at)
        disable_person(person=nurse, reason="Left", by=admin, at=at)  # once more changes nothing
    out = CallOut.objects.filter(site=site, taken_back_at=None)
    assert out.count() == NurseShift.objects.filter(site=site).count() > 0
    assert CoverNeeded.objects.filter(site=site, closed_at=None).exists()
    assert not CalendarFeed.objects.filter(site=site, revoked_at=None).exists()


def test_acc_04_who_changes_from_physician_to_another_role_is_not_on_site_any_more(site: Site) -> None:
    suite.open_week(site, DAY_1)
    presence = ProviderPresence.objects.filter(site=site)[0]
    admin, person = people.staff("administrator", site=site), presence.provider
    account = Account(person.name, person.credentials, "clinic_lead", is_ketamine_trained=False)
    change_person(person=person, account=account, reason="Leads now", by=admin, at=site.instant(DAY_1, 480))
    ahead = ProviderPresence.objects.filter(site=site, provider=person).count()
    assert CallOut.objects.filter(person=person, taken_back_at=None).count() == ahead > 0


def test_acc_05_what_a_physician_leaves_open_is_counted_without_names(site: Site) -> None:
    chair = at_chair.infusion(site=site, monday=DAY_1, at_state="infusing", family_name="Tolland")
    said = verbal_orders.said(Order.objects.get(site=site), at=chair.at)
    physician = said.prescriber
    later = DAY_1 + timedelta(days=28)
    ordering.draft(ordering.sequence(site, later), by=physician)
    make.group_visit(site=site, day=later, at=chair.at, physician=physician)  # beside the one of the first course
    sentences = left_open(physician, at=chair.at)
    assert "1 order drafted and not signed" in sentences
    assert "1 verbal order waits for the co-signature" in sentences
    assert "2 group visits to come need another lead" in sentences
    assert "Tolland" not in " ".join(sentences)
    assert "1 patient in a chair" in left_open(chair.infusion.nurse, at=chair.at)


def test_acc_05_a_safety_task_somebody_is_on_is_left_open_and_one_handed_on_is_not(site: Site) -> None:
    task = questionnaires.safety_task(site=site)
    one, other = actor("nurse", site), people.staff("physician", site=site)
    take_safety_task(task=task, by=one, at=task.opened_at)
    assert left_open(one, at=task.opened_at) == ["1 safety task taken, the patient not reached yet"]
    take_safety_task(task=task, by=other, at=task.opened_at, instead_of=one.pk)
    assert left_open(one, at=task.opened_at) == []
    assert len(left_open(other, at=task.opened_at)) == 1


def test_nothing_is_left_open_by_somebody_new(site: Site) -> None:
    assert left_open(people.staff("nurse", site=site), at=site.instant(DAY_1, 480)) == []
