using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ModelMonitor.Core.Kernels;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Benchmarks;

/// <summary>PSI of many float32 columns, one after another in one file, as `baselines/psi.py` computes it.</summary>
/// <remarks>DIR FEATURES ROWS [REPEATS]. Timed: counting every production column and its PSI. Not timed: the edges and the reference's counts.</remarks>
internal static class PsiRun
{
    public const int ReferenceRows = 100_000;

    public static async Task<int> RunAsync(string what, int bins, string[] args)
    {
        var (folder, features, rows) = (args[0], int.Parse(args[1], null), int.Parse(args[2], null));
        var repeats = args.Length > 3 ? int.Parse(args[3], null) : 3;
        var columns = Columns(Path.Combine(folder, "production.f32"), features, rows, RowsOf(folder));
        var reference = Columns(Path.Combine(folder, "reference.f32"), features, ReferenceRows, ReferenceRows);
        var prepared = reference.Select(column => Prepared.From(column, bins)).ToArray();
        var reading = Measure.Median(repeats, () => columns.Sum(c => Read(c)));
        var work = Measure.Median(repeats, () => Sum(prepared, columns));
        var values = (double)features * rows;
        await Console.Out.WriteLineAsync(Measure.Json(
            ("what", what), ("features", features), ("rows", rows), ("bins", bins), ("cpu_s", work.Cpu), ("wall_s", work.Wall), ("ns_per_value", work.Cpu / values * 1e9),
            ("read_cpu_s", reading.Cpu), ("share_of_read_bandwidth", reading.Cpu / work.Cpu), ("peak_mib", Process.GetCurrentProcess().PeakWorkingSet64 >> 20), ("psi_sum", work.Value))).ConfigureAwait(false);
        return 0;
    }

    private static double Sum(Prepared[] prepared, float[][] columns)
    {
        double sum = 0;
        for (var f = 0; f < columns.Length; f++)
        {
            var counts = new long[prepared[f].Reference.Length];
            counts[^1] = prepared[f].Binning.Count(columns[f], counts.AsSpan(..^1));
            sum += PopulationStability.Psi(prepared[f].Reference, counts).Psi;
        }

        return sum;
    }

    private static double Read(ReadOnlySpan<float> values)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        var step = 4 * Vector512<float>.Count;
        for (var i = 0; i <= values.Length - step; i += step)
        {
            var block = values.Slice(i, step);
            a += Vector512.Create(block);
            b += Vector512.Create(block[16..]);
            c += Vector512.Create(block[32..]);
            d += Vector512.Create(block[48..]);
        }

        return Vector512.Sum((a + b) + (c + d));
    }

    public static int RowsOf(string folder)
    {
        var features = new FileInfo(Path.Combine(folder, "reference.f32")).Length / sizeof(float) / ReferenceRows;
        return (int)(new FileInfo(Path.Combine(folder, "production.f32")).Length / sizeof(float) / features);
    }

    public static float[][] Columns(string path, int features, int rows, int stride)
    {
        using var file = File.OpenRead(path);
        var columns = new float[features][];
        for (var f = 0; f < features; f++)
        {
            columns[f] = new float[rows];
            file.Position = (long)f * stride * sizeof(float);
            file.ReadExactly(MemoryMarshal.AsBytes(columns[f].AsSpan()));
        }

        return columns;
    }

    /// <param name="Reference">Counts per bin, then missing.</param>
    private sealed record Prepared(Binning<float> Binning, long[] Reference)
    {
        public static Prepared From(float[] column, int bins)
        {
            var sorted = column.Where(v => !float.IsNaN(v)).Select(v => (double)v).Order().ToArray();
            var edges = Enumerable.Range(1, bins - 1).Select(k => Percentiles.Of(sorted, k / (double)bins)).Distinct().ToArray();
            var binning = new Binning<float>(edges);
            var counts = new long[edges.Length + 2];
            counts[^1] = binning.Count(column, counts.AsSpan(..^1));
            return new(binning, counts);
        }
    }
}
