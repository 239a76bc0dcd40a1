"""Rules that every app stands on."""

from kitclinic.register import Rule

STA_01 = Rule(
    "STA-01",
    "A row moves only along its table of transitions.",
    source="docs/states.md",
)
SIG_01 = Rule(
    "SIG-01",
    "A signature needs the signer's own password, again, not more than 60 seconds before it is made.",
    source="21 CFR 11.200; on shared tablets every signature is treated as a first one",
)
SIG_02 = Rule(
    "SIG-02",
    "A signature holds the exact text that was shown, its SHA-256 digest, printed name, meaning, "
    "universal time and clinic time.",
    source="21 CFR 11.50 and 11.70",
)
SIGNING_SESSION_HOURS = 8  # SIG-04
SIG_04 = Rule(
    "SIG-04",
    "Who signed in more than 8 hours ago signs in again before signing anything; the password is asked for each "
    "signature all the same.",
    source="clinic default; stricter than the 12 hours of NIST SP 800-63B",
)
SIG_03 = Rule(
    "SIG-03",
    "A witness is a second, active person of the clinic who may handle controlled substances and types their own "
    "user name and password on the same screen.",
    source="OWASP ASVS 5.0.0 2.3.5; that it is asked for is a clinic default",
)
