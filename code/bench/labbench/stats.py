# SPDX-License-Identifier: GPL-2.0-only
"""Medians, their confidence intervals, and ratios that pair by round.

Percentile bootstrap, 95 %. Its random numbers are seeded by the name of what
is computed, so that the same raw data give the same figures, always.
"""
import random
import statistics
import zlib

RESAMPLES = 1000
LEVEL = 0.95


class Estimate:
    """A median and the interval that it is known to."""

    def __init__(self, value, lo, hi, n):
        self.value, self.lo, self.hi, self.n = value, lo, hi, n

    def as_json(self):
        return {"value": self.value, "lo": self.lo, "hi": self.hi, "n": self.n}

    def scaled(self, factor):
        return Estimate(self.value * factor, self.lo * factor,
                        self.hi * factor, self.n)


def bootstrap(values, name):
    """The median of `values` with its interval. One value has none: lo, hi
    are it. Two can't say more than that it lies between them."""
    values = list(values)
    middle = statistics.median(values)
    if len(set(values)) == 1:
        return Estimate(middle, middle, middle, len(values))
    if len(values) < 3:
        return Estimate(middle, min(values), max(values), len(values))
    rng = random.Random(zlib.crc32(name.encode()))
    n = len(values)
    medians = sorted(statistics.median(rng.choices(values, k=n))
                     for _ in range(RESAMPLES))
    cut = int(RESAMPLES * (1 - LEVEL) / 2)
    return Estimate(middle, medians[cut], medians[-1 - cut], n)


def paired_ratio(a, b, name):
    """a over b, each {round: value}: first the ratio of each round in which
    both were measured, then their median. What slows a whole round down is
    in both, and cancels. None when they share no round."""
    rounds = sorted(set(a) & set(b))
    ratios = [a[r] / b[r] for r in rounds if b[r]]
    return bootstrap(ratios, name) if ratios else None


def verdict(estimate):
    """What a ratio says: less, more, or nothing."""
    if estimate.n < 3 or estimate.lo <= 1 <= estimate.hi:
        return "too noisy to tell"
    return "less" if estimate.hi < 1 else "more"
