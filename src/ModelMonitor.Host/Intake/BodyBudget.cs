using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Intake;

/// <summary>Bounds the bytes of all deliveries that are in memory at a time, over HTTP and Flight together. Thread-safe.</summary>
internal sealed class BodyBudget(MonitorOptions options)
{
    /// <summary>As many bodies of the greatest size fit at once.</summary>
    private const int Bodies = 4;

    private readonly long _limit = options.Ingest.MaxRequestBytes * Bodies;
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    /// <summary>Holds bytes until the answer is disposed of; null where there is no room.</summary>
    public Hold? TryHold(long bytes)
    {
        var hold = new Hold(this);
        return hold.TryResize(bytes) ? hold : null;
    }

    /// <summary>Bytes of one delivery. Thread-safe: a read may still come back while its call is being given up.</summary>
    public sealed class Hold(BodyBudget budget) : IDisposable
    {
        private readonly Lock _gate = new();
        private long _bytes;
        private bool _disposed;

        /// <summary>Holds this many bytes instead; false, and as before, where there is no room for more, or where it was disposed of.</summary>
        public bool TryResize(long bytes)
        {
            lock (_gate)
            {
                if (_disposed) return false;
                var more = bytes - _bytes;
                if (Interlocked.Add(ref budget._held, more) > budget._limit && more > 0)
                {
                    Interlocked.Add(ref budget._held, -more);
                    return false;
                }

                _bytes = bytes;
                return true;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                TryResize(0);
                _disposed = true;
            }
        }
    }
}
