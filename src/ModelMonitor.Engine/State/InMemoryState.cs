using System.Collections.Immutable;

namespace ModelMonitor.Engine.State;

/// <summary>Everything an <see cref="InMemoryStore"/> remembers at one moment. Sets are ordered by the keys that reads ask for.</summary>
internal sealed record InMemoryState
{
    public static InMemoryState Empty { get; } = new();

    public long LastDeltaId { get; init; }

    public ImmutableSortedSet<StoredState> Deltas { get; init; } = ImmutableSortedSet.Create<StoredState>(InMemoryOrder.Delta);

    public ImmutableSortedDictionary<long, StoredState> DeltasById { get; init; } = ImmutableSortedDictionary<long, StoredState>.Empty;

    public ImmutableSortedSet<SummedState> Summed { get; init; } = ImmutableSortedSet.Create<SummedState>(InMemoryOrder.Summed);

    public ImmutableSortedDictionary<JoinKey, JoinRow> Joins { get; init; } = ImmutableSortedDictionary.Create<JoinKey, JoinRow>(InMemoryOrder.Join);

    public ImmutableSortedSet<TouchedKey> Touched { get; init; } = ImmutableSortedSet.Create<TouchedKey>(InMemoryOrder.Touched);

    public ImmutableSortedDictionary<string, DeliveryRecord> Deliveries { get; init; } = ByName<DeliveryRecord>();

    public ImmutableSortedSet<EvaluationRecord> Evaluations { get; init; } = ImmutableSortedSet.Create<EvaluationRecord>(InMemoryOrder.Evaluation);

    public ImmutableSortedDictionary<(string Model, string Rule, string Version), RuleStateRecord> Rules { get; init; } =
        ImmutableSortedDictionary.Create<(string, string, string), RuleStateRecord>(InMemoryOrder.Rule);

    public ImmutableSortedDictionary<string, OutboxRecord> Outbox { get; init; } = ByName<OutboxRecord>();

    public ImmutableSortedDictionary<(string Model, string Version), VersionRecord> Versions { get; init; } =
        ImmutableSortedDictionary.Create<(string, string), VersionRecord>(InMemoryOrder.Version);

    public ImmutableList<AuditRecord> Audit { get; init; } = [];

    public ImmutableList<(string Model, string Version, ReadOnlyMemory<byte> Body)> Learning { get; init; } = [];

    public ImmutableDictionary<(string Model, string Kind, string Key), DocumentRecord> Documents { get; init; } = ImmutableDictionary<(string, string, string), DocumentRecord>.Empty;

    public ImmutableList<CapturedRecord> Captured { get; init; } = [];

    public ImmutableSortedDictionary<string, long> Marks { get; init; } = ByName<long>();

    /// <summary>A row that may be changed without changing the state.</summary>
    public static JoinRow Copy(JoinRow row) => new()
    {
        Id = row.Id,
        EventTime = row.EventTime,
        Scores = [.. row.Scores],
        Label = row.Label,
        LabelTime = row.LabelTime,
        Touched = row.Touched,
    };

    /// <summary>The position of the first element that is not before <paramref name="key"/>.</summary>
    public static int LowerBound<T>(ImmutableSortedSet<T> set, T key)
    {
        var index = set.IndexOf(key);
        return index < 0 ? ~index : index;
    }

    private static ImmutableSortedDictionary<string, T> ByName<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
}

/// <summary>A summed stretch and its level.</summary>
internal readonly record struct SummedState(StateLevel Level, StoredState State);

internal readonly record struct JoinKey(string Model, UInt128 Id);

/// <summary>Join rows by the time they expire from.</summary>
internal readonly record struct TouchedKey(string Model, long Touched, UInt128 Id);
