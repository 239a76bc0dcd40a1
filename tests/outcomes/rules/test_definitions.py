"""Six switches, two values each, the paper's first; and what each would change."""

from datetime import date, time, timedelta

import pytest

from outcomes.rules.definitions import SWITCHES, Definitions
from outcomes.rules.effects import Views, effects
from outcomes.rules.tables import changed_cells
from outcomes.rules.tallies import tally
from outcomes.rules.windows import PAPER, Infusion, Reading, Score
from tests.outcomes.rules.columns_of import infusions_of, scores_of
from tests.outcomes.rules.shared_cohort import AS_OF, Grouped, needs_shelf, shelf_cohort

FIRST = date(2023, 1, 2)
LAST = FIRST + timedelta(days=4)


def course(*scores: tuple[date, int], name: str = "PHQ-9") -> tuple[list[Infusion], list[Score]]:
    given = [Infusion(FIRST + timedelta(days=day), time(8, 30)) for day in range(5)]
    return given, [Score(name, day, time(7), tenths) for day, tenths in scores]


def views_of(courses: Grouped, as_of: date) -> Views:
    return Views(infusions_of(courses), scores_of(courses), as_of)


def changed(courses: Grouped) -> dict[str, int]:
    found = effects(views_of(courses, date(2023, 12, 31)), Definitions(), measure="PHQ-9")
    return {effect.switch.name: len(effect.changed) for effect in found}


def test_out_20_the_defaults_are_the_papers_reading() -> None:
    assert Definitions().reading == PAPER
    assert (Definitions().mcid_set, Definitions().absolute) == ("paper", False)
    assert Definitions().sentence == "Definition set Paper 2025, version 1, unchanged."
    assert len(SWITCHES) == 6


@pytest.mark.parametrize(
    ("name", "value", "reading"),
    [
        ("reference", "course", PAPER),
        ("baseline", "30", Reading(baseline_days=30)),
        ("day0", "in", Reading(last_days=(0, 30))),
        ("tie", "earlier", Reading(tie="earlier")),
        ("direction", "either", PAPER),
        ("mcid", "evidence", PAPER),
    ],
)
def test_out_20_each_switch_changes_one_definition(name: str, value: str, reading: Reading) -> None:
    chosen = Definitions.read({name: value})
    assert chosen.reading == reading
    assert chosen.as_query() == {name: value}
    assert [switch.name for switch in chosen.changed] == [name]
    assert chosen.absolute == (name == "direction")
    assert chosen.mode == ("course" if name == "reference" else "paper")
    assert chosen.digest != Definitions().digest
    assert chosen.mcid_set == ("evidence" if name == "mcid" else "paper")


def test_out_20_what_an_address_names_wrongly_is_the_default() -> None:
    assert Definitions.read({"reference": "middle", "other": "x"}) == Definitions()


def test_out_20_switching_twice_leads_back() -> None:
    for switch in SWITCHES:
        assert Definitions().switched(switch).switched(switch) == Definitions()


def test_a_changed_set_says_what_was_changed() -> None:
    chosen = Definitions(baseline="30", mcid="evidence")
    assert chosen.sentence == (
        "Definition set Paper 2025, version 1, changed: baseline window 30 days, smallest change (MCID) evidence."
    )


def test_an_effect_names_the_cells_and_shows_one_of_them() -> None:
    on_the_day = [
        course((FIRST - timedelta(days=3), 150), (LAST, 150), (LAST + timedelta(days=5), 100)),
        course((FIRST - timedelta(days=40), 150), (LAST + timedelta(days=5), 150)),
    ]
    assert changed(on_the_day) == {
        "reference": 0,
        "baseline": 1,
        "day0": 1,
        "tie": 0,
        "direction": 0,
        "mcid": 0,
    }
    found = {
        e.switch.name: e
        for e in effects(views_of(on_the_day, LAST + timedelta(days=99)), Definitions(), measure="PHQ-9")
    }
    example = found["baseline"].example
    assert example is not None
    assert (example.measure, example.window, str(example.before), str(example.after)) == (
        "PHQ-9",
        "last",
        "50.0",
        "100.0",
    )
    assert (example.n_before, example.n_after) == (2, 1)
    assert found["tie"].example is None


def test_an_effect_may_leave_a_cell_without_a_pair() -> None:
    only_old = [course((FIRST - timedelta(days=40), 150), (LAST + timedelta(days=5), 100))]
    found = {
        e.switch.name: e
        for e in effects(views_of(only_old, LAST + timedelta(days=99)), Definitions(), measure="PHQ-9")
    }
    example = found["baseline"].example
    assert example is not None
    assert (example.after, example.n_after) == (None, 0)


@needs_shelf
def test_effects_equal_two_tables_counted_apart() -> None:
    views = views_of(shelf_cohort(), AS_OF)
    now = tally(views.counted(Definitions()))
    for effect in effects(views, Definitions(), measure="PCS total"):
        other = Definitions().switched(effect.switch)
        then = tally(views.counted(other), mcid_set=other.mcid_set, absolute=other.absolute)
        assert len(effect.changed) == changed_cells(now, then)
        assert effect.changed
