using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Http;

/// <summary>Bounds the bytes of all request bodies that are in memory at a time. Thread-safe.</summary>
internal sealed class BodyBudget(MonitorOptions options)
{
    /// <summary>As many bodies of the greatest size fit at once.</summary>
    private const int Bodies = 4;

    private readonly long _limit = options.Ingest.MaxRequestBytes * Bodies;
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Holds bytes until the answer is disposed of; null where there is no room.</summary>
    public IDisposable? TryHold(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) <= _limit) return new Hold(this, bytes);
        Interlocked.Add(ref _held, -bytes);
        return null;
    }

    private sealed class Hold(BodyBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => Interlocked.Add(ref budget._held, -Interlocked.Exchange(ref _bytes, 0));
    }
}
