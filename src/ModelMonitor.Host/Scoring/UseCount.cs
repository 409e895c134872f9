namespace ModelMonitor.Host.Scoring;

/// <summary>Releases something when it was disposed and its last use has ended, whichever comes later.</summary>
internal sealed class UseCount(Action release) : IDisposable
{
    private readonly Lock gate = new();
    private int uses;
    private bool disposed;

    /// <summary>False: it is gone, or going. Every true is followed by one <see cref="End"/>.</summary>
    public bool TryBegin()
    {
        lock (gate)
        {
            if (disposed) return false;
            uses++;
            return true;
        }
    }

    public void End()
    {
        bool last;
        lock (gate) last = --uses == 0 && disposed;
        if (last) release();
    }

    public void Dispose()
    {
        bool now;
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
            now = uses == 0;
        }

        if (now) release();
    }
}
