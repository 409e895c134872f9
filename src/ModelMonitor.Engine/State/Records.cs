namespace ModelMonitor.Engine.State;

/// <summary>A delivery that was committed. Times are microseconds of UTC since 1970.</summary>
/// <param name="Key">Model, stream and the sender's idempotency key or position.</param>
/// <param name="BodyHash">Hash of the body, so that the same key with another body is told apart.</param>
/// <param name="ReceivedAt">For expiry.</param>
/// <param name="Reply">The answer that was given, to be given again.</param>
public sealed record DeliveryRecord(string Key, UInt128 BodyHash, long ReceivedAt, string Reply);

/// <summary>An evaluation as it is kept; unique by everything but the payload.</summary>
/// <param name="Payload">The evaluation as JSON.</param>
public sealed record EvaluationRecord(string Model, string Version, string Window, long End, string Segment, string Payload);

/// <summary>Evaluations that follow each other: all that differs is the end.</summary>
public readonly record struct EvaluationSeries(string Model, string Version, string Window, string Segment);

/// <summary>What a rule remembers between evaluations, as JSON.</summary>
public sealed record RuleStateRecord(string Model, string Rule, string Version, string Payload);

/// <summary>States of a message on its way out.</summary>
public enum OutboxStatus
{
    Pending = 0,
    Delivered = 1,

    /// <summary>The receiver refused it for good, or it was given up.</summary>
    Failed = 2,
}

/// <summary>A message to be delivered at least once. Claimed by compare-and-set on <see cref="Attempts"/>.</summary>
public sealed record OutboxRecord
{
    /// <summary>Also the idempotency key that the receiver sees; unique.</summary>
    public required string Key { get; init; }

    public required string Model { get; init; }

    public required string Action { get; init; }

    public required string Rule { get; init; }

    /// <summary>JSON.</summary>
    public required string Payload { get; init; }

    public required long CreatedAt { get; init; }

    public OutboxStatus Status { get; init; }

    /// <summary>Attempts begun so far; a claim adds one.</summary>
    public int Attempts { get; init; }

    /// <summary>Not to be claimed before this time: the next try, or the end of the present claim's lease.</summary>
    public long DueAt { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }
}

/// <summary>Roles a version can have.</summary>
public enum VersionRole
{
    Champion = 0,
    Challenger = 1,
    Retired = 2,
}

/// <summary>A version that the registry knows.</summary>
public sealed record VersionRecord(string Model, string Version, string BaselineHash, string ModelSha256, VersionRole Role, long Since);

/// <summary>Something that a workflow remembers of a model, as JSON: a retrain request, the life of a version. Unique by everything but time and payload.</summary>
/// <param name="At">When it was first written.</param>
public sealed record DocumentRecord(string Model, string Kind, string Key, long At, string Payload);

/// <summary>Captured rows of one day of event time.</summary>
/// <param name="Day">Its start, microseconds of UTC since 1970.</param>
public sealed record CapturedRecord(string Model, long Day, ReadOnlyMemory<byte> Body);

/// <summary>One line of the audit trail.</summary>
public sealed record AuditRecord(long At, string Model, string Actor, string What, string Evidence);
