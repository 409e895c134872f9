using System.Text.Json;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>All that is known of a version on its way: its files, its stage, what it was asked and what came of it.</summary>
public sealed record VersionDossier
{
    public const string Kind = "version";

    public required string Model { get; init; }

    public required string Version { get; init; }

    public required VersionStage Stage { get; init; }

    /// <summary>Its file: of a challenger in the state folder. Empty where the data carry their own scores.</summary>
    public required string Onnx { get; init; }

    /// <summary>Hex SHA-256 of the file.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Who brought it: `trainer`, `api`, a hook's name, `configuration`.</summary>
    public required string Source { get; init; }

    /// <summary>The retrain request that it answers; null: none.</summary>
    public string? Request { get; init; }

    /// <summary>The version that it was to replace when it came.</summary>
    public required string Champion { get; init; }

    /// <summary>The how many-th challenger of that champion it is, from 1: the more tries, the stricter each test. 0: it is no challenger, it was configured.</summary>
    public required int Attempt { get; init; }

    /// <summary>Rows of production that it is judged by once: settled when it came, so that nobody looks until it passes.</summary>
    public int ValidateRows { get; init; }

    /// <summary>How often it was looked at since its promotion.</summary>
    public int Looks { get; init; }

    /// <summary>The version whose place it took, and that comes back when it is rolled back; null: there was none.</summary>
    public string? Previous { get; init; }

    /// <summary>Microseconds of UTC since 1970, as the other times.</summary>
    public required long ReceivedAt { get; init; }

    /// <summary>When the stage began.</summary>
    public required long StageSince { get; init; }

    /// <summary>When it took the place of the one before; null: it did not, or the configuration said so.</summary>
    public long? PromotedAt { get; init; }

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<VersionCheck> Checks { get; init; } = [];

    /// <summary>What its maker tells of it, as JSON; null: nothing.</summary>
    public string? Report { get; init; }

    /// <summary>The dossier after an event; null: the event means nothing at its stage.</summary>
    public VersionDossier? After(VersionEvent happened, long now, params IEnumerable<VersionCheck> checks) =>
        VersionLifecycle.Next(Stage, happened) is { } next ? this with { Stage = next, StageSince = now, Checks = [.. Checks, .. checks] } : null;

    /// <summary>Of the version that the configuration names, when it begins to serve.</summary>
    /// <param name="champion">Whose place it takes; null: nobody's.</param>
    public static VersionDossier Configured(string model, string version, string onnx, string sha256, string? champion, long now) => new()
    {
        Model = model,
        Version = version,
        Stage = VersionLifecycle.Next(VersionStage.Received, VersionEvent.Configured)!.Value,
        Onnx = onnx,
        Sha256 = sha256,
        Source = "configuration",
        Champion = champion ?? "",
        Previous = champion,
        Attempt = 0,
        ReceivedAt = now,
        StageSince = now,
    };

    /// <summary>Every dossier of a model, newest first.</summary>
    public static async ValueTask<IReadOnlyList<VersionDossier>> ReadAsync(IStateReader reader, string model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return [.. (await reader.ReadDocumentsAsync(model, Kind, int.MaxValue, cancellationToken).ConfigureAwait(false)).Select(Of)];
    }

    internal DocumentRecord ToRecord() => new(Model, Kind, Version, ReceivedAt, JsonSerializer.Serialize(this));

    internal static VersionDossier Of(DocumentRecord record) => JsonSerializer.Deserialize<VersionDossier>(record.Payload)!;
}
