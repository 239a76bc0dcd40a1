"""All settings on one page: read, changed with a reason, refused in words, changed back."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from infusions.queries.formulary import order_settings_of
from kitclinic.actions import change_setting
from kitclinic.models import AuditEvent, SettingChange, Site
from kitclinic.problems import Conflict, Refused
from kitclinic.register import REGISTER
from kitclinic.site_settings import CLOCK, WHOLE, Setting, fixed_rules, lines_of, setting_named, sources
from outcomes.queries.safety_settings import times_of
from tests.factories import infusions, people
from tests.factories.scheduling import NOW
from tests.journeys.steps import DAY_1


def change(site: Site, name: str, typed: str, *, reason: str = "Because.", was: str | None = None) -> str:
    found = setting_named(name)
    assert found is not None
    source, setting = found
    by = people.staff("administrator", site=site)
    current = setting.typed(source.values(site)[name]) if was is None else was
    return change_setting(site=site, name=name, typed=typed, was=current, reason=reason, by=by, at=NOW)


@pytest.mark.django_db
def test_every_setting_has_a_default_that_a_new_clinic_begins_with(site: Site) -> None:
    fresh = people.site(slug="fresh", name="Fresh")
    lines = [line for group in lines_of(fresh).values() for line in group]
    assert len({line.setting.name for line in lines}) == len(lines) >= 25
    own = {"name"}
    assert [line.setting.name for line in lines if not line.is_default and line.setting.name not in own] == []
    for line in lines:
        assert line.setting.affects.endswith(".")
        assert line.setting.rule == "" or line.setting.rule in REGISTER
        if not line.setting.may_be_empty:
            assert line.setting.read(line.typed) == line.value, line.setting.name


NEW = {
    "name": "Juniper West",
    "opens_minute": "08:00",
    "closes_minute": "18:00",
    "chairs": "6",
    "first_weekday": "1",
    "sma_earliest_days": "10",
    "sma_latest_days": "4",
    "sma_target_days": "6",
    "clearance_days": "90",
    "daily_cap": "12",
    "hold_minutes": "20",
    "offer_hours": "6",
    "confirm_days": "5",
    "quiet_from_minute": "19:00",
    "quiet_to_minute": "07:00",
    "driver_deadline_minute": "15:00",
    "holiday_calendar": "US-OH",
    "address": "1 Juniper Street\nSpringfield",
    "phone": "555 0100",
    "bring_along": "A list of medicines",
    "first_use_days": "20",
    "after_first_days": "10",
    "escalate_minute": "14:00",
    "second_pump_check": "no",
    "map_flags": "yes",
    "board_name": "name",
    "raised_minutes": "45",
    "high_minutes": "20",
    "again_minutes": "20",
    "second_line_hours": "8",
    "pages_at_night": "no",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", [one.name for source in sources() for one in source.settings])
def test_acc_36_each_is_changed_kept_with_its_reason_and_changed_back(site: Site, name: str) -> None:
    found = setting_named(name)
    assert found is not None
    source, setting = found
    before = source.values(site)[name]
    change(site, name, NEW[name], reason="The new wing opens.")
    site.refresh_from_db()
    after = source.values(site)[name]
    assert (setting.typed(after), after == before) == (NEW[name], False)
    (kept,) = SettingChange.objects.filter(name=name)
    assert (kept.before, kept.after, kept.reason, kept.by.role) == (
        before,
        after,
        "The new wing opens.",
        "administrator",
    )
    assert (
        AuditEvent.objects.filter(site=site, event__contains="set").exists()
        or AuditEvent.objects.filter(site=site, event="clinic basics changed").exists()
    )
    line = next(line for group in lines_of(site).values() for line in group if line.setting.name == name)
    assert line.before == setting.typed(before)
    if line.before or setting.may_be_empty:
        change(site, name, line.before, reason="Back.")
        site.refresh_from_db()
        assert source.values(site)[name] == (before if before != "" else "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("hold_minutes", "121", "A hold lasts 1 to 120 minutes"),
        ("hold_minutes", "ten", "type a whole number"),
        ("hold_minutes", "²", "type a whole number"),
        ("opens_minute", "17:30", "opens before it closes"),
        ("opens_minute", "25:00", "type a time such as"),
        ("closes_minute", "24:01", "type a time such as"),
        ("sma_latest_days", "8", "must lie inside the window"),
        ("quiet_to_minute", "13:00", "less than 8 hours"),
        ("driver_deadline_minute", "21:00", "lies in the quiet hours"),
        ("holiday_calendar", "NOWHERE", "no holiday calendar"),
        ("first_weekday", "7", "choose one of the list"),
        ("chairs", "41", "1 to 40 chairs"),
        ("chairs", "0", "1 to 40 chairs"),
        ("name", " ", "type something"),
        ("high_minutes", "61", "cannot wait longer than a raised one"),
        ("second_pump_check", "maybe", "choose yes or no"),
        ("hold_minutes", "15", "already"),
    ],
)
def test_acc_36_what_its_rule_forbids_is_refused_in_words(
    site: Site, name: str, typed: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        change(site, name, typed)
    assert not SettingChange.objects.exists()


@pytest.mark.django_db
def test_acc_36_a_reason_is_needed_and_a_change_meanwhile_is_a_conflict(site: Site) -> None:
    with pytest.raises(Refused, match="Say why"):
        change(site, "hold_minutes", "20", reason="  ")
    change(site, "hold_minutes", "20")
    with pytest.raises(Conflict, match="it is 20 min now"):
        change(site, "hold_minutes", "25", was="15")
    site.refresh_from_db()
    assert site.hold_minutes == 20


@pytest.mark.django_db
def test_set_03_a_chair_with_visits_booked_ahead_is_not_taken_away(site: Site) -> None:
    visit = infusions.visit(site=site, monday=DAY_1)
    if visit.chair > 1:
        with pytest.raises(Refused, match=f"booked in chair {visit.chair}"):
            change(site, "chairs", str(visit.chair - 1))
    change(site, "chairs", str(max(visit.chair, 1)))
    site.refresh_from_db()
    assert site.chairs == visit.chair


@pytest.mark.django_db
def test_a_change_made_on_another_page_of_the_settings_is_told_here_too(site: Site, as_user: Any) -> None:
    lead = people.staff("clinic_lead", site=site)
    client = as_user(lead)
    times = {"first_use_days": 21, "after_first_days": 14, "escalate": "15:00"}
    assert client.post(reverse("infusions:order_settings"), times).status_code == 302
    assert order_settings_of(site).first_use_days == 21
    page = client.get(reverse("site_settings")).content.decode()
    assert "Before: 30 days." in page
    assert lead.name in page


@pytest.mark.django_db
def test_the_page_shows_every_setting_and_changes_one(site: Site, as_user: Any) -> None:
    client: Client = as_user(people.staff("administrator", site=site))
    url = reverse("site_settings")
    page = client.get(url).content.decode()
    for word in ("A hold lasts", "Pages at night", "A signed order waits", "VIT-05", "same in every clinic"):
        assert word in page
    sent = {"typed": "20", "was": "15", "reason": "Long calls."}
    assert client.post(reverse("setting_change", args=["hold_minutes"]), sent).status_code == 302
    page = client.get(url).content.decode()
    assert "Long calls." in page
    assert "Back to 15 min" in page
    late = client.post(reverse("setting_change", args=["hold_minutes"]), sent)
    assert late.status_code == 409
    back = {"typed": "20", "was": "20", "reason": "Calls are short again.", "back": "15"}
    client.post(reverse("setting_change", args=["hold_minutes"]), back)
    site.refresh_from_db()
    assert site.hold_minutes == 15
    assert client.post(reverse("setting_change", args=["colour"]), sent).status_code == 404


@pytest.mark.django_db
def test_settings_of_one_clinic_are_not_those_of_another(site: Site, other_site: Site) -> None:
    change(site, "raised_minutes", "45")
    assert times_of(other_site).raised_minutes == 60
    assert all(line.last is None for group in lines_of(other_site).values() for line in group)


def test_numbers_nobody_published_are_listed_once_with_their_source() -> None:
    listed = [rule for _, rules in fixed_rules() for rule in rules]
    assert len(listed) == len(set(listed)) > 100
    assert {"VIT-05", "WGT-09"} <= {rule.id for rule in listed}
    assert "SET-01" not in {rule.id for rule in listed}  # a setting


@given(st.integers(min_value=0, max_value=1440))
def test_a_time_of_day_is_read_as_it_is_said(minute: int) -> None:
    setting = Setting("x", "g", "X", "All.", kind=CLOCK)
    assert setting.read(setting.typed(minute)) == minute


@given(st.text(max_size=12).filter(lambda text: not (text.strip().isascii() and text.strip().isdecimal())))
def test_whatever_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="whole number"):
        Setting("x", "g", "X", "All.", kind=WHOLE).read(text)
