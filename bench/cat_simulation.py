"""How an item bank measures: 2000 simulated patients for both stopping rules, and the dry run.

Run: python bench/cat_simulation.py BANK.csv [SIMULEES]. Prints mean items, RMSE, bias and the share below the SE
limit for patients of a mean theta of -1, 0 and 1. RMSE, bias and SE are in tenths of a theta, the size of a point
of T. Exits with 1 where a dry run fails.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kitclinic.problems import Refused
from outcomes.rules.bank_file import read_bank
from outcomes.rules.cat import STOP_RULES
from outcomes.rules.cat_simulation import dry_run, simulate

MEANS = (-1.0, 0.0, 1.0)
SD = 1.0
SEED = 20260914


def main(arguments: Sequence[str]) -> int:
    if len(arguments) not in {1, 2}:
        print("Run: python bench/cat_simulation.py BANK.csv [SIMULEES]", file=sys.stderr)
        return 2
    try:
        bank = read_bank(Path(arguments[0]).read_text(encoding="utf-8"))
    except Refused as refused:
        print(*(problem.sentence for problem in refused.problems), sep="\n", file=sys.stderr)
        return 2
    simulees = int(arguments[1]) if len(arguments) > 1 else 2000
    print(f"{bank.name}, {len(bank.items)} items, sha256 {bank.sha256[:16]}…, {simulees} simulees, SD {SD:g}")
    failed = False
    for rule in STOP_RULES.values():
        for mean in MEANS:
            begun = perf_counter()
            report = simulate(bank, rule, simulees=simulees, mean=mean, sd=SD, seed=SEED)
            print(
                f"{rule.name:<12} theta {mean:+.0f}   items {report.mean_items:5.2f}   "
                f"RMSE {10 * report.rmse:5.2f}   bias {10 * report.bias:+5.2f}   SE {10 * report.mean_se:5.2f}   "
                f"SE below {rule.se_below:g}: {report.share_precise:4.0%}   {perf_counter() - begun:.2f} s"
            )
        run = dry_run(bank, rule, SEED)
        failed = failed or bool(run.failures)
        print(f"{rule.name:<12} dry run: {run.patterns} patterns, {len(run.failures)} failures")
        print(*run.failures, sep="\n", end="\n" if run.failures else "")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
