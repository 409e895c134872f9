"""Golden values of bias² and variance of ensembles, by NumPy, with the standard errors of means by SciPy.

    /usr/bin/python3 tests/golden/ensemble.py > tests/golden/ensemble.json
"""
import json
import numpy as np
from scipy import stats


def case(name, scores, labels):
    mean = scores.mean(axis=1)
    parts = {"bias_squared": (mean - labels) ** 2, "variance": scores.var(axis=1), "variance_unbiased": scores.var(axis=1, ddof=1),
             "member_mse": ((scores - labels[:, None]) ** 2).mean(axis=1)}
    metrics = {key: {"value": float(part.mean()), "standard_error": float(stats.sem(part, ddof=1))} for key, part in parts.items()}
    return {"name": name, "scores": scores.tolist(), "labels": labels.tolist(), "metrics": metrics}


rng = np.random.default_rng(20261124)
truth = rng.normal(100, 20, 150)
logits = rng.normal(0, 1.5, 120)
print(json.dumps([
    case("five regressions", np.round(truth[:, None] + rng.normal(3, 6, (150, 5)), 3), np.round(truth + rng.normal(0, 2, 150), 3)),
    case("two classifiers", np.round(1 / (1 + np.exp(-logits[:, None] - rng.normal(0, 0.4, (120, 2)))), 4), (rng.random(120) < 1 / (1 + np.exp(-logits))).astype(float)),
    case("members of one mind", np.repeat(np.round(rng.random((40, 1)), 4), 3, axis=1), rng.integers(0, 2, 40).astype(float)),
], separators=(",", ":")))
