"""Mixed models against R's lme4 on a simulated cohort whose truth is known.

Simulates the eleven measures with the published sizes, means and spreads (intraclass correlations follow from
them: rho = 1 - SD(change)^2 / (2 SD(baseline)^2)), fits each with ours and, where Rscript with lme4 is
installed, with theirs. Goals: estimates within 1e-4 points, standard errors within 1%, the truth inside at least
31 of 33 intervals. Prints seconds. Skips the comparison, with a sentence, where R is absent.
"""

import csv
import math
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from outcomes.rules.measures import measures
from outcomes.rules.mixed_design import Refusal, design
from outcomes.rules.mixed_model import MixedModel, measure_model, mixed_model
from outcomes.rules.mixed_observations import Observations
from outcomes.rules.published import published_baselines, published_cells
from outcomes.rules.windows import LAST, WINDOWS

SEED = 20251108
PATIENTS = 1034
FOLLOW_UP_ONLY = 0.05  # of patients without a baseline, who have a follow-up score
EFFECTS = {"age": -0.03, "charlson": 0.25, "infusion_days": -0.04, "sex=male": -0.8, "race=Black": 0.6}

LME4 = """
suppressMessages(library(lme4))
data <- read.csv(commandArgs(TRUE)[1])
out <- data.frame()
for (name in unique(data$measure)) {
  one <- data[data$measure == name, ]
  one$time <- factor(one$time)
  one$sex <- relevel(factor(one$sex), "female")
  one$race <- relevel(factor(one$race), "White")
  begun <- proc.time()[["elapsed"]]
  fit <- lmer(score ~ time + age + sex + race + charlson + infusion_days + (1 | patient), data = one, REML = TRUE,
              control = lmerControl(optCtrl = list(xtol_rel = 1e-10, ftol_rel = 1e-14)))
  seconds <- proc.time()[["elapsed"]] - begun
  found <- coef(summary(fit))
  spread <- as.data.frame(VarCorr(fit))$sdcor
  out <- rbind(out, data.frame(measure = name, name = rownames(found), estimate = found[, 1], error = found[, 2],
                               between = spread[1], within = spread[2], seconds = seconds))
}
write.csv(format(out, digits = 12), commandArgs(TRUE)[2], row.names = FALSE)
"""
R_NAMES = {"time=last": "time1", "time=3m": "time2", "time=6m": "time3"}


def correlation(name: str) -> float:
    """Return the intraclass correlation that the published spreads imply."""
    change = float(published_cells()[name, LAST].sd)
    return 1 - change**2 / (2 * float(published_baselines()[name].sd) ** 2)


def simulated(seed: int = SEED, patients: int = PATIENTS) -> dict[str, Observations]:
    """Return each measure's observations: scores are normal, who answers when is by chance."""
    random = np.random.default_rng(seed)
    age = np.round(random.normal(50.4, 15.2, patients).clip(18, 90))
    sex = random.choice(np.array(["female", "male", "nonbinary"], dtype=object), patients, p=[0.718, 0.28, 0.002])
    race = random.choice(
        np.array(["White", "Black", "Other/unknown", "Declined"], dtype=object),
        patients,
        p=[0.833, 0.1, 0.05, 0.017],
    )
    charlson = random.poisson(1.6, patients).astype(float)
    days = 5 + random.choice([0, 0, 5, 9, 20], patients).astype(float)
    adjusted = (
        EFFECTS["age"] * age
        + EFFECTS["charlson"] * charlson
        + EFFECTS["infusion_days"] * days
        + EFFECTS["sex=male"] * (sex == "male")
        + EFFECTS["race=Black"] * (race == "Black")
    )
    made = {}
    for name in measures():
        baseline, cells = published_baselines()[name], published_cells()
        sd, rho = float(baseline.sd), correlation(name)
        own = random.normal(0, math.sqrt(rho) * sd, patients)
        rows, times, scores = [], [], []
        for place, window in enumerate(("baseline", *WINDOWS)):
            n = baseline.n if place == 0 else cells[name, window].n
            effect = 0.0 if place == 0 else float(cells[name, window].mean)
            n = min(patients, round(n * patients / PATIENTS))
            who = random.permutation(patients)[:n] if place == 0 else _followed(random, rows[0], patients, n)
            error = random.normal(0, math.sqrt(1 - rho) * sd, len(who))
            rows.append(who)
            times.append(np.full(len(who), place))
            scores.append(float(baseline.mean) + effect + adjusted[who] + own[who] + error)
        row = np.concatenate(rows)
        made[name] = Observations(
            row,
            row,
            np.concatenate(times),
            np.concatenate(scores),
            age[row],
            sex[row],
            race[row],
            charlson[row],
            days[row],
        )
    return made


