"""The short words of board and chart: sets, changes, flags. No queries."""

from datetime import datetime

from infusions.models import Flag
from infusions.rules import due
from kitclinic.display import show, show_percent_from, show_signed
from kitclinic.models import Site
from scheduling.models import Weight
from scheduling.rules.weights import days_ago


def minutes_to(moment: datetime, at: datetime) -> int:
    """Whole minutes, towards zero, as the page counts them."""
    return int(abs((moment - at).total_seconds()) // 60)


def slot_label(code: str, *, long: bool = False) -> str:
    """ "start+15" as "+15", "end+15" as "End+15"; long: "End of infusion", "end +15"."""
    if code == due.END:
        return "End of infusion" if long else "End"
    if code in (due.BASELINE, due.EXTRA):
        return {"baseline": "Base", "extra": "Extra"}[code]
    edge, minutes = code.split("+")
    if edge == "start":
        return f"+{minutes}"
    return f"End +{minutes}" if long else f"End+{minutes}"


def last_label(code: str) -> str:
    """Which set the last one was: "at +15", "at end", "end +30", "baseline"."""
    label = slot_label(code, long=code.startswith("end+")).lower()
    named = {"base": "baseline", "extra": "extra"}
    return named.get(label, label if code.startswith("end+") else f"at {label}")


def weight_words(weight: Weight, *, site: Site, at: datetime, carried: bool = True) -> str:
    """ "82.5 kg, measured today 08:51, Ines Varga"; "82.5 kg, measured Mon, 2 days ago, …, carried forward".

    carried: whether an older weight is the one that counts today. Needs ``measured_by`` loaded.
    """
    kg, how = show(weight.weight_kg, "kg"), str(weight.get_source_display()).lower()
    local, today = site.local(weight.measured_at), site.today(at)
    ago = days_ago(measured_on=local.date(), today=today)
    if local.date() == today:
        return f"{kg}, {how} {ago} {site.clock(weight.measured_at)}, {weight.measured_by.name}"
    words = f"{kg}, {how} {local:%a}, {ago}, {weight.measured_by.name}"
    return f"{words}, carried forward" if carried else words


def cell_note(label: str, value: int | None, base: int | None, *, is_base: bool) -> str:
    """ "+9.8%", "−1 pt", "base", or why there is nothing to say."""
    if value is None:
        return "no value"
    if is_base:
        return "base"
    if not base:
        return "no base"
    if label != "SpO₂":
        return show_percent_from(value, base)
    change = value - base
    return f"{show_signed(change)} pt" if abs(change) == 1 else f"{show_signed(change)} pts"


def flag_words(flag: Flag) -> str:
    """ "SBP high +21.9%", "SpO₂ low below 90%", "Rhythm new AF"."""
    return f"{flag.get_sign_display()} {flag.get_direction_display().lower()} {flag.change}"
