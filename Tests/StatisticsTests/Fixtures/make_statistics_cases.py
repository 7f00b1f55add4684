#!/usr/bin/env python3
"""Writes statistics_cases.json: samples and what scipy.stats says of them.

    python3 make_statistics_cases.py > statistics_cases.json        (scipy 1.17, numpy 2.4, seed 20261126)

wilcoxon: exact without ties up to 50 differences, all 2^n signs with ties, else the normal approximation.
ks: ks_2samp, exact.
"""
import json
import numpy as np
from scipy import stats

rng = np.random.default_rng(20261126)


def wilcoxon(differences):
    d = np.asarray(differences)
    rest = d[d != 0]
    has_ties = np.unique(np.abs(rest)).size < rest.size
    if rest.size > 50:
        result = stats.wilcoxon(rest, method="asymptotic", correction=False)
    elif has_ties:
        result = stats.wilcoxon(rest, method=stats.PermutationMethod(n_resamples=np.inf))
    else:
        result = stats.wilcoxon(rest, method="exact")
    ranks = stats.rankdata(np.abs(rest))
    return {"differences": d.tolist(), "count": int(rest.size), "sum": float(ranks[rest > 0].sum()),
            "probability": float(result.pvalue)}


def ks(a, b):
    result = stats.ks_2samp(a, b, method="exact")
    return {"first": np.asarray(a).tolist(), "second": np.asarray(b).tolist(), "statistic": float(result.statistic),
            "probability": float(result.pvalue)}


def short(values):
    return np.round(values, 3)


differences = [short(rng.normal(shift, 1, n)) for n, shift in [(1, 0), (2, 1), (5, 1), (8, 0), (12, 0.5), (25, 0.3), (50, 0.4)]]
differences += [np.array([0, 0, 1.5, -0.5, 2, 0, 3]), np.array([1, 1, -1, 2, 2, -2, 3, 0.0]), np.array([-1, -1, -1, -1, -1.0])]
differences += [np.round(rng.normal(0.3, 1, n), 1) for n in (10, 12, 60, 120)] + [short(rng.normal(0.2, 1, 80))]
samples = [(short(rng.normal(0, 1, m)), short(rng.normal(shift, 1, n)))
           for m, n, shift in [(1, 1, 0), (3, 4, 2), (10, 10, 0), (20, 7, 1), (60, 33, 0.4), (120, 90, 0.2), (50, 200, 1.5)]]
samples += [(np.round(rng.normal(0, 1, 30), 0), np.round(rng.normal(0, 1, 25), 0)), (np.ones(5), np.ones(9))]
print(json.dumps({"wilcoxon": [wilcoxon(d) for d in differences], "ks": [ks(a, b) for a, b in samples]},
                 separators=(",", ":")))
