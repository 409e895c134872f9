using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;

namespace ModelMonitor.Core.Lifecycle;

/// <summary>Compares two versions on the same rows by one metric. Pure.</summary>
/// <remarks>
/// AUC and Gini by DeLong's paired test (DeLong, DeLong, Clarke-Pearson 1988); means over rows (errors, losses, accuracy, and r², which is one minus a mean over the labels' variance)
/// by the standard error of the rows' differences; every other metric by the delete-a-group jackknife of the difference, with the metric's own definition.
/// </remarks>
public static class PairedComparison
{
    /// <summary>Rows of each class, or rows of a regression, below which nothing is said: as for findings.</summary>
    private const int LeastOfClass = 30, LeastRows = 100;

    private const int Groups = 50;
    private const double Clip = 1e-15;

    /// <param name="champion">The shape of its baseline, for thresholds and score bins.</param>
    /// <returns>Null where the rows are too few, or the metric is not defined on them.</returns>
    /// <exception cref="ArgumentException">The metric has no better direction.</exception>
    public static PairedDifference? Of(string metric, PairedRows rows, BaselineShape champion, BaselineShape challenger)
    {
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(champion);
        ArgumentNullException.ThrowIfNull(challenger);
        if (MetricDirections.Of(metric) == MetricDirection.None) throw new ArgumentException($"The metric '{metric}' has no better direction.", nameof(metric));
        if (!Suffices(champion.Task, rows.Count, rows.Labels.Count(y => y == 1))) return null;
        return metric switch
        {
            "roc_auc" when champion.Task == TaskKind.Binary => DeLong(metric, rows, 1),
            "gini" when champion.Task == TaskKind.Binary => DeLong(metric, rows, 2),
            "mse" or "error_variance" or "r2" when champion.Task == TaskKind.Regression && metric != "error_variance" => Means(metric, rows, (y, s) => (s - y) * (s - y)),
            "mae" => Means(metric, rows, (y, s) => Math.Abs(s - y)),
            "brier" => Means(metric, rows, (y, s) => (s - y) * (s - y)),
            "log_loss" when champion.Task == TaskKind.Binary => Means(metric, rows, (y, s) => -Math.Log(Math.Clamp(y == 1 ? s : 1 - s, Clip, 1))),
            _ => Jackknife(metric, rows, champion, challenger),
        };
    }

    /// <summary>Whether so many rows say anything at all.</summary>
    /// <param name="positives">Rows of the positive class; binary versions only.</param>
    public static bool Suffices(TaskKind task, int rows, int positives) =>
        task == TaskKind.Binary ? positives >= LeastOfClass && rows - positives >= LeastOfClass : rows >= LeastRows;

    /// <summary>From each row's placements: the share of the other class that it outranks, a tie counting ½. Midranks give them in n·log n (Sun &amp; Xu 2014).</summary>
    private static PairedDifference DeLong(string metric, PairedRows rows, double factor)
    {
        bool[] positive = [.. rows.Labels.Select(y => y == 1)];
        var (a, b) = (Placements([.. rows.Scores.Select(s => s.Champion)], positive), Placements([.. rows.Scores.Select(s => s.Challenger)], positive));
        var (first, second) = (Auc(a, positive), Auc(b, positive));
        var variance = VarianceOf(true) + VarianceOf(false);
        var (champion, challenger) = factor == 2 ? ((2 * first) - 1, (2 * second) - 1) : (first, second);
        return new(metric, champion, challenger, challenger - champion, factor * Math.Sqrt(variance), rows.Count, "delong");

        double VarianceOf(bool of)
        {
            var differences = Enumerable.Range(0, positive.Length).Where(i => positive[i] == of).Select(i => b[i] - a[i]).ToArray();
            return SampleVariance(differences) / differences.Length;
        }
    }

    private static double Auc(double[] placements, bool[] positive) => placements.Where((_, i) => positive[i]).Average();

