namespace ModelMonitor.Host.Store;

/// <summary>One committed state, read over a connection of its own. While it is open the WAL file cannot be emptied: keep it short.</summary>
internal sealed class SqliteSnapshot(SqliteStore store, SqliteSession session) : SqliteReader(session)
{
    private SqliteSession? session = session;

    public override ValueTask DisposeAsync()
    {
        if (session is { } used)
        {
            session = null;
            store.Return(used);
        }

        return ValueTask.CompletedTask;
    }

    protected override void ThrowIfOver() => ObjectDisposedException.ThrowIf(session is null, this);
}
