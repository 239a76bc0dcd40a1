"""Words and shapes that templates need: numbers, clinic time, names, ring, meter.

Loaded in every template. Numbers come from ``kitclinic.display``; nothing is rounded here.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from kitclinic.display import Number, show_percent_from, show_signed
from kitclinic.display import in_sentence as small_first
from kitclinic.display import show as show_number
from kitclinic.models import Site
from kitclinic.problems import Blocker, NeedsConfirmation, NeedsFields, NeedsTick, Problem

register = template.Library()

NOT_RECORDED = "not recorded"
VISIT_MINUTES = "10,40,30"  # prepare, infuse, observe: one turn of the ring
RING_GAP = 0.8  # minutes left open between two phases, so that they read as three


@register.filter
def show(value: Number | None, unit: str = "") -> str:
    """{{ dose|show:"mg" }}: "41.25 mg"; "not recorded" when there is none."""
    return NOT_RECORDED if value is None else show_number(value, unit)


@register.filter
def in_sentence(label: str) -> str:
    """{{ visit.get_state_display|in_sentence }}: "ended early"; abbreviations stay: "IV line or pump"."""
    return small_first(str(label))


@register.filter
def kg(value: Number | None) -> str:
    return show(value, "kg")


@register.filter
def mg(value: Number | None) -> str:
    return show(value, "mg")


@register.filter
def ml(value: Number | None) -> str:
    return show(value, "mL")


@register.filter
def ml_per_h(value: Number | None) -> str:
    return show(value, "mL/h")


@register.filter
def signed(value: Number | None, unit: str = "") -> str:
    """{{ change|signed }}: "+9", "−1", "0"."""
    return NOT_RECORDED if value is None else show_signed(value, unit)


@register.filter
def signed_percent(value: Number | None, baseline: Number | None) -> str:
    """{{ sbp|signed_percent:baseline.sbp }}: "+20.3%"; "no baseline" when it cannot be compared."""
    if value is None:
        return NOT_RECORDED
    return "no baseline" if not baseline else show_percent_from(value, baseline)


@register.filter
def clinic_time(at: datetime | None, site: Site) -> str:
    """{{ at|clinic_time:site }}: "10:42" on the clinic's clock; "01:30 EDT" on a day that changes the clocks."""
    return site.clock(at) if at else ""


@register.filter
def clinic_clock(at: datetime | None, site: Site) -> str:
    """{{ at|clinic_clock:site }}: "10:42" where the zone stands beside it."""
    return f"{site.local(at):%H:%M}" if at else ""


@register.filter
def clinic_zone(at: datetime | None, site: Site) -> str:
    """{{ at|clinic_zone:site }}: "CDT"."""
    return f"{site.local(at):%Z}" if at else ""


@register.filter
def clinic_date(at: datetime | None, site: Site) -> str:
    """{{ at|clinic_date:site }}: "Wed 11 Mar 2026" on the clinic's calendar."""
    return day(site.local(at).date()) if at else ""


@register.filter
def clinic_datetime(at: datetime | None, site: Site) -> str:
    """{{ at|clinic_datetime:site }}: "Wed 11 Mar 2026, 10:42 CDT"."""
    return f"{clinic_date(at, site)}, {site.local(at):%H:%M %Z}" if at else ""


@register.filter
def day(value: date | None) -> str:
    """{{ date|day }}: "Wed 11 Mar 2026"."""
    return f"{value:%a} {value.day} {value:%b %Y}" if value else ""


@register.filter
def short_day(value: date | None) -> str:
    """{{ date|short_day }}: "Wed 11 Mar"."""
    return f"{value:%a} {value.day} {value:%b}" if value else ""


@register.filter
def birth_date(value: date | None) -> str:
    """{{ patient.born|birth_date }}: "14 Jul 1979"."""
    return f"{value.day} {value:%b %Y}" if value else ""


