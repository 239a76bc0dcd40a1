"""A set and its flags over the wire: what is typed, what is refused, what stands on the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions.models import FlagAcknowledgement, VitalSet
from infusions.queries.course import course_of
from kitclinic.roles import Role
from tests.factories import infusions, people

HX = {"HX-Request": "true"}
SET = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}
LONG = "9" * 10_000_000


@pytest.fixture
def stage(site, clock, as_user, nurse):
    def put(state: str, **fields):
        chair = infusions.infusion(site=site, nurse=nurse, at_state=state, **fields)
        clock(chair.at)
        chair.client = as_user(nurse)
        return chair

    return put


def url(name: str, chair, *more) -> str:
    return reverse(f"infusions:{name}", args=[chair.visit.pk, *more])


def post(chair, name: str, /, *more, **data):
    return chair.client.post(url(name, chair, *more), {"key": str(uuid4())} | data, headers=HX)


def words(response) -> str:
    return response.content.decode()


# -- bad input

ACCEPT = [  # typed, what is stored
    ({}, {"sbp": 128, "dbp": 78, "hr": 70, "spo2": 98, "rr": None, "pain": None, "sedation": ""}),
    ({"sbp": " 128 "}, {"sbp": 128}),
    ({"sbp": "0128"}, None),  # more than three digits
    ({"sbp": "099"}, {"sbp": 99}),
    ({"sbp": "260"}, {"sbp": 260}),
    ({"sbp": "50", "dbp": "30"}, {"sbp": 50, "dbp": 30}),
    ({"spo2": "100"}, {"spo2": 100}),
    ({"spo2": "70"}, {"spo2": 70}),
    ({"hr": "250"}, {"hr": 250}),
    ({"rr": "14", "pain": "0", "sedation": "drowsy"}, {"rr": 14, "pain": 0, "sedation": "drowsy"}),
    ({"pain": "10"}, {"pain": 10}),
    ({"rr": "40"}, {"rr": 40}),
    ({"device_at": "1969-12-31T23:59:59Z", "clock_offset_ms": "-1789000000000"}, {"clock_offset_ms": None}),
    ({"device_at": "2026-09-14T13:47:00Z", "clock_offset_ms": "2820000"}, {"clock_offset_ms": 2_820_000}),
    ({"clock_offset_ms": "-10800000"}, {"clock_offset_ms": -10_800_000}),
]
CONFIRM = [
    {"sbp": "261"},
    {"sbp": "300", "dbp": "120"},
    {"sbp": "999", "dbp": "78"},
    {"sbp": "49", "dbp": "30"},
    {"dbp": "19"},
    {"sbp": "200", "dbp": "161"},
    {"hr": "19"},
    {"hr": "0"},
    {"hr": "251"},
    {"hr": "400"},
    {"hr": "999"},
    {"spo2": "69"},
    {"spo2": "0"},
    {"rr": "41"},
    {"rr": "5"},
    {"rr": "0"},
    {"rr": "999"},
]
NO_NUMBER = [
    "82,5",
    "82.5",
    "128.0",
    "128.",
    ".5",
    "1e2",
    "1E2",
    "0x80",
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "-80",
    "+80",
    "−80",
    "1 28",
    "1_2_8",
    "128/78",
    "128mmHg",
    "98%",
    "１２８",
    "١٢٨",
    "१२८",
    "¹²⁸",
    "Ⅻ",
    "1000",
    "12345",
    "1" * 21,
    "128\x00",
    "12\n8",
    "128\u200b",
    "<b>128</b>",
    "' OR 1=1",
    "true",
    "null",
    "--",
]
REJECT = [
    *({"sbp": typed} for typed in NO_NUMBER),
    {"spo2": "101"},
    {"spo2": "999"},
    {"sbp": "78", "dbp": "78"},
    {"sbp": "78", "dbp": "128"},
    {"sbp": "0", "dbp": "0"},
    {"sbp": ""},
    {"hr": "", "unable": "hr"},
    {"hr": "", "unable": "hr", "unable_hr": "no such reason"},
    {"rhythm": ""},
    {"rhythm": "unable"},
    {"rhythm": "flutter"},
    {"symptoms": ""},
    {"symptoms": ["none", "nausea"]},
    {"pain": "11"},
    {"pain": "-1"},
    {"pain": "3.5"},
    {"pain": "III"},
    {"rr": "-1"},
    {"rr": "14.5"},
    {"sedation": "asleep"},
    {"taken_at": "25:00"},
    {"taken_at": "30 Feb"},
    {"taken_at": "2026-02-30"},
    {"taken_at": "15:30"},  # still to come
    {"device_at": "2026-02-30T10:00"},
    {"clock_offset_ms": "NaN"},
    {"age_ms": "-1"},
    {"age_ms": "1e3"},
    {"age_ms": "90000000"},  # more than a day ago
    {"key": "not-a-uuid"},
    {"sbp": LONG},
]


def test_every_bad_input_has_its_listed_outcome_and_none_is_altered(stage):
    """VIT-09, VIT-10, VIT-11, VIT-17, VIT-18, RUN-01 and the reader of numbers: a table of what people type."""
    assert len(REJECT) + len(CONFIRM) + len(ACCEPT) >= 60
    chair = stage("infusing")
    wrong = []
    count = VitalSet.objects.count()
    for changes in REJECT:
        response = post(chair, "chart_vitals", **SET | changes)
        if response.status_code not in (400, 413, 422) or VitalSet.objects.count() != count:
            wrong.append((str(changes)[:60], response.status_code))
    for changes in CONFIRM:
        asked = post(chair, "chart_vitals", **SET | changes)
        if asked.status_code != 422 or VitalSet.objects.count() != count:
            wrong.append((changes, asked.status_code))
        yes = post(chair, "chart_vitals", **SET | changes, confirmed=["VIT-10", "VIT-18"])
        count += 1
        row = VitalSet.objects.latest("pk")
        stored = {name: str(getattr(row, name)) for name in changes}
        if yes.status_code != 200 or stored != changes or not row.confirmed_rules:
            wrong.append((changes, yes.status_code, stored))
    for changes, kept in ACCEPT:
        response = post(chair, "chart_vitals", **SET | changes)
        if kept is None:
            if response.status_code != 422:
                wrong.append((changes, response.status_code))
            continue
        row = VitalSet.objects.latest("pk")
        if response.status_code != 200 or {name: getattr(row, name) for name in kept} != kept:
            wrong.append((changes, response.status_code, words(response)[:200]))
    assert wrong == []


def test_a_set_of_a_minute_ago_is_dated_by_how_long_ago_save_was_pressed(stage):
    """VIT-21: whatever time of day the tablet shows."""
    chair = stage("infusing")
    for offset in (2_820_000, -10_800_000, -1_789_000_000_000):
        post(
            chair,
            "chart_vitals",
            **SET,
            age_ms="61000",
            clock_offset_ms=str(offset),
            device_at="1969-07-20T20:17Z",
        )
        row = VitalSet.objects.latest("pk")
        assert (row.occurred_at, row.received_at) == (chair.at - timedelta(seconds=61), chair.at)


def test_vit_11_each_sign_that_is_missing_has_a_reason_of_its_own(stage):
    chair = stage("infusing")
    gaps = SET | {"hr": "", "spo2": "", "rhythm": "unable", "unable": ["hr", "spo2"]}
    assert post(chair, "chart_vitals", **gaps, unable_hr="patient moving").status_code == 422
    reasons = {"unable_hr": "patient moving", "unable_spo2": "patient declined", "unable_rhythm": "other"}
    assert post(chair, "chart_vitals", **gaps, **reasons).status_code == 200
    row = VitalSet.objects.latest("pk")
    assert row.not_obtained_because == "HR: patient moving; SpO₂: patient declined; Rhythm: other"
    page = words(chair.client.get(url("chart", chair)))
    assert "not obtained: HR: patient moving; SpO₂: patient declined; Rhythm: other" in page


# -- pages


def test_the_optional_signs_and_the_mean_pressure_stand_on_chart_trend_and_paper(stage):
    chair = stage("infusing")
    post(chair, "chart_vitals", **SET | {"rr": "14", "pain": "3", "sedation": "drowsy"})
    page, paper = (words(chair.client.get(url(name, chair))) for name in ("chart", "chart_print"))
    assert "RR 14; pain 3/10; drowsy, wakes to voice" in page
    assert "<b>95</b>" in page  # 128/78: 94.67
    for text in (page, paper):
        assert ">MAP</th>" in text
        assert '<svg class="trend" viewBox="0 0 512 400"' in text
    for value in ("95", "14", "Drowsy, wakes to voice", "3"):
        assert f">{value}</td>" in paper


def test_vit_01_the_answer_to_a_set_names_its_flags_also_where_the_chart_does_not_come(stage):
    chair = stage("infusing")
    said = words(post(chair, "chart_vitals", **SET | {"sbp": "156"}))
    assert "Flagged: SBP high +21.9%." in said
    assert "Flagged" not in words(post(chair, "chart_vitals", **SET))


def test_nothing_is_prefilled_and_the_last_set_stands_beside(stage):
    chair = stage("infusing")
    page = words(chair.client.get(url("chart", chair)))
    for name in ("sbp", "dbp", "hr", "spo2"):
        assert f'name="{name}" value=""' in page
    assert "last 128" in page
    assert " checked" not in page.partition('id="chart-pad"')[2]


def test_due_05_a_missed_end_is_loud_until_a_set_is_read(stage, clock):
    chair = stage("infusing")
    chair.later(minutes=15).vitals()
    chair.later(minutes=15).vitals()
    chair.later(minutes=10)._do(infusions.actions.complete_infusion, delivered_mg=infusions.Decimal("41.25"))
    clock(chair.later(minutes=16).at)
    page = words(chair.client.get(url("chart", chair)))
    assert "The end set was missed" in page
    assert "Missed at the end of the infusion, no set was taken" in page
    assert "End set missed" in words(chair.client.get(reverse("infusions:board")))
    chair.vitals()
    page = words(chair.client.get(url("chart", chair)))
    assert "The end set was missed" not in page
    assert "Missed at the end of the infusion, no set was taken" in page  # for good, and nothing filled in
    assert "end" not in course_of(chair.infusion).filled
    assert "Missed at the end of the infusion" in words(chair.client.get(url("chart_print", chair)))


def test_due_02_a_set_says_whether_it_was_in_time(stage, clock):
    chair = stage("infusing")
    clock(chair.later(minutes=13).at)
    assert "due soon, in 2 min" in words(chair.client.get(url("chart", chair)))
    clock(chair.later(minutes=8).at)
    assert "late, was due 6 min ago" in words(chair.client.get(url("chart", chair)))
    post(chair, "chart_vitals", **SET)
    assert "<b>6 min late</b>" in words(chair.client.get(url("chart", chair)))
    clock(chair.later(minutes=10).at)
    post(chair, "chart_vitals", **SET)
    assert "on time" in words(chair.client.get(url("chart", chair)))


def test_due_04_a_set_that_was_also_taken_names_both_nurses(stage, site, as_user, clock):
    chair = stage("infusing")
    clock(chair.later(minutes=15).at)
    post(chair, "chart_vitals", **SET)
    other = people.staff(Role.NURSE, site=site, name="Tamar Okafor")
    as_user(other).post(url("chart_vitals", chair), SET | {"key": str(uuid4()), "sbp": "131"}, headers=HX)
    page = words(chair.client.get(url("chart", chair)))
    assert f"also taken: by Tamar Okafor, beside +15 by {chair.nurse.name}" in page


def test_vit_19_a_withdrawn_flag_is_struck_on_chart_and_paper_and_off_the_board(stage, physician, clock):
    chair = stage("infusing")
    post(chair, "chart_vitals", **SET | {"sbp": "156"})
    clock(chair.later(minutes=4).at)
    assert "SBP high +21.9%" in words(chair.client.get(reverse("infusions:board")))
    infusions.actions.correct_vitals(
        vital_set=chair.infusion.baseline,
        reading=infusions.Vitals(150, 78, 70, 98, infusions.Rhythm.SINUS),
        reason="small cuff",
        key=uuid4(),
        by=physician,
        at=chair.at,
    )
    page, paper = (words(chair.client.get(url(name, chair))) for name in ("chart", "chart_print"))
    assert "<s>SBP high +21.9%, withdrawn" in page
    assert "<s>SBP high +21.9%</s>" in paper
    assert "withdrawn" in paper
    assert "SBP high" not in words(chair.client.get(reverse("infusions:board")))


# -- those who are not at the chair


def test_vit_15_after_3_min_an_open_flag_stands_on_the_physicians_page_and_after_5_it_is_overdue(
    stage, physician, as_user, clock
):
    chair = stage("infusing")
    doctor = as_user(physician)
    page = reverse("infusions:signing")
    post(chair, "chart_vitals", **SET | {"sbp": "156"})
    assert "SBP high" not in words(doctor.get(page))
    clock(chair.later(minutes=3).at)
    shown = words(doctor.get(page))
    assert f"Chair {chair.infusion.chair}, {chair.infusion.patient.list_name}" in shown
    assert "SBP high +21.9%" in shown
    assert "open 3 min" in shown
    assert url("chart", chair) in shown
    assert "overdue" not in shown.partition('class="flags-wait')[2].partition("</section>")[0]
    clock(chair.later(minutes=2).at)
    assert "open 5 min, overdue" in words(doctor.get(page))
    at_chair = words(chair.client.get(url("chart", chair)))
    assert "Overdue: SBP high +21.9%" in at_chair
    flag = course_of(chair.infusion).open_flags[0]
    post(chair, "chart_acknowledge", flag.pk, symptomatic="no", action="watching on")
    assert "SBP high" not in words(doctor.get(page))


def test_vit_15_an_urgent_flag_is_there_at_once_and_the_list_asks_for_itself(
    stage, physician, as_user, django_assert_max_num_queries
):
    chair = stage("infusing")
    doctor, address = as_user(physician), reverse("infusions:signing_flags")
    empty = words(doctor.get(address))
    assert "is-none" in empty
    assert doctor.get(address, {"v": "none"}).status_code == 204
    post(chair, "chart_vitals", **SET | {"spo2": "88"})
    with django_assert_max_num_queries(8):
        shown = words(doctor.get(address, {"v": "none"}))
    assert "Urgent: SpO₂ low below 90%" in shown
    assert "data-kc-now-tell" in shown
    assert chair.client.get(address).status_code == 403


def test_open_flags_of_another_site_are_nobodys_business(stage, other_site, as_user):
    chair = stage("infusing")
    post(chair, "chart_vitals", **SET | {"spo2": "88"})
    stranger = people.staff(Role.PHYSICIAN, site=other_site)
    assert "88" not in words(as_user(stranger).get(reverse("infusions:signing_flags")))


def test_vit_14_the_provider_was_told_at_a_time_that_can_be_changed(stage, clock):
    chair = stage("infusing")
    post(chair, "chart_vitals", **SET | {"spo2": "88"})
    flag = course_of(chair.infusion).open_flags[0]
    clock(chair.later(minutes=4).at)
    sheet = words(chair.client.get(url("chart_sheet", chair, "acknowledge"), {"flag": flag.pk}, headers=HX))
    assert f'value="{chair.infusion.site.local(chair.at):%H:%M}"' in sheet
    answer = {"symptomatic": "no", "action": "oxygen 2 L", "provider_notified": "Anneke Vantongeren"}
    assert post(chair, "chart_acknowledge", flag.pk, **answer).status_code == 422  # no reply
    told = chair.at - timedelta(minutes=3)
    typed = f"{chair.infusion.site.local(told):%H:%M}"
    done = post(chair, "chart_acknowledge", flag.pk, **answer, provider_reply="go on", provider_told_at=typed)
    assert done.status_code == 200
    assert FlagAcknowledgement.objects.get().provider_told_at == told.replace(second=0, microsecond=0)