    private static double[] Placements(double[] scores, bool[] positive)
    {
        var order = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ToArray();
        var (positives, negatives) = ((double)positive.Count(p => p), (double)positive.Count(p => !p));
        var (placements, belowPositive, belowNegative) = (new double[scores.Length], 0.0, 0.0);
        for (var i = 0; i < order.Length;)
        {
            var end = i;
            while (end < order.Length && scores[order[end]] == scores[order[i]]) end++;
            var tiedPositive = order[i..end].Count(row => positive[row]);
            var tiedNegative = end - i - tiedPositive;
            foreach (var row in order.AsSpan(i, end - i))
                placements[row] = positive[row] ? (belowNegative + (tiedNegative / 2.0)) / negatives : 1 - ((belowPositive + (tiedPositive / 2.0)) / positives);
            (belowPositive, belowNegative, i) = (belowPositive + tiedPositive, belowNegative + tiedNegative, end);
        }

        return placements;
    }

    /// <param name="loss">Of a row: lower is better.</param>
    private static PairedDifference? Means(string metric, PairedRows rows, Func<double, double, double> loss)
    {
        var champion = rows.Scores.Select((s, i) => loss(rows.Labels[i], s.Champion)).ToArray();
        var challenger = rows.Scores.Select((s, i) => loss(rows.Labels[i], s.Challenger)).ToArray();
        var differences = champion.Zip(challenger, (a, b) => a - b).ToArray();
        var error = Math.Sqrt(SampleVariance(differences) / differences.Length);
        if (metric != "r2") return new(metric, champion.Average(), challenger.Average(), differences.Average(), error, rows.Count, "paired");
        var mean = rows.Labels.Average();
        var spread = rows.Labels.Average(y => (y - mean) * (y - mean));
        return spread == 0 ? null : new(metric, 1 - (champion.Average() / spread), 1 - (challenger.Average() / spread), differences.Average() / spread, error / spread, rows.Count, "paired");
    }

    /// <summary>SE² = (G−1)/G·Σ(θ₋g − θ̄)², every G-th row a group.</summary>
    private static PairedDifference? Jackknife(string metric, PairedRows rows, BaselineShape champion, BaselineShape challenger)
    {
        var (one, other) = (new Side(metric, rows, champion, s => s.Champion, p => p.Champion), new Side(metric, rows, challenger, s => s.Challenger, p => p.Challenger));
        var sign = MetricDirections.Of(metric) == MetricDirection.HigherIsBetter ? 1 : -1;
        if (one.Value() is not { } a || other.Value() is not { } b) return null;
        var left = new double[Groups];
        for (var g = 0; g < Groups; g++)
        {
            one.Count(g, -1);
            other.Count(g, -1);
            if (one.Value() is not { } x || other.Value() is not { } y) return null;
            left[g] = sign * (y - x);
            one.Count(g, 1);
            other.Count(g, 1);
        }

        var mean = left.Average();
        return new(metric, a, b, sign * (b - a), Math.Sqrt((Groups - 1.0) / Groups * left.Sum(l => (l - mean) * (l - mean))), rows.Count, "jackknife");
    }

    private static double SampleVariance(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? 0 : values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1);
    }

    /// <summary>One version's outcomes, from which groups of rows are taken out and put back.</summary>
    private sealed class Side
    {
        private readonly string _metric;
        private readonly PairedRows _rows;
        private readonly BaselineShape _shape;
        private readonly Func<(double Champion, double Challenger), double> _score;
        private readonly Func<(double[]? Champion, double[]? Challenger), double[]?> _probabilities;
        private readonly PaneState _state;

        public Side(string metric, PairedRows rows, BaselineShape shape, Func<(double Champion, double Challenger), double> score, Func<(double[]? Champion, double[]? Challenger), double[]?> probabilities)
        {
            (_metric, _rows, _shape, _score, _probabilities) = (metric, rows, shape, score, probabilities);
            _state = PaneState.Empty("", shape);
            for (var g = 0; g < Groups; g++) Count(g, 1);
        }

        public void Count(int group, int sign)
        {
            for (var i = group; i < _rows.Count; i += Groups) _state.AddOutcome(_score(_rows.Scores[i]), _probabilities(_rows.Probabilities[i]), _rows.Labels[i], sign);
        }

        public double? Value() => Performance.Of(_state, _shape).TryGetValue(_metric, out var value) ? value.Value : null;
    }
}