def _followed(random: np.random.Generator, begun: "np.ndarray", patients: int, n: int) -> "np.ndarray":
    """Return n patients of a window, most of whom have a baseline."""
    without = np.setdiff1d(np.arange(patients), begun)
    few = min(round(n * FOLLOW_UP_ONLY), len(without))
    return np.concatenate((random.permutation(begun)[: n - few], random.permutation(without)[:few]))


def truth(name: str, window: str) -> float:
    return float(published_cells()[name, window].mean)


def write(observed: dict[str, Observations], path: Path) -> None:
    """Write exactly the scores that enter each model, for R."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("measure", "patient", "time", "score", "age", "sex", "race", "charlson", "infusion_days"))
        for name, given in observed.items():
            made = design(given)
            assert not isinstance(made, Refusal), made
            known = made.observed
            columns = (known.patient, known.time, known.score, known.age, known.sex, known.race, known.charlson)
            for row in zip(*columns, known.infusion_days, strict=True):
                out.writerow((name, *(repr(float(one)) if isinstance(one, float) else one for one in row)))


def lme4(observed: dict[str, Observations]) -> tuple[dict[tuple[str, str], dict[str, float]], float]:
    """Return (measure, effect) -> lme4's figures, and its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write(observed, home / "data.csv")
        (home / "fit.R").write_text(LME4, encoding="utf-8")
        subprocess.run(["Rscript", "fit.R", "data.csv", "out.csv"], cwd=home, check=True)
        with (home / "out.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    found, seconds = {}, {}
    for row in rows:
        figures = {key: float(row[key]) for key in ("estimate", "error", "between", "within")}
        found[row["measure"], row["name"]] = figures
        seconds[row["measure"]] = float(row["seconds"])
    return found, sum(seconds.values())


def r_name(effect: str) -> str:
    return R_NAMES.get(effect, effect.replace("=", ""))


def main() -> None:
    observed = simulated()
    mixed_model(next(iter(observed.values())))  # loads the package
    models: dict[str, MixedModel] = {}
    begun = time.perf_counter()
    for name, given in observed.items():
        found = mixed_model(given)
        assert isinstance(found, MixedModel), found
        models[name] = found
    seconds = time.perf_counter() - begun
    print(
        f"11 models of {PATIENTS} patients, {sum(len(one) for one in observed.values()):,} scores: {seconds:.2f} s"
    )
    begun = time.perf_counter()
    for given in observed.values():
        measure_model(given)
    print(f"the same with the 33 models of pairs: {time.perf_counter() - begun:.2f} s")
    effects = [(name, one) for name, model in models.items() for one in model.times]
    covers = sum(one.low <= truth(name, one.name[5:]) <= one.high for name, one in effects)
    print(f"optimisers: {', '.join(sorted({model.optimiser for model in models.values()}))}")
    print(f"the truth lies in {covers} of {len(effects)} 95% intervals (goal 31)")
    if shutil.which("Rscript") is None:
        print("Rscript is not installed, so nothing is compared with lme4 (Debian: r-base-core r-cran-lme4).")
        return
    compare(models, *lme4(observed))
    sys.exit(0 if covers >= 31 else 1)


def compare(
    models: dict[str, MixedModel], theirs: dict[tuple[str, str], dict[str, float]], seconds: float
) -> None:
    estimates, errors, spreads, count = 0.0, 0.0, 0.0, 0
    for name, model in models.items():
        for one in (*model.times, *model.covariates):
            other = theirs[name, r_name(one.name)]
            estimates = max(estimates, abs(one.estimate - other["estimate"]))
            errors = max(errors, abs(one.error / other["error"] - 1))
            spreads = max(spreads, abs(model.between - other["between"]), abs(model.within - other["within"]))
            count += 1
    print(f"{count} effects beside lme4's, which took {seconds:.2f} s:")
    print(f"  largest difference of estimates         {estimates:.2e} points (goal 1e-4)")
    print(f"  largest difference of standard errors   {errors:.2e} of the error (goal 1e-2)")
    print(f"  largest difference of the two spreads   {spreads:.2e} points")
    assert estimates <= 1e-4, estimates
    assert errors <= 0.01, errors


if __name__ == "__main__":
    main()
