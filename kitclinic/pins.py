"""What makes a PIN good enough (TAB-03). Plain arithmetic on its digits."""

from datetime import date

from kitclinic.foundation_rules import PIN_DIGITS, TAB_03
from kitclinic.problems import Blocker, Problem

RUNS = "01234567890"
YEARS = (1900, 2099)


def pin_problems(pin: str, again: str) -> list[Problem]:
    """What stands against this PIN. again: typed a second time."""
    least, most = PIN_DIGITS
    if not (pin.isascii() and pin.isdigit() and least <= len(pin) <= most):
        return [Blocker(TAB_03.id, f"A PIN has {least} to {most} digits, and nothing else.", "pin")]
    problems: list[Problem] = []
    if easy := _easy(pin):
        problems.append(Blocker(TAB_03.id, f"This PIN is easy to guess: {easy}. Choose another.", "pin"))
    if pin != again:
        problems.append(Blocker(TAB_03.id, "The two PINs differ. Type the same digits twice.", "again"))
    return problems


def _easy(pin: str) -> str:
    """Why this PIN is easy to guess, "" when it is not."""
    if any(pin == pin[:size] * (len(pin) // size) for size in range(1, len(pin) // 2 + 1)):
        return "it repeats itself"
    if pin in RUNS or pin in RUNS[::-1]:
        return "its digits are a run"
    if len(pin) == 4 and YEARS[0] <= int(pin) <= YEARS[1]:
        return "it is a year"
    return "it is a date" if _is_date(pin) else ""


def _is_date(pin: str) -> bool:
    """Day and month in either order; with six or eight digits the year before or after them."""
    if len(pin) == 4:
        return _day_and_month(pin, 2000)
    year = len(pin) - 4
    if len(pin) not in (6, 8):
        return False
    return _with_year(pin[year:], pin[:year]) or _with_year(pin[:4], pin[4:])


def _with_year(days: str, year: str) -> bool:
    full = int(year) if len(year) == 4 else 2000 + int(year)
    return YEARS[0] <= full <= YEARS[1] and _day_and_month(days, full)


def _day_and_month(days: str, year: int) -> bool:
    one, two = int(days[:2]), int(days[2:])
    for month, day in ((one, two), (two, one)):
        try:
            date(year, month, day)
        except ValueError:
            continue
        return True
    return False
