namespace ModelMonitor.Core.Rules;

/// <summary>The least time between two deliveries of an action.</summary>
public static class Cooldown
{
    /// <summary>now − lastSentAt ≥ cooldown, or never sent. All in microseconds; times of UTC since 1970.</summary>
    public static bool Allows(long? lastSentAt, long now, long cooldown) => lastSentAt is not { } sent || now - sent >= cooldown;
}
