"""Any sequence of acts on the orders of one course leaves a lifecycle that reads as the text says.

The table below is copied from the text (draft → signed ⇄ held → completed | discontinued | expired | superseded),
not from the code; the machine keeps its own account of what should stand and compares after every act.
"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infusions import actions
from infusions.models import Infusion, Order
from kitclinic import signing
from kitclinic.models import Signature, Transition
from kitclinic.problems import Refused
from scheduling.models import Sequence, Visit
from tests.factories import infusions, people
from tests.factories import orders as factory

pytestmark = pytest.mark.django_db

CURRENT = {"draft", "signed", "held"}
LISTED = {
    ("", "draft"),
    ("draft", "signed"),
    ("draft", "discontinued"),  # returned before anybody signed it
    ("signed", "held"),
    ("held", "signed"),
    *((was, to) for was in ("signed", "held") for to in ("completed", "discontinued", "expired", "superseded")),
}
PRESCRIBES, CHARTS = {"physician"}, {"nurse", "physician"}
ROLES = ("nurse", "physician", "psychologist", "scheduler", "clinic_lead", "administrator")
FIRST_USE, AFTER_FIRST = 30, 14  # days of validity, as the text says
REASONS = st.sampled_from(["", "  ", "she asks for it", "weight changed"])


def stored(model: Any) -> dict[int, str]:
    """Every row of a table as the database itself writes it, without what may move: the state and its reason."""
    moving = "{state,held_because}" if model is Order else "{}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, (to_jsonb(t) - '{moving}'::text[])::text FROM {model._meta.db_table} t ORDER BY id"
        )
        return dict(cursor.fetchall())


class Lifecycle(RuleBasedStateMachine):
    """One sequence, its staff, a clock that only goes forward, and an account kept apart from the tables."""

    course: Sequence  # set by the test
    people: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        site = self.course.site
        self.site, self.at = site, factory.moment(site)
        self.states: dict[int, str] = {}  # what each version should be
        self.paths: dict[int, list[str]] = {}
        self.signed_rows: dict[int, str] = {}
        self.signatures: dict[int, str] = {}
        self.pinned: dict[int, tuple[int, str]] = {}  # infusion: order, signed text
        self.signed_on: dict[int, Any] = {}
        self.first_start: Any = None

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # -- the account

    @property
    def current(self) -> int | None:
        standing = [pk for pk, state in self.states.items() if state in CURRENT]
        assert len(standing) <= 1
        return standing[0] if standing else None

    def went(self, pk: int, to: str) -> None:
        self.states[pk] = to
        self.paths.setdefault(pk, []).append(to)

    def last_day(self, pk: int) -> Any:
        if self.first_start is not None:
            return self.first_start + timedelta(days=AFTER_FIRST)
        return self.signed_on[pk] + timedelta(days=FIRST_USE)

    def attempt(self, may: bool, act: Any) -> Any:
        """Do it; whether it was refused must be what the text says, and a refusal writes nothing."""
        before = (stored(Order), stored(Signature), Transition.objects.count())
        made = said = None
        try:
            with transaction.atomic():
                made = act()
        except Refused as refused:
            said = str(refused)
        assert (said is None) is may, said or "this should have been refused"
        if not may:
            assert (stored(Order), stored(Signature), Transition.objects.count()) == before
        return made

    def order(self, pk: int) -> Order:
        return Order.objects.select_related("site", "sequence__patient").get(pk=pk)

    def proof(self, role: str, by: str = "") -> signing.Proof:
        return signing.reauthenticate(user=self.people[by or role], password=people.PASSWORD, at=self.at)

    # -- the acts

    versions = Bundle("versions")

    @initialize(target=versions)
    def first_version(self) -> int:
        made = self.attempt(True, lambda: factory.draft(self.course, by=self.people["physician"], at=self.at))
        self.went(made.pk, "draft")
        return int(made.pk)

    @rule(target=versions, role=st.sampled_from(ROLES))
    def draft(self, role: str) -> int:
        may = role in PRESCRIBES and self.current is None
        made = self.attempt(may, lambda: factory.draft(self.course, by=self.people[role], at=self.at))
        if made is None:
            return max(self.states)
        self.went(made.pk, "draft")
        return int(made.pk)

    @rule(pk=versions, role=st.sampled_from(["physician", "physician", *ROLES]), twist=st.integers(0, 5))
    def sign(self, pk: int, role: str, twist: int) -> None:
        """twist 0: a proof of somebody else; 1: a proof that is two minutes old; 2: a digest of another text."""
        order = self.order(pk)
        proof = self.proof(role, by="nurse" if twist == 0 and role != "nurse" else "")
        shown = "0" * 64 if twist == 2 else factory.shown_digest(order, at=self.at)
        late = self.at + timedelta(minutes=2 if twist == 1 else 0)
        right = twist > 2 or (twist == 0 and role == "nurse")
        may = self.states[pk] == "draft" and role in PRESCRIBES and right
        made = self.attempt(
            may,
            lambda: actions.sign_order(
                order=order, proof=proof, by=self.people[role], at=late, shown_digest=shown
            ),
        )
        if made is None:
            return
        self.went(pk, "signed")
        self.signed_on[pk] = self.site.today(late)
        self.signed_rows[pk] = stored(Order)[pk]
        signature = Signature.objects.get(order=pk)
        assert (signature.signer, signature.meaning) == (self.people[role], "ordered")
        assert signature.digest == shown
        self.signatures[signature.pk] = stored(Signature)[signature.pk]

    @rule(pk=versions, role=st.sampled_from(ROLES), reason=REASONS)
    def hold(self, pk: int, role: str, reason: str) -> None:
        may = self.states[pk] == "signed" and role in CHARTS and bool(reason.strip())
        act = lambda: actions.hold_order(  # noqa: E731
            order=self.order(pk), reason=reason, by=self.people[role], at=self.at
        )
        if self.attempt(may, act):
            self.went(pk, "held")

    @rule(pk=versions, role=st.sampled_from(["physician", "physician", *ROLES]), reason=REASONS)
    def release(self, pk: int, role: str, reason: str) -> None:
        order = self.order(pk)
        live = pk in self.signed_on and self.site.today(self.at) <= self.last_day(pk)
        may = self.states[pk] == "held" and role in PRESCRIBES and bool(reason.strip()) and live
        shown = infusions.affirmed(order) if order.signature_id else "0" * 64
        proof = self.proof(role)

        def act() -> Order:
            return actions.release_order(
                order=order, reason=reason, proof=proof, by=self.people[role], at=self.at, shown_digest=shown
            )

        if self.attempt(may, act):
            self.went(pk, "signed")
            affirmed = Signature.objects.latest("pk")
            assert (affirmed.signer, affirmed.meaning) == (self.people[role], "reviewed")
            self.signatures[affirmed.pk] = stored(Signature)[affirmed.pk]

    @rule(pk=versions, role=st.sampled_from(["physician", *ROLES]), reason=REASONS)
    def discontinue(self, pk: int, role: str, reason: str) -> None:
        may = self.states[pk] in CURRENT and role in PRESCRIBES and bool(reason.strip())
        act = lambda: actions.discontinue_order(  # noqa: E731
            order=self.order(pk), reason=reason, by=self.people[role], at=self.at
        )
        if self.attempt(may, act):
            self.went(pk, "discontinued")

    @rule(target=versions, pk=versions, role=st.sampled_from(["physician", *ROLES]), reason=REASONS)
    def supersede(self, pk: int, role: str, reason: str) -> int:
        may = self.states[pk] in CURRENT and role in PRESCRIBES and bool(reason.strip())
        act = lambda: actions.supersede_order(  # noqa: E731
            order=self.order(pk), by=self.people[role], at=self.at, reason=reason
        )
        made = self.attempt(may, act)
        if made is None:
            return pk
        self.went(pk, "discontinued" if self.states[pk] == "draft" else "superseded")
        self.went(made.pk, "draft")
        assert made.supersedes_reason == reason
        assert made.version == max(Order.objects.exclude(pk=made.pk).values_list("version", flat=True)) + 1
        return int(made.pk)

    @rule(pk=versions)
    def complete(self, pk: int) -> None:
        if self.states[pk] == "held":  # the text allows it, nobody asks for it
            return
        act = lambda: actions.complete_order(  # noqa: E731
            order=self.order(pk), by=self.people["nurse"], at=self.at
        )
        if self.attempt(self.states[pk] == "signed", act):
            self.went(pk, "completed")

    @rule(minutes=st.integers(1, 1_000))
    def time_goes_on(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(days=st.integers(1, 16))
    def days_pass_and_the_clock_expires(self, days: int) -> None:
        self.at += timedelta(days=days)
        actions.expire_orders(site=self.site, at=self.at)
        pk = self.current
        if pk is not None and self.states[pk] != "draft" and self.site.today(self.at) > self.last_day(pk):
            self.went(pk, "expired")

    @precondition(lambda self: self.at < self.course.visits.get(day_index=1).starts_at)
    @rule()
    def day_one_starts(self) -> None:
        """The whole way to the start; only a signed current version carries it."""
        visit = Visit.objects.select_related("site", "patient", "sequence").get(sequence=self.course, day_index=1)
        pk = self.current
        may = (
            pk is not None
            and self.states[pk] == "signed"
            and self.site.today(visit.starts_at) <= self.last_day(pk)
        )
        if not may:
            return  # each closed gate has a test of its own
        chair = infusions.chair(site=self.site, visit=visit, nurse=self.people["nurse"])
        chair.ready().start()
        assert chair.infusion.order_id == pk
        self.pinned[chair.infusion.pk] = (pk, Signature.objects.get(order=pk).text)
        self.at, self.first_start = chair.at, self.site.today(chair.at)

    @precondition(lambda self: self.signed_rows)
    @rule(data=st.data(), field=st.sampled_from(["dose_mg", "weight_kg", "note", "version", "signed_at"]))
    def somebody_edits_a_signed_row(self, data: st.DataObject, field: str) -> None:
        pk = data.draw(st.sampled_from(sorted(self.signed_rows)))
        odd = {"dose_mg": "99.000", "weight_kg": "198.0", "note": "double it", "version": 77, "signed_at": self.at}
        odd["signed_at"] = self.at + timedelta(hours=1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=pk).update(**{field: odd[field]})
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Order.objects.filter(pk=pk).delete()

    # -- what holds after every act

    @invariant()
    def states_are_as_accounted(self) -> None:
        assert dict(Order.objects.values_list("pk", "state")) == self.states
        assert sum(state in CURRENT for state in self.states.values()) <= 1

    @invariant()
    def the_transitions_tell_the_whole_path(self) -> None:
        rows = Transition.objects.filter(subject="infusions_order").order_by("pk")
        told: dict[int, list[str]] = {}
        for row in rows:
            was = told.get(row.subject_id, [""])[-1]
            assert row.from_state == was
            assert (was, row.to_state) in LISTED
            told.setdefault(row.subject_id, []).append(row.to_state)
        assert told == self.paths

    @invariant()
    def what_was_signed_stands_to_the_byte(self) -> None:
        rows, signatures = stored(Order), stored(Signature)
        assert {pk: rows[pk] for pk in self.signed_rows} == self.signed_rows
        assert signatures == self.signatures
        for signature in Signature.objects.all():
            assert signing.verify(signature)

    @invariant()
    def an_infusion_keeps_the_version_it_began_with(self) -> None:
        for infusion in Infusion.objects.filter(started_at__isnull=False).select_related("order__signature"):
            order, text = self.pinned[infusion.pk]
            assert infusion.order_id == order
            assert infusion.order is not None
            assert infusion.order.signature is not None
            assert infusion.order.signature.text == text


def test_no_sequence_of_acts_leaves_the_lifecycle_of_the_text(site):
    course = infusions.visit(site=site, signed=False).sequence
    Lifecycle.course = course
    Lifecycle.people = {role: infusions.scheduling.actor(role, site) for role in ROLES}
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_an_amendment_never_reaches_into_a_running_infusion(site, as_user):
    """What runs goes on under the version it began with, on its chart and in its dose (A4; G10)."""
    chair = infusions.infusion(site=site, at_state="infusing")
    first = Order.objects.get()
    before = Infusion.objects.values("order", "weight", "baseline", "started_at").get()
    factory.weighed(first.sequence, "77.5", at=chair.at)
    amended = factory.sign(factory.supersede(first, at=chair.at), at=chair.at)
    assert (amended.version, str(amended.dose_mg)) == (2, "38.750")
    assert Infusion.objects.values("order", "weight", "baseline", "started_at").get() == before
    with time_machine.travel(chair.at + timedelta(minutes=1), tick=False):
        page = as_user(chair.nurse).get(reverse("infusions:chart", args=[chair.visit.pk])).content.decode()
    assert "41.25 mg" in page
    assert "38.75 mg" not in page
    chair.run()
    infusion = Infusion.objects.get()
    assert infusion.order == first
    assert str(infusion.delivered_mg) == "41.250"  # of the 41.5 mg that version 1 had drawn
    first.refresh_from_db()
    assert first.state == "superseded"