@register.filter
def clock(minute: int | None) -> str:
    """{{ visit.start_minute|clock }}: "09:05" from minutes after the clinic's midnight."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


@register.filter
def epoch(at: datetime | None) -> str:
    """{{ due_at|epoch }}: whole seconds since 1970, for data-kc-due and data-kc-now."""
    return str(int(at.timestamp())) if at else ""


@register.filter
def minutes_until(at: datetime | None, now: datetime) -> str:
    """{{ due_at|minutes_until:now }}: "in 4 min", "now", "7 min late"; whole units, never rounded up.

    From two hours on in hours, from two days on in days.
    """
    if at is None:
        return ""
    minutes = int((at - now).total_seconds() / 60)  # towards zero, as the page's own timer counts
    if minutes == 0:
        return "now"
    size = abs(minutes)
    words = f"{size} min" if size < 120 else f"{size // 60} h" if size < 2880 else f"{size // 1440} days"
    return f"in {words}" if minutes > 0 else f"{words} late"


@register.filter
def today(site: Site, now: datetime) -> date:
    """{{ site|today:now }}: the clinic's calendar date, to compute with."""
    return site.today(now)


@register.filter
def age(born: date | None, today: date) -> str:
    """{{ patient.born|age:today }}: completed years."""
    if born is None:
        return ""
    return str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """{{ strips|of:patient.pk }}: what is found under a key; None where nothing is."""
    return found.get(key) if found else None


@register.filter
def initials(name: str) -> str:
    """{{ name|initials }}: "T.K." for "Tobi Kerr"."""
    words = [word for word in name.replace(",", " ").split() if word[0].isalpha()]
    chosen = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(f"{word[0].upper()}." for word in chosen)


@register.filter
def problem_kind(problem: Problem) -> str:
    """{{ problem|problem_kind }}: "blocker", "confirm" or "notice"."""
    if isinstance(problem, Blocker):
        return "blocker"
    return "confirm" if isinstance(problem, NeedsConfirmation) else "notice"


@register.filter
def problem_asks(problem: Problem) -> str:
    """{{ problem|problem_asks }}: what stands beside it to answer with: "reason", "tick" or nothing."""
    if isinstance(problem, NeedsConfirmation) and not isinstance(problem, NeedsFields):
        return "tick" if isinstance(problem, NeedsTick) else "reason"
    return ""


@register.inclusion_tag("components/_ring.html")
def ring(
    *,
    label: str,
    phase: int = -1,
    minutes: int = 0,
    centre: str = "",
    unit: str = "",
    phases: str = VISIT_MINUTES,
) -> dict[str, object]:
    """The visit as one turn of a ring.

    label: what it says, in words, for who cannot see it.
    phase: the phase the visit is in, from 0; -1 nothing runs; as many as there are phases: all done.
    minutes: minutes gone in that phase. centre, unit: number and word in the middle.
    phases: lengths in minutes, with commas.
    """
    lengths = [float(length) for length in phases.split(",")]
    turn = sum(lengths)
    starts = [sum(lengths[:index]) for index in range(len(lengths))]

    def arc(start: float, length: float) -> dict[str, str]:
        return {"dash": f"{length:g} {turn - length:g}", "offset": f"{-start:g}"}

    running = 0 <= phase < len(lengths)
    return {
        "label": label,
        "centre": centre,
        "unit": unit,
        "turn": f"{turn:g}",
        "track": " ".join(f"{length - RING_GAP:g} {RING_GAP:g}" for length in lengths),
        "here": arc(starts[phase], lengths[phase] - RING_GAP) if running else None,
        "done": [arc(starts[index], lengths[index] - RING_GAP) for index in range(min(phase, len(lengths)))],
        "live": arc(starts[phase], max(0.0, min(float(minutes), lengths[phase] - RING_GAP))) if running else None,
    }


@register.inclusion_tag("components/_meter.html")
def meter(*, loads: Iterable[int], limit: int, label: str, note: str = "") -> dict[str, object]:
    """Places used against the limit, one group a nurse.

    loads: patients of each nurse. limit: most patients a nurse. label: the same in words.
    """
    groups = [
        ["over" if place >= limit else "on" if place < load else "" for place in range(max(load, limit))]
        for load in loads
    ]
    return {"groups": groups, "label": label, "note": note}


@register.simple_tag
def share(part: int, whole: int, width: int = 100) -> str:
    """Length of part in an SVG that is width units wide: {% share done total 200 %}."""
    return f"{Decimal(part) * width / Decimal(whole):.2f}" if whole else "0"
