"""Slopes by numpy.polyfit, days to the target by Fieller's theorem solved on a fine grid of roots; writes trend.json."""
import json
import pathlib

import numpy as np
from scipy import optimize, stats

rng = np.random.default_rng(20260302)


def case(name, metric, days, values, errors, target, better):
    t, y = np.array(days, float), np.array(values, float)
    n = len(t)
    weighted = errors is not None
    w = 1 / np.array(errors) if weighted else np.ones(n)  # polyfit takes 1/sigma
    s = t - t[-1]
    (slope, level), cov = np.polyfit(s, y, 1, w=w, cov="unscaled")
    chi2 = float(np.sum((w * (y - level - slope * s)) ** 2)) / (n - 2)
    cov = cov * (max(chi2, 1) if weighted else chi2)
    q = stats.t.isf(0.025, n - 2)
    se = float(np.sqrt(cov[0, 0]))
    out = {"slope": float(slope), "standard_error": se, "lower": float(slope - q * se), "upper": float(slope + q * se)}
    sign = -1 if better == "higher" else 1
    if target is not None and sign * slope > 0 and sign * (target - level) > 0 and slope**2 > (q * se) ** 2:
        d = (target - level) / slope

        # The line's confidence band at day x: how far the target lies outside it.
        def outside(x):
            return (target - level - x * slope) ** 2 - q**2 * (cov[1, 1] + 2 * x * cov[0, 1] + x**2 * cov[0, 0])

        lower = 0.0 if outside(0) <= 0 else float(optimize.brentq(outside, 0, d, xtol=1e-13))
        step = d
        while outside(step) <= 0:
            step *= 2
        out |= {"days": float(d), "days_lower": lower, "days_upper": float(optimize.brentq(outside, d, step, xtol=1e-13))}
    return {"name": name, "metric": metric, "days": list(map(float, days)), "values": list(map(float, values)),
            "errors": None if errors is None else list(map(float, errors)), "target": target, "expected": out}


def line(days, start, slope, noise):
    return [start + slope * d + noise * rng.standard_normal() for d in days]


week = [7 * i for i in range(12)]
cases = [
    case("a clear fall, weights", "roc_auc", week, line(week, 0.8, -0.0007, 0.002), [0.002 + 0.0005 * (i % 3) for i in range(12)], 0.7, "higher"),
    case("a clear fall, no errors", "roc_auc", week[:8], line(week[:8], 0.8, -0.0007, 0.002), None, 0.7, "higher"),
    case("four windows agree too well", "roc_auc", [0, 1, 2, 3], [0.8, 0.79, 0.78, 0.77], [0.001, 0.001, 0.001, 0.002], 0.7, "higher"),
    case("windows differ more than their errors", "f1", [0, 30, 61, 91, 122], [0.6, 0.52, 0.5, 0.38, 0.33], [0.002] * 5, 0.2, "higher"),
    case("an error that grows", "rmse", week[:9], line(week[:9], 10, 0.05, 0.1), [0.1] * 9, 15, "lower"),
    case("the target may be missed already", "roc_auc", [0, 1, 2, 3, 4], [0.8, 0.781, 0.759, 0.741, 0.702], [0.006] * 5, 0.7, "higher"),
    case("flat", "roc_auc", week, line(week, 0.8, 0, 0.002), [0.002] * 12, 0.7, "higher"),
    case("rising", "roc_auc", week, line(week, 0.7, 0.001, 0.001), [0.001] * 12, 0.65, "higher"),
    case("missed", "roc_auc", week, line(week, 0.7, -0.001, 0.001), [0.001] * 12, 0.72, "higher"),
    case("no target", "log_loss", week, line(week, 0.4, 0.002, 0.001), [0.001] * 12, None, "lower"),
]
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"trends": cases}, indent=1) + "\n")
