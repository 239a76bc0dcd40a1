"""The physician's decision, consent and its texts."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Conflict, Refused
from kitclinic.signing import digest
from scheduling import actions
from scheduling.models import Consent, ConsentText, GroupSeat, Patient, Sequence, Visit
from scheduling.queries.records import current_consent_text
from scheduling.states import EnrolmentState, HealthQuestion, SeatState, SequenceState, VisitState
from tests.factories import people, suite
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW, SIGNATURE

NO = {str(question): False for question in HealthQuestion}


def refused(act: Any, **arguments: Any) -> set[str]:
    with pytest.raises(Refused) as caught:
        act(**arguments)
    return {problem.rule for problem in caught.value.problems}


@pytest.fixture
def came(site: Site, nurse: StaffUser) -> GroupSeat:
    seat = make.seat(make.eligible_patient(site=site))
    return actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=NOW)


@pytest.fixture
def text(site: Site) -> ConsentText:
    found = current_consent_text(site_id=site.pk)
    assert found is not None
    return found


def sign(seat: GroupSeat, text: ConsentText, by: StaffUser, **changes: Any) -> Consent:
    arguments: dict[str, Any] = {
        "patient": seat.patient,
        "text": text,
        "signed_name": seat.patient.name,
        "signature": SIGNATURE,
        "method": "tablet",
        "by": by,
        "at": NOW,
        "seat": seat,
    } | changes
    return actions.sign_consent(**arguments)


@pytest.mark.parametrize("role", ["nurse", "psychologist", "scheduler", "clinic_lead"])
def test_enr_70_nobody_but_a_physician_decides(came: GroupSeat, role: str) -> None:
    make.ready_seat(came)
    by = people.staff(role, site=came.site)
    assert refused(actions.clear_seat, seat=came, by=by, at=NOW) == {"ENR-70"}
    assert refused(actions.review_seat, seat=came, note="x", by=by, at=NOW) == {"ENR-70"}
    assert refused(actions.decline_seat, seat=came, note="x", by=by, at=NOW) == {"ENR-70"}


def test_everything_missing_is_named_at_once(came: GroupSeat, physician: StaffUser) -> None:
    with pytest.raises(Refused) as caught:
        actions.clear_seat(seat=came, by=physician, at=NOW)
    assert [problem.field for problem in caught.value.problems] == ["weight_kg", "screen", "consent"]


def test_cleared_with_conditions_says_which(came: GroupSeat, physician: StaffUser) -> None:
    make.ready_seat(came)
    seat = actions.clear_seat(seat=came, by=physician, at=NOW, conditions="Blood pressure log.")
    assert (seat.state, seat.conditions) == (SeatState.CLEARED, "Blood pressure log.")


def test_enr_71_a_screen_of_an_earlier_day_does_not_count(came: GroupSeat, physician: StaffUser) -> None:
    actions.weigh_seat(seat=came, weight_kg=Decimal("82.5"), by=physician, at=NOW)
    make.consent(came.patient, seat=came)
    make.screen(came.patient, at=NOW - timedelta(days=1))
    assert refused(actions.clear_seat, seat=came, by=physician, at=NOW) == {"ENR-71"}
    make.screen(came.patient, at=NOW)
    assert actions.clear_seat(seat=came, by=physician, at=NOW).state == SeatState.CLEARED


def test_enr_72_possible_pregnancy_stops_until_a_negative_test(came: GroupSeat, physician: StaffUser) -> None:
    make.ready_seat(came)
    make.screen(came.patient, seat=came, pregnancy=True)
    clear: dict[str, Any] = {"seat": came, "by": physician, "at": NOW, "note": "Talked about it."}
    assert refused(actions.clear_seat, **clear) == {"ENR-72"}
    today = came.site.today(NOW)
    make.assess(came.patient, childbearing_potential=True, pregnancy="negative", pregnancy_tested_on=today)
    assert actions.clear_seat(**clear).state == SeatState.CLEARED


def test_enr_73_a_withdrawn_consent_stops_and_a_new_one_opens(
    came: GroupSeat, text: ConsentText, physician: StaffUser
) -> None:
    make.ready_seat(came)
    first = Consent.objects.get()
    actions.withdraw_consent(consent=first, reason="Wants time.", by=physician, at=NOW)
    actions.withdraw_consent(consent=first, reason="Again.", by=physician, at=NOW)
    assert refused(actions.clear_seat, seat=came, by=physician, at=NOW) == {"ENR-73"}
    sign(came, text, physician)
    assert actions.clear_seat(seat=came, by=physician, at=NOW).state == SeatState.CLEARED


def test_a_review_is_decided_later_on_the_same_seat(came: GroupSeat, physician: StaffUser) -> None:
    make.ready_seat(came)
    assert refused(actions.review_seat, seat=came, note=" ", by=physician, at=NOW) == {"ENR-23"}
    seat = actions.review_seat(seat=came, note="Ask cardiology.", by=physician, at=NOW)
    assert (seat.state, seat.decided_by, seat.decision_note) == (SeatState.REVIEW, None, "Ask cardiology.")
    actions.mark_group_held(group=came.group, by=physician, at=NOW)
    later = NOW + timedelta(days=2)
    actions.clear_seat(seat=came, by=physician, at=later, note="Cardiology agrees.")
    assert Patient.objects.get(pk=came.patient_id).state == EnrolmentState.CLEARED


def test_not_suitable_releases_the_booked_infusions_in_the_same_step(site: Site, physician: StaffUser) -> None:
    seat, sequence = _with_sequence(site)
    actions.decline_seat(seat=seat, note="Unsafe.", by=physician, at=_group_at(seat), final=True)
    sequence.refresh_from_db()
    assert sequence.state == SequenceState.CANCELLED
    assert set(Visit.objects.values_list("state", flat=True)) == {VisitState.CANCELLED}
    assert Patient.objects.get(pk=seat.patient_id).state == EnrolmentState.DECLINED


def test_another_group_visit_keeps_the_booked_infusions(site: Site, physician: StaffUser) -> None:
    seat, sequence = _with_sequence(site)
    actions.decline_seat(seat=seat, note="Came alone.", by=physician, at=_group_at(seat))
    sequence.refresh_from_db()
    assert sequence.state == SequenceState.CONFIRMED


def test_not_suitable_is_refused_once_an_infusion_has_begun(site: Site, physician: StaffUser) -> None:
    seat, sequence = _with_sequence(site)
    first = sequence.visits.order_by("day_index")[0]
    Visit.objects.filter(pk=first.pk).update(state=VisitState.ARRIVED)  # no act lets this patient in any more
    decline: dict[str, Any] = {
        "seat": seat,
        "note": "Unsafe.",
        "by": physician,
        "at": _group_at(seat),
        "final": True,
    }
    assert refused(actions.decline_seat, **decline) == {"ENR-70"}
    seat.refresh_from_db()
    assert seat.state == SeatState.ATTENDED, "nothing of it is kept"


def _with_sequence(site: Site) -> tuple[GroupSeat, Sequence]:
    """A patient at the group visit whose five infusions are booked already."""
    suite.open_week(site)
    day = suite.MONDAY - timedelta(days=7)
    before = suite.before(site, day)
    patient = make.eligible_patient(site=site, at=before)
    seat = make.seat(patient, group=make.group_visit(site=site, day=day, at=before), at=before)
    by = make.actor("scheduler", site)
    sequence = actions.book_sequence(patient=patient, first_day=suite.MONDAY, start_minute=600, by=by, at=before)
    nurse = make.actor("nurse", site)
    return actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=_group_at(seat)), sequence


def _group_at(seat: GroupSeat) -> Any:
    return seat.site.instant(seat.group.date, seat.group.start_minute)


def test_enr_74_what_was_signed_can_be_proved(came: GroupSeat, text: ConsentText, nurse: StaffUser) -> None:
    row = sign(came, text, nurse)
    assert (row.signature, row.witnessed_by, row.method) == (SIGNATURE, nurse, "tablet")
    words = (text.language, "1", text.title, text.body, row.signed_name, SIGNATURE, NOW.isoformat())
    assert row.digest == digest("\n".join(words))


def test_enr_74_on_paper_nothing_is_drawn(came: GroupSeat, text: ConsentText, nurse: StaffUser) -> None:
    assert sign(came, text, nurse, method="paper").signature == ""


def test_enr_74_another_name_is_confirmed(came: GroupSeat, text: ConsentText, nurse: StaffUser) -> None:
    with pytest.raises(Refused):
        sign(came, text, nurse, signed_name="Paul Marrin")
    row = sign(came, text, nurse, signed_name="Paul Marrin", confirmed=frozenset({"ENR-74"}))
    assert row.signed_name == "Paul Marrin"


def test_enr_74_only_the_current_text_is_signed_and_once(
    came: GroupSeat, text: ConsentText, nurse: StaffUser, lead: StaffUser
) -> None:
    sign(came, text, nurse)
    with pytest.raises(Conflict, match="already signed"):
        sign(came, text, nurse)
    new = actions.publish_consent_text(site=came.site, title="Ours", body="Words.", by=lead, at=NOW, replaces=1)
    with pytest.raises(Conflict, match="version 2"):
        sign(came, text, nurse)
    assert sign(came, new, nurse).text.version == 2


def test_versions_of_the_text(site: Site, text: ConsentText, lead: StaffUser, physician: StaffUser) -> None:
    write: dict[str, Any] = {"site": site, "title": "Ours", "body": "Words.", "at": NOW}
    assert refused(actions.publish_consent_text, by=physician, **write) == {"ENR-74"}
    assert refused(actions.publish_consent_text, by=lead, **(write | {"body": " "})) == {"ENR-74"}
    same = write | {"title": text.title, "body": text.body}
    assert refused(actions.publish_consent_text, by=lead, **same) == {"ENR-74"}
    assert actions.publish_consent_text(by=lead, replaces=1, **write).version == 2
    with pytest.raises(Conflict):
        actions.publish_consent_text(by=lead, replaces=1, **(write | {"body": "Others."}))
    spanish = actions.publish_consent_text(by=lead, language="Spanish", replaces=0, **write)
    assert (spanish.version, current_consent_text(site_id=site.pk, language="spanish")) == (1, spanish)
    english = current_consent_text(site_id=site.pk, language="Portuguese")
    assert english is not None
    assert (english.language, english.version) == ("English", 2)


def test_a_new_clinic_begins_with_a_text_and_keeps_its_own(site: Site, text: ConsentText, lead: StaffUser) -> None:
    assert (text.version, text.published_by) == (1, None)
    for word in ("off-label", "voluntary", "drive", "questions", "pregnan"):
        assert word in text.body
    ours = actions.publish_consent_text(site=site, title="Ours", body="Words.", by=lead, at=NOW)
    assert actions.begin_with_consent_text(site=site, at=NOW) == ours
