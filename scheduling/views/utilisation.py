"""What the chairs were used for, week by week."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kitclinic.access import StaffRequest, requires
from kitclinic.http import page
from kitclinic.pace import Pace, paced
from kitclinic.roles import Permission
from kitclinic.spreadsheets import csv_download
from scheduling.queries.utilisation import Figures, UtilisationPage, utilisation_page
from scheduling.rules.utilisation import SCH_83, SCH_84, SCH_85

WEEKS_BACK, WEEKS_AHEAD = 12, 4
MOST_WEEKS = 106


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES, Permission.BOOK)
@require_safe
def utilisation(request: StaffRequest) -> HttpResponse:
    first, last = _asked(request)
    context = {
        "report": _report(request, first, last),
        "first": first,
        "last": last,
        "rules": (SCH_83, SCH_84, SCH_85),
    }
    return page(request, "scheduling/utilisation.html", context)


@requires(Permission.RUN_CLINIC, Permission.SEE_OUTCOMES, Permission.BOOK)
@require_safe
@paced(Pace.EXPORT)
def utilisation_csv(request: StaffRequest) -> HttpResponse:
    """Exactly what the page shows, as one file for a spreadsheet."""
    first, last = _asked(request)
    shown = _report(request, first, last)
    return csv_download(f"utilisation-{request.clinic.slug}-{first}-{last}.csv", _rows(shown))


def _report(request: StaffRequest, first: date, last: date) -> UtilisationPage:
    return utilisation_page(request.clinic, first=first, last=last, today=request.clinic.today(timezone.now()))


def _rows(shown: UtilisationPage) -> list[list[str]]:
    head: list[object] = [
        "week of",
        "open days",
        "chair-hours",
        "used",
        "used percent",
        "booked",
        "booked percent",
        "turns",
        "attended",
        "missed or cancelled",
        "sequences begun",
        "places lost to closed days",
    ]
    weeks: list[list[object]] = [
        [week.first_day, *_line(week.figures), week.began, week.lost] for week in shown.weeks
    ]
    whole: list[object] = ["up to today", *_line(shown.whole), shown.began, shown.lost]
    late: list[object] = [
        "days late",
        "sequences",
        shown.late.n,
        "mean",
        shown.mean_late,
        "median",
        shown.late.median,
    ]
    rows = [head, *weeks, whole, [*late, "90th percentile", shown.late.p90]]
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def _line(figures: Figures) -> list[object]:
    use = figures.use
    return [
        use.days,
        figures.open_hours,
        figures.used_hours,
        figures.used_percent,
        figures.booked_hours,
        figures.booked_percent,
        figures.turns,
        use.attended,
        use.released,
    ]


def _asked(request: StaffRequest) -> tuple[date, date]:
    """Read ?from= and ?to= as dates; without them, or with odd ones, twelve weeks back and four ahead."""
    today = request.clinic.today(timezone.now())
    usual = today - timedelta(weeks=WEEKS_BACK), today + timedelta(weeks=WEEKS_AHEAD)
    try:
        first = date.fromisoformat(request.GET.get("from", usual[0].isoformat()))
        last = date.fromisoformat(request.GET.get("to", usual[1].isoformat()))
    except ValueError:
        return usual
    first, last = sorted((first, last))
    return first, min(last, first + timedelta(weeks=MOST_WEEKS))
