"""Golden values of calibration and estimates, by scikit-learn, over production rows of the flights case whose scores are in
tests/Data/flights/expected_scores.csv. Labels are drawn here from the scores, since only what is computed from them matters.

    /usr/bin/python3 tests/golden/calibration.py
"""
import csv
import json
import pathlib

import numpy
from sklearn import metrics
from sklearn.isotonic import IsotonicRegression

THRESHOLD = 0.3125
HERE = pathlib.Path(__file__).parent


def grid(scores):
    """Scores in the middle of one of 4096 equal bins: a bin is then one score, and binned values are exact ones.

    Bins that a calibration step i/10 splits are left free."""
    bins = numpy.floor(numpy.asarray(scores) * 4096).astype(int)
    split = numpy.isin(bins, numpy.floor(numpy.arange(1, 10) * 409.6).astype(int))
    return (bins + split + 0.5) / 4096


def ece(p, y):
    bins = numpy.minimum(numpy.searchsorted(numpy.arange(1, 10) / 10, p, side="right"), 9)
    return sum(abs(p[bins == b].sum() - y[bins == b].sum()) for b in range(10)) / len(p)


def isotonic(x, y):
    return IsotonicRegression(out_of_bounds="clip").fit(x, y)


def step(x, y, at):
    """The fit at the greatest score seen at or below, not interpolated between: blocks are score bins."""
    known = numpy.unique(x)
    values = isotonic(x, y).predict(known)
    return values[numpy.maximum(numpy.searchsorted(known, at, side="right") - 1, 0)]


def lift(scores, p):
    order = numpy.argsort(-scores, kind="stable")
    shares = numpy.array([p[scores == s].mean() for s in scores[order]])
    wanted = len(p) / 10
    return (shares * numpy.clip(wanted - numpy.arange(len(p)), 0, 1)).sum() / wanted / p.mean()


def estimates(scores, p):
    """Every row once as a positive of weight p and once as a negative of weight 1 - p."""
    y = numpy.r_[numpy.ones(len(p)), numpy.zeros(len(p))]
    s, w = numpy.r_[scores, scores], numpy.r_[p, 1 - p]
    d = (s >= THRESHOLD).astype(float)
    fpr, tpr, _ = metrics.roc_curve(y, s, sample_weight=w)
    return {
        "roc_auc": metrics.roc_auc_score(y, s, sample_weight=w),
        "ks": numpy.abs(tpr - fpr).max(),
        "gini": 2 * metrics.roc_auc_score(y, s, sample_weight=w) - 1,
        "average_precision": metrics.average_precision_score(y, s, sample_weight=w),
        "precision": metrics.precision_score(y, d, sample_weight=w),
        "recall": metrics.recall_score(y, d, sample_weight=w),
        "f1": metrics.f1_score(y, d, sample_weight=w),
        "accuracy": metrics.accuracy_score(y, d, sample_weight=w),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, d, sample_weight=w),
        "mcc": metrics.matthews_corrcoef(y, d, sample_weight=w),
        "log_loss": metrics.log_loss(y, s, sample_weight=w),
        "brier": metrics.brier_score_loss(y, s, sample_weight=w),
        "lift_top_decile": lift(scores, p),
    }


def errors(scores, p, blocks, variances):
    """Delta method by finite differences: one score's labels at a time by chance, one block's share at a time."""
    distinct, where = numpy.unique(scores, return_inverse=True)
    squares = dict.fromkeys(estimates(scores, p), 0.0)

    def add(change, variance):
        low, high = estimates(scores, p - change), estimates(scores, p + change)
        for key in squares:
            squares[key] += ((high[key] - low[key]) / 2) ** 2 * variance

    # Labels: of n rows with score s the number of positives has variance n p (1 - p), a change of 1/n in each row's p.
    for k in range(len(distinct)):
        rows = where == k
        n, q = rows.sum(), p[rows][0]
        h = 1e-6
        add(numpy.where(rows, h / n, 0), n * q * (1 - q) / h**2)
    for b, variance in enumerate(variances):
        h = 1e-6
        add(numpy.where(blocks == b, h, 0), variance / h**2)
    return {key: numpy.sqrt(value) for key, value in squares.items()}


def main():
    with open(HERE.parent / "Data" / "flights" / "expected_scores.csv") as file:
        raw = numpy.array([float(row["score"]) for row in csv.DictReader(file)])
    random = numpy.random.default_rng(5)
    # Over-confident scores: the truth is nearer to one half than they are.
    scores = grid(raw[:1500])
    truth = 0.1 + 0.6 * scores
    labels = (random.random(len(scores)) < truth).astype(int)
    fold = numpy.arange(len(scores)) % 5
    crossed = numpy.empty(len(scores))
    for k in range(5):
        crossed[fold == k] = step(scores[fold != k], labels[fold != k], scores[fold == k])
    fitted = isotonic(scores, labels).predict(scores)
    values, at = numpy.unique(fitted, return_inverse=True)
    rows, positives = numpy.bincount(at), numpy.bincount(at, labels)
    share = (positives + 0.5) / (rows + 1)

    production = grid(raw[5000:5400])
    p = step(scores, labels, production)
    known = {v: i for i, v in enumerate(values)}
    block = numpy.array([min(known, key=lambda v: abs(v - q)) for q in p])
    block = numpy.array([known[v] for v in block])
    value = estimates(production, p)
    error = errors(production, p, block, share * (1 - share) / (rows + 2))
    result = {
        "threshold": THRESHOLD,
        "reference": {"bins": numpy.floor(scores * 4096).astype(int).tolist(), "labels": labels.tolist()},
        "calibration": {
            "first_scores": [scores[at == k].min() for k in range(len(values))],
            "values": values.tolist(), "rows": rows.tolist(), "positives": positives.astype(int).tolist(),
            "ece_raw": ece(scores, labels), "ece_calibrated": ece(crossed, labels),
        },
        "production": {"bins": numpy.floor(production * 4096).astype(int).tolist()},
        "estimated": {key: {"value": float(value[key]), "standard_error": float(error[key])} for key in value},
    }
    (HERE / "calibration.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


main()
