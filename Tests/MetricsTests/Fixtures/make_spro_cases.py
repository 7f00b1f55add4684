"""Makes spro_cases.json: saturated per-region overlap of small test sets, computed threshold by threshold with numpy.

The definitions are those of Bergmann et al., "Beyond Dents and Scratches: Logical Constraints in Unsupervised Anomaly
Detection and Localization" (IJCV 2022): a region's overlap is min(found pixels / saturation area, 1), the mean is over
the regions of a kind, and the false-positive rate is pooled over normal images and the pixels of the kind's images
outside of all regions. The area up to each limit, by trapezoids from (0, 0), is divided by the limit.

Run: .build-python/bin/python Tests/MetricsTests/Fixtures/make_spro_cases.py > Tests/MetricsTests/Fixtures/spro_cases.json
"""

import json

import numpy as np

LIMITS = [0.01, 0.05, 0.1, 0.3, 1.0]


def area(x, y, limit):
    keep = x <= limit
    xs, ys = list(x[keep]), list(y[keep])
    if xs[-1] < limit:
        beyond = np.argmax(x > limit)
        x0, y0, x1, y1 = xs[-1], ys[-1], x[beyond], y[beyond]
        xs.append(limit)
        ys.append(y0 + (y1 - y0) * (limit - x0) / (x1 - x0))
    return sum((b - a) * (p + q) / 2 for a, b, p, q in zip(xs, xs[1:], ys, ys[1:])) / limit


def curve(normals, images):
    """images: a list of (values, [(mask, saturation)])."""
    background = np.concatenate(
        [n for n in normals]
        + [v[~np.any([m for m, _ in regions], axis=0)] for v, regions in images]
    )
    everything = np.concatenate([n for n in normals] + [v for v, _ in images])
    x, y = [0.0], [0.0]
    for threshold in np.unique(everything)[::-1]:
        overlaps = [
            min(np.count_nonzero(v[m] >= threshold) / saturation, 1.0) for v, regions in images for m, saturation in regions
        ]
        x.append(np.count_nonzero(background >= threshold) / background.size)
        y.append(np.mean(overlaps))
    return np.array(x), np.array(y)


def case(seed, levels):
    random = np.random.default_rng(seed)
    size = 60
    values = lambda: random.integers(0, levels, size).astype(np.float32) / np.float32(levels)
    normals = [values() for _ in range(3)]
    kinds = []
    for _ in range(2):
        images = []
        for _ in range(2):
            v = values()
            regions = []
            for _ in range(random.integers(1, 4)):
                start, length = random.integers(0, 40), random.integers(3, 20)
                mask = np.zeros(size, bool)
                mask[start : start + length] = True
                v[mask] += np.float32(random.integers(0, 3)) / np.float32(8)
                regions.append((mask, int(random.integers(1, length + 1))))
            images.append((v, regions))
        kinds.append(images)
    expected = []
    for images in kinds:
        x, y = curve(normals, images)
        expected.append({str(limit if limit < 1 else 1): area(x, y, limit) for limit in LIMITS})
    return {
        "normals": [n.tolist() for n in normals],
        "kinds": [
            [
                {"values": v.tolist(), "regions": [{"mask": m.astype(int).tolist(), "saturation": s} for m, s in regions]}
                for v, regions in images
            ]
            for images in kinds
        ],
        "expected": expected,
    }


if __name__ == "__main__":
    # Many ties, few ties, none.
    print(json.dumps([case(seed, levels) for seed in range(4) for levels in (4, 16, 100000)]))
