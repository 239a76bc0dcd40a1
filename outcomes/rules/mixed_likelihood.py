"""Generalised least squares of a random-intercept model at a given ratio of variances, for all patients at once.

With V = s2 (I + ratio J) in every patient, the inverse and determinant have closed forms (J: all ones).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outcomes.rules.facts import Floats
from outcomes.rules.histories import Ints

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """The fit at one ratio. beta, covariance: of the columns; residual: variance within patients, points squared.

    likelihood: restricted log likelihood without its constant.
    """

    beta: Matrix
    covariance: Matrix
    residual: float
    likelihood: float


class Grouped:
    """Scores and columns with their sums by patient, made once for many ratios."""

    def __init__(self, matrix: Matrix, score: Floats, patient: Ints) -> None:
        self.n, self.columns = matrix.shape
        both = np.column_stack((matrix, score))
        order = np.argsort(patient, kind="stable")
        begins = np.flatnonzero(np.diff(patient[order], prepend=patient[order][0] - 1))
        self.sums = np.add.reduceat(both[order], begins, axis=0)
        self.sizes = np.diff(np.append(begins, self.n)).astype(np.float64)
        self.products = both.T @ both

    def solved(self, ratio: float) -> Solved:
        """Return the fit when patients vary ratio times as much as scores within them; ratio >= 0.

        numpy's LinAlgError for columns that follow from each other.
        """
        weights = ratio / (1 + ratio * self.sizes)
        products = self.products - (self.sums * weights[:, np.newaxis]).T @ self.sums
        left, right, total = products[:-1, :-1], products[:-1, -1], products[-1, -1]
        beta: Matrix = np.linalg.solve(left, right).astype(np.float64)
        freedom = self.n - self.columns
        residual = float(total - beta @ right) / freedom
        sign, log_determinant = np.linalg.slogdet(left)
        if sign <= 0 or residual <= 0:
            raise np.linalg.LinAlgError("the columns follow from each other or fit exactly")
        likelihood = -0.5 * (
            freedom * math.log(residual) + float(np.log1p(ratio * self.sizes).sum()) + float(log_determinant)
        )
        return Solved(beta, np.linalg.inv(left) * residual, residual, likelihood)
