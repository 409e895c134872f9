namespace ModelMonitor.Host.Export;

/// <summary>A counter's value by what it counts.</summary>
/// <param name="What">Its labels behind the model: stream and reason, window and reason …</param>
public sealed record Reading(string Model, IReadOnlyList<string> What, double Value);

/// <summary>The monitor's own counters since its process started.</summary>
/// <param name="LastSuccess">When each window was last evaluated, seconds since 1970; 0: not since the start.</param>
public sealed record TelemetryReadings(
    IReadOnlyList<Reading> Received, IReadOnlyList<Reading> Rejected, IReadOnlyList<Reading> Labels, IReadOnlyList<Reading> Skipped, IReadOnlyList<Reading> Messages, IReadOnlyList<Reading> DeviceChanges, IReadOnlyList<Reading> LastSuccess)
{
    public required long Commits { get; init; }

    /// <summary>Seconds that all commits took together.</summary>
    public required double CommitSeconds { get; init; }

    /// <summary>Batches that each model scored, and the seconds that they took together.</summary>
    public required IReadOnlyList<(string Model, long Batches, double Seconds)> Scored { get; init; }
}

public sealed partial class PrometheusTelemetry
{
    /// <summary>What a page shows of the counters, sorted by model and what they count.</summary>
    public TelemetryReadings Read() => new(
        Of(_received, c => c.Value), Of(_rejected, c => c.Value), Of(_labels, c => c.Value), Of(_skipped, c => c.Value), Of(_requests, c => c.Value), Of(_devices, c => c.Value), Of(_lastSuccess, g => g.Value))
    {
        Commits = _committed.Count,
        CommitSeconds = _committed.Sum,
        Scored = [.. _scored.All.Select(s => (s.Key.Model, s.Value.Count, s.Value.Sum)).OrderBy(s => s.Model, StringComparer.Ordinal)],
    };

    private static IReadOnlyList<Reading> Of<TChild>(SeriesTable<TChild> table, Func<TChild, double> value) =>
        [.. table.All.Select(s => new Reading(s.Key.Model, [.. s.Key.ToArray().Skip(1)], value(s.Value))).OrderBy(r => r.Model, StringComparer.Ordinal).ThenBy(r => string.Join('\n', r.What), StringComparer.Ordinal)];
}
