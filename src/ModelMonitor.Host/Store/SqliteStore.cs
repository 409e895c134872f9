using System.Globalization;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Store;

/// <summary>The state in <c>state.db</c>, one SQLite file of a locked folder. A commit that returned survives a killed process and a lost machine's power.</summary>
/// <remarks>
/// One connection writes; each open snapshot has a connection of its own, kept for the next one. A connection on which a call
/// failed is not used again. Dispose the store before the lock, and not while a call runs: an open transaction is undone.
/// </remarks>
internal sealed class SqliteStore : IStateStore
{
    public const string FileName = "state.db";

    private const int IdleSnapshots = 4;

    private readonly string path;
    private readonly SemaphoreSlim oneWriter = new(1, 1);
    private readonly Lock gate = new();
    private readonly Stack<SqliteSession> idle = [];
    private SqliteSession? writer;
    private bool disposed;

    private SqliteStore(string path, SqliteSession writer)
    {
        this.path = path;
        this.writer = writer;
    }

    /// <summary>Opens the state of a folder, or begins it. The lock stays the caller's.</summary>
    /// <exception cref="StateStoreException">The file cannot be opened, is of a newer release, or not ours.</exception>
    public static SqliteStore Open(StateFolderLock folder)
    {
        var path = Path.Combine(folder.Folder, FileName);
        return new SqliteStore(path, SqliteSession.OpenWriter(path));
    }

    public async ValueTask<IStateTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        await oneWriter.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            writer ??= SqliteSession.OpenWriter(path);
            writer["BEGIN IMMEDIATE"].Run();
            return new SqliteStateTransaction(this, writer);
        }
        catch
        {
            Discard();
            oneWriter.Release();
            throw;
        }
    }

    public ValueTask<IStateReader> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SqliteSession? session;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            idle.TryPop(out session);
        }

        session ??= SqliteSession.OpenReader(path);
        try
        {
            session["BEGIN DEFERRED"].Run();
            // A deferred transaction sees the state of its first read, and that is to be now.
            session["SELECT count(*) FROM sqlite_schema"].Number();
            return ValueTask.FromResult<IStateReader>(new SqliteSnapshot(this, session));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposed)
                return ValueTask.CompletedTask;
            disposed = true;
            while (idle.TryPop(out var session))
                session.Dispose();
        }

        // The last connection to close empties the WAL into the file.
        writer?.Dispose();
        writer = null;
        return ValueTask.CompletedTask;
    }

    /// <summary>A snapshot is done with its connection.</summary>
    internal void Return(SqliteSession session)
    {
        try
        {
            if (!session.Broken)
                session["ROLLBACK"].Run();
        }
        catch (StateStoreException)
        {
            // It only read; being broken, it is closed below.
        }

        lock (gate)
        {
            if (!session.Broken && !disposed && idle.Count < IdleSnapshots)
            {
                idle.Push(session);
                return;
            }
        }

        session.Dispose();
    }

    /// <summary>A transaction is over; undone unless it was committed.</summary>
    internal void Leave(bool undo)
    {
        try
        {
            if (undo && writer is { Broken: false })
            {
                writer["ROLLBACK"].Run();
                writer.Names.Undone();
            }
        }
        catch (StateStoreException)
        {
            // Closing the connection undoes it as well.
        }
        finally
        {
            Discard();
            oneWriter.Release();
        }
    }

    /// <summary>For tests: the open transaction may not make the file larger than this many pages, or than it is.</summary>
    internal void LimitPages(int pages) => writer?.Scalar(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count={pages}"));

    /// <summary>Closes a writer that failed; the next transaction opens another.</summary>
    private void Discard()
    {
        if (writer is not { Broken: true })
            return;
        writer.Dispose();
        writer = null;
    }
}
