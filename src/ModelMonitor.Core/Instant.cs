namespace ModelMonitor.Core;

/// <summary>Times in the state are microseconds of UTC since 1970.</summary>
public static class Instant
{
    public const long Second = 1_000_000;
    public const long Hour = 3600 * Second;
    public const long Day = 24 * Hour;

    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long From(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long instant) => DateTimeOffset.UnixEpoch.AddTicks(instant * TimeSpan.TicksPerMicrosecond);

    /// <summary>The greatest multiple of <paramref name="step"/> at or before it, also before 1970.</summary>
    public static long Floor(long instant, long step)
    {
        var rest = instant % step;
        return instant - (rest < 0 ? rest + step : rest);
    }
}
