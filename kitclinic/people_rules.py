"""Accounts of staff: who is invited, what may be changed, who leaves. Plain rules; nothing is fetched here."""

import re
from collections.abc import Iterable

from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from kitclinic.roles import PRESCRIBERS, ROLES, Permission, Role

INVITATION_DAYS = 7  # ACC-01
INVITATION_BYTES = 32  # 256 bits, ACC-01
ACC_01 = Rule(
    "ACC-01",
    "An invitation is a random code of 256 bits, of which the clinic keeps the digest; it works once, for 7 days, "
    "and a newer one, its withdrawal or the end of the account closes it.",
    source="OWASP ASVS 5.0.0 6.5; 7 days are a clinic default",
)
ACC_02 = Rule(
    "ACC-02",
    "Opening an invitation's page uses nothing up, because mail scanners open links too; the invited person sets "
    "the password there, and is signed in to nothing by it.",
    source="clinic default",
)
ACC_03 = Rule(
    "ACC-03",
    "Nobody changes their own role, and a role that signs orders is given by a named person for a written reason, "
    "which stands in the list of staff.",
    source="separation of duties; OWASP ASVS 5.0.0 8.2",
)
ACC_04 = Rule(
    "ACC-04",
    "A change of name, role, credentials or training needs a reason, is kept with who made it, and counts from "
    "that person's next request.",
    source="21 CFR 11.10(e); OWASP ASVS 5.0.0 8.3.2",
)
ACC_05 = Rule(
    "ACC-05",
    "Who leaves is out at once: every session, the password, the PIN and open invitations end, and what that "
    "person still has open is listed; an account that is opened again begins with a new invitation.",
    source="45 CFR 164.308(a)(3)(ii)(C); OWASP ASVS 5.0.0 7.4.2",
)
ACC_06 = Rule(
    "ACC-06",
    "Nobody closes their own account, and the last active person who runs the clinic keeps the account and the "
    "role.",
    source="clinic default",
)

ACC_08 = Rule(
    "ACC-08",
    "Who lost the second step has it taken away by another person who runs the clinic, for a written reason: "
    "codes app, passkeys and recovery codes end, and every session; the next sign-in sets up a new one before "
    "anything else opens.",
    source="NIST SP 800-63B-4 4.2; that another person does it is a clinic default",
)

USERNAME = re.compile(r"^[a-z0-9][a-z0-9._@+-]{1,59}$")
RUNNERS = frozenset(role for role, permissions in ROLES.items() if Permission.RUN_CLINIC in permissions)
ON_THE_FLOOR = PRESCRIBERS | {Role.NURSE}  # roles that stand on the suite's roster


def lost_step_problems(*, is_own: bool, has_step: bool) -> list[Problem]:
    """What stands against taking somebody's second step away (ACC-08)."""
    if is_own:
        sentence = "Nobody takes away their own second step here. Another person who runs the clinic does."
        return [Blocker(ACC_08.id, sentence)]
    sentence = "This person has no second step. There is nothing to take away."
    return [] if has_step else [Blocker(ACC_08.id, sentence)]


def username_problems(username: str, *, taken: bool) -> list[Problem]:
    if not USERNAME.match(username):
        sentence = "A user name has 2 to 60 small letters, digits, or . _ @ + - and begins with a letter or digit."
        return [Blocker(ACC_01.id, sentence, "username")]
    sentence = "This user name is taken. Choose another one."
    return [Blocker(ACC_01.id, sentence, "username")] if taken else []


def reason_problems(reason: str) -> list[Problem]:
    sentence = "Say why, in a few words: it stands beside the change."
    return [] if reason.strip() else [Blocker(ACC_04.id, sentence, "reason")]


