using Microsoft.Data.Sqlite;

namespace ModelMonitor.Host.Store;

/// <summary>A prepared command whose parameters are <c>$1</c>, <c>$2</c> …; what SQLite throws leaves it with the path in its message.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly SqliteSession session;
    private readonly SqliteCommand command;

    public SqliteStatement(SqliteSession session, SqliteCommand command)
    {
        this.session = session;
        this.command = command;
        for (var number = 1; command.CommandText.Contains($"${number}", StringComparison.Ordinal); number++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${number}" });
    }

    /// <summary>Runs to its end; how many rows it changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            return command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw session.Failed(e);
        }
    }

    /// <summary>The first row, or null.</summary>
    public T? First<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        Bind(values);
        try
        {
            using var rows = command.ExecuteReader();
            return rows.Read() ? read(rows) : null;
        }
        catch (SqliteException e)
        {
            throw session.Failed(e);
        }
    }

    /// <summary>All rows.</summary>
    public List<T> All<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        Bind(values);
        var all = new List<T>();
        try
        {
            using var rows = command.ExecuteReader();
            while (rows.Read())
                all.Add(read(rows));
        }
        catch (SqliteException e)
        {
            throw session.Failed(e);
        }

        return all;
    }

    /// <summary>The number in the first column of the first row; null where there is no row, or no number in it.</summary>
    public long? Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        try
        {
            using var rows = command.ExecuteReader();
            return rows.Read() && !rows.IsDBNull(0) ? rows.GetInt64(0) : null;
        }
        catch (SqliteException e)
        {
            throw session.Failed(e);
        }
    }

    public void Dispose() => command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
    }
}
