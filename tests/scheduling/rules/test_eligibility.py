from dataclasses import replace
from datetime import date

import pytest

from kitclinic.problems import Blocker, NeedsConfirmation, Notice, Refused, refuse_if
from scheduling.rules.eligibility import CAUTION_RULES, EligibilityFacts, assess
from scheduling.states import Caution, PainCategory

ELIGIBLE = EligibilityFacts(
    pain_months=6,
    inadequate_by_referrer=True,
    inadequate_by_patient=True,
    inadequate_by_pain_provider=True,
    childbearing_potential=False,
    ketamine_misuse=False,
    cautions_reviewed=True,
    allergies_reviewed=True,
    pain_categories=frozenset({PainCategory.CRPS}),
    substance_misuse=False,
)
COULD_BE_PREGNANT = replace(ELIGIBLE, childbearing_potential=True)


def fields(facts: EligibilityFacts) -> list[tuple[str, str]]:
    problems = assess(facts)
    assert all(isinstance(problem, Blocker) for problem in problems)
    return [(problem.rule, problem.field) for problem in problems]


def test_enr_10_exactly_six_months_passes() -> None:
    assert assess(ELIGIBLE) == []


@pytest.mark.parametrize(("months", "words"), [(5, "5 months"), (1, "1 month;"), (0, "0 months")])
def test_enr_10_five_months_is_refused(months: int, words: str) -> None:
    (problem,) = assess(replace(ELIGIBLE, pain_months=months))
    assert (problem.rule, type(problem)) == ("ENR-10", Blocker)
    assert words in problem.sentence


def test_enr_10_unanswered_is_refused_and_nonsense_raises() -> None:
    assert fields(replace(ELIGIBLE, pain_months=None)) == [("ENR-10", "pain_months")]
    with pytest.raises(ValueError, match="negative"):
        assess(replace(ELIGIBLE, pain_months=-1))


@pytest.mark.parametrize("answer", [None, False])
@pytest.mark.parametrize(
    "name", ["inadequate_by_referrer", "inadequate_by_patient", "inadequate_by_pain_provider"]
)
def test_enr_11_each_of_the_three_answers_is_needed(name: str, answer: bool | None) -> None:
    assert fields(replace(ELIGIBLE, **{name: answer})) == [("ENR-11", name)]


@pytest.mark.parametrize("clearing", [True, False])
@pytest.mark.parametrize("potential", [True, False, None])
def test_enr_12_pregnancy_stops_and_no_confirmation_opens_it(clearing: bool, potential: bool | None) -> None:
    facts = replace(ELIGIBLE, childbearing_potential=potential, pregnancy="positive")
    problems = assess(facts, clearing=clearing)
    assert [problem.rule for problem in problems] == ["ENR-12"]
    with pytest.raises(Refused):
        refuse_if(problems, confirmed=frozenset({"ENR-12"}))


def test_enr_13_unanswered_childbearing_potential_cannot_be_cleared() -> None:
    assert fields(replace(ELIGIBLE, childbearing_potential=None)) == [("ENR-13", "childbearing_potential")]


def test_enr_13_unanswered_pregnancy_cannot_be_cleared() -> None:
    assert fields(COULD_BE_PREGNANT) == [("ENR-13", "pregnancy")]


@pytest.mark.parametrize("facts", [COULD_BE_PREGNANT, replace(ELIGIBLE, childbearing_potential=None)])
def test_enr_13_unanswered_is_a_notice_while_only_eligible(facts: EligibilityFacts) -> None:
    (problem,) = assess(facts, clearing=False)
    assert (problem.rule, type(problem)) == ("ENR-13", Notice)


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ({"pregnancy": "negative"}, ["pregnancy_tested_on"]),
        ({"pregnancy": "not_applicable"}, ["pregnancy_reason"]),
        ({"pregnancy": "not_indicated"}, ["pregnancy_reason", "pregnancy_decided_by"]),
        (
            {"pregnancy": "not_indicated", "pregnancy_reason": " "},
            ["pregnancy_reason", "pregnancy_decided_by"],
        ),
    ],
)
def test_enr_13_an_answer_comes_with_its_particulars(answer: dict[str, str], missing: list[str]) -> None:
    assert fields(replace(COULD_BE_PREGNANT, **answer)) == [("ENR-13", name) for name in missing]


@pytest.mark.parametrize(
    "answer",
    [
        {"pregnancy": "negative", "pregnancy_tested_on": date(2026, 9, 14)},
        {"pregnancy": "not_applicable", "pregnancy_reason": "hysterectomy"},
        {"pregnancy": "not_indicated", "pregnancy_reason": "implant", "pregnancy_decided_by": "Dr. Osei"},
    ],
)
def test_enr_13_a_complete_answer_passes(answer: dict[str, object]) -> None:
    assert assess(replace(COULD_BE_PREGNANT, **answer)) == []


def test_enr_13_unknown_state_raises() -> None:
    with pytest.raises(ValueError, match="pregnancy state"):
        assess(replace(COULD_BE_PREGNANT, pregnancy="perhaps"))


def test_enr_14_unanswered_misuse_is_refused() -> None:
    assert fields(replace(ELIGIBLE, ketamine_misuse=None)) == [("ENR-14", "ketamine_misuse")]


