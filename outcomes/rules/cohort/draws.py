"""Random numbers with prescribed mean, spread, range and counts."""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

T_FREEDOM = 8  # changes have heavier tails than a normal; t with 8 degrees of freedom fits the paper best
TAIL = 3.5  # no change lies further out than this, or it would leave the scale
FIT_ROUNDS = 25
BISECTIONS = 60
SWAP_ROUNDS = 150
ATTEMPTS = 200
SD_TOLERANCE = 0.01


def fitted(rng: np.random.Generator, n: int, *, mean: float, sd: float, low: float, high: float) -> Integers:
    """Return n whole numbers from low to high whose mean and sample SD come close to the given ones."""
    shape = rng.standard_normal(n)
    centre, spread = mean, sd
    values = np.zeros(n)
    for _ in range(FIT_ROUNDS):
        values = np.clip(np.rint(centre + spread * shape), low, high)
        centre += mean - values.mean()
        spread *= sd / values.std(ddof=1)
    return values.astype(np.int64)


def gains(rng: np.random.Generator, n: int, *, improved: int, mcid: int, mean: float, sd: float) -> Integers:
    """Return n gains, falling, exactly ``improved`` of them at least ``mcid``; mean and SD near the given ones.

    Whole units, positive is better. The improved part starts at mcid, the rest ends one unit below it.
    """
    shape = np.sort(np.clip(rng.standard_t(T_FREEDOM, n), -TAIL, TAIL))[::-1]
    middle = (shape[improved - 1] + shape[improved]) / 2
    above, below = shape[:improved] - middle, middle - shape[improved:]

    def build(stretch: float) -> Floats:
        total = improved * mcid + stretch * above.sum() + (n - improved) * (mcid - 1)
        other = max(0.0, (total - n * mean) / below.sum())
        return np.concatenate([mcid + stretch * above, (mcid - 1) - other * below])

    small, large = 0.0, 5 * sd
    for _ in range(BISECTIONS):
        stretch = (small + large) / 2
        if build(stretch).std(ddof=1) < sd:
            small = stretch
        else:
            large = stretch
    values = np.rint(build((small + large) / 2)).astype(np.int64)
    values[:improved] = np.maximum(values[:improved], mcid)
    values[improved:] = np.minimum(values[improved:], mcid - 1)
    return _with_total(rng, values, total=round(n * mean), improved=improved, mcid=mcid)


def _with_total(rng: np.random.Generator, values: Integers, *, total: int, improved: int, mcid: int) -> Integers:
    """Move single values by one unit until they add up, none of them across the threshold."""
    while (missing := total - int(values.sum())) != 0:
        step = 1 if missing > 0 else -1
        free = np.arange(len(values))
        blocked = (values == mcid - 1) & (free >= improved) if step > 0 else (values == mcid) & (free < improved)
        free = free[~blocked]
        values[rng.choice(free, size=min(abs(missing), len(free)), replace=False)] += step
    return np.sort(values)[::-1]


def in_range(baseline: Integers, gain: Integers, *, sign: int, low: int, high: int) -> NDArray[np.bool_]:
    """Return for each pair whether the follow-up stays on the scale."""
    after = baseline + sign * gain
    return (after >= low) & (after <= high)


def fitting_gains(
    rng: np.random.Generator,
    baseline: Integers,
    *,
    improved: int,
    mcid: int,
    mean: float,
    sd: float,
    sign: int,
    low: int,
    high: int,
) -> Integers:
    """Return ``gains`` that fit these baselines, with an SD within 1% of the given one."""
    worst_first = baseline[np.argsort(sign * baseline, kind="stable")]
    for _ in range(ATTEMPTS):
        falling = gains(rng, len(baseline), improved=improved, mcid=mcid, mean=mean, sd=sd)
        close = abs(falling.std(ddof=1) / sd - 1) < SD_TOLERANCE
        if close and in_range(worst_first, falling, sign=sign, low=low, high=high).all():
            return falling
    raise RuntimeError(f"no {len(baseline)} gains of mean {mean} and SD {sd} were found in range")


def assign(
    rng: np.random.Generator,
    baseline: Integers,
    falling: Integers,
    key: Floats,
    *,
    sign: int,
    low: int,
    high: int,
) -> Integers:
    """Return follow-ups: greater gains go to higher keys on the whole, and every follow-up stays in range.

    baseline, falling, key: equally long; sign: -1 when lower is better. It begins with the greatest gain for
    the worst baseline, which is in range if anything is, and then swaps gains of random pairs towards the
    order of the keys. Raises RuntimeError when nothing is in range.
    """

    gain = np.empty_like(falling)
    gain[np.argsort(sign * baseline, kind="stable")] = falling
    if not in_range(baseline, gain, sign=sign, low=low, high=high).all():
        raise RuntimeError("these gains do not fit the range of the measure")
    half = len(key) // 2
    for _ in range(SWAP_ROUNDS):
        order = rng.permutation(len(key))
        one, two = order[:half], order[half : 2 * half]
        swap = (key[one] - key[two]) * (gain[one] - gain[two]) < 0
        swap &= in_range(baseline[one], gain[two], sign=sign, low=low, high=high)
        swap &= in_range(baseline[two], gain[one], sign=sign, low=low, high=high)
        one, two = one[swap], two[swap]
        gain[one], gain[two] = gain[two], gain[one]
    return baseline + sign * gain
