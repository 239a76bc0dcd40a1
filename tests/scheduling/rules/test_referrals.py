"""Referrals: dates, pain, who acts next, how long, which reasons, linking."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kitclinic.problems import Blocker, NeedsConfirmation, Problem
from scheduling.models import Referral
from scheduling.rules import referrals as rules
from scheduling.rules.referral_match import KnownPerson, KnownReferral, already_here, name_key, sort_lines
from scheduling.rules.referrals import KnownPatient, NewReferral, referral_problems
from scheduling.states import REFERRAL_TRANSITIONS, EnrolmentState, ReferralState

TODAY = date(2026, 9, 14)
LETTER = NewReferral(
    received_on=date(2026, 9, 7),
    source="Dr. H. Amsel",
    family_name="Marrin",
    given_name="Delphine",
    birth_date=date(1974, 3, 14),
    pain_months=40,
)


def told(new: NewReferral) -> list[tuple[str, str]]:
    return [(problem.rule, problem.field) for problem in referral_problems(new, TODAY)]


def test_a_letter_with_nothing_wrong_passes() -> None:
    assert told(LETTER) == []


def test_a_family_name_a_source_and_a_day_are_enough() -> None:
    assert told(NewReferral(received_on=TODAY, source="self", family_name="Ng")) == []


def test_enr_30_received_today_passes_and_tomorrow_does_not() -> None:
    assert told(replace(LETTER, received_on=TODAY)) == []
    assert told(replace(LETTER, received_on=TODAY + timedelta(days=1))) == [("ENR-30", "received_on")]


def test_enr_30_a_day_short_of_five_years_passes_and_five_years_do_not() -> None:
    assert told(replace(LETTER, received_on=date(2021, 9, 15))) == []
    assert told(replace(LETTER, received_on=date(2021, 9, 14))) == [("ENR-30", "received_on")]


def test_enr_31_born_after_the_referral_is_refused_and_on_its_day_is_not() -> None:
    newborn = replace(LETTER, pain_months=None, birth_date=LETTER.received_on)
    assert told(newborn) == []
    after = replace(newborn, birth_date=LETTER.received_on + timedelta(days=1))
    (problem,) = referral_problems(after, TODAY)
    assert (problem.rule, problem.field) == ("ENR-31", "birth_date")
    assert "Born 2026-09-08 is after the referral of 2026-09-07" in problem.sentence


def test_enr_31_a_hundred_and_twenty_years_pass_and_one_more_does_not() -> None:
    assert told(replace(LETTER, birth_date=date(1906, 9, 7))) == []
    assert told(replace(LETTER, birth_date=date(1905, 9, 7))) == [("ENR-31", "birth_date")]


@pytest.mark.parametrize(("months", "passes"), [(-1, False), (0, True), (629, True), (630, False), (1201, False)])
def test_enr_32_pain_is_not_longer_than_life(months: int, passes: bool) -> None:
    """Born 14 March 1974 and referred 7 September 2026: 52 years and 5 months are 629 months."""
    assert (told(replace(LETTER, pain_months=months)) == []) is passes


def test_enr_32_without_a_birth_date_only_the_limit_counts() -> None:
    assert told(replace(LETTER, birth_date=None, pain_months=1200)) == []
    assert told(replace(LETTER, birth_date=None, pain_months=1201)) == [("ENR-32", "pain_months")]


def test_enr_33_a_referral_names_somebody_and_a_source() -> None:
    assert told(replace(LETTER, family_name=" 1 ", source="  ")) == [
        ("ENR-33", "family_name"),
        ("ENR-33", "source"),
    ]


@pytest.mark.parametrize("name", sorted(rules.LENGTHS))
def test_enr_33_every_text_fits_its_field_and_one_character_more_does_not(name: str) -> None:
    most = rules.LENGTHS[name]
    assert most == Referral._meta.get_field(name).max_length
    assert told(replace(LETTER, **{name: "x" * most})) == []
    assert told(replace(LETTER, **{name: "x" * (most + 1)})) == [("ENR-33", name)]


def test_everything_wrong_is_told_at_once() -> None:
    wrong = NewReferral(TODAY + timedelta(days=1), "", "", birth_date=date(2027, 1, 1), pain_months=-2)
    assert [rule for rule, _ in told(wrong)] == ["ENR-30", "ENR-31", "ENR-32", "ENR-33", "ENR-33"]


@pytest.mark.parametrize(
    ("state", "who"),
    [
        (ReferralState.RECEIVED, "Scheduler or physician"),
        (ReferralState.NEEDS_INFORMATION, "Answer awaited: imaging, Dr. Amsel"),
        (ReferralState.ACCEPTED, "Assessor"),
        (ReferralState.DECLINED, "Nobody"),
        (ReferralState.WITHDRAWN, "Nobody"),
    ],
)
def test_enr_34_every_state_says_who_acts_next(state: ReferralState, who: str) -> None:
    assert rules.next_act(state, 0, "imaging, Dr. Amsel").who == who


def test_enr_35_three_days_of_triage_pass_and_the_fourth_is_late() -> None:
    assert not rules.next_act(ReferralState.RECEIVED, 3, "").is_late
    late = rules.next_act(ReferralState.RECEIVED, 4, "")
    assert (late.is_late, late.tone) == (True, "overdue")


def test_enr_35_after_seven_days_the_clinic_asks_again() -> None:
    assert not rules.next_act(ReferralState.NEEDS_INFORMATION, 7, "imaging").is_late
    late = rules.next_act(ReferralState.NEEDS_INFORMATION, 8, "imaging")
    assert (late.is_late, late.who) == (True, "Scheduler asks again: imaging")


def test_age_is_counted_in_calendar_days_and_never_below_none() -> None:
    assert rules.days_in_state(TODAY, TODAY) == 0
    assert rules.days_in_state(TODAY - timedelta(days=12), TODAY) == 12
    assert rules.days_in_state(TODAY + timedelta(days=1), TODAY) == 0
    assert [rules.days_in_words(days) for days in (0, 1, 12)] == ["since today", "1 day", "12 days"]


@pytest.mark.parametrize(
    ("to", "again", "field"),
    [
        (ReferralState.NEEDS_INFORMATION, False, "asked_for"),
        (ReferralState.DECLINED, False, "reason"),
        (ReferralState.WITHDRAWN, False, "reason"),
        (ReferralState.RECEIVED, True, "reason"),
    ],
)
def test_enr_36_these_steps_need_a_reason(to: ReferralState, again: bool, field: str) -> None:
    (problem,) = rules.reason_problems(to, "  ", again=again)
    assert (problem.rule, problem.field, type(problem)) == ("ENR-36", field, Blocker)
    assert rules.reason_problems(to, "Known.", again=again) == []


def test_enr_36_arrived_information_and_acceptance_need_none() -> None:
    assert rules.reason_problems(ReferralState.RECEIVED, "") == []
    assert rules.reason_problems(ReferralState.ACCEPTED, "") == []


def link(state: EnrolmentState = EnrolmentState.REFERRED, **fields: object) -> list[Problem]:
    known = KnownPatient("KT-7", date(1974, 3, 14), state)
    return rules.link_problems(date(1974, 3, 14), replace(known, **fields))  # type: ignore[arg-type]


def test_enr_37_the_same_birth_date_links_and_another_is_confirmed() -> None:
    assert link() == []
    (problem,) = link(birth_date=date(1974, 3, 15))
    assert isinstance(problem, NeedsConfirmation)
    assert "KT-7 is born 1974-03-15" in problem.sentence


def test_enr_37_a_merged_record_is_refused_and_names_the_kept_one() -> None:
    (problem,) = link(EnrolmentState.MERGED, kept_number="KT-1")
    assert isinstance(problem, Blocker)
    assert problem.sentence == "KT-7 was merged into KT-1. Link the referral to KT-1."


def test_only_declined_and_withdrawn_patients_reopen() -> None:
    assert {state for state in EnrolmentState if rules.reopens(state)} == {"declined", "withdrawn"}


def test_an_accepted_referral_goes_nowhere_and_a_closed_one_only_back() -> None:
    assert REFERRAL_TRANSITIONS[ReferralState.ACCEPTED] == frozenset()
    for state in (ReferralState.DECLINED, ReferralState.WITHDRAWN):
        assert REFERRAL_TRANSITIONS[state] == {ReferralState.RECEIVED}


def known(state: str = "received", **fields: object) -> KnownReferral:
    first = KnownReferral(1, "Marrin", "Delphine", date(1974, 3, 14), "", LETTER.received_on, LETTER.source, state)
    return replace(first, **fields)  # type: ignore[arg-type]


def test_names_are_compared_without_accents_case_and_hyphens() -> None:
    assert name_key("Müller-Lüdenscheidt", "JÖRG") == name_key("muller ludenscheidt", "Jorg")


def test_enr_38_the_same_person_in_the_inbox_is_asked_about() -> None:
    (problem,) = already_here(LETTER, [known(received_on=date(2026, 8, 1))])
    assert isinstance(problem, NeedsConfirmation)
    assert "is in the inbox already" in problem.sentence
    assert already_here(LETTER, [known(given_name="Paul")]) == []
    assert already_here(LETTER, [known(birth_date=date(1974, 3, 15))]) == []


def test_enr_38_the_same_letter_again_is_asked_about_and_a_new_one_is_not() -> None:
    (problem,) = already_here(LETTER, [known("declined", source=" dr. h.  amsel")])
    assert "was declined before" in problem.sentence
    assert already_here(LETTER, [known("declined", received_on=date(2026, 9, 6))]) == []


def test_enr_38_a_file_leaves_out_who_stands_in_it_twice_or_is_here() -> None:
    other = replace(LETTER, given_name="Paul")
    third = replace(LETTER, given_name="Ida", record_number="kt-9 ")
    rosa = replace(LETTER, given_name="Rosa")
    found = sort_lines(
        [(2, LETTER), (3, other), (4, replace(other, source="self")), (5, third), (6, rosa)],
        referrals=[known(), known("accepted", given_name="Ida", birth_date=None, record_number="KT-9")],
        patients=[KnownPerson(7, "MARRIN", "Rosa", LETTER.birth_date, "KT-70")],
    )
    assert [line for line, _ in found.take] == [3]
    assert [(one.line, one.kind) for one in found.left_out] == [
        (2, "inbox"),
        (4, "file"),
        (5, "closed"),
        (6, "patient"),
    ]
    assert found.left_out[-1].sentence == "a patient here already, record number KT-70"


def test_enr_38_returning_patients_come_in_when_they_are_asked_for() -> None:
    here = [KnownPerson(7, "Marrin", "Delphine", LETTER.birth_date, "KT-70")]
    found = sort_lines([(2, LETTER), (3, LETTER)], referrals=[], patients=here, with_patients=True)
    assert [line for line, _ in found.take] == [2]
    assert [(one.line, one.kind) for one in found.left_out] == [(3, "file")]
