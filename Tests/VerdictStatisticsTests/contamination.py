#!/usr/bin/env python3
"""Prints the expected values in GammaGMMTests and RejectionRuleTests (numpy and scipy, float64).

Written from what the docstrings of GammaGMM, ScoreMixture and RejectionRule say, with other libraries: python3 contamination.py
"""
import numpy as np
from scipy import optimize, special, stats


def scores(count, every, shift, skewed=False):
    """Sums of four uniform numbers, or their exponentials, each `every`-th moved up: as `formulaScores` in the tests."""
    i = np.arange(count)
    draws = [((7919 * i + 104729 * j + 31 * i * j + 1299709 * j * j) % 10007) / 10007 for j in range(1, 5)]
    sums = np.exp(sum(draws) / 2) if skewed else sum(draws)
    return (sums + np.where((i % every == 0) if every else False, shift, 0)).astype(np.float32).astype(float)


def mixture(x, truncation=20, concentration=0.01, mean_weight=0.1, iterations=500):
    n, m0, c0 = len(x), x.mean(), x.var(ddof=1)
    k = min(truncation, n)
    label = np.minimum(k - 1, ((x - x.min()) / (x.max() - x.min()) * k).astype(int))
    r = np.eye(k)[label].T
    former = None
    for _ in range(iterations):
        count = r.sum(1) + 1e-15
        mean = (r * x).sum(1) / count
        variance = (r * (x - mean[:, None]) ** 2).sum(1) / count + 1e-6
        order = np.argsort(-count, kind="stable")
        count, mean, variance = count[order], mean[order], variance[order]
        weight, degrees = count + mean_weight, count + 1
        m = (mean_weight * m0 + count * mean) / weight
        c = (c0 + count * variance + mean_weight * count / weight * (mean - m0) ** 2) / degrees
        if former is not None and np.abs(count - former).sum() < 1e-6 * n:
            break
        former = count
        rest = np.maximum(0, count.sum() - np.cumsum(count))
        both = special.digamma(degrees + concentration + rest)
        sticks = special.digamma(degrees) - both
        sticks[1:] += np.cumsum(special.digamma(concentration + rest) - both)[:-1]
        log = (sticks - 0.5 * np.log(c) - 0.5 * np.log(degrees) + 0.5 * (special.digamma(degrees / 2) - 1 / weight))[:, None] \
            - 0.5 * (x - m[:, None]) ** 2 / c[:, None]
        r = np.exp(log - special.logsumexp(log, 0))
    keep = count >= 1
    return count[keep], m[keep], c[keep]


def contamination(s, p0=0.01, high=0.15, p_high=0.01):
    s = np.sort(s)
    z = (s - s[0]) / s.std()
    q1, q2, q3 = np.quantile(z, [0.25, 0.5, 0.75])
    skew = q1 + q3 - 2 * q2
    offset = (q2 * q2 - q1 * q3) / skew if skew > 0 else np.inf
    x = np.log(z + max(offset, 0.01)) if offset <= 100 else z
    x = (x - x.mean()) / x.std()
    count, m, c = mixture(x)
    rank = m / (1 + np.sqrt(c))
    order = np.argsort(-rank)
    count, rank = count[order], rank[order]
    a = np.cumsum(count)
    b = count.sum() - a
    above = np.array([stats.beta.sf(high, p, q) if q > 1e-9 else 1.0 for p, q in zip(a, b)])

    def joint(steepness):
        single = special.expit(-(np.log(p0 / (1 - p0)) + steepness * (rank[0] - rank)))
        return np.cumprod(single) * np.r_[1 - single[1:], 1]

    def excess(steepness):
        return (joint(steepness) * above).sum() - p_high

    top = count[0] / count.sum()
    if excess(50) > 0:
        return {"mean": 0.0, "topShare": top}
    w = joint(optimize.brentq(excess, 0, 50, xtol=1e-15, rtol=1e-14))

    def distribution(share):
        return 1 - w.sum() + sum(p * (stats.beta.cdf(share, i, o) if o > 1e-9 else float(share >= 1)) for p, i, o in zip(w, a, b))

    quantiles = [optimize.brentq(lambda g: distribution(g) - q, 0, 1) for q in (0.05, 0.95)]
    return {"mean": (w * a / (a + b)).sum(), "quantiles": quantiles, "topShare": top}


def rejection(n, gamma, tolerance):
    m = int(n * gamma)
    bound = np.exp(-tolerance)
    return 1 - special.betaincinv(m, n - m + 1, bound) - special.betaincinv(n - m + 1, m, bound)


if __name__ == "__main__":
    for case in [(200, 20, 3.0), (200, 20, 6.0, True), (200, 10, 2.5), (200, 0, 0.0), (1000, 33, 3.0), (30, 15, 4.0)]:
        for high in (0.15, 0.4):
            print(case, high, contamination(scores(*case), high=high))
    print([rejection(*case) for case in [(1000, 0.1, 32), (1000, 0.1, 4), (50, 0.2, 32)]])
    print([special.betainc(*c) for c in [(2.5, 3, 0.4), (500, 600, 0.5), (3, 900, 0.0001), (901, 100, 0.95), (0.5, 0.5, 0.3)]])
    print([special.digamma(x) for x in (0.01, 0.5, 1, 3.7, 150)])
