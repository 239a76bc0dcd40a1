"""Signatures: proof, exact text, digest."""

from datetime import UTC, datetime, timedelta

import pytest

from kitclinic import signing
from kitclinic.models import Signature, StaffUser
from kitclinic.problems import Refused
from tests.factories.people import PASSWORD

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)


def _sign(physician: StaffUser, **change: object) -> Signature:
    arguments: dict[str, object] = {
        "text": "Ketamine 41.25 mg IV",
        "meaning": "ordered",
        "by": physician,
        "proof": signing.reauthenticate(user=physician, password=PASSWORD, at=AT),
        "at": AT,
        "site": physician.site,
    }
    return signing.sign(**(arguments | change))  # type: ignore[arg-type]


def test_sig_01_a_wrong_password_signs_nothing(physician: StaffUser) -> None:
    with pytest.raises(Refused, match="not your password"):
        signing.reauthenticate(user=physician, password="guess", at=AT)
    assert not Signature.objects.exists()


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (60, True), (61, False), (-1, False)])
def test_sig_01_a_proof_lasts_sixty_seconds(physician: StaffUser, seconds: int, accepted: bool) -> None:
    at = AT + timedelta(seconds=seconds)
    if accepted:
        assert _sign(physician, at=at).pk
    else:
        with pytest.raises(Refused, match="password again"):
            _sign(physician, at=at)


def test_sig_01_nobody_signs_with_another_persons_proof(physician: StaffUser, nurse: StaffUser) -> None:
    with pytest.raises(Refused, match="password again"):
        _sign(physician, by=nurse)


def test_sig_02_the_signature_holds_text_digest_name_and_both_times(physician: StaffUser) -> None:
    signature = _sign(physician)
    assert signature.text == "Ketamine 41.25 mg IV\n"
    assert signature.digest == signing.digest("Ketamine 41.25 mg IV")
    assert signature.printed_name == physician.name
    assert signature.local_time == "Wed 11 Mar 2026 10:42:00 EDT"
    assert signing.verify(signature)


def test_sig_02_a_text_that_changed_meanwhile_is_not_signed(physician: StaffUser) -> None:
    with pytest.raises(Refused, match="changed while you were reading"):
        _sign(physician, shown_digest=signing.digest("Ketamine 40 mg IV"))


def test_the_canonical_text_ignores_line_ends_and_nothing_else() -> None:
    assert signing.canonical("a  \r\nb\r") == "a\nb\n"
    assert signing.digest("41.25 mg") != signing.digest("41.2 mg")


def test_only_a_demonstration_clinic_has_simulated_people(physician: StaffUser) -> None:
    with pytest.raises(ValueError, match="demonstration"):
        signing.simulated_proof(user=physician, at=AT)


@pytest.mark.parametrize(("seconds", "accepted"), [(0, True), (1, False)])
def test_sig_04_a_session_of_more_than_eight_hours_gives_no_proof(
    physician: StaffUser, seconds: int, accepted: bool
) -> None:
    began = AT - timedelta(hours=8, seconds=seconds)
    if accepted:
        assert signing.reauthenticate(user=physician, password=PASSWORD, at=AT, signed_in_at=began).at == AT
    else:
        with pytest.raises(Refused, match="sign in again"):
            signing.reauthenticate(user=physician, password=PASSWORD, at=AT, signed_in_at=began)
