"""Every flag that can be, three times over: by the rule, by the database, by exact fractions."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from html.parser import HTMLParser
from math import floor
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template.loader import render_to_string

from infusions.models import Flag, Infusion, VitalSet
from infusions.queries.course import Course, reading_of
from infusions.queries.flowsheet import rows_of
from infusions.rules import vitals
from infusions.states import Rhythm
from kitclinic.models import Site, StaffUser

BASELINES, VALUES, PERCENTS = range(30, 251), range(1, 400), (10, 15, 20, 25, 30)
START = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)

IN_SQL = """
    SELECT b, v, array[100*abs(v-b) > 10*b, 100*abs(v-b) > 15*b, 100*abs(v-b) > 20*b, 100*abs(v-b) > 25*b,
                       100*abs(v-b) > 30*b],
           CASE WHEN kitclinic_half_up((100*(v-b))::numeric / b, 0.1) > 0 THEN '+' ELSE '' END
             || kitclinic_show(kitclinic_half_up((100*(v-b))::numeric / b, 0.1), '') || '%'
      FROM generate_series(30, 250) AS b, generate_series(1, 399) AS v
     ORDER BY b, v
"""


def tenths(change: Fraction) -> int:
    """A percent in tenths, a tie away from zero, by exact fractions."""
    whole = floor(abs(change) * 10 + Fraction(1, 2))
    return whole if change >= 0 else -whole


def printed(change: Fraction) -> str:
    whole, tenth = divmod(abs(tenths(change)), 10)
    sign = "" if tenths(change) == 0 else "+" if change > 0 else "\N{MINUS SIGN}"
    return f"{sign}{whole:,}{f'.{tenth}' if tenth else ''}%"


@pytest.mark.django_db
def test_vit_01_and_vit_07_every_pair_at_every_threshold_is_the_same_in_python_in_sql_and_in_fractions():
    with connection.cursor() as cursor:
        cursor.execute(IN_SQL)
        found = cursor.fetchall()
    assert len(found) == len(BASELINES) * len(VALUES)
    limits = [Fraction(percent, 100) for percent in PERCENTS]
    wrong = []
    for baseline, value, flags, text in found:
        moved = Fraction(value - baseline, baseline)
        exact = [abs(moved) > limit for limit in limits]
        python = [vitals.beyond_limit(value, baseline, percent) for percent in PERCENTS]
        words = printed(100 * moved)
        if not (flags == exact == python and text == words == vitals.percent_text(value, baseline)):
            wrong.append((baseline, value, flags, exact, python, text, words))
    assert wrong == []


def test_vit_08_map_is_compared_in_thirds_and_printed_half_up_over_a_grid():
    wrong, compared = [], 0
    for base_sbp in range(60, 220, 13):
        for base_dbp in range(30, base_sbp, 17):
            base = Fraction(base_sbp + 2 * base_dbp, 3)
            for sbp in range(60, 260, 7):
                for dbp in range(30, sbp, 7):
                    mean = Fraction(sbp + 2 * dbp, 3)
                    compared += 1
                    exact = abs(mean - base) > base * Fraction(20, 100)
                    thirds = vitals.map_thirds(sbp, dbp), vitals.map_thirds(base_sbp, base_dbp)
                    shown = vitals.map_mmhg(sbp, dbp) == floor(mean + Fraction(1, 2))
                    if vitals.beyond_limit(*thirds) is not exact or not shown:
                        wrong.append((base_sbp, base_dbp, sbp, dbp))
                    if vitals.percent_text(*thirds) != printed(100 * (mean - base) / base):
                        wrong.append((base_sbp, base_dbp, sbp, dbp))
    assert compared > 30_000
    assert wrong == []


class Cells(HTMLParser):
    """The cells of the flowsheet as (is it marked, its words), a list a row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[tuple[bool, str]]] = []
        self._in = False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append(("hit" in (dict(attrs).get("class") or ""), ""))
        self._in = tag == "td" or (self._in and tag in ("b", "span", "svg", "use"))

    def handle_endtag(self, tag):
        self._in = self._in and tag != "td"

    def handle_data(self, data):
        if self._in and self.rows and self.rows[-1]:
            marked, words = self.rows[-1][-1]
            self.rows[-1][-1] = (marked, " ".join(f"{words} {data}".split()))


def flowsheet(baseline: int, values: list[int]) -> list[list[tuple[bool, str]]]:
    """The rendered rows of sets in which SBP, DBP and HR all are the value, after a baseline of one number."""
    nurse, infusion = StaffUser(name="Ines Varga"), Infusion(pk=1, state="infusing", started_at=START)
    readings = [baseline, *values]
    sets = tuple(
        VitalSet(
            pk=number + 1,
            infusion=infusion,
            slot="extra" if number else "baseline",
            sbp=value,
            dbp=value,
            hr=value,
            spo2=98,
            rhythm=Rhythm.SINUS,
            occurred_at=START + timedelta(seconds=number),
            received_at=START + timedelta(seconds=number),
            by=nurse,
        )
        for number, value in enumerate(readings)
    )
    infusion.baseline_id = 1
    flags = tuple(
        Flag(vital_set=row, sign=flag.sign, direction=flag.direction, level=flag.level, change=flag.text)
        for row in sets[1:]
        for flag in vitals.flags(reading_of(row), reading_of(sets[0]))
    )
    site = Site(time_zone="America/New_York")
    course = Course(infusion, (), sets, flags)
    rows = [row for row in rows_of(course, site=site, at=START + timedelta(minutes=5)) if row.kind == "set"]
    page = Cells()
    page.feed(render_to_string("infusions/_chart_flow.html", {"chart": SimpleNamespace(rows=rows), "site": site}))
    return [row for row in page.rows if len(row) > 5][1:]  # without the baseline's row


def test_vit_01_and_vit_07_the_flowsheet_shows_what_the_fractions_say():
    compared = 0
    for baseline in (30, 44, 59, 78, 85, 96, 118, 120, 128, 133, 145, 170, 199, 250):
        near = {baseline * 6 // 5, baseline * 6 // 5 + 1, baseline * 4 // 5, -(-baseline * 4 // 5) - 1, baseline}
        values = sorted(near | set(range(max(1, baseline - 60), baseline + 100, 5)))
        for value, row in zip(values, flowsheet(baseline, values), strict=True):
            moved = Fraction(value - baseline, baseline)
            flags, text = abs(moved) > Fraction(1, 5), printed(100 * moved)
            word = ("High " if value > baseline else "Low ") if flags else ""
            for place in (1, 2, 4):  # SBP, DBP, HR
                assert row[place] == (flags, f"{value} {word}{text}"), (baseline, value, row)
            assert row[3] == (False, str(value))  # the mean of equal pressures
            compared += 1
    assert compared >= 500 / 3 * 2, compared
    assert compared * 3 >= 500
