using ModelMonitor.Core;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Learning;

/// <summary>How far a version's learning has come, as the store remembers it.</summary>
/// <param name="First">Earliest event time so far; null: no row yet.</param>
/// <param name="Newest">Latest event time so far.</param>
/// <param name="Seen">Rows that came.</param>
/// <param name="Kept">Rows that are kept.</param>
/// <param name="Bytes">What they take.</param>
/// <param name="Halvings">How often the sample was halved to stay within its limit.</param>
public sealed record LearningMarks(long? First, long? Newest, long Seen, long Kept, long Bytes, long Halvings)
{
    /// <summary>The share of rows that is kept, by hash of the id.</summary>
    public double Share => Math.Pow(0.5, Halvings);

    /// <summary>The part of the period that has passed, 0…1.</summary>
    public double Progress(TimeSpan period) => First is { } first && Newest is { } newest ? Math.Clamp((double)(newest - first) / Instant.From(period), 0, 1) : 0;

    /// <summary>Whether the period has passed, and with it the time that rows may come late.</summary>
    public bool IsDue(TimeSpan period, TimeSpan lateness) => First is { } first && Newest is { } newest && newest >= first + Instant.From(period) + Instant.From(lateness);

    /// <summary>For people: "3.2 of 7 days".</summary>
    public string Describe(TimeSpan period) => FormattableString.Invariant($"{Progress(period) * period.TotalDays:0.#} of {period.TotalDays:0.##} days");

    public static async ValueTask<LearningMarks> ReadAsync(IStateReader reader, MonitoredModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        async ValueTask<long?> Mark(string name) => await reader.ReadMarkAsync(NameOf(model, name), cancellationToken).ConfigureAwait(false);
        return new(
            await Mark("first").ConfigureAwait(false), await Mark("newest").ConfigureAwait(false), await Mark("seen").ConfigureAwait(false) ?? 0,
            await Mark("kept").ConfigureAwait(false) ?? 0, await Mark("bytes").ConfigureAwait(false) ?? 0, await Mark("halvings").ConfigureAwait(false) ?? 0);
    }

    /// <summary>Whether the version's baseline has been learned, as committed.</summary>
    public static async ValueTask<bool> IsLearnedAsync(IStateReader reader, MonitoredModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return await reader.ReadMarkAsync(NameOf(model, "learned"), cancellationToken).ConfigureAwait(false) is not null;
    }

    internal async ValueTask WriteAsync(IStateTransaction transaction, MonitoredModel model, CancellationToken cancellationToken)
    {
        ValueTask Mark(string name, long value) => transaction.WriteMarkAsync(NameOf(model, name), value, cancellationToken);
        if (First is { } first) await Mark("first", first).ConfigureAwait(false);
        if (Newest is { } newest) await Mark("newest", newest).ConfigureAwait(false);
        await Mark("seen", Seen).ConfigureAwait(false);
        await Mark("kept", Kept).ConfigureAwait(false);
        await Mark("bytes", Bytes).ConfigureAwait(false);
        await Mark("halvings", Halvings).ConfigureAwait(false);
    }

    internal static ValueTask WriteLearnedAsync(IStateTransaction transaction, MonitoredModel model, long at, CancellationToken cancellationToken) =>
        transaction.WriteMarkAsync(NameOf(model, "learned"), at, cancellationToken);

    private static string NameOf(MonitoredModel model, string name) => $"learning/{name}/{model.Name}/{model.Baseline.Version}";
}
