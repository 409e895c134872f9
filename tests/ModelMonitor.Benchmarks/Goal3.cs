using System.Runtime.InteropServices;
using ModelMonitor.Core.Kernels;

namespace ModelMonitor.Benchmarks;

/// <summary>Exact AUC and KS of many scores: DIR ROWS [REPEATS].</summary>
internal static class Goal3
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (scores, labels) = ScoreFiles.Read(args[0], int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
        var repeats = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 3;
        var (cpu, wall, summary) = Measure.Median(repeats, () => RadixRanking.Of(scores, labels));
        await Console.Out.WriteLineAsync(Measure.Json(("what", "radix_auc_ks"), ("rows", scores.Length), ("cpu_s", cpu), ("wall_s", wall), ("ns_per_row", cpu / scores.Length * 1e9),
            ("peak_mib", ScoreFiles.PeakMiB()), ("auc", summary.RocAuc ?? double.NaN), ("ks", summary.KolmogorovSmirnov ?? double.NaN))).ConfigureAwait(false);
        return 0;
    }
}

/// <summary>The scores and labels that generate.py wrote.</summary>
internal static class ScoreFiles
{
    public static (float[] Scores, byte[] Labels) Read(string folder, int rows)
    {
        var scores = new float[rows];
        var labels = new byte[rows];
        using var scoreFile = File.OpenRead(Path.Combine(folder, "scores.f32"));
        using var labelFile = File.OpenRead(Path.Combine(folder, "labels.u8"));
        scoreFile.ReadExactly(MemoryMarshal.AsBytes(scores.AsSpan()));
        labelFile.ReadExactly(labels);
        return (scores, labels);
    }

    public static long PeakMiB() => System.Diagnostics.Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
}
