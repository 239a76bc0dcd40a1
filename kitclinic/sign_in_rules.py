"""Rules of signing in: who must show what, how guessing is slowed, how long a session lasts."""

from kitclinic.register import Rule

PAIR_TRIES = {
    "password": 10,
    "code": 5,
    "provider": 10,
    "signature": 10,
}  # wrong ones of a name from one address, SIN-01
NAME_TRIES = {
    "password": 50,
    "code": 20,
    "provider": 50,
    "signature": 50,
}  # wrong ones of a name over all addresses, SIN-02
COUNTED_MIN = 15  # SIN-01, SIN-02
COOL_OFF_MIN = 15  # SIN-01
SLOW_S = 30  # SIN-02
KNOWN_DAYS = 30  # SIN-02; tries are forgotten after as many
SHIFT_HOURS = 12  # SIN-03
PASSWORD_LENGTH = 12  # SIN-05
PROVEN_MIN = 10  # SIN-07
SIN_01 = Rule(
    "SIN-01",
    "After 10 wrong passwords in 15 minutes for one name from one address that name waits 15 minutes at that "
    "address (5 wrong codes at the second step, 10 refusals of one name at a provider); everybody else behind the "
    "same address signs in as always.",
    source="OWASP ASVS 5.0.0 6.3.1; the numbers are a clinic default",
)
SIN_02 = Rule(
    "SIN-02",
    "After 50 wrong passwords in 15 minutes for one name from everywhere (20 codes) there is one try in 30 "
    "seconds, never a lock; an address from which this person came in within 30 days is not slowed.",
    source="OWASP ASVS 5.0.0 6.3.1; the numbers are a clinic default",
)
SIN_03 = Rule(
    "SIN-03",
    "A session ends 12 hours after the sign-in, whatever is done in it.",
    source="NIST SP 800-63B-4: at most 12 hours; a shift",
)
SIN_04 = Rule(
    "SIN-04",
    "Who must have a second step for their role and has none sets one up before anything else opens; a "
    "demonstration clinic asks nobody. An enrolled tablet counts as a second step, and the clinic's own provider "
    "where its token says that it asked for one.",
    source="OWASP ASVS 5.0.0 6.3.3 and 6.8.4; which roles is the setting KITCLINIC_SECOND_STEP",
)
SIN_05 = Rule(
    "SIN-05",
    "A password has at least 12 characters, is none of the 20,000 commonest, and is not in the clinic's file of "
    "breached passwords.",
    source="NIST SP 800-63B-4 3.1.1.2; OWASP ASVS 5.0.0 6.2.4 and 6.2.12",
)
SIN_06 = Rule(
    "SIN-06",
    "A code of the codes app counts once, and 30 seconds before or after its time; a recovery code counts once.",
    source="RFC 6238 5.2; OWASP ASVS 5.0.0 6.5.1",
)
SIN_07 = Rule(
    "SIN-07",
    "To change the ways of signing in one shows again who one is, when that was more than 10 minutes ago.",
    source="OWASP ASVS 5.0.0 7.5.1; the number is a clinic default",
)
SIN_08 = Rule(
    "SIN-08",
    "Any other device locks after 5 minutes without a touch too, for the one who is signed in: by password or "
    "passkey the same page goes on, and what was typed is still there.",
    source="clinic default, as TAB-02; a demonstration clinic's devices do not lock",
)
