"""Table 3 with its mixed models beside it, and one measure's models in full."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.text import slugify

from outcomes.models import ModelRun
from outcomes.queries.dashboard import Cell
from outcomes.queries.model_runs import earlier_run, model_key, observations, run_of
from outcomes.queries.study import Study
from outcomes.queries.table_1 import WORDS
from outcomes.rules.counted import COLUMNS
from outcomes.rules.group_words import p_words
from outcomes.rules.measures import Measure
from outcomes.rules.mixed_design import Refusal
from outcomes.rules.mixed_model import Effect, MeasureModel, MixedModel, measure_model
from outcomes.rules.mixed_stored import read_model
from outcomes.rules.mixed_words import (
    Labels,
    against,
    effect_words,
    fit_words,
    interval,
    label,
    points,
    signed,
    why_none,
)
from outcomes.rules.published import published_cells
from outcomes.rules.table_export import Table
from outcomes.rules.tables import table_2, table_3
from outcomes.rules.tallies import all_closed, tally

LABELS: Labels = {"sex": WORDS.sex, "race": WORDS.race}


@dataclass(frozen=True, slots=True)
class ModelCell:
    """One measure at one window: raw mean, published, the model's effect, and the same of pairs alone."""

    cell: Cell
    model: MeasureModel | None

    @property
    def effect(self) -> Effect | None:
        """The effect of everybody's scores."""
        fitted = self.model.fitted if self.model else None
        return fitted.at(self.cell.window) if isinstance(fitted, MixedModel) else None

    @property
    def estimate(self) -> str:
        return effect_words(self.effect) if self.effect else ""

    @property
    def p(self) -> str:
        return p_words(self.effect.p) if self.effect else ""

    @property
    def scores(self) -> int | None:
        """Scores in the window that the model takes."""
        fitted = self.model.fitted if self.model else None
        if self.effect is None or not isinstance(fitted, MixedModel):
            return None
        return fitted.at_times[COLUMNS.index(self.cell.window)]

    @property
    def why(self) -> str:
        return why_none(self.model.fitted, self.cell.window) if self.model else ""

    @property
    def pairs(self) -> Effect | Refusal | None:
        return self.model.pairs.get(self.cell.window) if self.model else None

    @property
    def pairs_words(self) -> str:
        found = self.pairs
        return effect_words(found) if isinstance(found, Effect) else ""

    @property
    def pairs_p(self) -> str:
        found = self.pairs
        return p_words(found.p) if isinstance(found, Effect) else ""

    @property
    def pairs_why(self) -> str:
        found = self.pairs
        return found.sentence if isinstance(found, Refusal) else ""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One measure. model: None while it is not fitted."""

    measure: Measure
    cells: tuple[ModelCell, ...]
    model: MeasureModel | None

    @property
    def slug(self) -> str:
        return slugify(self.measure.name)

    @property
    def fitted(self) -> MixedModel | None:
        found = self.model.fitted if self.model else None
        return found if isinstance(found, MixedModel) else None

    @property
    def refused(self) -> str:
        """Why the measure has no model; "" when it has one, or is not fitted yet."""
        found = self.model.fitted if self.model else None
        return found.sentence if isinstance(found, Refusal) else ""

    @property
    def how(self) -> str:
        return fit_words(self.fitted) if self.fitted else ""

    @property
    def against(self) -> str:
        return against(self.fitted, LABELS) if self.fitted else ""

    @property
    def effects(self) -> tuple[tuple[str, str, str, str, str, int], ...]:
        """Every effect: what it is, estimate, standard error, interval, P, patients (of the level)."""
        if self.fitted is None:
            return ()
        first = self.fitted.baseline
        ends = f"{points(first.low)} to {points(first.high)}"
        baseline = (
            label(first.name, LABELS),
            points(first.estimate),
            points(first.error),
            ends,
            "",
            first.patients,
        )
        return (
            baseline,
            *(
                (
                    label(one.name, LABELS),
                    signed(one.estimate),
                    points(one.error),
                    interval(one),
                    p_words(one.p),
                    one.patients,
                )
                for one in (*self.fitted.times, *self.fitted.covariates)
            ),
        )


@dataclass(frozen=True, slots=True)
class ModelsPage:
    """run: of exactly these scores, None when never asked for. shown: whose results stand in the rows."""

    rows: tuple[ModelRow, ...]
    run: ModelRun | None
    shown: ModelRun | None
    scores: int

    @property
    def is_older(self) -> bool:
        """Whether the models are of an older data cut than the means beside them."""
        return self.shown is not None and self.shown != self.run

    @property
    def is_waiting(self) -> bool:
        return self.run is not None and self.run.state in ("queued", "running")

    @property
    def may_ask(self) -> bool:
        """Whether there is something to fit that is neither fitted nor under way."""
        return bool(self.scores) and (self.run is None or self.run.state == "failed")

    @property
    def unfinished(self) -> bool:
        return self.run is not None and self.run.state == "failed" and self.run.done > 0

    def row(self, slug: str) -> ModelRow | None:
        """Return the measure that an address names."""
        return next((one for one in self.rows if one.slug == slug), None)


def models_page(found: Study) -> ModelsPage:
    """Return Table 3 of a study with the models of its run, or of the last one on an older cut."""
    key = model_key(found)
    run = run_of(found, key)
    shown = run if run is not None and run.results else earlier_run(found, key)
    results = {name: read_model(told) for name, told in shown.results.items()} if shown else {}
    return ModelsPage(_rows(found, results), run, shown, int((found.counted.place >= 0).sum()))


def model_table(found: Study) -> Table:
    """Return the table of the page with every model: of its run, or fitted here, which takes about a minute."""
    page = models_page(found)
    if page.run is not None and page.run.state == "done":
        return model_rows(page)
    results = {name: measure_model(scores) for name, scores in observations(found).items()}
    return model_rows(replace(page, rows=_rows(found, results), shown=None))


def _rows(found: Study, results: Mapping[str, MeasureModel]) -> tuple[ModelRow, ...]:
    tallies = tally(found.counted)
    second, third = table_2(tallies, all_closed(found.counted)), table_3(tallies)
    rows = []
    for ours, changes in zip(second, third, strict=True):
        name = ours.measure.name
        model = results.get(name)
        cells = tuple(
            ModelCell(Cell(cell.window, cell, change, published_cells()[name, cell.window]), model)
            for cell, change in zip(ours.cells, changes.cells, strict=True)
        )
        rows.append(ModelRow(ours.measure, cells, model))
    return tuple(rows)


MODEL_COLUMNS = (
    "outcome",
    "window",
    "pairs",
    "mean",
    "sd",
    "published_mean",
    "published_sd",
    "published_n",
    "model_estimate",
    "model_error",
    "model_low",
    "model_high",
    "model_p",
    "published_p",
    "model_scores",
    "model_patients",
    "model_n",
    "pairs_estimate",
    "pairs_low",
    "pairs_high",
    "pairs_p",
    "optimiser",
    "remark",
)


def model_rows(shown: ModelsPage) -> Table:
    """Return what the page shows as rows of text; signs as in arithmetic, not as in print."""
    return MODEL_COLUMNS, [_line(row, one) for row in shown.rows for one in row.cells]


def _line(row: ModelRow, one: ModelCell) -> tuple[str, ...]:
    cell, effect, pairs = one.cell, one.effect, one.pairs
    model = row.fitted
    alone = pairs if isinstance(pairs, Effect) else None
    return (
        row.measure.name,
        cell.window,
        str(cell.ours.n),
        *("" if value is None else str(value) for value in (cell.mean, cell.sd)),
        str(cell.published.mean),
        str(cell.published.sd),
        str(cell.published.n_table3),
        *(_figures(effect.estimate, effect.error, effect.low, effect.high) if effect else ("",) * 4),
        one.p,
        cell.published.p,
        *((str(one.scores), str(model.patients), str(model.observations)) if effect and model else ("",) * 3),
        *(_figures(alone.estimate, alone.low, alone.high) if alone else ("",) * 3),
        one.pairs_p,
        model.optimiser if model else "",
        " ".join((one.why or "", *(model.left_out if model else ()))).strip(),
    )


def _figures(*values: float) -> tuple[str, ...]:
    return tuple(points(value, 6).replace("\N{MINUS SIGN}", "-") for value in values)
