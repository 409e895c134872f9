namespace ModelMonitor.Core.Tests;

/// <summary>Each formula written as plainly as possible over raw rows, whatever it costs.</summary>
internal static class Naive
{
    /// <summary>Shares of pairs won, pair by pair.</summary>
    public static double RocAuc(IReadOnlyList<(double Score, bool Positive)> rows)
    {
        double won = 0, pairs = 0;
        foreach (var p in rows.Where(r => r.Positive))
        {
            foreach (var n in rows.Where(r => !r.Positive))
            {
                pairs++;
                won += p.Score > n.Score ? 1 : p.Score == n.Score ? 0.5 : 0;
            }
        }

        return won / pairs;
    }

    /// <summary>DeLong by structural components: for each row its share of won pairs, then their sample variances.</summary>
    public static double DeLongStandardError(IReadOnlyList<(double Score, bool Positive)> rows)
    {
        var positives = rows.Where(r => r.Positive).Select(r => r.Score).ToList();
        var negatives = rows.Where(r => !r.Positive).Select(r => r.Score).ToList();
        static double Kernel(double p, double n) => p > n ? 1 : p == n ? 0.5 : 0;
        var ofPositives = positives.Select(p => negatives.Average(n => Kernel(p, n))).ToList();
        var ofNegatives = negatives.Select(n => positives.Average(p => Kernel(p, n))).ToList();
        return Math.Sqrt((SampleVariance(ofPositives) / positives.Count) + (SampleVariance(ofNegatives) / negatives.Count));
    }

    public static double SampleVariance(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1);
    }

    /// <summary>Dividing by n.</summary>
    public static double Variance(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        return values.Average(v => (v - mean) * (v - mean));
    }

    /// <summary>max |TPR − FPR| over every score as a threshold.</summary>
    public static double ClassKs(IReadOnlyList<(double Score, bool Positive)> rows)
    {
        double positives = rows.Count(r => r.Positive), negatives = rows.Count(r => !r.Positive);
        return rows.Max(t => Math.Abs((rows.Count(r => r.Positive && r.Score >= t.Score) / positives) - (rows.Count(r => !r.Positive && r.Score >= t.Score) / negatives)));
    }

    /// <summary>Σ (R_k − R_{k−1})·P_k over every distinct score as a threshold, from the highest down.</summary>
    public static double AveragePrecision(IReadOnlyList<(double Score, bool Positive)> rows)
    {
        double sum = 0, before = 0, positives = rows.Count(r => r.Positive);
        foreach (var threshold in rows.Select(r => r.Score).Distinct().OrderDescending())
        {
            double hits = rows.Count(r => r.Positive && r.Score >= threshold);
            var recall = hits / positives;
            sum += (recall - before) * (hits / rows.Count(r => r.Score >= threshold));
            before = recall;
        }

        return sum;
    }

    /// <summary>Rows that tie share their positives evenly; the first n/10 of them are taken, the last one in part.</summary>
    public static double LiftTopDecile(IReadOnlyList<(double Score, bool Positive)> rows)
    {
        var shares = rows.OrderByDescending(r => r.Score).Select(r => rows.Where(o => o.Score == r.Score).Average(o => o.Positive ? 1.0 : 0.0)).ToList();
        var wanted = rows.Count / 10.0;
        double hits = 0;
        for (var i = 0; i < shares.Count; i++) hits += shares[i] * Math.Clamp(wanted - i, 0, 1);
        return hits / wanted / rows.Average(r => r.Positive ? 1.0 : 0.0);
    }

    /// <summary>max |F_R − F_P| over every value of either sample.</summary>
    public static double TwoSampleKs(IReadOnlyList<double> reference, IReadOnlyList<double> production) =>
        reference.Concat(production).Max(x => Math.Abs(Cdf(reference, x) - Cdf(production, x)));

    /// <summary>∫ |F_R − F_P|, exactly: both are constant between neighbouring values.</summary>
    public static double Wasserstein(IReadOnlyList<double> reference, IReadOnlyList<double> production)
    {
        var values = reference.Concat(production).Distinct().Order().ToList();
        return values.Zip(values.Skip(1)).Sum(step => (step.Second - step.First) * Math.Abs(Cdf(reference, step.First) - Cdf(production, step.First)));
    }

    private static double Cdf(IReadOnlyList<double> values, double x) => (double)values.Count(v => v <= x) / values.Count;
}
