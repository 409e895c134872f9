namespace ModelMonitor.Host.Actions;

/// <summary>How patient a webhook is. What it gives up on comes back from the outbox later.</summary>
public sealed record WebhookOptions
{
    /// <summary>How long one try may take.</summary>
    public TimeSpan TimeoutPerTry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Tries after the first, within one delivery.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>The wait before the first retry; it doubles, and jitter is added.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A receiver that asks to wait longer than this is left to the outbox instead of being waited for.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Tries within <see cref="BreakerWindow"/> before the circuit of a host can open; it opens when half of them fail.</summary>
    public int BreakerMinimumTries { get; init; } = 10;

    public TimeSpan BreakerWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an open circuit keeps a host from being asked.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No delivery takes longer than this: a claim on an outbox row must last at least as long.</summary>
    public TimeSpan LongestDelivery => (TimeoutPerTry * (Retries + 1)) + (LongestWait * Retries);
}
