"""CP-SAT models of the worker: re-timing a week, repairing a day, and the proven problems of the bench.

Plain dataclasses of ``scheduling.rules`` in and out, no database. Nothing else in the product imports OR-Tools;
where it is not installed, ``is_available()`` is False and everything keeps to the quick plans of the rules.
"""

from scheduling.solver.model import Limits, NothingFound, is_available
from scheduling.solver.packing import most_in_blocks, most_weight, most_with_spread
from scheduling.solver.repair import best_repair, repairs
from scheduling.solver.retime import best_times

__all__ = [
    "Limits",
    "NothingFound",
    "best_repair",
    "best_times",
    "is_available",
    "most_in_blocks",
    "most_weight",
    "most_with_spread",
    "repairs",
]
