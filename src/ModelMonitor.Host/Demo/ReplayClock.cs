namespace ModelMonitor.Host.Demo;

/// <summary>A clock that the data step. Timers and time stamps are real, so that time-outs still work.</summary>
internal sealed class ReplayClock(DateTimeOffset start) : TimeProvider
{
    private long _ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    /// <summary>Never backwards.</summary>
    public void StepTo(DateTimeOffset time)
    {
        if (time.UtcTicks > Interlocked.Read(ref _ticks)) Interlocked.Exchange(ref _ticks, time.UtcTicks);
    }
}