def test_enr_14_misuse_needs_a_prescribers_decision_with_its_rationale() -> None:
    misuse = replace(ELIGIBLE, ketamine_misuse=True)
    both = [("ENR-14", "misuse_decision"), ("ENR-14", "misuse_rationale")]
    assert fields(misuse) == both
    assert fields(replace(misuse, misuse_decision="accept")) == both
    decided = replace(misuse, misuse_decision="accept", misuse_decided_by="Dr. Osei")
    assert fields(decided) == [("ENR-14", "misuse_rationale")]
    assert assess(replace(decided, misuse_rationale="Ten years ago, in recovery.")) == []


def test_enr_14_declined_misuse_is_refused() -> None:
    facts = replace(ELIGIBLE, ketamine_misuse=True, misuse_decision="decline", misuse_rationale="Active use.")
    assert fields(facts) == [("ENR-14", "misuse_decision")]


def test_enr_14_unknown_decision_raises() -> None:
    facts = replace(
        ELIGIBLE, ketamine_misuse=True, misuse_decision="maybe", misuse_decided_by="x", misuse_rationale="y"
    )
    with pytest.raises(ValueError, match="decision"):
        assess(facts)


def test_enr_50_a_pain_category_is_chosen_and_several_may_be() -> None:
    assert fields(replace(ELIGIBLE, pain_categories=frozenset())) == [("ENR-50", "pain_categories")]
    assert assess(replace(ELIGIBLE, pain_categories=frozenset(PainCategory))) == []


def test_enr_51_unanswered_substance_misuse_is_refused() -> None:
    assert fields(replace(ELIGIBLE, substance_misuse=None)) == [("ENR-51", "substance_misuse")]


def test_enr_51_active_misuse_needs_a_prescribers_decision_with_its_rationale() -> None:
    misuse = replace(ELIGIBLE, substance_misuse=True)
    both = [("ENR-51", "substance_decision"), ("ENR-51", "substance_rationale")]
    assert fields(misuse) == both
    assert fields(replace(misuse, substance_decision="accept")) == both
    decided = replace(misuse, substance_decision="accept", substance_decided_by="Dr. Osei")
    assert fields(decided) == [("ENR-51", "substance_rationale")]
    assert assess(replace(decided, substance_rationale="Cannabis at night; agreement signed.")) == []


def test_enr_51_declined_misuse_is_refused() -> None:
    facts = replace(ELIGIBLE, substance_misuse=True, substance_decision="decline", substance_rationale="Heroin.")
    assert fields(facts) == [("ENR-51", "substance_decision")]


@pytest.mark.parametrize("answer", [{"ketamine_misuse": True}, {"substance_misuse": True}])
def test_enr_52_an_open_decision_is_a_notice_for_a_seat_and_refuses_a_clearing(answer: dict[str, bool]) -> None:
    facts = replace(ELIGIBLE, **answer)
    assert {type(problem) for problem in assess(facts, clearing=False)} == {Notice}
    with pytest.raises(Refused):
        refuse_if(assess(facts))


def test_enr_52_a_caution_to_acknowledge_is_a_notice_for_a_seat() -> None:
    (problem,) = assess(replace(ELIGIBLE, cautions=frozenset({Caution.HEPATIC})), clearing=False)
    assert (problem.rule, type(problem)) == ("CAU-06", Notice)


def test_enr_15_unreviewed_cautions_are_not_none() -> None:
    assert fields(replace(ELIGIBLE, cautions_reviewed=False)) == [("ENR-15", "cautions_reviewed")]


@pytest.mark.parametrize("caution", list(Caution))
def test_cau_01_to_cau_09_each_caution_is_acknowledged_by_itself_and_none_blocks(caution: Caution) -> None:
    """CAU-01 CAU-02 CAU-03 CAU-04 CAU-05 CAU-06 CAU-07 CAU-08 CAU-09."""
    facts = replace(ELIGIBLE, cautions=frozenset(Caution))
    problems = assess(replace(facts, acknowledged=frozenset(Caution) - {caution}))
    rule = CAUTION_RULES[caution].id
    assert [(problem.rule, type(problem)) for problem in problems] == [(rule, NeedsConfirmation)]
    refuse_if(problems, confirmed=frozenset({rule}))
    with pytest.raises(Refused):
        refuse_if(problems, confirmed=frozenset({"CAU-00"}))


def test_cau_01_an_acknowledged_caution_is_silent() -> None:
    both = frozenset({Caution.SCHIZOPHRENIA})
    assert assess(replace(ELIGIBLE, cautions=both, acknowledged=both)) == []


def test_enr_16_unreviewed_allergies_are_not_none() -> None:
    assert fields(replace(ELIGIBLE, allergies_reviewed=False)) == [("ENR-16", "allergies_reviewed")]


def test_every_reason_is_given_at_once() -> None:
    assert [rule for rule, _ in fields(EligibilityFacts())] == [
        "ENR-10",
        "ENR-50",
        "ENR-11",
        "ENR-11",
        "ENR-11",
        "ENR-13",
        "ENR-14",
        "ENR-51",
        "ENR-15",
        "ENR-16",
    ]
