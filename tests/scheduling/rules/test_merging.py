"""Two records of one person."""

from dataclasses import replace

import pytest

from kitclinic.problems import Blocker
from scheduling.rules.merging import (
    MergeRecord,
    assess_again_problems,
    change_problems,
    merge_problems,
    merged_problems,
    undo_problems,
)

KEPT = MergeRecord(1, "KT-1")
FOLDED = MergeRecord(2, "KT-2")
WHY = "The patient says so, and both have the same insurance number."


def rules_of(kept: MergeRecord, folded: MergeRecord, reason: str = WHY) -> list[str]:
    return [problem.rule for problem in merge_problems(kept, folded, reason=reason)]


def test_enr_43_two_plain_records_are_merged() -> None:
    assert rules_of(KEPT, FOLDED) == []


def test_enr_43_a_record_is_not_merged_into_itself() -> None:
    assert rules_of(KEPT, KEPT) == ["ENR-43"]


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_enr_43_a_merge_needs_a_reason(reason: str) -> None:
    (problem,) = merge_problems(KEPT, FOLDED, reason=reason)
    assert (problem.rule, problem.field, type(problem)) == ("ENR-43", "reason", Blocker)


def test_enr_43_a_merged_record_is_neither_kept_nor_folded_and_the_sentence_says_where_it_leads() -> None:
    gone = MergeRecord(3, "KT-3", leads_to="KT-9")
    for kept, folded in ((gone, FOLDED), (KEPT, gone)):
        (problem,) = merge_problems(kept, folded, reason=WHY)
        assert problem.rule == "ENR-43"
        assert "KT-3 is already merged into KT-9" in problem.sentence


def test_enr_43_a_record_that_others_lead_to_can_only_be_kept() -> None:
    holds = replace(KEPT, folded=("KT-7",))
    assert rules_of(holds, FOLDED) == []
    (problem,) = merge_problems(FOLDED, holds, reason=WHY)
    assert "KT-7 was merged into KT-1" in problem.sentence


def test_enr_43_a_registry_record_stays_as_it_was_imported() -> None:
    imported = replace(FOLDED, is_registry=True)
    assert rules_of(KEPT, imported) == rules_of(imported, KEPT) == ["ENR-43"]
    assert [problem.rule for problem in change_problems(leads_to="", is_registry=True)] == ["ENR-43"]


def test_enr_44_nothing_may_be_open_on_the_folded_record() -> None:
    busy = replace(FOLDED, open_things=("an open sequence", "an open seat in a group visit", "a place"))
    (problem,) = merge_problems(KEPT, busy, reason=WHY)
    assert problem.rule == "ENR-44"
    assert "KT-2 has an open sequence, an open seat in a group visit and a place." in problem.sentence
    assert rules_of(busy, KEPT) == []  # the other way round it goes on


def test_enr_44_everything_is_said_at_once() -> None:
    busy = replace(FOLDED, open_things=("an open sequence",), folded=("KT-7",))
    assert rules_of(KEPT, busy, "") == ["ENR-43", "ENR-44", "ENR-43"]


def test_enr_44_a_merged_record_takes_no_entries() -> None:
    assert merged_problems("") == change_problems(leads_to="", is_registry=False) == []
    (problem,) = merged_problems("KT-1")
    assert "Open KT-1" in problem.sentence


def test_enr_45_an_assessment_is_due_again_after_a_merge() -> None:
    assert assess_again_problems(due=False) == []
    (problem,) = assess_again_problems(due=True)
    assert (problem.rule, type(problem)) == ("ENR-45", Blocker)


def test_enr_46_a_merge_is_undone_once_and_with_a_reason() -> None:
    assert undo_problems(is_undone=False, reason="Two sisters.") == []
    assert [problem.rule for problem in undo_problems(is_undone=True, reason=" ")] == ["ENR-46", "ENR-46"]
