using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace ModelMonitor.Engine.Actions;

/// <summary>When a message that was not taken is tried again. Pure: the same message and attempt always wait the same time.</summary>
public static class RetrySchedule
{
    private const int JitterPercent = 20;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>The wait after <paramref name="attempts"/> failed attempts: 5 s doubling up to 5 min, each ± 20 %.</summary>
    /// <param name="key">The message's key. It scatters messages that failed together, so that they do not come back together.</param>
    /// <param name="attempts">At least 1.</param>
    public static TimeSpan NextDelay(string key, int attempts)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        // 2^6 · 5 s is already beyond the cap; more doublings would only overflow.
        var delay = Math.Min(First.Ticks << Math.Min(attempts - 1, 6), Longest.Ticks);
        return TimeSpan.FromTicks(delay + (long)(delay * Jitter(key, attempts)));
    }

    /// <summary>Between -0.2 and 0.2.</summary>
    private static double Jitter(string key, int attempts)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(key) + sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, attempts);
        Encoding.UTF8.GetBytes(key, bytes.AsSpan(sizeof(int)));
        var unit = (double)XxHash64.HashToUInt64(bytes) / ulong.MaxValue;
        return ((2 * unit) - 1) * JitterPercent / 100;
    }
}
