"""A measure's models as plain values, for the database and for files, and back."""

from dataclasses import asdict
from typing import Any

from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_model import Effect, MeasureModel, MixedModel

Stored = dict[str, Any]


def stored(model: MeasureModel) -> Stored:
    """Return the models of one measure as JSON values."""
    return {
        "fitted": _told(model.fitted),
        "pairs": {window: _told(effect) for window, effect in model.pairs.items()},
    }


def read_model(told: Stored) -> MeasureModel:
    """Return what ``stored`` wrote; KeyError or TypeError for anything else."""
    return MeasureModel(
        fitted=_refusal(told["fitted"]) or _model(told["fitted"]),
        pairs={window: _refusal(one) or Effect(**one) for window, one in told["pairs"].items()},
    )


def _told(one: MixedModel | Effect | Refusal) -> Stored:
    return {"refused": one.sentence} if isinstance(one, Refusal) else asdict(one)


def _refusal(told: Stored) -> Refusal | None:
    return Refusal(told["refused"]) if "refused" in told else None


def _model(told: Stored) -> MixedModel:
    lists: Stored = {
        "times": tuple(Effect(**one) for one in told["times"]),
        "covariates": tuple(Effect(**one) for one in told["covariates"]),
        "baseline": Effect(**told["baseline"]),
        "at_times": tuple(told["at_times"]),
        "references": tuple((name, level) for name, level in told["references"]),
        "left_out": tuple(told["left_out"]),
    }
    return MixedModel(**(told | lists))
