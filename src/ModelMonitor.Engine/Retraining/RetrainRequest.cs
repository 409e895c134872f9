using System.Text.Json;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Retraining;

/// <summary>Where a retrain request stands.</summary>
public static class RetrainStatus
{
    /// <summary>In the outbox.</summary>
    public const string Queued = "queued";

    /// <summary>A hook has it, or its receiver has, and is to hand a model over.</summary>
    public const string Running = "running";

    /// <summary>A model was handed over; what becomes of it is the version's story.</summary>
    public const string Trained = "trained";

    /// <summary>The hook gave up.</summary>
    public const string Failed = "failed";

    /// <summary>Nothing came of it in its time.</summary>
    public const string Expired = "expired";
}

/// <summary>A retrain request from the rule that asked for it to the model that came of it.</summary>
public sealed record RetrainRequest
{
    public const string Kind = "retrain";

    /// <summary>Also the message's key, and what a call-back names.</summary>
    public required string Key { get; init; }

    public required string Model { get; init; }

    /// <summary>The version that it is to replace.</summary>
    public required string Version { get; init; }

    /// <summary>The rule, or `by hand`.</summary>
    public required string Trigger { get; init; }

    /// <summary>One sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>The diagnosis' kind.</summary>
    public required string Diagnosis { get; init; }

    public required string Hook { get; init; }

    public required string Status { get; init; }

    /// <summary>Microseconds of UTC since 1970, as the other times.</summary>
    public required long RequestedAt { get; init; }

    public required long UpdatedAt { get; init; }

    /// <summary>After it the request is given up.</summary>
    public required long ExpiresAt { get; init; }

    public string? Error { get; init; }

    /// <summary>What was trained, until it is registered as a version.</summary>
    public Actions.TrainedModel? Trained { get; init; }

    /// <summary>The version that came of it.</summary>
    public string? Challenger { get; init; }

    /// <summary>Whether another one has to wait for it.</summary>
    public bool IsOpen(long now) => Status is RetrainStatus.Queued or RetrainStatus.Running && now < ExpiresAt;

    internal DocumentRecord ToRecord() => new(Model, Kind, Key, RequestedAt, JsonSerializer.Serialize(this));

    internal static RetrainRequest Of(DocumentRecord record) => JsonSerializer.Deserialize<RetrainRequest>(record.Payload)!;
}
