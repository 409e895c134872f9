#!/usr/bin/env python3
"""Binary and regression performance and drift of small cases by scikit-learn and SciPy; writes metrics.json."""
import json, pathlib
import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn import metrics as m

rng = np.random.default_rng(20)
Z = stats.norm.ppf(0.975)


def delong(y, s):
    """AUC's standard error from the structural components, as DeLong, DeLong & Clarke-Pearson (1988) define them."""
    pos, neg = s[y == 1], s[y == 0]
    psi = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    return float(np.sqrt(psi.mean(1).var(ddof=1) / len(pos) + psi.mean(0).var(ddof=1) / len(neg)))


def wilson(k, n):
    ci = stats.binomtest(int(k), int(n)).proportion_ci(0.95, "wilson")
    return [float(ci.low), float(ci.high)]


def mean_error(x):
    return float(stats.sem(x))


def binary(name, s, y, threshold):
    s = s.astype(np.float32).astype(np.float64)
    predicted = (s >= threshold).astype(int)
    clipped = np.clip(s, 1e-15, 1 - 1e-15)
    losses = -np.where(y == 1, np.log(clipped), np.log(1 - clipped))
    tn, fp, fn, tp = (int(v) for v in m.confusion_matrix(y, predicted).ravel())
    auc = m.roc_auc_score(y, s)
    values = dict(roc_auc=auc, gini=2 * auc - 1, ks=stats.ks_2samp(s[y == 1], s[y == 0]).statistic, average_precision=m.average_precision_score(y, s),
                  accuracy=m.accuracy_score(y, predicted), balanced_accuracy=m.balanced_accuracy_score(y, predicted),
                  log_loss=m.log_loss(y, clipped, eps=1e-15), brier=m.brier_score_loss(y, s))
    if 0 < predicted.sum() < len(y):
        values["mcc"] = m.matthews_corrcoef(y, predicted)  # scikit-learn says 0 where it is undefined
    intervals = dict(accuracy=wilson(tp + tn, len(y)))
    if tp + fp:
        values["precision"] = m.precision_score(y, predicted); intervals["precision"] = wilson(tp, tp + fp)
    values["recall"] = m.recall_score(y, predicted); intervals["recall"] = wilson(tp, tp + fn)
    if tp + fp + fn:
        values["f1"] = m.f1_score(y, predicted)
    for key, low, high in (("roc_auc", 0, 1),):
        half = Z * delong(y, s); intervals[key] = [max(values[key] - half, low), min(values[key] + half, high)]
    for key, x in (("log_loss", losses), ("brier", (s - y) ** 2)):
        half = Z * mean_error(x); intervals[key] = [max(values[key] - half, 0), values[key] + half]
    return dict(name=name, threshold=threshold, scores=s.tolist(), labels=y.tolist(), values={k: float(v) for k, v in values.items()}, intervals=intervals)


def regression(name, p, y):
    e = p - y
    values = dict(mse=m.mean_squared_error(y, p), rmse=np.sqrt(m.mean_squared_error(y, p)), mae=m.mean_absolute_error(y, p), r2=m.r2_score(y, p),
                  mean_error=e.mean(), error_variance=e.var(), prediction_variance=p.var(), label_variance=y.var())
    intervals = {k: [float(values[k] - Z * mean_error(x)), float(values[k] + Z * mean_error(x))] for k, x in (("mse", e ** 2), ("mae", abs(e)))}
    intervals = {k: [max(a, 0), b] for k, (a, b) in intervals.items()}
    return dict(name=name, scores=p.tolist(), labels=y.tolist(), values={k: float(v) for k, v in values.items()}, intervals=intervals)


def psi(n, w):
    keep = (n + w) > 0; n, w = n[keep], w[keep]; b = len(n)
    if b <= 1:
        return 0.0, 0.0
    p, q = (n + 0.5) / (n.sum() + 0.5 * b), (w + 0.5) / (w.sum() + 0.5 * b)
    # The population stability index is the symmetrised Kullback-Leibler divergence.
    return float(stats.entropy(p, q) + stats.entropy(q, p)), float(stats.chi2.ppf(0.99, b - 1) * (1 / n.sum() + 1 / w.sum()))


