"""A broken constraint becomes the sentence its model declares, and never PostgreSQL's own words."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint

from infusions.models import Infusion, InfusionEvent, Order
from kitclinic.db import OwnerMigrates, explain
from kitclinic.models import OutboxMessage, Site, StaffUser
from kitclinic.problems import Blocker
from outcomes.models import SafetyTask
from scheduling.models import Patient, Visit
from tests.factories import orders, suite
from tests.factories import outcomes as questionnaires
from tests.factories.infusions import infusion as chair_at
from tests.factories.scheduling import NOW, actor, patient

GENERAL = "The database refused this entry. Nothing was saved; reload the page."


def sentence_of(act: Callable[[], object]) -> str:
    """What the person reads when this act breaks a constraint."""

    @transaction.atomic
    def broken() -> None:
        act()
        connection.check_constraints()

    with pytest.raises(IntegrityError) as caught:
        broken()
    problem = explain(caught.value)
    assert isinstance(problem, Blocker)
    assert problem.rule == "STA-01"
    return problem.sentence


def run(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_the_base_says_why_a_message_is_not_queued_twice(site: Site) -> None:
    def queue() -> None:
        OutboxMessage.objects.create(
            site=site, key="k", channel="sms", to="555-0142", text="x", due_at=NOW, expires_at=NOW
        )

    queue()
    assert sentence_of(queue) == "This message has already been queued."


def test_the_base_says_why_a_clinic_cannot_close_before_it_opens(site: Site) -> None:
    said = sentence_of(lambda: Site.objects.filter(pk=site.pk).update(opens_minute=1100, closes_minute=600))
    assert said == "The clinic must open before it closes, on the same day."


def test_scheduling_says_that_a_record_number_is_taken(site: Site) -> None:
    one, two = patient(site=site), patient(site=site)
    said = sentence_of(lambda: Patient.objects.filter(pk=two.pk).update(record_number=one.record_number))
    assert said == "Another patient already has this record number."


def test_scheduling_says_that_a_chair_is_taken(site: Site) -> None:
    """An exclusion over a range of minutes: the one whose name PostgreSQL reports for a lost race."""
    first = suite.booked_sequence(site, start_minute=540)
    second = suite.booked_sequence(site, start_minute=550)
    taken = first.visits.get(day_index=1)
    said = sentence_of(lambda: Visit.objects.filter(sequence=second, day_index=1).update(chair=taken.chair))
    assert said == "That chair was just taken. Nothing was booked; choose again."


def test_infusions_says_that_an_order_was_just_written(site: Site) -> None:
    order = orders.draft(orders.sequence(site))
    copy = Order.objects.get(pk=order.pk)
    copy.pk, copy._state.adding, copy.version = None, True, order.version + 1
    assert sentence_of(copy.save) == "This sequence already has an order."


def test_infusions_says_that_a_chair_still_has_a_patient(site: Site) -> None:
    here = chair_at(site=site, minute=540).infusion
    there = chair_at(site=site, minute=560).infusion
    said = sentence_of(lambda: Infusion.objects.filter(pk=there.pk).update(chair=here.chair))
    assert said == "There is still a patient in this chair."


def test_outcomes_says_that_a_link_exists(site: Site) -> None:
    one, two = questionnaires.sent(site=site), questionnaires.sent(site=site)
    digest = one.assessment.links.get().token_digest
    link = two.assessment.links.get()
    link.pk, link.token_digest = None, digest
    link._state.adding = True
    said = sentence_of(link.save)
    assert said == "This link already exists."


def test_outcomes_says_that_a_safety_task_needs_what_was_done(site: Site) -> None:
    task = questionnaires.safety_task(site=site)
    answer = {"acknowledged_at": NOW + timedelta(hours=1), "acknowledged_by": actor("psychologist", site)}

    def acknowledge() -> None:
        SafetyTask.objects.filter(pk=task.pk).update(state="acknowledged", action="", **answer)

    assert sentence_of(acknowledge) == "Say what was done for the patient."


def test_a_trigger_of_ours_speaks_for_itself(site: Site) -> None:
    chair_at(site=site)
    assert InfusionEvent.objects.exists()
    order = orders.signed(site, start_minute=700)
    said = sentence_of(lambda: Order.objects.filter(pk=order.pk).update(weight_kg=1))
    assert said == "A signed order is never edited; write a new version instead."


@pytest.mark.parametrize(
    "break_it",
    [
        lambda one, other: orders.weighed(SimpleNamespace(site=one.site, patient=other), "82.5", at=NOW),
        lambda one, other: Patient.objects.filter(pk=one.pk).update(family_name=None),
        lambda one, other: Patient.objects.filter(pk=one.pk).update(height_cm=-1),
        lambda one, other: run("UPDATE scheduling_patient SET id = %s WHERE id = %s", other.pk, one.pk),
        lambda one, other: run(
            "UPDATE scheduling_patient SET merged_into_id = 0, state = 'merged' WHERE id = %s", one.pk
        ),
    ],
    ids=["another site's row", "null", "PostgreSQL's own check", "primary key", "no such row"],
)
def test_what_nobody_wrote_a_sentence_for_is_said_in_general_words(
    site: Site, other_site: Site, break_it: Callable[[Patient, Patient], object]
) -> None:
    one, other = patient(site=site), patient(site=other_site)
    assert sentence_of(lambda: break_it(one, other)) == GENERAL


def test_an_error_without_a_diagnosis_still_says_something() -> None:
    assert explain(IntegrityError("lost")).sentence == GENERAL


def test_every_constraint_of_the_clinic_has_a_sentence_of_its_own(db: None) -> None:
    """And the name the model gives is the name the database knows, or the sentence would never be found."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'")
        known = {name for (name,) in cursor.fetchall()}
    default = CheckConstraint.default_violation_error_message
    for model in apps.get_models():
        if model._meta.app_label not in {"kitclinic", "scheduling", "infusions", "outcomes"}:
            continue
        for constraint in model._meta.constraints:
            said = str(constraint.violation_error_message)
            assert said != str(default), constraint.name
            assert said.endswith("."), constraint.name
            assert constraint.name in known, constraint.name


def test_only_the_owner_migrates() -> None:
    router = OwnerMigrates()
    assert router.allow_migrate("owner", "infusions")
    assert not router.allow_migrate("default", "infusions")


def test_the_application_cannot_be_the_owner(nurse: StaffUser) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("kitclinic_app", False, False)
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = current_user"
        )
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("skips", [False, True])
def test_a_lock_that_takes_the_clinic_with_it_fails_the_tests(site: Site, skips: bool) -> None:
    """What ``tests.databases`` promises: of=("self",) or nothing."""
    person = actor("nurse", site)
    rows = OutboxMessage.objects.filter(site__slug=person.site.slug)
    with pytest.raises(AssertionError, match="select_for_update wants of"):
        list(rows.select_for_update(skip_locked=skips))
    assert list(rows.select_for_update(of=("self",), skip_locked=skips)) == []
    assert list(Site.objects.select_for_update(no_key=True).filter(pk=site.pk)) == [site]
