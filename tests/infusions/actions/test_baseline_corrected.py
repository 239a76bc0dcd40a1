"""When the frozen baseline is corrected, what was compared with it is compared again and nothing is erased."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import ChairsideSettings, Flag, FlagWithdrawal
from infusions.queries.course import course_of
from infusions.queries.flags import waiting_flags
from infusions.rules.vitals import Flag as Found
from infusions.rules.vitals import compared_again
from infusions.states import Direction, Level, Rhythm, Sign
from kitclinic.models import AuditEvent
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions

CALM = infusions.CALM  # 128/78, 70, 98%
HIGH = replace(CALM, sbp=156)


@pytest.fixture
def running(site):
    return infusions.infusion(site=site, at_state="infusing")


@pytest.fixture
def correct(running, physician):
    def act(reading, vital_set=None, *, by=physician):
        running.infusion.refresh_from_db()
        row = actions.correct_vitals(
            vital_set=vital_set or running.infusion.baseline,
            reading=reading,
            reason="the cuff was too small",
            key=uuid4(),
            by=by,
            at=running.at,
        )
        running.infusion.refresh_from_db()
        return row

    return act


def standing(chair) -> list[tuple[str, str]]:
    return [(flag.sign, flag.change) for flag in course_of(chair.infusion).flags]


def test_vit_19_a_flag_that_no_longer_holds_is_withdrawn_and_kept(running, correct, physician, site):
    row = running.later(minutes=15).vitals(HIGH)
    base = correct(replace(CALM, sbp=150))
    course = course_of(running.infusion)
    assert (standing(running), course.open_flags) == ([], ())
    (flag,) = course.every_flag
    assert (flag.change, flag.vital_set, flag.against) == ("+21.9%", row, None)  # as it was shown, for good
    assert (flag.withdrawal.by, flag.withdrawal.baseline, flag.withdrawal.at) == (physician, base, running.at)
    assert waiting_flags(site, running.at + timedelta(minutes=10)) == []
    assert AuditEvent.objects.filter(event="flags compared again").get().detail["withdrawn"] == [flag.pk]


def test_vit_19_what_flags_anew_is_a_new_flag_against_the_new_baseline(running, correct, site):
    row = running.later(minutes=15).vitals(CALM)
    running.later(minutes=5)
    base = correct(replace(CALM, hr=56))
    (flag,) = course_of(running.infusion).open_flags
    assert (flag.vital_set, flag.against, flag.sign, flag.change) == (row, base, "hr", "+25%")
    assert (flag.baseline, flag.value) == (56, 70)
    # it opened with the correction, not with its set
    assert waiting_flags(site, running.at + timedelta(minutes=2)) == []
    (waiting,) = waiting_flags(site, running.at + timedelta(minutes=5))
    assert (waiting.minutes, waiting.overdue) == (5, True)


def test_vit_19_a_flag_of_the_same_words_stays_with_its_answer(running, correct):
    flag = running.later(minutes=15).vitals(replace(HIGH, hr=90)).flags.get(sign="sbp")
    actions.acknowledge_flag(flag=flag, symptomatic=False, action="watching", by=running.nurse, at=running.at)
    correct(replace(CALM, hr=60))
    course = course_of(running.infusion)
    assert [kept.pk for kept in course.flags if kept.sign == "sbp"] == [flag.pk]
    assert [(one.sign, one.change) for one in course.open_flags] == [("hr", "+50%")]
    assert FlagWithdrawal.objects.get().flag.change == "+28.6%"


def test_vit_19_an_answered_flag_is_withdrawn_too_and_keeps_its_answer(running, correct):
    flag = running.later(minutes=15).vitals(HIGH).flags.get()
    actions.acknowledge_flag(flag=flag, symptomatic=False, action="watching", by=running.nurse, at=running.at)
    correct(replace(CALM, sbp=150))
    assert standing(running) == []
    flag.refresh_from_db()
    assert (flag.acknowledgement.action, flag.withdrawal.flag) == ("watching", flag)


def test_vit_19_a_withdrawn_flag_takes_no_answer_and_blocks_no_discharge(running, correct):
    flag = running.later(minutes=15).vitals(HIGH).flags.get()
    correct(replace(CALM, sbp=150))
    with pytest.raises(Conflict):
        actions.acknowledge_flag(flag=flag, symptomatic=False, action="x", by=running.nurse, at=running.at)
    running.later(minutes=15).vitals()
    running.later(minutes=10)._do(actions.complete_infusion, delivered_mg=infusions.Decimal("41.25"))
    running.vitals()
    assert running.waste_rest().observe().discharge().infusion.state == "discharged"


def test_vit_19_corrected_twice_every_step_is_kept(running, correct):
    running.later(minutes=15).vitals(HIGH)
    correct(replace(CALM, sbp=150))
    correct(replace(CALM, sbp=129))
    assert standing(running) == [("sbp", "+20.9%")]
    correct(replace(CALM, sbp=128))
    assert standing(running) == [("sbp", "+21.9%")]
    assert [flag.change for flag in Flag.objects.order_by("pk")] == ["+21.9%", "+20.9%", "+21.9%"]
    assert FlagWithdrawal.objects.count() == 2


def test_vit_19_struck_sets_and_sets_before_the_start_are_left_alone(running, correct):
    wrong = running.later(minutes=15).vitals(HIGH)
    correct(CALM, wrong, by=running.nurse)
    correct(replace(CALM, sbp=150))
    assert not FlagWithdrawal.objects.exists()
    assert Flag.objects.get().vital_set == wrong


def test_vit_02_a_baseline_corrected_to_a_gap_compares_no_more(running, physician):
    running.later(minutes=15).vitals(replace(HIGH, hr=90))
    actions.correct_vitals(
        vital_set=running.infusion.baseline,
        reading=replace(CALM, sbp=None),
        unable={Sign.SBP: "cuff or sensor failed"},
        reason="no cuff fitted",
        key=uuid4(),
        by=physician,
        at=running.at,
    )
    assert standing(running) == [("hr", "+28.6%")]


def test_vit_12_a_nurse_does_not_correct_the_frozen_baseline_and_nothing_is_compared_again(running, correct):
    running.later(minutes=15).vitals(HIGH)
    with pytest.raises(Refused):
        correct(replace(CALM, sbp=150), by=running.nurse)
    assert standing(running) == [("sbp", "+21.9%")]


def test_vit_01_the_second_flag_in_a_row_counts_what_stands_only(running, correct):
    """A withdrawn flag is no first of two."""
    running.later(minutes=15).vitals(HIGH)
    correct(replace(CALM, sbp=140))
    flag = running.later(minutes=15).vitals(replace(CALM, sbp=170)).flags.get()
    answer = {"symptomatic": False, "action": "watching", "by": running.nurse, "at": running.at}
    assert actions.acknowledge_flag(flag=flag, **answer).provider_notified == ""


def test_vit_08_map_flags_only_where_the_site_says_so(running, correct, site):
    rising = replace(CALM, sbp=153, dbp=93)  # SBP +19.5%, DBP +19.2%
    higher = replace(CALM, sbp=153, dbp=93, hr=70)
    assert not running.later(minutes=15).vitals(rising).flags.exists()
    ChairsideSettings.objects.create(site=site, map_flags=True)
    assert not running.later(minutes=1).vitals(higher).flags.exists()  # MAP +19.4%
    base = correct(replace(CALM, sbp=127, dbp=77))
    found = {(flag.sign, flag.against_id) for flag in course_of(running.infusion).flags}
    assert (Sign.MAP, base.pk) in found
    assert all(flag.rule == "VIT-08" for flag in Flag.objects.filter(sign="map"))


def test_vit_19_the_same_flag_is_of_one_sign_direction_level_and_words():
    one = Found("VIT-01", Sign.SBP, Level.NOTICE, Direction.HIGH, 156, 128, "+21.9%")
    other = replace(one, text="+20.9%", baseline=129)
    rhythm = Found("VIT-06", Sign.RHYTHM, Level.NOTICE, Direction.CHANGED, None, None, str(Rhythm.OTHER.label))
    assert compared_again([one, rhythm], [rhythm, other]) == ([0], [other])
    assert compared_again([one], [replace(one, baseline=127)]) == ([], [])
    assert compared_again([], []) == ([], [])


TOLD = {"provider_notified": "Anneke Vantongeren", "provider_reply": "repeat in 5 min", "symptomatic": True}


@pytest.mark.parametrize(
    ("minutes", "kept"), [(None, True), (0, True), (-4, True), (-6, True), (-8, False), (1, True), (3, False)]
)
def test_vit_20_the_provider_was_told_after_the_set_and_not_in_the_future(running, minutes, kept):
    flag = running.later(minutes=15).vitals(HIGH).flags.get()
    at = running.later(minutes=6).at
    told_at = None if minutes is None else at + timedelta(minutes=minutes)
    given = {"flag": flag, "action": "slowed", "by": running.nurse, "at": at, "provider_told_at": told_at} | TOLD
    if kept:
        assert actions.acknowledge_flag(**given).provider_told_at == (told_at or at)
        return
    with pytest.raises(Refused) as refused:
        actions.acknowledge_flag(**given)
    assert [problem.rule for problem in refused.value.problems] == ["VIT-20"]


def test_vit_11_each_sign_keeps_its_own_reason_however_many(running):
    why = dict.fromkeys((Sign.SBP, Sign.DBP, Sign.HR, Sign.SPO2, Sign.RHYTHM), "cuff or sensor failed")
    row = running.vitals(infusions.Vitals(None, None, None, None, None), unable=why)
    assert row.not_obtained_because == "; ".join(f"{sign.label}: cuff or sensor failed" for sign in why)


def test_the_same_key_with_another_optional_sign_or_reason_is_another_set(running):
    key = uuid4()
    first = running.vitals(replace(CALM, rr=14, pain=3), key=key)
    assert running.vitals(replace(CALM, rr=14, pain=3), key=key) == first
    for other in (CALM, replace(CALM, rr=15, pain=3), replace(CALM, rr=14, pain=4)):
        with pytest.raises(Conflict):
            running.vitals(other, key=key)
