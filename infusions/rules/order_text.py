"""The text of an order: what the prescriber reads is what is signed and stored, to the letter."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from infusions.rules.dosing import Preparation
from infusions.rules.order_decisions import NO_CONSENT, ConsentOnRecord
from infusions.rules.order_set import STANDARD, OrderSet
from infusions.rules.orders import AFTER_FIRST_DAYS, ONDANSETRON_MG
from infusions.states import ConsentState, FillMode, OndansetronContraindication
from kitclinic.display import show, show_percent_from
from kitclinic.register import Rule
from scheduling.rules.weights import hold_limits_kg, require_weight
from scheduling.states import Caution, MisuseDecision, PregnancyState, WeightSource

DILUTE_MG_PER_ML = Decimal(100)  # ORD-26
ORD_26 = Rule(
    "ORD-26",
    "An order with vials of 100 mg/mL says that they are diluted before use.",
    source="US ketamine labelling",
)
# Not strftime's %b: that follows the server's locale, and the text is hashed.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class OrderText:
    """Everything an order says. weight_at: aware and in the clinic's zone; days: infusions;
    misuse_history, substance_misuse, allergies: None when nobody asked; the decisions and
    pregnancy: a choice or ""; protocol: its name and version, "" for the standard one;
    driver: named for the first day to come."""

    number: str
    version: int
    patient_name: str
    born: date
    record_number: str
    sequence_number: int
    first_day: date
    last_day: date
    days: int
    weight_kg: Decimal
    weight_source: WeightSource
    weight_at: datetime
    preparation: Preparation
    premedication: bool
    as_needed: bool
    contraindication: OndansetronContraindication
    pregnancy: str
    misuse_history: bool | None
    misuse_decision: str
    acknowledged: frozenset[Caution]
    allergies: tuple[str, ...] | None
    expires_on: date
    weight_reason: str = ""
    preparation_reason: str = ""
    contraindication_reason: str = ""
    pregnancy_on: date | None = None
    misuse_rationale: str = ""
    substance_misuse: bool | None = None
    substance_decision: str = ""
    substance_rationale: str = ""
    allergy_reason: str = ""
    supersedes_reason: str = ""
    note: str = ""
    order_set: OrderSet = STANDARD
    protocol: str = ""
    after_first_days: int = AFTER_FIRST_DAYS
    psychotropics: tuple[str, ...] = ()
    antihypertensives: tuple[str, ...] = ()
    medication_noted: bool = False
    driver: str = ""
    driver_plan: str = ""
    consent: ConsentOnRecord = NO_CONSENT


def order_text(facts: OrderText) -> str:
    """Return the text to sign: plain lines, no trailing newline.

    Raises ValueError for a preparation of another dose than the weight gives, and for a
    weighing time without a zone.
    """
    blocks = (
        _heading(facts),
        _ketamine(facts),
        _ondansetron(facts),
        _checks(facts),
        _decisions(facts),
        _noted(facts),
    )
    closing = [f"Note: {facts.note}"] if facts.note else []
    closing += [
        f"Expires after {day(facts.expires_on)} if not started, "
        f"otherwise {_days(facts.after_first_days)} after the first infusion.",
        "Meaning of this signature: ordered.",
    ]
    return "\n\n".join("\n".join(block) for block in (*blocks, closing))


def day(value: date) -> str:
    """Return "14 Sep 2026"."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """Return "14 Sep 2026, 14:12 EDT" of an aware time that is already in the clinic's zone."""
    if value.tzinfo is None:
        raise ValueError("a time in an order needs its zone")
    return f"{day(value)}, {value:%H:%M} {value.tzname()}"


def day_span(first: date, last: date) -> str:
    """Return "21–25 Sep 2026", "28 Sep – 2 Oct 2026", or one day."""
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    return f"{day(first)} – {day(last)}" if first.year != last.year else f"{day(first)[:-5]} – {day(last)}"