def role_problems(*, was: str, role: str, is_own: bool, is_last_runner: bool) -> list[Problem]:
    """What stands against this role. is_last_runner: nobody else who is active runs the clinic."""
    if role == was:
        return []
    problems: list[Problem] = []
    if is_own:
        sentence = "Nobody changes their own role. Ask another person who runs the clinic."
        problems.append(Blocker(ACC_03.id, sentence, "role"))
    if is_last_runner and role not in RUNNERS:
        sentence = "This is the last active person who runs the clinic. Give the task to somebody else first."
        problems.append(Blocker(ACC_06.id, sentence, "role"))
    return problems


def leaving_problems(*, is_own: bool, is_last_runner: bool) -> list[Problem]:
    if is_own:
        sentence = "Nobody closes their own account. Ask another person who runs the clinic."
        return [Blocker(ACC_06.id, sentence)]
    if is_last_runner:
        sentence = "This is the last active person who runs the clinic: without one, nobody could invite another."
        return [Blocker(ACC_06.id, sentence)]
    return []


def invitation_problems(*, known: bool, used: bool, ended: bool, over: bool) -> list[Problem]:
    """Why an invitation does not open; [] when it does. All are one sentence long and say what to do."""
    if not known:
        why = "This link does not open anything. Use the newest message you got"
    elif used:
        why = "This link was used already. Sign in with the password that was set with it"
    elif ended:
        why = "This link was withdrawn, or a newer one was sent. Use the newest message you got"
    elif over:
        why = f"This link is older than {INVITATION_DAYS} days"
    else:
        return []
    return [Blocker(ACC_01.id, f"{why}, or ask the clinic for a new link.", "token")]


def password_problems(password: str, again: str, weak: Iterable[str]) -> list[Problem]:
    """weak: what the validators say against it."""
    problems: list[Problem] = [Blocker(ACC_02.id, sentence, "password") for sentence in weak]
    if password != again:
        problems.append(Blocker(ACC_02.id, "The two passwords differ. Type the same one twice.", "again"))
    return problems


# -- single sign-on

SIGN_IN_MIN = 10  # from the button to the way back, minutes
ACC_07 = Rule(
    "ACC-07",
    "Single sign-on opens only an account that was invited and is active; at the first sign-in it is bound to the "
    "provider's own subject for the person, and a name given to somebody else there does not open it.",
    source="OWASP ASVS 5.0.0 6.8.1; OpenID Connect Core 1.0 5.7",
)
ACC_08 = Rule(
    "ACC-08",
    "A sign-in at a provider counts when it was made for this browser and this question (state, nonce, PKCE), is "
    "signed by the provider for this clinic, and the person showed there who they are within the last 60 seconds, "
    "30 more for the clocks; within 10 minutes of the button.",
    source="OpenID Connect Core 1.0 3.1.3.7; OWASP ASVS 5.0.0 10.5 and 6.8.4; the numbers are clinic defaults",
)
ACC_09 = Rule(
    "ACC-09",
    "Signing an order, witnessing waste and setting a PIN ask for the clinic's own password, also of people who "
    "come by single sign-on: they set it on their account's page or by the invitation's link.",
    source="21 CFR 11.200; clinic default (decision 17)",
)


def stranger(button: str) -> Problem:
    """The one sentence for everybody whom a provider knows and the clinic does not let in: it says no more."""
    sentence = (
        f"“{button}” worked, but no open account here belongs to that name. Ask whoever runs the clinic to invite "
        "you, with the user name you have there."
    )
    return Blocker(ACC_07.id, sentence)


def no_way_back() -> Problem:
    sentence = "This sign-in was not begun in this browser, or too long ago. Begin again on the sign-in page."
    return Blocker(ACC_08.id, sentence)


def not_taken(button: str) -> Problem:
    sentence = f"“{button}” did not give an answer that counts. Try again, or sign in with your password."
    return Blocker(ACC_08.id, sentence)


def no_password() -> Problem:
    sentence = (
        "You have no password of this clinic yet, and this asks for one. Nothing was saved: set it on the page "
        "“Your account”, then come back."
    )
    return Blocker(ACC_09.id, sentence, "password")
