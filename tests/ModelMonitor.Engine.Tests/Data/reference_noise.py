"""Makes reference_noise.csv, a reference of 26 days with a day effect, and reference_noise.json, the noise of its chunks of a day.

Run: python3 reference_noise.py  (numpy only). Everything is computed from the rows by the definitions, nothing by the product.
"""
import csv
import json
import math

import numpy as np

rng = np.random.default_rng(20)
DAYS, PER_DAY = 26, 90
rows = []
for day in range(DAYS):
    weekend = day % 7 in (5, 6)
    for i in range(PER_DAY):
        # The first day has its evening only: a part of a day is no chunk.
        seconds = day * 86400 + (rng.integers(0, 86400) if day else rng.integers(64800, 86400))
        x = round(float(rng.normal(1.2 if weekend else 0, 1)), 3) if rng.random() > 0.05 else None
        carrier = str(rng.choice(["a", "b", "c"], p=[0.2, 0.3, 0.5] if weekend else [0.6, 0.3, 0.1])) if rng.random() > 0.02 else None
        if rng.random() < 0.004:
            carrier = "rare%d" % rng.integers(0, 3)
        score = int(np.clip(rng.normal(32 + 8 * weekend, 12), 0, 63)) / 64
        rows.append([int(seconds), x, carrier, score, int(rng.random() < score)])
# Not in order of time: the product has to sort.
rows = [rows[i] for i in rng.permutation(len(rows))]
with open("reference_noise.csv", "w", newline="") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["seconds", "x", "carrier", "score", "label"])
    w.writerows([["" if v is None else v for v in r] for r in rows])


def psi(rest, chunk):
    """Jeffreys smoothing, bins empty on both sides left out."""
    used = [(n, m) for n, m in zip(rest, chunk) if n or m]
    b, n_all, m_all = len(used), sum(n for n, _ in used), sum(m for _, m in used)
    if b <= 1:
        return 0.0
    total = 0.0
    for n, m in used:
        p, q = (n + 0.5) / (n_all + 0.5 * b), (m + 0.5) / (m_all + 0.5 * b)
        total += (q - p) * math.log(q / p)
    return total


def numeric_bins(values):
    known = np.array([v for v in values if v is not None], dtype=float)
    edges = np.unique([np.quantile(known, k / 100) for k in range(10, 100, 10)])
    return len(edges) + 2, [len(edges) + 1 if v is None else int(np.sum(edges < v)) for v in values]


def category_bins(values):
    counts = {v: values.count(v) for v in set(values) if v is not None}
    own = sorted(v for v, n in counts.items() if n >= 20)
    return len(own) + 2, [len(own) + 1 if v is None else own.index(v) if v in own else len(own) for v in values]


def auc(pairs):
    pos, neg = [s for s, y in pairs if y], [s for s, y in pairs if not y]
    won = sum((p > n) + 0.5 * (p == n) for p in pos for n in neg)
    return won / (len(pos) * len(neg))


def brier(pairs):
    return float(np.mean([(s - y) ** 2 for s, y in pairs]))


def noise(values):
    return {"chunks": len(values), "mean": float(np.mean(values)), "standard_deviation": float(np.std(values, ddof=1)), "largest": float(np.max(values))}


columns = {
    "x": numeric_bins([r[1] for r in rows]),
    "carrier": category_bins([r[2] for r in rows]),
    "score": numeric_bins([r[3] for r in rows]),
    "label": (2, [r[4] for r in rows]),
}
chunks = [[i for i, r in enumerate(rows) if r[0] // 86400 == day] for day in range(1, DAYS)]


def psis(name):
    bins, codes = columns[name]
    whole = np.bincount(codes, minlength=bins)
    result = []
    for chunk in chunks:
        own = np.bincount([codes[i] for i in chunk], minlength=bins)
        result.append(psi((whole - own).tolist(), own.tolist()))
    return noise(result)


pairs = [[(rows[i][3], rows[i][4]) for i in chunk] for chunk in chunks]
enough = [p for p in pairs if min(sum(y for _, y in p), sum(1 - y for _, y in p)) >= 30]
with open("reference_noise.json", "w") as f:
    json.dump({
        "chunks": len(chunks),
        "x": psis("x"), "carrier": psis("carrier"), "score_psi": psis("score"), "label_psi": psis("label"),
        "roc_auc": noise([auc(p) for p in enough]), "brier": noise([brier(p) for p in enough]),
    }, f, indent=1)
    f.write("\n")
