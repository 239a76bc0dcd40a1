"""A row moves only along its table, and every step is written down with who, when and why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from kitclinic.models import Site, StaffUser, Transition
from kitclinic.problems import Blocker, Refused
from kitclinic.states import begin, move
from scheduling.models import Patient
from scheduling.states import ENROLMENT_TRANSITIONS, EnrolmentState
from tests.factories.scheduling import patient

AT = datetime(2026, 9, 8, 14, 42, tzinfo=UTC)
S = EnrolmentState


@pytest.fixture
def someone(site: Site) -> Patient:
    return patient(site=site)


def steps(thing: Patient) -> list[tuple[str, str]]:
    rows = Transition.objects.filter(subject="scheduling_patient", subject_id=thing.pk).order_by("pk")
    return list(rows.values_list("from_state", "to_state"))


def put(thing: Patient, state: str) -> Patient:
    """The row in a state, as a row: how it got there is not what is tested."""
    Patient.objects.filter(pk=thing.pk).update(state=state, merged_into=leads_to(thing, state))
    thing.refresh_from_db()
    return thing


def leads_to(thing: Patient, state: str) -> Patient | None:
    """Another record for a merged one, none for every other state: the database asks for it."""
    return patient(site=thing.site, birth_date=date(1951, 3, 4)) if state == S.MERGED else None


def test_a_new_row_has_its_first_transition_from_nothing(someone: Patient) -> None:
    assert steps(someone) == [("", S.REFERRED)]


def test_a_move_is_saved_with_who_when_and_why(someone: Patient, nurse: StaffUser) -> None:
    move(someone, S.WITHDRAWN, by=nurse, at=AT, reason="moved away")
    someone.refresh_from_db()
    assert someone.state == S.WITHDRAWN
    row = Transition.objects.latest("pk")
    assert (row.from_state, row.to_state, row.reason, row.by, row.at) == (
        S.REFERRED,
        S.WITHDRAWN,
        "moved away",
        nurse,
        AT,
    )
    assert (row.site_id, row.subject, row.subject_id) == (someone.site_id, "scheduling_patient", someone.pk)


@pytest.mark.parametrize("was", S.values)
@pytest.mark.parametrize("to", S.values)
def test_sta_01_a_row_moves_exactly_along_its_table(someone: Patient, nurse: StaffUser, was: str, to: str) -> None:
    put(someone, was)
    before = steps(someone)
    if to in ENROLMENT_TRANSITIONS[S(was)]:
        someone.merged_into = leads_to(someone, to)
        move(someone, to, by=nurse, at=AT, also=("merged_into",))
        assert steps(someone) == [*before, (was, to)]
    else:
        with pytest.raises(Refused):
            move(someone, to, by=nurse, at=AT)
        assert steps(someone) == before
        assert someone.state == was, "the row in hand is left as it was"
    assert Patient.objects.get(pk=someone.pk).state == someone.state


def test_sta_01_a_refused_move_says_both_states_in_the_clinics_words(someone: Patient, nurse: StaffUser) -> None:
    with pytest.raises(Refused) as caught:
        move(someone, S.CLEARED, by=nurse, at=AT)
    (problem,) = caught.value.problems
    assert isinstance(problem, Blocker)
    assert problem.rule == "STA-01"
    assert problem.sentence.startswith("This patient is referred and cannot become cleared.")
    assert "Reload the page" in problem.sentence


def test_sta_01_no_step_leads_to_the_state_a_row_is_in(someone: Patient, nurse: StaffUser) -> None:
    with pytest.raises(Refused):
        move(someone, S.REFERRED, by=nurse, at=AT)


def test_a_state_no_table_knows_is_refused_and_not_stored(someone: Patient, nurse: StaffUser) -> None:
    with pytest.raises(Refused):
        move(someone, "zebra", by=nurse, at=AT)
    put(someone, "zebra")
    with pytest.raises(Refused):
        move(someone, S.REFERRED, by=nurse, at=AT)


def test_only_the_state_and_the_named_fields_are_saved(someone: Patient, nurse: StaffUser) -> None:
    someone.phone, someone.diagnosis = "216 555 0199", "Chronic neuropathic pain"
    before = Patient.objects.get(pk=someone.pk).diagnosis
    move(someone, S.WITHDRAWN, by=nurse, at=AT, also=("phone",))
    stored = Patient.objects.get(pk=someone.pk)
    assert (stored.phone, stored.diagnosis) == ("216 555 0199", before)


def test_a_move_without_a_person_is_the_scheduled_tasks_and_says_so_by_nobody(someone: Patient) -> None:
    move(someone, S.WITHDRAWN, by=None, at=AT)
    assert Transition.objects.latest("pk").by is None


def test_a_move_that_is_taken_back_leaves_no_transition(someone: Patient, nurse: StaffUser) -> None:
    @transaction.atomic
    def act_that_fails() -> None:
        move(someone, S.WITHDRAWN, by=nurse, at=AT)
        raise RuntimeError("later in the same act")

    with pytest.raises(RuntimeError):
        act_that_fails()
    assert steps(someone) == [("", S.REFERRED)]
    assert Patient.objects.get(pk=someone.pk).state == S.REFERRED


def test_transitions_are_written_once(someone: Patient, nurse: StaffUser) -> None:
    move(someone, S.WITHDRAWN, by=nurse, at=AT)
    row = Transition.objects.latest("pk")
    row.at = AT + timedelta(days=1)
    with pytest.raises(TypeError, match="written once"):
        row.save()


def test_begin_writes_the_state_the_row_has(someone: Patient, nurse: StaffUser) -> None:
    begin(someone, by=nurse, at=AT, reason="imported")
    row = Transition.objects.latest("pk")
    assert (row.from_state, row.to_state, row.reason) == ("", S.REFERRED, "imported")
