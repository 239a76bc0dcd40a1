"""What templates say: numbers, clinic time, names, the ring, the meter."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import engines

from kitclinic.models import Site
from kitclinic.problems import Blocker, NeedsConfirmation, NeedsFields, NeedsTick, Notice
from kitclinic.templatetags import kc

CHICAGO = Site(name="Juniper Street Infusion", time_zone="America/Chicago")
AT = datetime(2026, 3, 11, 15, 42, tzinfo=UTC)


def rendered(source: str, **context: object) -> str:
    return str(engines["django"].from_string(source).render(context)).strip()


def test_a_missing_number_is_said_never_left_empty() -> None:
    assert kc.mg(None) == "not recorded"
    assert kc.signed_percent(120, None) == "no baseline"


def test_units_follow_their_number() -> None:
    assert [kc.kg(Decimal("84.0")), kc.mg(Decimal("41.25")), kc.ml(Decimal("0.84")), kc.ml_per_h(75)] == [
        "84 kg",
        "41.25 mg",
        "0.84 mL",
        "75 mL/h",
    ]


def test_times_are_the_clinic_s_with_its_zone() -> None:
    assert kc.clinic_time(AT, CHICAGO) == "10:42"
    assert kc.clinic_datetime(AT, CHICAGO) == "Wed 11 Mar 2026, 10:42 CDT"


def test_a_date_is_the_clinic_s_not_utc_s() -> None:
    late = datetime(2026, 3, 12, 3, 0, tzinfo=UTC)
    assert kc.clinic_date(late, CHICAGO) == "Wed 11 Mar 2026"


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (4.9, "in 4 min"),
        (0.5, "now"),
        (-0.9, "now"),
        (-7.2, "7 min late"),
        (-119, "119 min late"),
        (-120, "2 h late"),
        (2879, "in 47 h"),
        (-2880, "2 days late"),
    ],
)
def test_minutes_are_whole_and_never_rounded_up(minutes: float, text: str) -> None:
    assert kc.minutes_until(AT + timedelta(minutes=minutes), AT) == text


@pytest.mark.parametrize(
    ("today", "years"),
    [(date(2026, 7, 13), "46"), (date(2026, 7, 14), "47"), (date(2028, 2, 29), "48")],
)
def test_an_age_is_completed_years(today: date, years: str) -> None:
    assert kc.age(date(1979, 7, 14), today) == years


@pytest.mark.parametrize(
    ("name", "text"),
    [("Tobi Kerr", "T.K."), ("Ana de la Cruz", "A.C."), ("Cher", "C."), ("Marrin, Delphine", "M.D."), ("", "")],
)
def test_initials_are_first_and_last(name: str, text: str) -> None:
    assert kc.initials(name) == text


def test_problems_are_told_apart_by_kind() -> None:
    kinds = [kc.problem_kind(kind("VIT-02", "x")) for kind in (Blocker, NeedsConfirmation, Notice)]
    assert kinds == ["blocker", "confirm", "notice"]


def test_the_ring_of_a_running_infusion_has_one_phase_done_and_one_live() -> None:
    ring = kc.ring(label="Infusing, 19 of 40 minutes", phase=1, minutes=19, centre="21", unit="left")
    assert ring["done"] == [{"dash": "9.2 70.8", "offset": "0"}]
    assert ring["live"] == {"dash": "19 61", "offset": "-10"}


def test_the_ring_never_draws_past_the_end_of_a_phase() -> None:
    assert kc.ring(label="late", phase=1, minutes=55)["live"] == {"dash": "39.2 40.8", "offset": "-10"}


def test_the_ring_is_empty_before_a_visit_and_whole_after_it() -> None:
    assert kc.ring(label="none")["done"] == []
    assert len(kc.ring(label="done", phase=3)["done"]) == 3  # type: ignore[arg-type]


def test_the_meter_marks_the_place_over_the_limit() -> None:
    html = rendered('{% meter loads=loads limit=2 label="8 patients" %}', loads=[1, 3])
    assert html.count('class="on"') == 3
    assert html.count('class="over"') == 1
    assert 'aria-label="8 patients"' in html


def test_a_share_of_nothing_is_nothing() -> None:
    assert kc.share(1, 0) == "0"
    assert kc.share(1, 3, 200) == "66.67"


def test_every_refusal_names_its_rule_and_only_a_confirmation_can_be_confirmed() -> None:
    html = rendered(
        '{% include "components/_problems.html" %}',
        problems=[Blocker("INF-01", "No signed order."), NeedsConfirmation("DOS-05", "Read the scale again.")],
    )
    assert "Not saved: 2 things to settle" in html
    assert 'name="confirmed" value="DOS-05"' in html
    assert 'name="reason_DOS-05"' in html
    assert 'value="INF-01"' not in html


def test_a_problem_offers_only_the_answers_that_are_read() -> None:
    """A tick without a reason, or nothing where the form's own fields are the answer."""
    asked = [NeedsTick("VIT-10", "Read the monitor again."), NeedsFields("WGT-01", "Read the scale again.")]
    html = rendered('{% include "components/_problems.html" %}', problems=asked)
    assert html.count("Needs your confirmation") == 2
    assert 'value="VIT-10"' in html
    assert "reason_VIT-10" not in html
    assert 'value="WGT-01"' not in html
    assert "reason_WGT-01" not in html
