"""The table of bad input: what is typed, where, and what becomes of it.

Outcomes: "refuse" (said in words, nothing stored), "confirm" (asked to type it again with a reason; stored as
typed once that is done), "accept" (stored to the digit), "stop" (the pump is not what was ordered: kept as
read, the start stays closed).
"""

from typing import NamedTuple

WEIGHTS = ("group weight", "chair weight")
SIGNS = ("vital sign", "group blood pressure", "group height")


class Row(NamedTuple):
    """typed at where; stored: what the database holds afterwards, "" for the typed text itself."""

    where: str
    typed: str
    outcome: str
    stored: str = ""
    says: str = ""


COMMA, SCRIPT = "A comma can mean two things.", "Only the digits 0 to 9 are read."
SIGN, UNIT = "A sign is no part of it.", "Letters and units are no part of it."
POINT, ONE = "A digit stands on each side of the point.", "That is not one number."
LONG = "That is too long for a number."

# Typed into every field that takes a clinical number, and refused by each of them.
ANYWHERE: tuple[tuple[str, str], ...] = (
    ("82,5", COMMA),
    ("1,250.0", COMMA),
    ("1e2", UNIT),
    ("1E+2", UNIT),
    ("NaN", UNIT),
    ("Infinity", UNIT),
    ("-Infinity", SIGN),
    ("８２.５", SCRIPT),
    ("٨٢.٥", SCRIPT),
    ("८२.५", SCRIPT),
    ("82½", SCRIPT),
    ("-80", SIGN),
    ("-80.0", SIGN),
    ("−80.0", SIGN),
    ("+80.0", SIGN),
    (".5", POINT),
    ("82.", POINT),
    ("82..5", ONE),
    ("82.5.1", ONE),
    ("8 2.5", ONE),
    ("82.5 83.0", ONE),
    ("8_2.5", ONE),
    ("82.5\x00", ONE),
    ("\x0082.5", ONE),
    ("82.5\N{NO-BREAK SPACE}", ONE),
    ("82.5\N{ZERO WIDTH SPACE}", ONE),
    ("\N{RIGHT-TO-LEFT OVERRIDE}5.28", ONE),
    ("82.5%", UNIT),
    ("0x52", UNIT),
    ("null", UNIT),
    ("82.5 kg", UNIT),
    ("82.5mL", UNIT),
    ("1/2", ONE),
    ("82.5'--", ONE),
    ("<b>82.5</b>", UNIT),
    ("=82.5", ONE),
    ("9" * 21, LONG),
    ("9" * 500_000, LONG),
    ("9" * 10_000_000, ""),  # more than a page may send: refused before anybody reads it
)
SOME = 15  # of them where the same field is used once more
MISSING = ("", " ", "\t", "\r\n")
ONE_DECIMAL = "It has one decimal."
LARGE = "That number is too large for this field."

