using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Tests.Flow;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Tests.Store;

/// <summary>A year of traffic, its labels, evaluations and retention over the real store, as fast as it goes.</summary>
public sealed class YearTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromHours(6);

    private static readonly MonitorOptions s_options = Given.Monitor() with
    {
        Models = [Given.Options with { LabelDelay = TimeSpan.FromDays(2) }],
        Windows = [new("hour", TimeSpan.FromHours(1), ""), new("day", TimeSpan.FromDays(1), ""), new("week", TimeSpan.FromDays(7), ""), new("month", TimeSpan.FromDays(28), "")],
        Retention = new() { Panes = TimeSpan.FromDays(40), Evaluations = TimeSpan.FromDays(50), WaitingPredictions = TimeSpan.FromDays(4), DeliveryKeys = TimeSpan.FromDays(3) },
    };

    [Fact]
    public async Task Disk_and_memory_stay_flat_over_a_year()
    {
        if (await OwnProcess.RanAsync()) return;
        using var folder = new TemporaryFolder();
        using var locked = StateFolderLock.Acquire(folder.Path);
        await using var store = SqliteStore.Open(locked);
        await using var monitor = new Running(Given.ModelOf(s_options.Models[0]), s_options, store);
        var seen = new Dictionary<int, (Dictionary<string, long> Rows, long Bytes, long Memory)>();
        for (var day = 1; day <= 365; day++)
        {
            for (var step = 0; step < 4; step++) await Pass(monitor, day, step);
            await monitor.Sum();
            await monitor.Writer.SubmitAsync(new RetentionWork(monitor.Catalog, monitor.Options, monitor.Counted, NullLogger.Instance));
            foreach (var window in s_options.Windows) await monitor.Evaluations.RunAsync(window, default);
            if (day is 100 or 365) seen[day] = (Rows(folder["state.db"]), new FileInfo(folder["state.db"]).Length, GC.GetTotalMemory(forceFullCollection: true));
        }

        var (early, late) = (seen[100], seen[365]);
        Assert.Equal(0, monitor.Counted["skipped error"] + monitor.Counted["skipped state_forgotten"]);
        Assert.True(monitor.Counted["evaluated"] > 1400);
        // The audit is a record and grows; nothing was done here that it would hold.
        Assert.All(early.Rows, table => Assert.True(late.Rows[table.Key] <= table.Value * 1.05 + 5, $"{table.Key} grew from {table.Value} to {late.Rows[table.Key]} rows"));
        Assert.InRange(late.Rows["stretch"], 40, 2000);
        Assert.True(late.Bytes <= early.Bytes * 1.1, $"The file grew from {early.Bytes} to {late.Bytes} bytes.");
        Assert.True(late.Memory <= early.Memory * 1.1 + (1 << 20), $"The memory grew from {early.Memory} to {late.Memory} bytes.");
    }

    /// <summary>Six hours: rows spread over panes, and the labels of two days ago.</summary>
    private static async Task Pass(Running monitor, int day, int step)
    {
        monitor.Clock.Advance(s_step);
        var now = monitor.Clock.GetUtcNow();
        var rows = Enumerable.Range(0, 30).Select(i => new Row($"{day}.{step}.{i}", now.AddMinutes(-11 * i), ((i * 7) + day) % 64 / 64.0, i % 8, i % 3 == 0 ? "a" : "b")).ToArray();
        await monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(rows)], new($"p{day}.{step}", UInt128.One));
        if (day < 3) return;
        // One in thirty never gets its label.
        var truths = Enumerable.Range(1, 29).Select(i => new Truth($"{day - 2}.{step}.{i}", (i + day) % 2)).ToArray();
        await monitor.Ingest.LabelsAsync(monitor.Model, [Given.Batch(truths)], new($"l{day}.{step}", UInt128.One));
    }

    private static Dictionary<string, long> Rows(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var tables = new List<string>();
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
            using var reader = command.ExecuteReader();
            while (reader.Read()) tables.Add(reader.GetString(0));
        }

        return tables.ToDictionary(table => table, table =>
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the schema.
            command.CommandText = $"SELECT count(*) FROM \"{table}\"";
#pragma warning restore CA2100
            return (long)command.ExecuteScalar()!;
        });
    }
}
