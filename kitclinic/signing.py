"""Electronic signatures: prove who you are, sign exactly the text you saw, verify it later."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password

from kitclinic.foundation_rules import SIGNING_SESSION_HOURS
from kitclinic.models import Signature, Site, StaffUser
from kitclinic.people_rules import no_password
from kitclinic.problems import Blocker, Refused
from kitclinic.roles import Permission

PROOF_LASTS = timedelta(seconds=60)  # SIG-01
SESSION_SIGNS = timedelta(hours=SIGNING_SESSION_HOURS)  # SIG-04


@dataclass(frozen=True, slots=True)
class Proof:
    """That this person has just shown who they are."""

    user_id: int
    at: datetime
    method: str


def is_too_old(signed_in_at: datetime | None, *, at: datetime) -> bool:
    """Return whether a session is too old to sign in (SIG-04); exactly eight hours are not. None: nobody knows."""
    return signed_in_at is not None and at - signed_in_at > SESSION_SIGNS


def reauthenticate(*, user: StaffUser, password: str, at: datetime, signed_in_at: datetime | None = None) -> Proof:
    """Check the signer's own password again. Raises Refused when it is wrong, or the session too old.

    signed_in_at: when this session began (``access.signed_in_at``); None where there is no session.
    """
    if is_too_old(signed_in_at, at=at):
        sentence = "You signed in more than 8 hours ago. Nothing was signed: sign in again, then sign."
        raise Refused([Blocker("SIG-04", sentence)])
    if user.is_active and not user.has_usable_password():
        raise Refused([no_password()])
    if not user.is_active or not check_password(password, user.password):
        raise Refused(
            [Blocker("SIG-01", "That is not your password. Nothing was signed; type it again.", "password")]
        )
    return Proof(user_id=user.pk, at=at, method="password")


def witness(
    site: Site, username: str, password: str, *, besides: StaffUser, at: datetime
) -> tuple[StaffUser, Proof]:
    """Prove who the second person is, on the screen of the first.

    besides: the person who acts. Raises Refused, naming the fields witness_username and witness_password, for a
    name or password that is wrong (never saying which), for the same person, and for one who may not witness.
    """
    person = StaffUser.objects.at(site).filter(username=StaffUser.normalize_username(username)).first()
    if person is None:
        make_password(password)  # as long as a check takes: nobody learns which names exist
    if person is None or not check_password(password, person.password):
        sentence = "User name or password of the witness is wrong. Nothing was saved; type both again."
        raise Refused([Blocker("SIG-03", sentence, "witness_password")])
    if person.pk == besides.pk:
        sentence = "The witness is a second person. Ask somebody who watched it to sign in here."
        raise Refused([Blocker("SIG-03", sentence, "witness_username")])
    if not person.may(Permission.HANDLE_DRUGS):
        sentence = f"{person.name} may not witness this. Ask a nurse or a physician of this clinic."
        raise Refused([Blocker("SIG-03", sentence, "witness_username")])
    return person, Proof(user_id=person.pk, at=at, method="password")


def require_fresh(proof: Proof, *, by: StaffUser, at: datetime) -> None:
    """Raises Refused for a proof of somebody else, or of more than 60 seconds ago (SIG-01)."""
    if proof.user_id != by.pk or not timedelta(0) <= at - proof.at <= PROOF_LASTS:
        raise Refused([Blocker("SIG-01", "Type your password again. Nothing was signed or saved.", "password")])


def simulated_proof(*, user: StaffUser, at: datetime) -> Proof:
    """The proof of a simulated person; only a demonstration clinic takes it."""
    if user.site is None or not user.site.is_demo:
        raise ValueError("Only people of a demonstration clinic can be simulated.")
    return Proof(user_id=user.pk, at=at, method="simulated")


def canonical(text: str) -> str:
    """The form of a text that is signed: NFC, one kind of line end, no trailing blanks."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def digest(text: str) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(canonical(text).encode()).hexdigest()


def sign(
    *, text: str, meaning: str, by: StaffUser, proof: Proof, at: datetime, site: Site, shown_digest: str = ""
) -> Signature:
    """Write the signature for exactly this text.

    shown_digest: digest of the text the signer was shown; refused when it is another text now.
    Raises Refused for an old or foreign proof and for a text that changed meanwhile.
    """
    require_fresh(proof, by=by, at=at)
    if shown_digest and shown_digest != digest(text):
        raise Refused(
            [
                Blocker(
                    "SIG-02",
                    "The text changed while you were reading it. Nothing was signed; read it again.",
                )
            ]
        )
    return Signature.objects.create(
        site=site,
        signer=by,
        printed_name=by.name,
        credentials=by.credentials,
        meaning=meaning,
        text=canonical(text),
        digest=digest(text),
        signed_at=at,
        local_time=site.local(at).strftime("%a %-d %b %Y %H:%M:%S %Z"),
        method=proof.method,
    )


def verify(signature: Signature) -> bool:
    """True when the stored text still has the digest that was signed."""
    return digest(signature.text) == signature.digest