ROWS: tuple[Row, ...] = (
    *(
        Row(where, typed, "refuse", says=says)
        for where in (*WEIGHTS, "pump rate", "pump volume")
        for typed, says in ANYWHERE
        if len(typed) < 10_000_000 or where in ("chair weight", "pump rate")
    ),
    *(
        Row(where, typed, "refuse", says=says)
        for where in ("composer weight", "volume at completion", "volume at stop", *SIGNS)
        for typed, says in ANYWHERE[:SOME]
    ),
    *(
        Row(where, typed, "refuse")
        for where in (*WEIGHTS, "pump rate", "pump volume", "volume at completion")
        for typed in MISSING
    ),
    *(
        Row(where, typed, "refuse", says=says)
        for where in WEIGHTS
        for typed, says in (
            ("180 lb", "That is in pounds."),
            ("180lbs", "That is in pounds."),
            ("180.5 pounds", "That is in pounds."),
            ("180#", "That is in pounds."),
            ("82", ONE_DECIMAL),
            ("0", ONE_DECIMAL),
            ("80.55", ONE_DECIMAL),
            ("82.50", ONE_DECIMAL),
            ("1000", ONE_DECIMAL),
            ("1000.0", LARGE),
            ("0.0", "Type the weight as the scale shows it"),
            ("00.0", "Type the weight as the scale shows it"),
        )
    ),
    *(
        Row(where, typed, outcome, stored, says)
        for where in WEIGHTS
        for typed, outcome, stored, says in (
            ("82.5", "accept", "82.5", ""),
            (" 82.5 ", "accept", "82.5", ""),
            ("82.5\r\n", "accept", "82.5", ""),
            ("082.5", "accept", "82.5", ""),
            ("82.4", "accept", "82.4", ""),
            ("181.9", "confirm", "181.9", "WGT-02"),  # 82.5 kg are 181.9 lb
            ("37.4", "confirm", "37.4", "WGT-02"),  # 82.5 taken for pounds
            ("825.0", "confirm", "825.0", "WGT-03"),
            ("8.3", "confirm", "8.3", "WGT-03"),
            ("28.5", "confirm", "28.5", "WGT-04"),
            ("250.0", "confirm", "250.0", "WGT-01"),
            ("340.0", "confirm", "340.0", "WGT-06"),
            ("635.0", "confirm", "635.0", "WGT-06"),
            ("999.9", "confirm", "999.9", "WGT-06"),
            ("0.1", "confirm", "0.1", "WGT-06"),
            ("100.0", "confirm", "100.0", "WGT-01"),
        )
    ),
    *(
        Row("pump rate", typed, outcome, stored, says)
        for typed, outcome, stored, says in (
            ("75", "accept", "75", ""),
            ("75.0", "accept", "75.0", ""),
            (" 75.0 ", "accept", "75.0", ""),
            ("74.3", "accept", "74.3", ""),
            ("75.7", "accept", "75.7", ""),
            ("75.8", "stop", "75.8", ""),
            ("7.5", "stop", "7.5", ""),
            ("750", "stop", "750", ""),
            ("0", "stop", "0", ""),
            ("75.05", "refuse", "", "It has one decimal at most."),
            ("100000", "refuse", "", LARGE),
        )
    ),
    *(
        Row("pump volume", typed, outcome, stored, says)
        for typed, outcome, stored, says in (
            ("50", "accept", "50", ""),
            ("50.00", "accept", "50.00", ""),
            ("50.5", "accept", "50.5", ""),
            ("49.5", "accept", "49.5", ""),
            ("50.51", "stop", "50.51", ""),
            ("500", "stop", "500", ""),
            ("5", "stop", "5", ""),
            ("50.001", "refuse", "", "It has two decimals at most."),
            ("10000", "refuse", "", LARGE),
        )
    ),
    *(
        Row(where, typed, outcome, stored, says)
        for where in ("volume at completion", "volume at stop")
        for typed, outcome, stored, says in (
            ("50", "accept", "41.500", ""),
            ("12.3", "accept", "10.209", ""),
            ("0.5", "accept", "0.415", ""),
            ("50.01", "refuse", "", ""),  # more than the bag held
            ("500", "refuse", "", ""),
            ("12.345", "refuse", "", "It has two decimals at most."),
            ("10000", "refuse", "", LARGE),
        )
    ),
    *(Row("composer weight", typed, "refuse", says="That is in pounds.") for typed in ("180 lb", "180#")),
    *(Row("composer weight", typed, "refuse", says=ONE_DECIMAL) for typed in ("82", "0", "80.55", "1000")),
    Row("composer weight", "1000.0", "refuse", says=LARGE),
    Row("composer weight", "", "refuse", says="Type the weight in kg"),
    Row("composer weight", "82.5", "accept", "82.5"),
    Row("composer weight", " 82.5 ", "accept", "82.5"),
    Row("composer weight", "250.0", "confirm", "250.0", "WGT-01"),
    Row("composer weight", "340.0", "confirm", "340.0", "WGT-06"),
    Row("composer weight", "635.0", "confirm", "635.0", "WGT-06"),
    Row("composer weight", "181.9", "confirm", "181.9", "WGT-02"),
    Row("composer weight", "28.5", "confirm", "28.5", "WGT-04"),
    *(
        Row(where, typed, "refuse")
        for where, typed in (
            *(("composer strength", typed) for typed in ("37", "５０", "50.0", "5e1", "-50", "0", "100000")),
            *(("composer bag", typed) for typed in ("55", "５０", "50.0", "5e1", "-50", "0", "9" * 30)),
            *(("composer fill", typed) for typed in ("half", "made up to", "\x00")),
        )
    ),
    Row("composer strength", "50", "accept", "41.25"),
    Row("composer bag", "100", "accept", "41.25"),
    Row("composer fill", "added_to", "accept", "41.25"),
    # fields that the form does not have change nothing
    *(
        Row("field beside the composer", typed, "accept", "41.25")
        for typed in (
            "dose_mg=900",
            "mg_per_kg=5",
            "weight=1",
            "draw_ml=9",
            "rate_ml_per_h=750",
            "total_ml=1",
            "infusion_minutes=4",
            "infusions_ordered=64",
            "state=signed",
            "signed_by=1",
            "signed_at=2026-01-01",
            "signature=1",
            "drafted_by=1",
            "site=2",
            "version=9",
        )
    ),
    # the vault: the field's own words
    *(
        Row(where, typed, "refuse", says=says)
        for where, says in (
            ("vials received", "Type a whole number. Nothing was written."),
            ("waste at the vault", "Type a number with a point, such as 0.35. Nothing was written."),
        )
        for typed, _ in ANYWHERE[:SOME]
    ),
    Row("vials received", "", "refuse", says="Type how many vials you counted."),
    Row("vials received", "0", "refuse", says="A delivery has at least one vial."),
    Row("vials received", "12", "accept", "12"),
    Row("waste at the vault", "", "refuse", says="Type how much was wasted."),
    Row("waste at the vault", "0", "refuse", says="Type more than nothing."),
    Row("waste at the vault", "0.355", "refuse", says="at most two places"),
    Row("waste at the vault", "10.01", "refuse"),  # more than the vial holds
    Row("waste at the vault", "0.35", "accept", "17.5"),
    Row("waste at the vault", " 0.5 ", "accept", "25"),
    Row("waste at the vault", "10", "accept", "500"),
    Row("vital sign", "128", "accept", "128"),
    Row("vital sign", " 128 ", "accept", "128"),
    Row("vital sign", "128.0", "refuse", says="This number has no decimals."),
    Row("vital sign", "1280", "refuse", says=LARGE),
    Row("vital sign", "70", "refuse"),  # no more than the diastolic pressure
    Row("vital sign", "265", "confirm", "265"),
    Row("group blood pressure", "128", "accept", "128"),
    Row("group blood pressure", "128.0", "refuse", says="This number has no decimals."),
    Row("group blood pressure", "1280", "refuse", says=LARGE),
    Row("group height", "165", "accept", "165"),
    Row("group height", "165.5", "refuse", says="This number has no decimals."),
    Row("group height", "1650", "refuse", says=LARGE),
)
