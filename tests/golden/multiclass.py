#!/usr/bin/env python3
"""Multiclass performance of small cases by scikit-learn; writes multiclass.json."""
import json, pathlib
import numpy as np
from scipy import stats
from sklearn import metrics as m

rng = np.random.default_rng(31)
Z = stats.norm.ppf(0.975)


def delong(y, s):
    pos, neg = s[y == 1], s[y == 0]
    psi = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    return float(np.sqrt(psi.mean(1).var(ddof=1) / len(pos) + psi.mean(0).var(ddof=1) / len(neg)))


def case(name, classes, rows, present):
    """Probabilities are thousandths, so that no two different ones share a score bin; only some classes have labels."""
    k = len(classes)
    place = rng.choice(present, rows)
    weights = rng.dirichlet(np.ones(k), rows) + 0.5 * np.eye(k)[place]
    counts = np.array([1 + rng.multinomial(1000 - k, w / w.sum()) for w in weights])
    p = counts / 1000
    labels = np.array(classes, dtype=object)[place]
    predicted = np.array(classes, dtype=object)[p.argmax(1)]
    y, z = labels.astype(type(classes[0])), predicted.astype(type(classes[0]))
    own = [c for c in range(k) if 0 < (place == c).sum() < rows]
    areas = [m.roc_auc_score(place == c, p[:, c]) for c in own]
    if len(own) == k:
        assert abs(np.mean(areas) - m.roc_auc_score(place, p, multi_class="ovr", average="macro")) < 1e-12
    losses = -np.log(p[np.arange(rows), place])
    values = dict(f1_macro=m.f1_score(y, z, average="macro", zero_division=0), f1_micro=m.f1_score(y, z, average="micro", zero_division=0),
                  f1_weighted=m.f1_score(y, z, average="weighted", zero_division=0), precision_macro=m.precision_score(y, z, average="macro", zero_division=0),
                  recall_macro=m.recall_score(y, z, average="macro", zero_division=0), accuracy=m.accuracy_score(y, z),
                  log_loss=m.log_loss(place, p, labels=list(range(k))))
    wilson = stats.binomtest(int((y == z).sum()), rows).proportion_ci(0.95, "wilson")
    half = Z * float(stats.sem(losses))
    intervals = dict(accuracy=[wilson.low, wilson.high], log_loss=[max(values["log_loss"] - half, 0), values["log_loss"] + half])
    if own:
        values["roc_auc_ovr_macro"] = np.mean(areas)
        half = Z * np.mean([delong((place == c).astype(int), p[:, c]) for c in own])
        intervals["roc_auc_ovr_macro"] = [max(values["roc_auc_ovr_macro"] - half, 0), min(values["roc_auc_ovr_macro"] + half, 1)]
    return dict(name=name, classes=[str(c) for c in classes], labels=[str(v) for v in labels], probabilities=p.tolist(),
                values={a: float(v) for a, v in values.items()}, intervals={a: [float(v) for v in b] for a, b in intervals.items()})


cases = [case("text", ["ham", "eggs", "spam"], 180, [0, 1, 2]), case("numbers", [3, 10, 7, 1], 200, [0, 1, 2, 3]),
         case("absent", ["a", "b", "c", "d"], 150, [0, 1, 3]), case("two of three", [0, 1, 2], 90, [1, 2]), case("one only", ["x", "y", "z"], 60, [1])]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(dict(cases=cases)) + "\n")
