namespace ModelMonitor.Core.Metrics;

/// <summary>What depends on the order of the raw scores, expected positives and negatives of a score bin tying with each other.</summary>
internal static class ExpectedRanking
{
    public static void Add(OrderedDictionary<string, MetricValue> values, ExpectedOutcomes expected)
    {
        if (expected.Positives == 0 || expected.Negatives <= 0)
        {
            foreach (var key in BinaryPerformance.Keys.Take(4)) values[key] = MetricValue.Undefined(MetricStatus.OneClassOnly, expected.Rows);
            return;
        }

        var (auc, error, bound) = RocAuc(expected);
        values["roc_auc"] = Intervals.Symmetric(auc, error, expected.Rows, 0, 1) with { ErrorBound = bound };
        values["ks"] = KolmogorovSmirnov(expected);
        values["gini"] = Intervals.Symmetric((2 * auc) - 1, 2 * error, expected.Rows, -1, 1) with { ErrorBound = 2 * bound };
        values["average_precision"] = AveragePrecision(expected);
    }

    /// <summary>
    /// Σ_b P_b·(N_{below b} + N_b/2) / (P·N), P_b = n_b·p_b, N_b = n_b − P_b; its derivative by P_b is
    /// (N_{below} + N_b/2 − P_{above} − P_b/2) / (P·N) − AUC·(1/P − 1/N); the bound ½·Σ P_b·N_b / (P·N) as for realised values.
    /// </summary>
    private static (double Auc, double StandardError, double Bound) RocAuc(ExpectedOutcomes expected)
    {
        var (p, n) = (expected.Positives, expected.Negatives);
        double won = 0, ties = 0, below = 0, above = p;
        var gradient = new double[expected.Bins.Count];
        for (var i = 0; i < gradient.Length; i++)
        {
            var (positive, negative) = Split(expected.Bins[i]);
            above -= positive;
            won += positive * (below + (negative / 2));
            ties += positive * negative;
            gradient[i] = (below + (negative / 2) - above - (positive / 2)) / p / n;
            below += negative;
        }

        var auc = won / p / n;
        for (var i = 0; i < gradient.Length; i++) gradient[i] -= auc * ((1 / p) - (1 / n));
        return (auc, expected.StandardError(gradient), ties / 2 / p / n);
    }

    /// <summary>max |F⁺ − F⁻| at the bins' edges, with the threshold where it is greatest taken as given for the derivative ∓([b below]·(1/P + 1/N) − F⁺/P − F⁻/N).</summary>
    private static MetricValue KolmogorovSmirnov(ExpectedOutcomes expected)
    {
        var (p, n) = (expected.Positives, expected.Negatives);
        double positivesUpTo = 0, negativesUpTo = 0, start = 0, possible = 0, largest = 0;
        (int At, double Positives, double Negatives) best = (0, 0, 0);
        for (var i = 0; i < expected.Bins.Count; i++)
        {
            var (positive, negative) = Split(expected.Bins[i]);
            possible = Math.Max(possible, Math.Max(start + (positive / p), (negative / n) - start));
            positivesUpTo += positive;
            negativesUpTo += negative;
            start = (positivesUpTo / p) - (negativesUpTo / n);
            if (Math.Abs(start) <= largest) continue;
            largest = Math.Abs(start);
            best = (i, positivesUpTo / p, negativesUpTo / n);
        }

        var sign = best.Positives < best.Negatives ? -1 : 1;
        double[] gradient = [.. expected.Bins.Select((_, i) => sign * ((i <= best.At ? (1 / p) + (1 / n) : 0) - (best.Positives / p) - (best.Negatives / n)))];
        return Intervals.Symmetric(largest, expected.StandardError(gradient), expected.Rows, 0, 1) with { ErrorBound = Math.Max(possible - largest, 0) };
    }

    /// <summary>Σ_b P_b/P·(positives from b up)/(rows from b up), from the highest bin down; derivative (precision at b + Σ_{bins up to b} P_j/R_j − AP)/P.</summary>
    private static MetricValue AveragePrecision(ExpectedOutcomes expected)
    {
        var p = expected.Positives;
        var count = expected.Bins.Count;
        var (precision, gradient) = (new double[count], new double[count]);
        double hits = 0, sum = 0;
        long rows = 0;
        for (var i = count - 1; i >= 0; i--)
        {
            var (positive, _) = Split(expected.Bins[i]);
            hits += positive;
            rows += expected.Bins[i].Rows;
            precision[i] = hits / rows;
            sum += positive * precision[i];
            gradient[i] = positive / rows;
        }

        double reached = 0;
        var value = sum / p;
        for (var i = 0; i < count; i++)
        {
            reached += gradient[i];
            gradient[i] = (precision[i] + reached - value) / p;
        }

        return Intervals.Symmetric(value, expected.StandardError(gradient), expected.Rows, 0, 1);
    }

    /// <summary>As <see cref="RankedMetrics.LiftTopDecile"/>: (Σ w_b·P_b)/(n/10) / (P/n), w_b the share of bin b among the top tenth; derivative 10·w_b/P − lift/P.</summary>
    public static MetricValue LiftTopDecile(ExpectedOutcomes expected)
    {
        var p = expected.Positives;
        if (p == 0) return MetricValue.Undefined(MetricStatus.NoPositives, expected.Rows);
        var gradient = new double[expected.Bins.Count];
        double left = expected.Rows / 10.0, hits = 0;
        for (var i = gradient.Length - 1; i >= 0 && left > 0; i--)
        {
            var bin = expected.Bins[i];
            gradient[i] = Math.Min(left / bin.Rows, 1);
            hits += gradient[i] * bin.Rows * bin.Probability;
            left -= bin.Rows;
        }

        var lift = 10 * hits / p;
        for (var i = 0; i < gradient.Length; i++) gradient[i] = ((10 * gradient[i]) - lift) / p;
        return Intervals.Symmetric(lift, expected.StandardError(gradient), expected.Rows, 0, 10);
    }

    private static (double Positive, double Negative) Split(ExpectedBin bin) => (bin.Rows * bin.Probability, bin.Rows * (1 - bin.Probability));
}
