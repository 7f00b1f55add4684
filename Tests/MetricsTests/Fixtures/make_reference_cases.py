#!/usr/bin/env python3
"""Writes reference_cases.json: what metrics_reference.py says of 200 random test sets.

    make_reference_cases.py METRICS_REFERENCE.PY > reference_cases.json

The test sets are those of `maps_of_case` in make_metrics_cases.py under another seed, which `PortableCase` makes again from
the number of the case; only the seed and the expected numbers are stored. Every number is the reference's own, but for
AU-PRO where a false-positive rate is exactly the limit and the overlap rises there: see `trapezoid`.
"""
import hashlib, importlib.util, json, os, sys
from fractions import Fraction
import numpy as np

sys.dont_write_bytecode = True
import make_metrics_cases

SEED = 5_310_2026
CASES = 200
LIMITS = (0.05, 0.3, 1.0)
BOUNDS = (0.02, 0.2)
LINEAR_STEPS = 500


def load(path):
    spec = importlib.util.spec_from_file_location("metrics_reference", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def curve(maps, masks):
    """The points of the per-region-overlap curve, the last one of each tie, with (0, 0) before them."""
    scores = np.concatenate([m.ravel() for m in maps])
    unlabelled = scores[np.concatenate([g.ravel() for g in masks]) == 0]
    regions = [m[r] for m, g in zip(maps, masks) for r in make_metrics_cases.regions(g)]
    thresholds = np.unique(scores)[::-1]
    x = [(unlabelled >= t).sum() / unlabelled.size for t in thresholds]
    y = [np.mean([(r >= t).mean() for r in regions]) for t in thresholds]
    return np.r_[0, x], np.r_[0, y]


def trapezoid(x, y, limit):
    """The area up to the limit as MVTec's evaluation takes it: it cuts the curve at x <= limit and interpolates only where no
    point has x = limit. Of several points there the first ends the area, as the others add trapezoids without width.
    metrics_reference.py interpolates in any case, and numpy's interpolation takes the last of them."""
    if limit in x:
        inside = x <= limit
        return float(np.trapezoid(y[inside], x[inside]) / limit)
    end = np.interp(limit, x, y)
    inside = x < limit
    return float(np.trapezoid(np.r_[y[inside], end], np.r_[x[inside], limit]) / limit)


def reaches_bounds(maps, masks):
    """Whether AUPIMO is defined: the reference takes the nearest thresholds even where they are far from the bounds."""
    normal = [m for m, g in zip(maps, masks) if not g.any()]
    thresholds = np.linspace(min(m.min() for m in normal), max(m.max() for m in normal), LINEAR_STEPS)
    rate = np.array([np.mean([(m >= t).mean() for m in normal]) for t in thresholds])
    low, high = (int(np.argmin(np.abs(rate - b))) for b in BOUNDS)
    return bool(rate.min() <= BOUNDS[0] and low != high)


def is_tied(maps, masks):
    """Whether two rates are equally near a bound: then rounding, in numpy's mean or elsewhere, says which one is taken."""
    normal = [m for m, g in zip(maps, masks) if not g.any()]
    pixels = sum(m.size for m in normal)
    counts = {sum(int((m >= t).sum()) for m in normal)
              for t in np.linspace(min(m.min() for m in normal), max(m.max() for m in normal), LINEAR_STEPS)}
    for bound in map(Fraction, ("0.02", "0.2")):
        distances = sorted(abs(Fraction(count, pixels) - bound) for count in counts)
        if distances[:1] == distances[1:2]:
            return True
    return False


def expected(reference, number):
    maps, masks = make_metrics_cases.maps_of_case(number)
    wide = [m.astype(np.float64) for m in maps]
    scores = np.concatenate([m.ravel() for m in wide])
    labels = np.concatenate([m.ravel() for m in masks]) > 0
    images = np.array([m.any() for m in masks])
    result = {"case": number, "sum": float(scores.sum())}
    if not labels.any():
        return result
    f1, threshold = reference.f1_max(scores, labels)
    result.update(
        imageAUROC=float(reference.auroc([m.max() for m in wide], images)),
        auroc=float(reference.auroc(scores, labels)), ap=reference.average_precision(scores, labels), f1=f1,
        threshold=threshold, aupro=[reference.aupro(wide, masks, limit) for limit in LIMITS],
        aupimo=reference.aupimo(wide, masks, BOUNDS, LINEAR_STEPS) if reaches_bounds(wide, masks) else None)
    if result["aupimo"] and is_tied(wide, masks):
        del result["aupimo"]
        result["aupimoIsTied"] = True
    x, y = curve(wide, masks)
    for index, limit in enumerate(LIMITS):
        area = trapezoid(x, y, limit)
        if limit in x and abs(area - result["aupro"][index]) > 1e-12:
            assert area < result["aupro"][index]
            result.setdefault("auproOfReference", {})[str(index)] = result["aupro"][index]
            result["aupro"][index] = area
        else:
            assert abs(area - result["aupro"][index]) < 1e-12, (number, limit)
    return result


if __name__ == "__main__":
    make_metrics_cases.SEED = SEED
    path = sys.argv[1]
    print(json.dumps({
        "script": os.path.basename(path), "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest(), "seed": SEED,
        "cases": [expected(load(path), number) for number in range(CASES)]}, indent=0, separators=(",", ":")))
