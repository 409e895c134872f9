using System.Globalization;
using ModelMonitor.Core;
using ModelMonitor.Core.Panes;
using ModelMonitor.Engine.Evaluating;

namespace ModelMonitor.Benchmarks;

/// <summary>How cost grows, one line a point: rows, features, models, active segments, replicas. [BATCHES]</summary>
internal static class Goal13
{
    private static readonly DateTimeOffset s_start = LiveMonitor.Start;

    public static async Task<int> RunAsync(string[] args)
    {
        var batches = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 64;
        await PointAsync("warm", 0, 30, 5, 1, 1024).ConfigureAwait(false);
        foreach (var times in new[] { 1, 4, 16, 64 }) await PointAsync("rows", times * batches * LiveMonitor.BatchRows, 30, 0, 1, times * batches).ConfigureAwait(false);
        foreach (var features in new[] { 10, 30, 100, 300 }) await PointAsync("features", features, features, 0, 1, batches).ConfigureAwait(false);
        foreach (var models in new[] { 1, 4, 16, 64 }) await PointAsync("models", models, 30, 0, models, batches).ConfigureAwait(false);
        foreach (var segments in new[] { 1, 5, 10, 25, 50, 200 }) await PointAsync("segments", segments, 30, segments, 1, batches).ConfigureAwait(false);
        foreach (var features in new[] { 10, 30, 100, 300 }) await MergeAsync(features).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Batches into one pane, to every model in turn: CPU per row, bytes of the state of that pane, and managed memory afterwards.</summary>
    private static async Task PointAsync(string what, int of, int features, int segments, int models, int batches)
    {
        await using var monitor = new LiveMonitor(features, segments: segments, models: models);
        var bodies = Enumerable.Range(0, 16).Select(i => LiveMonitor.Body(features, i, s_start, segments)).ToArray();
        var began = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < batches; i++) await monitor.SendAsync(bodies[i % bodies.Length], monitor.Models[i % models]).ConfigureAwait(false);
        var cpu = (Environment.CpuUsage.TotalTime - began).TotalMicroseconds / ((double)batches * LiveMonitor.BatchRows);
        await monitor.SumAsync().ConfigureAwait(false);
        var state = 0L;
        await using var reader = await monitor.Store.OpenSnapshotAsync(default).ConfigureAwait(false);
        foreach (var model in monitor.Models)
        {
            foreach (var series in await reader.ReadSeriesAsync(model.Name, default).ConfigureAwait(false))
            {
                var empty = PaneState.Empty(model.Baseline.Hash, series.Segment.Length == 0 ? model.Baseline.Shape : model.SliceShape);
                state += (await WindowReader.ReadAsync(reader, series, new(Instant.From(s_start), Instant.From(s_start.AddMinutes(5))), empty, default).ConfigureAwait(false)).WriteSums().Length;
            }
        }

        if (what == "warm") return;
        await Console.Out.WriteLineAsync(Measure.Json(("what", what), ("of", of), ("us_per_row", cpu), ("state_kib", state / 1024.0), ("managed_mib", GC.GetTotalMemory(forceFullCollection: true) / 1048576.0))).ConfigureAwait(false);
    }

    /// <summary>What another replica's pane costs: reading its bytes and adding them.</summary>
    private static async Task MergeAsync(int features)
    {
        await using var monitor = new LiveMonitor(features);
        await monitor.SendAsync(LiveMonitor.Body(features, 1, s_start)).ConfigureAwait(false);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default).ConfigureAwait(false);
        var shape = monitor.Model.Baseline.Shape;
        var sum = await WindowReader.ReadAsync(reader, monitor.Model.Series, new(Instant.From(s_start), Instant.From(s_start.AddMinutes(5))), PaneState.Empty(monitor.Model.Baseline.Hash, shape), default).ConfigureAwait(false);
        var bytes = sum.WriteSums();
        var (cpu, _, _) = Measure.Median(9, () =>
        {
            for (var i = 0; i < 200; i++) sum.Merge(PaneState.Read(bytes));
            return 0;
        });
        await Console.Out.WriteLineAsync(Measure.Json(("what", "replica"), ("of", features), ("state_kib", bytes.Length / 1024.0), ("merge_us", cpu / 200 * 1e6))).ConfigureAwait(false);
    }
}
