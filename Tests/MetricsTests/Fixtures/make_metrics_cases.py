#!/usr/bin/env python3
"""Writes metrics_cases.json: 200 random test sets and their metrics from plain, slow definitions (numpy, float64).

The maps are not stored. `maps_of_case` and `PortableCase` in the tests make the same ones from the case's number, with
SplitMix64 and arithmetic that is exact in every language. Run: python3 make_metrics_cases.py > metrics_cases.json
`make_metrics_cases.py toy` prints the golden values of the formula-made test set in GoldenToyTests.
"""
import json
import sys
import numpy as np

SEED = 20240607
BOUNDS = (0.02, 0.2)
LINEAR_STEPS = 500


class SplitMix64:
    def __init__(self, state):
        self.state = state

    def next(self):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def below(self, bound):
        return (self.next() >> 33) % bound


def maps_of_case(case):
    """Maps (float32) and masks: 3 to 6 images, every second one with 0 to 3 rectangles that score higher."""
    rng = SplitMix64(SEED + case)
    width, height, count = 6 + rng.below(8), 6 + rng.below(8), 3 + rng.below(4)
    maps, masks = [], []
    for image in range(count):
        mask = np.zeros((height, width), np.uint8)
        if image % 2 == 1:
            for _ in range(rng.below(4)):
                x, y = rng.below(width), rng.below(height)
                mask[y:min(height, y + 1 + rng.below(4)), x:min(width, x + 1 + rng.below(4))] = 1
        values = np.zeros((height, width), np.float32)
        for y in range(height):
            for x in range(width):
                draw = rng.below(1 << 20) + int(mask[y, x]) * rng.below(1 << 19)
                values[y, x] = [draw / 2**20,                # no ties to speak of
                                draw >> 16,                  # at most 24 values: many ties
                                draw / 2**19 - 1,            # negative and positive
                                1e6 + draw / 2**4,           # large
                                -draw / 2**40][case % 5]     # tiny, and better when lower
        maps.append(values)
        masks.append(mask)
    return maps, masks


def auroc(s, y):
    if y.all() or not y.any():
        return None
    above, below = s[y][:, None], s[~y][None, :]
    return float(((above > below) + 0.5 * (above == below)).mean())


def counts(s, y):
    """Threshold, true and false positives at each distinct score, from the highest down."""
    t = np.unique(s)[::-1]
    return t, np.array([(s[y] >= v).sum() for v in t]), np.array([(s[~y] >= v).sum() for v in t])


def average_precision(s, y):
    _, tp, fp = counts(s, y)
    return float(np.sum(np.diff(np.r_[0, tp]) / y.sum() * tp / (tp + fp)))


def f1_max(s, y):
    t, tp, fp = counts(s, y)
    f1 = 2 * tp / (y.sum() + tp + fp)
    return float(f1.max()), float(t[f1.argmax()])


def regions(mask):
    """Boolean images of the 8-connected components."""
    rest, found = mask > 0, []
    while rest.any():
        region = np.zeros_like(rest)
        region[tuple(np.argwhere(rest)[0])] = True
        while True:
            padded = np.pad(region, 1)
            grown = rest & np.any([padded[i:i + mask.shape[0], j:j + mask.shape[1]]
                                   for i in range(3) for j in range(3)], axis=0)
            if (grown == region).all():
                break
            region = grown
        found.append(region)
        rest = rest & ~region
    return found


def aupro(maps, masks, limit):
    scores = np.concatenate([m.ravel() for m in maps])
    normal = scores[np.concatenate([g.ravel() for g in masks]) == 0]
    each = [m[r] for m, g in zip(maps, masks) for r in regions(g)]
    x, y = [0.0], [0.0]
    for t in np.unique(scores)[::-1]:
        x.append((normal >= t).mean())
        y.append(np.mean([(r >= t).mean() for r in each]))
    x, y = np.array(x), np.array(y)
    first = int(np.argmax(x >= limit))           # a rise of the overlap at the limit itself adds no area
    end = y[first - 1] + (y[first] - y[first - 1]) * (limit - x[first - 1]) / (x[first] - x[first - 1])
    return float(np.trapezoid(np.r_[y[:first], end], np.r_[x[:first], limit]) / limit)


