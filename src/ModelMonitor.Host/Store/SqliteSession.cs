using Microsoft.Data.Sqlite;

namespace ModelMonitor.Host.Store;

/// <summary>One connection with its prepared statements and the names it has seen. One user at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteStatement> statements = [];

    private SqliteSession(string path, SqliteConnection connection)
    {
        Path = path;
        this.connection = connection;
        Names = new SqliteNames(this);
    }

    public string Path { get; }

    public SqliteNames Names { get; }

    /// <summary>A call failed: what the connection is in the middle of is unknown, so nobody uses it again.</summary>
    public bool Broken { get; private set; }

    /// <summary>The statement of this text, prepared at its first use.</summary>
    public SqliteStatement this[string sql]
    {
        get
        {
            if (!statements.TryGetValue(sql, out var statement))
                statements.Add(sql, statement = Create(sql));
            return statement;
        }
    }

    /// <summary>Opens a connection that may write, and creates the file where there is none.</summary>
    public static SqliteSession OpenWriter(string path)
    {
        var session = Open(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            SqliteSchema.Ensure(session);
            // FULL: a commit is on disk before it is acknowledged. 32 MiB of cache keep the upper levels of ten million join rows.
            session.Run("PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Opens a connection that only reads, on a file that a writer has opened.</summary>
    public static SqliteSession OpenReader(string path)
    {
        // Not in read-only mode: a reader of a WAL file takes part in its shared index.
        var session = Open(path, SqliteOpenMode.ReadWrite);
        session.Run("PRAGMA query_only=1; PRAGMA cache_size=-4096");
        return session;
    }

    /// <summary>Runs a text of several statements, or one that is not worth keeping.</summary>
    public void Run(string sql)
    {
        using var statement = Create(sql);
        statement.Run();
    }

    /// <summary>Whether the log of changed pages was to be emptied, and somebody read it for too long.</summary>
    public bool LogIsDue { get; private set; }

    /// <summary>Writes what the log of changed pages holds into the file, and empties it, so that nothing of what was deleted lies there. Where somebody reads just now for longer than it waits, it is due.</summary>
    /// <param name="patience">How long it waits, in milliseconds.</param>
    public void EmptyLog(int patience)
    {
        LogIsDue = true;
        using var command = connection.CreateCommand();
        try
        {
            command.CommandText = FormattableString.Invariant($"PRAGMA busy_timeout={patience}");
            command.ExecuteNonQuery();
            // Its first number is 1 where it could not be done.
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            LogIsDue = Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) != 0;
        }
        catch (SqliteException)
        {
            // The commit before is done whatever becomes of its log.
        }
        finally
        {
            command.CommandText = "PRAGMA busy_timeout=5000";
            command.ExecuteNonQuery();
        }
    }

    /// <summary>The number that a query gives; 0 where it gives none.</summary>
    public long Scalar(string sql)
    {
        using var statement = Create(sql);
        return statement.Number() ?? 0;
    }

    /// <summary>Marks the session as broken and makes the exception that tells why.</summary>
    public StateStoreException Failed(SqliteException e)
    {
        Broken = true;
        return new StateStoreException($"The state file '{Path}' cannot be used: {e.Message} (SQLite error {e.SqliteExtendedErrorCode})", e);
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
            statement.Dispose();
        connection.Dispose();
    }

    private static SqliteSession Open(string path, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, ForeignKeys = false, DefaultTimeout = 5 };
        var session = new SqliteSession(path, new SqliteConnection(text.ToString()));
        try
        {
            session.connection.Open();
            session.Run("PRAGMA busy_timeout=5000; PRAGMA temp_store=MEMORY");
            return session;
        }
        catch (SqliteException e)
        {
            session.Dispose();
            throw session.Failed(e);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private SqliteStatement Create(string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text is a constant of this folder; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        return new SqliteStatement(this, command);
    }
}
