using System.Globalization;
using Microsoft.Data.Sqlite;
using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Engine.Evaluating;

namespace ModelMonitor.Benchmarks;

/// <summary>Evaluating a window of seven days over 300 features, panes of 5 minutes: [FEATURES] [REPEATS].</summary>
/// <remarks>Beside it: reading from SQLite the bytes of all the window's panes, and reading only those of the stretches (days, hours, panes at the ends) that the evaluation reads.</remarks>
internal static class Goal11
{
    private const int Days = 8;

    public static async Task<int> RunAsync(string[] args)
    {
        var features = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 300;
        var repeats = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 9;
        await using var monitor = new LiveMonitor(features);
        for (var pane = 0; pane < Days * 288; pane++)
        {
            await monitor.SendAsync(LiveMonitor.Body(features, pane, LiveMonitor.Start.AddMinutes(5 * pane))).ConfigureAwait(false);
            if (pane % 256 == 255) await monitor.SumAsync().ConfigureAwait(false);
        }

        await monitor.SumAsync().ConfigureAwait(false);
        // Neither end on an hour: the window takes panes, hours and days.
        var end = Instant.From(LiveMonitor.Start.AddDays(Days).AddMinutes(-25));
        var range = new TimeRange(end - (7 * Instant.Day), end);
        await using var reader = await monitor.Store.OpenSnapshotAsync(default).ConfigureAwait(false);
        Evaluation Evaluate() => Evaluator.EvaluateAsync(reader, monitor.Model, "week", range, range, 2016, default).AsTask().GetAwaiter().GetResult();
        using var connection = new SqliteConnection($"Data Source={monitor.Database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var all = Enumerable.Repeat((Level: 1, range.Start, range.End), 1).ToArray();
        var parts = Parts(range).ToArray();
        List<double> evaluating = [], readingAll = [], readingParts = [];
        var (bytesOfAll, bytesOfParts, rows) = (0L, 0L, 0L);
        for (var i = 0; i <= repeats; i++)
        {
            var a = Measure.Median(1, Evaluate);
            var b = Measure.Median(1, () => Read(connection, all));
            var c = Measure.Median(1, () => Read(connection, parts));
            (rows, bytesOfAll, bytesOfParts) = (a.Value.Rows, b.Value, c.Value);
            if (i == 0) continue;
            evaluating.Add(a.Cpu);
            readingAll.Add(b.Cpu);
            readingParts.Add(c.Cpu);
        }

        var (cpu, ofAll, ofParts) = (Measure.Median([.. evaluating]), Measure.Median([.. readingAll]), Measure.Median([.. readingParts]));
        await Console.Out.WriteLineAsync(Measure.Json(
            ("what", "evaluate_week"), ("features", features), ("rows", rows), ("evaluate_ms", cpu * 1000), ("read_panes_ms", ofAll * 1000), ("panes_mib", bytesOfAll / 1048576.0),
            ("ratio", cpu / ofAll), ("read_stretches_ms", ofParts * 1000), ("stretches_mib", bytesOfParts / 1048576.0), ("ratio_to_stretches", cpu / ofParts))).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Days in the middle, hours beside them, panes at the ends.</summary>
    private static IEnumerable<(int Level, long Start, long End)> Parts(TimeRange range)
    {
        static long Up(long at, long step) => -Instant.Floor(-at, step);
        var (hour, lastHour, day, lastDay) = (Up(range.Start, Instant.Hour), Instant.Floor(range.End, Instant.Hour), Up(range.Start, Instant.Day), Instant.Floor(range.End, Instant.Day));
        return [(1, range.Start, hour), (2, hour, day), (3, day, lastDay), (2, lastDay, lastHour), (1, lastHour, range.End)];
    }

    private static long Read(SqliteConnection connection, (int Level, long Start, long End)[] parts)
    {
        var bytes = 0L;
        foreach (var (level, start, end) in parts)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT sums FROM stretch WHERE level = $level AND start >= $start AND start < $end AND series = (SELECT min(id) FROM series)";
            command.Parameters.AddWithValue("$level", level);
            command.Parameters.AddWithValue("$start", start);
            command.Parameters.AddWithValue("$end", end);
            using var reader = command.ExecuteReader();
            while (reader.Read()) bytes += reader.GetFieldValue<byte[]>(0).Length;
        }

        return bytes;
    }
}
