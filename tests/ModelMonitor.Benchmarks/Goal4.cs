using System.Globalization;
using ModelMonitor.Core.Kernels;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Benchmarks;

/// <summary>All metrics of a binary model from score bins, counting included: DIR ROWS [REPEATS]. Fails where the exact AUC or KS lies beyond its bound.</summary>
internal static class Goal4
{
    private const int Block = 8192;

    public static async Task<int> RunAsync(string[] args)
    {
        var (scores, labels) = ScoreFiles.Read(args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
        var repeats = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        var bins = new ScoreBins(0, 1, [], 0.5);
        var (cpu, wall, values) = Measure.Median(repeats, () => Metrics(scores, labels, bins));
        var peak = ScoreFiles.PeakMiB();
        var exact = RadixRanking.Of(scores, labels);
        var (auc, ks) = (values["roc_auc"], values["ks"]);
        var within = Math.Abs(auc.Value!.Value - exact.RocAuc!.Value) <= auc.ErrorBound && exact.KolmogorovSmirnov - ks.Value <= ks.ErrorBound + 1e-12;
        await Console.Out.WriteLineAsync(Measure.Json(("what", "binned_all"), ("rows", scores.Length), ("bins", bins.Edges.Bins), ("cpu_s", cpu), ("wall_s", wall), ("ns_per_row", cpu / scores.Length * 1e9),
            ("peak_mib", peak), ("auc", auc.Value!.Value), ("auc_bound", auc.ErrorBound ?? 0), ("auc_error", auc.Value!.Value - exact.RocAuc!.Value), ("ks", ks.Value!.Value), ("ks_bound", ks.ErrorBound ?? 0),
            ("ks_error", ks.Value!.Value - exact.KolmogorovSmirnov!.Value), ("f1", values["f1"].Value!.Value), ("log_loss", values["log_loss"].Value!.Value), ("within_bound", within ? "yes" : "no"))).ConfigureAwait(false);
        return within ? 0 : 1;
    }

    private static IReadOnlyDictionary<string, MetricValue> Metrics(float[] scores, byte[] labels, ScoreBins bins)
    {
        var outcomes = new BinaryOutcomes(bins);
        var wide = new double[Block];
        var classes = new double[Block];
        for (var start = 0; start < scores.Length; start += Block)
        {
            var length = Math.Min(Block, scores.Length - start);
            for (var i = 0; i < length; i++) wide[i] = scores[start + i];
            for (var i = 0; i < length; i++) classes[i] = labels[start + i];
            outcomes.AddAll(wide.AsSpan(0, length), classes.AsSpan(0, length));
        }

        var distinct = new DistinctScores();
        distinct.Trim(outcomes.Rows);
        return BinaryPerformance.Of(outcomes, distinct, bins);
    }
}