def _heading(facts: OrderText) -> list[str]:
    lines = [
        f"KETAMINE INFUSION ORDER {facts.number}, version {facts.version}",
        f"Patient: {facts.patient_name}, born {day(facts.born)}, record {facts.record_number}",
        f"Sequence {facts.sequence_number}: {_infusions(facts.days)}, {day_span(facts.first_day, facts.last_day)}",
    ]
    lines.append(f"Protocol: {facts.protocol or 'standard'}")
    if facts.version > 1:
        lines.append(f"Supersedes version {facts.version - 1}: {facts.supersedes_reason or 'no reason given'}")
    return lines


def _infusions(days: int) -> str:
    return "1 infusion" if days == 1 else f"{days} infusions, one a day"


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _each_of(days: int) -> str:
    return "1 day" if days == 1 else f"each of {days} days"


def _ketamine(facts: OrderText) -> list[str]:
    made, protocol = facts.preparation, facts.order_set
    dose = protocol.mg_per_kg * require_weight(facts.weight_kg)
    if made.dose_mg != dose:
        raise ValueError(f"prepared {made.dose_mg} mg, but {facts.weight_kg} kg gives {dose} mg")
    weight, mg = show(facts.weight_kg, "kg"), show(dose, "mg")
    source = "measured" if facts.weight_source == WeightSource.MEASURED else "not measured"
    fill = str(FillMode(made.fill).label)
    lines = [
        f"Ketamine {mg} IV over {protocol.minutes} min on {_each_of(facts.days)}.",
        f"Dose: {weight} × {show(protocol.mg_per_kg, 'mg/kg')} = {mg}. No ceiling dose.",
        f"Weight: {weight}, {source}, {moment(facts.weight_at)}.",
        f"Prepare: vial {show(made.strength_mg_per_ml, 'mg/mL')}, draw {show(made.draw_ml, 'mL')} "
        f"({show(made.delivered_mg, 'mg')}, {made.deviation_text}), {fill} {show(made.bag_ml, 'mL')}.",
        f"Pump: {show(made.rate_ml_per_h, 'mL/h')}, volume to infuse {show(made.final_volume_ml, 'mL')}.",
    ]
    if facts.weight_source != WeightSource.MEASURED:
        label = str(WeightSource(facts.weight_source).label).lower()
        lines.insert(3, f"Weight was {label}; reason: {facts.weight_reason or 'none given'}.")
    if made.strength_mg_per_ml == DILUTE_MG_PER_ML:
        lines.append(f"{show(DILUTE_MG_PER_ML, 'mg/mL')} is never given undiluted.")
    if facts.preparation_reason:
        lines.append(f"Reason for this preparation: {facts.preparation_reason}.")
    return lines


def _ondansetron(facts: OrderText) -> list[str]:
    mg = show(ONDANSETRON_MG, "mg")
    lines = [
        f"Before the start: ondansetron {mg} IV." if facts.premedication else "Before the start: no ondansetron.",
        f"As needed: ondansetron {mg} IV, exactly once per infusion, after assessment; no third dose."
        if facts.as_needed
        else "As needed: no ondansetron.",
    ]
    if facts.contraindication != OndansetronContraindication.NONE:
        against = str(OndansetronContraindication(facts.contraindication).label)
        reason = f"; {facts.contraindication_reason}" if facts.contraindication_reason else ""
        lines.append(f"Against ondansetron: {against}{reason}.")
    else:
        lines.append("Against ondansetron: none recorded.")
    return lines


def _checks(facts: OrderText) -> list[str]:
    low, high = hold_limits_kg(facts.weight_kg)
    protocol = facts.order_set
    return [
        "Monitoring: ECG and SpO2 throughout.",
        f"Blood pressure and heart rate: before the start; every {protocol.vitals_minutes} min; at the end; "
        f"{_after(protocol)} min after the end.",
        f"Flag: systolic or diastolic pressure or heart rate more than {protocol.change_percent}% from baseline.",
        f"Hold for a new weight of {show(low, 'kg')} or less, or of {show(high, 'kg')} or more.",
    ]


def _after(protocol: OrderSet) -> str:
    """When sets are due after the end: "15 and 30"."""
    every, last = protocol.vitals_minutes, protocol.observation_minutes
    times = [*range(every, last, every), last]
    return " and ".join(filter(None, (", ".join(map(str, times[:-1])), str(times[-1]))))


