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
SIG_05 = Rule(
    "SIG-05",
    "Wrong passwords at a signature, as a witness, for emergency access or a PIN are counted and wait as those "
    "at the door do (SIN-01, SIN-02), apart from them; each stands in the audit trail.",
    source="OWASP ASVS 5.0.0 6.3.1",
)
STA_02 = Rule(
    "STA-02",
    "An entry carries a key made where it was typed: the same key with the same content is the first answer "
    "again; with other content it is refused and kept aside for a person to read.",
    source="Stripe's idempotency keys, stricter: a key holds forever",
)

# -- tablets that several people share

TOKEN_BYTES = 32  # 256 bits, TAB-01
LOCKS_AFTER_S = 300  # without a touch, TAB-02
TOUCH_LAG_S = 30  # a tablet tells of touches at most this late, TAB-02
PIN_DIGITS = (4, 8)  # TAB-03
WRONG_PINS = 5  # in a row, TAB-04
PIN_HOURS = 12  # after the password, TAB-05
TAB_01 = Rule(
    "TAB-01",
    "Only on a tablet that the clinic enrolled do people change by PIN; it is known by a random token of 256 "
    "bits, of which the clinic keeps the digest; ended, it opens to nobody on the next request.",
    source="clinic default",
)
TAB_02 = Rule(
    "TAB-02",
    "A shared tablet locks after 5 minutes without a touch, by the server's clock at most 30 seconds later, and "
    "at once by its Lock button; what is typed stays on the page below.",
    source="clinic default, the long end of OWASP's 2 to 5 minutes",
)
TAB_03 = Rule(
    "TAB-03",
    "A PIN has 4 to 8 digits: not one digit or group repeated, not a run such as 1234, not a year or a date.",
    source="clinic default",
)
TAB_04 = Rule(
    "TAB-04",
    "After 5 wrong PINs in a row on a tablet that person signs in there with the password; everybody else "
    "still can by PIN.",
    source="clinic default",
)
TAB_05 = Rule(
    "TAB-05",
    "A PIN opens a tablet for 12 hours after that person's password or passkey did there.",
    source="NIST SP 800-63B: at most 12 hours",
)
TAB_06 = Rule(
    "TAB-06",
    "What was typed on a page is written only in the name of the person that page was made for; sent after "
    "somebody else unlocked, it is refused and stays on the screen.",
    source="clinic default: the author is who was unlocked when it was typed",
)
TAB_07 = Rule(
    "TAB-07",
    "A PIN signs no order and witnesses no waste: both ask for the password.",
    source="21 CFR 11.200; clinic default for shared tablets",
)
TAB_08 = Rule(
    "TAB-08",
    "Unlocked by somebody else, a tablet keeps aside what the person before had typed and not saved, for that "
    "person; it never goes to the chart by itself.",
    source="clinic default",
)