def aupimo(maps, masks, steps, bounds=BOUNDS):
    """Per-image scores, or None where the lower bound is not reached. steps None: every distinct normal score."""
    normal = [m for m, g in zip(maps, masks) if not g.any()]
    pooled = np.concatenate([m.ravel() for m in normal])
    t = np.unique(pooled) if steps is None else np.linspace(pooled.min(), pooled.max(), steps)
    rate = np.array([np.mean([(m >= v).mean() for m in normal]) for v in t])
    if rate.min() > bounds[0]:
        return None
    if steps is not None:
        low, high = (int(np.argmin(np.abs(rate - b))) for b in bounds)
        if low == high:
            return None
        t, rate = t[high:low + 1], rate[high:low + 1]
    x, result = np.log(rate)[::-1], []
    for m, g in zip(maps, masks):
        if not g.any():
            result.append(None)
            continue
        recall = np.array([(m[g > 0] >= v).mean() for v in t])[::-1]
        if steps is None:
            a, b = np.log(bounds[0]), np.log(bounds[1])
            inner = (x > a) & (x < b)
            xs, ys = np.r_[a, x[inner], b], np.r_[np.interp(a, x, recall), recall[inner], np.interp(b, x, recall)]
        else:
            xs, ys = x, recall
        result.append(float(np.clip(np.trapezoid(ys, xs) / np.log(bounds[1] / bounds[0]), 0, 1)))
    return result


def expected(case):
    maps, masks = maps_of_case(case)
    maps = [m.astype(np.float64) for m in maps]
    s, y = np.concatenate([m.ravel() for m in maps]), np.concatenate([g.ravel() for g in masks]) > 0
    result = {"case": case, "sum": float(s.sum())}
    if y.any():
        f1, threshold = f1_max(s, y)
        result |= {"auroc": auroc(s, y), "ap": average_precision(s, y), "f1": f1, "threshold": threshold,
                   "aupro": [aupro(maps, masks, limit) for limit in (0.05, 0.3, 1.0)],
                   "aupimo": aupimo(maps, masks, None), "aupimoLinear": aupimo(maps, masks, LINEAR_STEPS)}
    return result


def toy():
    k, i, j = np.ogrid[0:4, 0:32, 0:48]
    base = ((7919 * k + 104729 * i + 1299709 * j + 31 * i * j) % 10007) / 10007
    masks = np.zeros((4, 32, 48), np.uint8)
    masks[2, 4:10, 5:12] = masks[2, 10, 12] = masks[3, 20:24, 30:40] = masks[3, 2, 2] = 1
    maps = base + 0.6 * masks * ((i + 2 * j) % 5 > 0)
    print(json.dumps({
        "sum": maps.sum(), "maxima": maps.max(axis=(1, 2)).tolist(),
        "auroc": auroc(maps.ravel(), masks.ravel() > 0), "ap": average_precision(maps.ravel(), masks.ravel() > 0),
        "aupro": [aupro(maps, masks, limit) for limit in (0.05, 0.3, 1.0)],
        "aupimoLinear": aupimo(maps, masks, 1000, (1e-2, 1e-1)), "aupimo": aupimo(maps, masks, None, (1e-2, 1e-1))},
        indent=1))


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return value


if __name__ == "__main__":
    if sys.argv[1:] == ["toy"]:
        toy()
    else:
        rows = [json.dumps({k: v if k in ("sum", "threshold") else rounded(v) for k, v in expected(case).items()})
                for case in range(200)]
        print("[\n" + ",\n".join(rows) + "\n]")
