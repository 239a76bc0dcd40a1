"""Whatever is asked for, a shared view shows no small group and nothing that gives one away."""

from itertools import pairwise, product
from pathlib import Path

import pytest

from kitclinic.models import Site
from outcomes.actions import import_registry
from outcomes.queries.cohorts import sources
from outcomes.queries.shared_view import SharedView, shared_view
from outcomes.queries.study import Asked, study, study_of
from outcomes.rules.definitions import Definitions
from outcomes.rules.filters import AGE_BANDS, Filters
from outcomes.rules.suppression import is_small
from tests.factories import registry
from tests.outcomes.rules.shared_cohort import AS_OF, SHELF, needs_shelf
from tests.outcomes.views.test_open_questions import AT, made

KINDS = [
    Filters(age=age, sex=sex, which=which)
    for age, sex, which in product(("", *AGE_BANDS), ("", "female", "male"), ("", "first", "returning"))
]


def found_of(home: Site, filters: Filters, *, course: bool, early: bool = False) -> SharedView:
    source = next(one for one in sources(home.registry_of or home) if one.site == home)
    day = registry.LAST if early else registry.AS_OF
    definitions = Definitions(reference="course" if course else "last")
    return shared_view(study(Asked(source, day, definitions, filters)))


def check(shown: SharedView, *, rows_are_patients: bool) -> None:
    """Nothing shown is small, nor the difference of anything shown from what it is a part of."""
    if shown.patients is None:
        assert not any(cell.counts or cell.rate or cell.mean for row in shown.rows for cell in row.cells)
        counts = (*shown.levels, shown.first_sequence, *shown.responses)
        assert all(one.count is None and one.of is None and one.percent is None for one in counts)
        return
    assert not is_small(shown.patients)
    for cell in (cell for row in shown.rows for cell in row.cells):
        arm = cell.arm
        assert cell.counts or not cell.rate
        assert not (cell.mean and is_small(arm.patients))
        if cell.counts:
            assert not is_small(arm.patients)
            assert not is_small(shown.patients - arm.patients)
        if cell.rate and rows_are_patients:
            assert not is_small(arm.improved)
            assert not is_small(arm.n - arm.improved)
    levels = [one.count for one in shown.levels]
    visible = [count for count in levels if count is not None]
    assert not any(is_small(count) for count in visible)
    if len(visible) < len(levels):
        assert len(levels) - len(visible) > 1
        assert not is_small(shown.patients - sum(visible))
    if rows_are_patients:
        due = [shown.patients, *(one.of for one in shown.responses if one.of is not None)]
        assert not any(is_small(count) for count in due)
        assert not any(is_small(a - b) for a, b in pairwise(due))
        for one in shown.responses:
            if one.count is not None:
                assert one.of is not None
                assert not is_small(one.count)
                assert not is_small(one.of - one.count)


@pytest.mark.parametrize("course", [False, True])
def test_out_60_to_62_no_filter_shows_a_small_group(site: Site, tmp_path: Path, course: bool) -> None:
    home = made(site, tmp_path)
    source = next(one for one in sources(site) if one.site == home)
    definitions = Definitions(reference="course" if course else "last")
    first = study(Asked(source, registry.AS_OF, definitions))
    seen = set()
    for filters in KINDS:
        asked = Asked(source, registry.AS_OF, definitions, filters)
        shown = shared_view(study_of(asked, first.histories, first.levels))
        check(shown, rows_are_patients=not course)
        seen.add(shown.patients)
    assert None in seen
    assert 60 in seen


def test_out_60_while_everybody_is_under_way(site: Site, tmp_path: Path) -> None:
    shown = found_of(made(site, tmp_path), Filters(), course=False, early=True)
    check(shown, rows_are_patients=True)
    assert shown.patients == 60


def test_out_60_nobody_at_all(site: Site) -> None:
    shown = found_of(site, Filters(), course=False)
    assert shown.patients == 0
    assert shown.hidden == ""
    check(shown, rows_are_patients=True)


@needs_shelf
def test_out_61_the_cohort_of_the_paper_hides_the_two_without_an_infusion_and_one_level_more(site: Site) -> None:
    home = import_registry(site=site, directory=SHELF / "cohort", by=None, at=AT).record.site
    source = next(one for one in sources(site) if one.site == home)
    shown = shared_view(study(Asked(source, AS_OF)))
    check(shown, rows_are_patients=True)
    levels = {one.label: one.count for one in shown.levels}
    assert (levels["None known"], levels["One"]) == (None, None)
    assert levels["Five or more"] == 890
    assert shown.first_sequence.count is not None
    assert [one.of for one in shown.responses] == [None, None, None], "1,034 less 1,032 would tell the two"
    percents = [one.percent and str(one.percent) for one in shown.responses]
    assert percents == ["97.0", None, "71.2"], "1,001 and 735 of 1,032; at three months only three did not answer"
    assert "2 of 33 cells" in shown.hidden