def count(x, edges):
    known = x[~np.isnan(x)]
    return np.append(np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1), np.isnan(x).sum())


def drift(name, r, x):
    known, seen = r[np.isfinite(r)], x[~np.isnan(x)]
    fine = np.unique(np.quantile(known, np.arange(1, 100) / 100)); tens = np.unique(np.quantile(known, np.arange(1, 10) / 10))
    value, floor = psi(count(r, tens), count(x, tens))
    n, w = count(r, fine), count(x, fine)
    hellinger = np.sqrt(((np.sqrt(n / n.sum()) - np.sqrt(w / w.sum())) ** 2).sum() / 2)
    values = dict(psi=value, psi_noise_floor=floor, js_distance=jensenshannon(n, w, base=2), hellinger=hellinger, missing_ratio=np.isnan(x).mean(),
                  infinite_ratio=np.isinf(x).mean(), out_of_range_ratio=(((x < known.min()) | (x > known.max())) & np.isfinite(x)).mean())
    exact = dict(ks_distance=stats.ks_2samp(r[~np.isnan(r)], seen).statistic)
    if np.isfinite(seen).all() and known.std() > 0:
        exact["wasserstein_ratio"] = stats.wasserstein_distance(known, seen) / known.std()
    text = lambda a: [None if np.isnan(v) else v if np.isfinite(v) else ("inf" if v > 0 else "-inf") for v in a.tolist()]
    return dict(name=name, reference=text(r), production=text(x), values={k: float(v) for k, v in values.items()}, exact={k: float(v) for k, v in exact.items()})


def labels_of(s, sharpness=1.0):
    y = (rng.random(len(s)) < np.clip(0.5 + sharpness * (s - 0.5), 0, 1)).astype(int); y[:2] = [0, 1]; y[2:4] = [1, 0]
    return y


cases = []
for name, s, t, sharp in (("continuous", rng.random(400), 0.5, 1), ("ties", rng.integers(0, 8, 300) / 8, 0.375, 0.8), ("rare", rng.beta(1, 12, 600), 0.2, 1),
                          ("worthless", rng.random(250), 0.5, 0), ("upside down", rng.random(250), 0.5, -0.8), ("ends", np.round(rng.random(200)), 0.5, 0.9), ("none predicted", rng.random(120) / 2, 0.9, 1)):
    cases.append(binary(name, s, labels_of(s, sharp), t))
y = rng.normal(10, 3, 300); heavy = rng.standard_t(3, 300)
regressions = [regression("sound", y + rng.normal(0.2, 1, 300), y), regression("heavy tails", y + heavy, y), regression("large offset", 1e6 + y + rng.normal(0, 1, 300), 1e6 + y),
               regression("worse than the mean", y[::-1].copy(), y)]
normal = rng.normal(0, 1, 1000); holes = normal.copy(); holes[::9] = np.nan
ends = rng.normal(0.2, 1, 300); ends[:4] = [np.inf, -np.inf, np.inf, np.nan]
drifts = [drift("none", normal, rng.normal(0, 1, 700)), drift("shift", normal, rng.normal(0.6, 1, 500)), drift("scale", normal, rng.normal(0, 2, 500)),
          drift("missing", holes, rng.normal(0, 1, 400)), drift("infinite", normal, ends), drift("ties", rng.integers(0, 5, 900).astype(float), rng.integers(1, 7, 400).astype(float)),
          drift("few values", rng.integers(0, 2, 500).astype(float), rng.integers(0, 2, 60).astype(float)), drift("skew", np.exp(rng.normal(0, 1, 1000)), np.exp(rng.normal(0.1, 1.2, 300)))]
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text("{\n" + ",\n".join(f'"{k}": [\n' + ",\n".join(json.dumps(c) for c in v) + "\n]" for k, v in (("binary", cases), ("regression", regressions), ("drift", drifts))) + "\n}\n")
