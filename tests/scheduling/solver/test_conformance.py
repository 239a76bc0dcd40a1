"""The conformance run: on the shared problems where they are, and always on two of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import scheduling_conformance as conformance

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "scheduling"
RULES = {
    "chairs": 8,
    "ratio": 2,
    "iv_min": 10,
    "infusion_min": 40,
    "observe_min": 30,
    "turnover_min": 5,
    "turnover_may_pass_close": True,
    "iv_starts_per_nurse": 1,
    "handover": "allowed",
    "grid_min": 5,
}


def day(date: str, *starts: str, nurses: tuple[tuple[str, str], ...] = (("08:00", "12:00"),)) -> dict[str, Any]:
    return {
        "date": date,
        "closed": False,
        "open": "08:00",
        "close": "12:00",
        "nurses": [{"id": f"N{n}", "from": a, "to": b, "breaks": []} for n, (a, b) in enumerate(nurses)],
        "provider": [["08:00", "10:00"], ["10:00", "12:00"]],
        "booked": [{"id": f"B{n}", "start": start} for n, start in enumerate(starts)],
    }


# By hand: one nurse is left for three patients who came at 08:00, 08:10 and, with the second nurse, 08:00; from
# 08:30 on one of them is uncovered until the first two leave at 09:20. The visit at 09:30 stays.
CALL_OUT = {
    "id": "own-repair",
    "family": "repair",
    "rules": RULES,
    "day": day("2026-09-14", "08:00", "08:00", "08:10", "09:30", nurses=(("08:00", "12:00"),) * 2),
    "new_nurses": [{"id": "N1", "from": "08:00", "to": "12:00", "breaks": []}],
    "call_out_known_at": "08:30",
    "max_late_min": 90,
    "max_early_min": 30,
    "optimum": {"cancelled": 0, "moved": 0, "shift_min": 0, "uncovered_nurse_min_of_seated_patients": 50},
}
# By hand: two blocks share three days, on which one nurse's four hours hold five visits in a row of pairs:
# 08:00, 08:10, 09:20, 09:30, 10:40 (the sixth would leave at 12:10).
ROLLING = {
    "id": "own-rolling",
    "family": "holiday",
    "rules": RULES,
    "policy": "clinic_days",
    "days": [day(f"2026-09-{14 + n}") for n in range(4)],
    "allowed_blocks": [
        ["2026-09-14", "2026-09-15", "2026-09-16"],
        ["2026-09-15", "2026-09-16", "2026-09-17"],
    ],
    "optimum": 5,
}


def write(folder: Path, problem: dict[str, Any]) -> Path:
    path = folder / f"{problem['id']}.json"
    path.write_text(json.dumps(problem))
    return path


@pytest.mark.parametrize("problem", [CALL_OUT, ROLLING], ids=lambda problem: problem["id"])
def test_our_own_problems_are_answered_exactly(problem: dict[str, Any], tmp_path: Path) -> None:
    line = conformance.run(write(tmp_path, problem))
    assert line.ok, line
    assert line.by == "solver"


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER.name}: no shared reference data here")
def test_all_shared_problems_are_answered_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance.main([str(FOLDER)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert len(out) == len(list(FOLDER.glob("*.json"))) + 1
    assert out[-1].endswith("goal G1 met")
    assert not any("WRONG" in line for line in out)


def test_what_solves_never_sees_what_is_stored_about_the_answer(tmp_path: Path) -> None:
    path = write(tmp_path, CALL_OUT | {"witness": [], "proof": "", "solve_s": 1, "feasible_starts": ["08:00"]})
    assert not conformance.ANSWERS & set(conformance.read_problem(path))
    assert set(conformance.read_answer(path)) == conformance.ANSWERS


def test_a_wrong_optimum_is_called_wrong_and_fails_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, ROLLING | {"optimum": 6})
    assert conformance.main([str(tmp_path)]) == 1
    assert "WRONG" in capsys.readouterr().out


def test_an_answer_that_the_recount_refutes_is_not_ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        conformance.ENGINES, "holiday", lambda problem: conformance.Answer(5, ["too full"], "solver")
    )
    assert not conformance.run(write(tmp_path, ROLLING)).ok


def test_a_folder_without_problems_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert conformance.main([str(tmp_path)]) == 1
    assert conformance.main([str(tmp_path / "none")]) == 2
    assert "NOT met" in capsys.readouterr().out