def _noted(facts: OrderText) -> list[str]:
    """Medication, way home and consent, as they were read."""
    home = "; ".join(words.rstrip(".") for words in (facts.driver, facts.driver_plan) if words)
    return [
        f"Psychotropic medication: {_medication(facts.psychotropics, facts.medication_noted)}.",
        f"Antihypertensive medication: {_medication(facts.antihypertensives, facts.medication_noted)}.",
        f"Way home: {home or 'open; required before signing'}.",
        f"Consent: {_consent(facts.consent)}.",
    ]


def _medication(lines: tuple[str, ...], noted: bool) -> str:
    return f"{'noted' if noted else 'not noted, required before signing'}: {'; '.join(lines) or 'none'}"


def _consent(consent: ConsentOnRecord) -> str:
    if consent.state == ConsentState.MISSING or consent.at is None:
        return "not on record; required before signing"
    if consent.state == ConsentState.WITHDRAWN:
        return f"taken back {moment(consent.at)}; required before signing"
    return f"version {consent.version}, signed {moment(consent.at)}"


def _decisions(facts: OrderText) -> list[str]:
    acknowledged = [str(caution.label) for caution in Caution if caution in facts.acknowledged]
    return [
        f"Pregnancy: {_pregnancy(facts)}.",
        f"Ketamine misuse history: "
        f"{_decided(facts.misuse_history, facts.misuse_decision, facts.misuse_rationale)}.",
        f"Active misuse of another substance: "
        f"{_decided(facts.substance_misuse, facts.substance_decision, facts.substance_rationale)}.",
        f"Cautions acknowledged: {'; '.join(acknowledged) or 'none'}.",
        f"Allergies: {_allergies(facts)}.",
    ]


def _pregnancy(facts: OrderText) -> str:
    if not facts.pregnancy:
        return "not answered; required before day 1"
    answer = str(PregnancyState(facts.pregnancy).label).lower()
    if facts.pregnancy != PregnancyState.NEGATIVE:
        return answer
    on = f" on {day(facts.pregnancy_on)}" if facts.pregnancy_on else ""
    return f"{answer}{on}; a negative test on day 1 is required"


def _decided(answer: bool | None, decision: str, rationale: str) -> str:
    if answer is None:
        return "not asked; required before signing"
    if not answer:
        return "none"
    if not decision:
        return "yes; not decided, required before signing"
    return f"yes; {str(MisuseDecision(decision).label).lower()}: {rationale}"


def _allergies(facts: OrderText) -> str:
    if facts.allergies is None:
        return "not reviewed; required before the start"
    known = "; ".join(facts.allergies) or "none"
    reason = f"; ordered all the same: {facts.allergy_reason}" if facts.allergy_reason else ""
    return f"reviewed: {known}{reason}"


@dataclass(frozen=True, slots=True)
class AffirmationText:
    """What a prescriber affirms of a held order. digest: of the signed order's text."""

    number: str
    version: int
    patient_name: str
    born: date
    record_number: str
    held_because: str
    dose_mg: Decimal
    ordered_kg: Decimal
    weight_kg: Decimal
    weight_at: datetime
    digest: str
    minutes: int = STANDARD.minutes


def affirmation_text(facts: AffirmationText) -> str:
    """Return the text to sign when a held order is released as it was signed."""
    now, then = show(facts.weight_kg, "kg"), show(facts.ordered_kg, "kg")
    change = show_percent_from(facts.weight_kg, facts.ordered_kg)
    return "\n".join(
        (
            f"HELD ORDER {facts.number}, version {facts.version}, AFFIRMED",
            f"Patient: {facts.patient_name}, born {day(facts.born)}, record {facts.record_number}",
            "",
            f"Held because: {facts.held_because}",
            f"Weight of the order: {then}. Weight now: {now} ({change}), measured, {moment(facts.weight_at)}.",
            f"The signed dose stands: ketamine {show(facts.dose_mg, 'mg')} IV over {facts.minutes} min.",
            f"Text of the order: SHA-256 {facts.digest}",
            "",
            "Meaning of this signature: reviewed.",
        )
    )
