using System.Diagnostics.CodeAnalysis;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Tests.Lifecycle;

/// <summary>A store whose process dies at a commit: before it, or right after it, when nobody has heard of it. From then on nothing is written any more.</summary>
internal sealed class CutStore(IStateStore inner) : IStateStore
{
    private readonly Lock _lock = new();
    private int _left = int.MaxValue;
    private bool _after;
    private bool _isCut;

    /// <param name="commits">So many happen still.</param>
    /// <param name="after">The next one happens too, and its caller does not hear of it.</param>
    public void CutAfter(int commits, bool after)
    {
        lock (_lock) (_left, _after) = (commits, after);
    }

    /// <summary>Every commit happens from now on, if the process did not die before. Others than the test commit too, at any time: asked and told in one.</summary>
    /// <returns>Whether it lives.</returns>
    public bool Spare()
    {
        lock (_lock)
        {
            _left = int.MaxValue;
            return !_isCut;
        }
    }

    public async ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isCut, this);
        return TransactionProxy.Of(await inner.BeginAsync(cancellationToken), this);
    }

    public ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken) => inner.OpenSnapshotAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async ValueTask CommitAsync(IStateTransaction transaction, CancellationToken cancellationToken)
    {
        bool lives, happens;
        lock (_lock)
        {
            lives = !_isCut && _left > 0;
            happens = lives || (_after && !_isCut);
            if (lives) _left--;
            else _isCut = true;
        }

        if (happens) await transaction.CommitAsync(cancellationToken);
        if (lives) return;
        throw new IOException("the process died");
    }

    /// <summary>Passes everything on but the commit.</summary>
    [SuppressMessage("Performance", "CA1852:Seal internal types", Justification = "DispatchProxy derives from it.")]
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "Handed on to the caller, once.")]
    private class TransactionProxy : System.Reflection.DispatchProxy
    {
        private IStateTransaction _inner = null!;
        private CutStore _store = null!;

        public static IStateTransaction Of(IStateTransaction inner, CutStore store)
        {
            var proxy = Create<IStateTransaction, TransactionProxy>();
            ((TransactionProxy)(object)proxy)._inner = inner;
            ((TransactionProxy)(object)proxy)._store = store;
            return proxy;
        }

        protected override object? Invoke(System.Reflection.MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == nameof(IStateTransaction.CommitAsync) ? _store.CommitAsync(_inner, (CancellationToken)args![0]!) : targetMethod.Invoke(_inner, args);
    }
}
