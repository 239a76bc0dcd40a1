"""What a bank does before patients see it: the figures that stand beside it on its page and on paper."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from outcomes.rules.cat import ADULT, RECOMMENDED
from outcomes.rules.cat_simulation import dry_run, simulate
from outcomes.rules.estimation import Scale
from outcomes.rules.irt import Bank
from outcomes.rules.published import published_baselines

SIMULEES = 2000
SEED = 1


@lru_cache(maxsize=32)
def simulation_report(bank: Bank, measures: tuple[str, ...], scale: Scale) -> Sequence[dict[str, Any]]:
    """Return one row of figures for each rule: 2000 patients like those of the paper at baseline (CAT-20).

    Where the paper has no baseline of these measures, patients like the calibration sample. mean, sd, rmse, bias,
    mean_se: in points of the scale; share_precise: 0-1.
    """
    known = published_baselines()
    baseline = next((known[name] for name in measures if name in known), None)
    slope, offset = float(scale.slope), float(scale.offset)
    mean = (float(baseline.mean) - offset) / slope if baseline else 0.0
    sd = float(baseline.sd) / slope if baseline else 1.0
    rows = []
    for rule in (ADULT, RECOMMENDED):
        found = simulate(bank, rule, simulees=SIMULEES, mean=mean, sd=sd, seed=SEED)
        rows.append(
            {
                "rule": rule.name,
                "limits": f"{rule.min_items} to {rule.max_items} questions",
                "simulees": found.simulees,
                "like": "the patients of Tankha 2025 at baseline" if baseline else "the calibration sample",
                "mean": round(offset + slope * mean, 1),
                "sd": round(slope * sd, 1),
                "mean_items": round(found.mean_items, 2),
                "rmse": round(slope * found.rmse, 2),
                "bias": round(slope * found.bias, 2),
                "mean_se": round(slope * found.mean_se, 2),
                "share_precise": round(found.share_precise, 3),
                "precise_percent": round(100 * found.share_precise),
                "scale": scale.name,
            }
        )
    return tuple(rows)


def dry_runs(bank: Bank) -> list[dict[str, Any]]:
    """Return what 100 answer patterns did under each rule (CAT-19)."""
    found = []
    for rule in (ADULT, RECOMMENDED):
        run = dry_run(bank, rule, SEED)
        found.append({"rule": rule.name, "patterns": run.patterns, "failures": list(run.failures)})
    return found
