namespace ModelMonitor.Host.Actions;

/// <summary>Reads `Retry-After`.</summary>
internal static class RetryAfter
{
    /// <summary>The wait that the receiver asked for, never negative; null where it asked for none.</summary>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider clock)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - clock.GetUtcNow());
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
