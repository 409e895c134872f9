namespace ModelMonitor.Engine.State;

/// <summary>A store that forgets when it is disposed: for offline evaluation and tests. Keeps the whole contract.</summary>
/// <remarks>
/// One immutable root is swapped at commit: a snapshot is the root of its moment, an undone transaction is a root that was
/// never published. Bytes and join rows are copied on the way in and out, so a caller's buffers stay the caller's.
/// </remarks>
public sealed class InMemoryStore : IStateStore
{
    private readonly SemaphoreSlim oneWriter = new(1, 1);
    private InMemoryState committed = InMemoryState.Empty;
    private volatile bool disposed;

    internal InMemoryState Committed => Volatile.Read(ref committed);

    public async ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        await oneWriter.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (disposed)
        {
            oneWriter.Release();
            throw new ObjectDisposedException(nameof(InMemoryStore));
        }

        return new InMemoryTransaction(this);
    }

    public ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IStateReader>(new InMemorySnapshot(Committed));
    }

    public ValueTask DisposeAsync()
    {
        // The semaphore is left to the collector: an open transaction may still have to release it.
        disposed = true;
        Volatile.Write(ref committed, InMemoryState.Empty);
        return ValueTask.CompletedTask;
    }

    internal void Publish(InMemoryState state)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Volatile.Write(ref committed, state);
    }

    internal void Leave() => oneWriter.Release();
}
