using System.Reflection;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>A store whose first commit waits until it is let through.</summary>
internal sealed class GatedStore(IStateStore inner) : IStateStore
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously), _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Waiting => _waiting.Task;

    public void Open() => _open.TrySetResult();

    public async ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        _waiting.TrySetResult();
        await _open.Task;
        return await inner.BeginAsync(cancellationToken);
    }

    public ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken) => inner.OpenSnapshotAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>A store that fails when told: before anything is done, before it commits, or after it has committed.</summary>
internal sealed class FailingStore(IStateStore inner) : IStateStore
{
    public int FailBegins { get; set; }

    /// <summary>Commits that pass before the others fail.</summary>
    public int PassCommits { get; set; }

    public int FailBeforeCommit { get; set; }

    public int FailAfterCommit { get; set; }

    public async ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        if (FailBegins-- > 0) throw new IOException("begin");
        var transaction = DispatchProxy.Create<IStateTransaction, Transaction>();
        ((Transaction)transaction).Set(await inner.BeginAsync(cancellationToken), this);
        return transaction;
    }

    public ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken) => inner.OpenSnapshotAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

#pragma warning disable CA1852 // The proxy is a subtype made at run time.
    internal class Transaction : DispatchProxy
    {
        private IStateTransaction? _inner;
        private FailingStore? _store;

        public void Set(IStateTransaction transaction, FailingStore store) => (_inner, _store) = (transaction, store);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IStateTransaction.CommitAsync) ? new ValueTask(CommitAsync()) : targetMethod.Invoke(_inner, args);

        private async Task CommitAsync()
        {
            var passes = _store!.PassCommits-- > 0;
            if (!passes && _store.FailBeforeCommit-- > 0) throw new IOException("before the commit");
            await _inner!.CommitAsync(default);
            if (!passes && _store.FailAfterCommit-- > 0) throw new IOException("after the commit");
        }
    }
}
