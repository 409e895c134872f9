namespace ModelMonitor.Core.Metrics;

/// <summary>The confusion matrix to be expected at the decision threshold: TP = Σp and FP = Σ(1 − p) over predicted positives, FN and TN over the others.</summary>
/// <remarks>
/// Which rows are predicted positive is known; a metric therefore depends on TP and FN alone. Its derivatives: `a` by a predicted positive that
/// turns out positive (TP + 1, FP − 1), `c` by a predicted negative that does (FN + 1, TN − 1).
/// </remarks>
internal sealed class ExpectedConfusion
{
    private readonly ExpectedOutcomes _expected;
    private readonly long _predicted;
    private readonly double _hits;
    private readonly double _misses;

    public ExpectedConfusion(ExpectedOutcomes expected)
    {
        _expected = expected;
        foreach (var bin in expected.Bins)
        {
            if (expected.IsPredictedPositive(bin))
            {
                _predicted += bin.Rows;
                _hits += bin.Rows * bin.Probability;
            }
            else
            {
                _misses += bin.Rows * bin.Probability;
            }
        }
    }

    private double Rows => _expected.Rows;

    private double Positives => _hits + _misses;

    private double Negatives => Rows - Positives;

    public void Add(OrderedDictionary<string, MetricValue> values)
    {
        double n = Rows, p = Positives, q = Negatives, predicted = _predicted, rejected = Rows - _predicted;
        var alarms = predicted - _hits;
        values["precision"] = _predicted == 0 ? Undefined(MetricStatus.NoPredictedPositives) : Value(_hits / predicted, 1 / predicted, 0);
        values["recall"] = p == 0 ? Undefined(MetricStatus.NoPositives) : Value(_hits / p, _misses / (p * p), -_hits / (p * p));
        var whole = predicted + p;
        var f1 = 2 * _hits / whole;
        values["f1"] = whole == 0 ? Undefined(MetricStatus.NoPositives) : Value(f1, (2 - f1) / whole, -f1 / whole);
        values["accuracy"] = Value((_hits + rejected - _misses) / n, 1 / n, -1 / n);
        if (p == 0 || q <= 0)
        {
            values["balanced_accuracy"] = values["mcc"] = Undefined(MetricStatus.OneClassOnly);
            return;
        }

        var (sensitivity, specificity) = (_hits / p, 1 - (alarms / q));
        values["balanced_accuracy"] = Value(
            0.5 * (sensitivity + specificity), 0.5 * ((_misses / (p * p)) + ((q - alarms) / (q * q))), 0.5 * ((-_hits / (p * p)) - (alarms / (q * q))));
        values["mcc"] = predicted == 0 || rejected == 0 ? Undefined(MetricStatus.ZeroDenominator) : Mcc(n, p, q, predicted, rejected);
    }

    /// <summary>TP·TN − FP·FN = n·TP − P·(predicted positives).</summary>
    private MetricValue Mcc(double n, double p, double q, double predicted, double rejected)
    {
        var root = Math.Sqrt(p * q) * Math.Sqrt(predicted * rejected);
        var mcc = ((n * _hits) - (p * predicted)) / root;
        var common = mcc * 0.5 * ((1 / p) - (1 / q));
        return Value(mcc, ((n - predicted) / root) - common, (-predicted / root) - common, least: -1);
    }

    private MetricValue Value(double value, double a, double c, double least = 0)
    {
        double[] gradient = [.. _expected.Bins.Select(bin => _expected.IsPredictedPositive(bin) ? a : c)];
        return Intervals.Symmetric(value, _expected.StandardError(gradient), _expected.Rows, least, 1);
    }

    private MetricValue Undefined(string status) => MetricValue.Undefined(status, _expected.Rows);
}
