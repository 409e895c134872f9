using System.Globalization;

namespace ModelMonitor.Host.Store;

/// <summary>The tables of <c>state.db</c> and their version, kept in <c>user_version</c>.</summary>
/// <remarks>
/// <para>Names are interned: a join row or delta carries a small number. They are never deleted, so a number that a
/// connection remembers stays true; models, versions and segments are few.</para>
/// <para><c>join_row</c> is clustered by the hashed id, so that a batch in id order walks it once. Expiry needs the order of
/// <c>touched</c>, and an index on that would be maintained twice at random places for every label that arrives. So
/// <c>join_expiry</c> is a queue instead: a new row appends one entry (the clock only grows, ids ascend: always at the end), and
/// touching the row again leaves it. An entry promises only that its row is not older; expiry looks at the row and
/// moves the entry on if it was touched since. Every row has an entry at or before its <c>touched</c>.</para>
/// <para>Sums are read without distinct scores: in <c>stretch</c> these lie in a table of their own; in <c>delta</c>, whose
/// rows live for minutes, they are the last column, which SQLite does not visit unless asked.</para>
/// </remarks>
internal static class SqliteSchema
{
    public const int Version = 3;

    private const string Tables = """
        CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE series (
            id INTEGER PRIMARY KEY, model INTEGER NOT NULL, version TEXT NOT NULL, baseline TEXT NOT NULL, segment TEXT NOT NULL,
            UNIQUE (model, version, baseline, segment));
        CREATE TABLE served (id INTEGER PRIMARY KEY, version TEXT NOT NULL, baseline TEXT NOT NULL, UNIQUE (version, baseline));

        CREATE TABLE delta (
            id INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL, start INTEGER NOT NULL,
            sums BLOB NOT NULL, distinct_scores BLOB NOT NULL);
        CREATE INDEX delta_place ON delta (series, start);
        CREATE TABLE stretch (
            series INTEGER NOT NULL, level INTEGER NOT NULL, start INTEGER NOT NULL, sums BLOB NOT NULL,
            PRIMARY KEY (series, level, start)) WITHOUT ROWID;
        CREATE TABLE stretch_distinct (
            series INTEGER NOT NULL, level INTEGER NOT NULL, start INTEGER NOT NULL, scores BLOB NOT NULL,
            PRIMARY KEY (series, level, start)) WITHOUT ROWID;

        CREATE TABLE join_row (
            model INTEGER NOT NULL, id BLOB NOT NULL, time INTEGER, label REAL, label_time INTEGER,
            touched INTEGER NOT NULL, scores BLOB NOT NULL,
            PRIMARY KEY (model, id)) WITHOUT ROWID;
        CREATE TABLE join_expiry (
            model INTEGER NOT NULL, touched INTEGER NOT NULL, id BLOB NOT NULL,
            PRIMARY KEY (model, touched, id)) WITHOUT ROWID;

        CREATE TABLE delivery (
            key TEXT NOT NULL PRIMARY KEY, body_hash BLOB NOT NULL, received INTEGER NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX delivery_received ON delivery (received);

        CREATE TABLE evaluation (
            id INTEGER PRIMARY KEY, model INTEGER NOT NULL, end_at INTEGER NOT NULL, version TEXT NOT NULL,
            window_name TEXT NOT NULL, segment TEXT NOT NULL, payload TEXT NOT NULL);
        CREATE UNIQUE INDEX evaluation_key ON evaluation (model, end_at DESC, version, window_name, segment);
        CREATE TABLE rule_state (
            model INTEGER NOT NULL, rule TEXT NOT NULL, version TEXT NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (model, rule, version));
        CREATE TABLE outbox (
            key TEXT NOT NULL PRIMARY KEY, model INTEGER NOT NULL, action TEXT NOT NULL, rule TEXT NOT NULL, payload TEXT NOT NULL,
            created INTEGER NOT NULL, status INTEGER NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL, error TEXT);
        CREATE INDEX outbox_status ON outbox (status, created);
        CREATE TABLE version (
            model INTEGER NOT NULL, version TEXT NOT NULL, baseline TEXT NOT NULL, model_sha256 TEXT NOT NULL,
            role INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (model, version));
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, model INTEGER NOT NULL,
            actor TEXT NOT NULL, what TEXT NOT NULL, evidence TEXT NOT NULL);
        CREATE INDEX audit_place ON audit (model, at);
        CREATE TABLE mark (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """;

    /// <summary>Of version 2: rows of models that learn their baseline, and what they learned.</summary>
    private const string Learning = "CREATE TABLE learning (id INTEGER PRIMARY KEY AUTOINCREMENT, model INTEGER NOT NULL, version TEXT NOT NULL, body BLOB NOT NULL);";

    /// <summary>Of version 3: what workflows remember, and captured rows.</summary>
    private const string Workflows = """
        CREATE TABLE document (
            model INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL,
            PRIMARY KEY (model, kind, key)) WITHOUT ROWID;
        CREATE TABLE captured (id INTEGER PRIMARY KEY AUTOINCREMENT, model INTEGER NOT NULL, day INTEGER NOT NULL, body BLOB NOT NULL);
        CREATE INDEX captured_place ON captured (model, day, id);
        """;

    /// <summary>Creates the tables in an empty file, adds what an older file lacks, and leaves a current one as it is.</summary>
    /// <exception cref="StateStoreException">The file is of a newer version, or not ours.</exception>
    public static void Ensure(SqliteSession session)
    {
        var version = session.Scalar("PRAGMA user_version");
        if (version > Version)
            throw new StateStoreException($"The state file '{session.Path}' was written by a newer release (schema {version}; this release knows {Version}). Use that release, or another state folder.");
        if (version == Version)
            return;
        if (version > 0)
        {
            session.Run(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {(version < 2 ? Learning : "")} {Workflows} PRAGMA user_version={Version}; COMMIT"));
            return;
        }

        if (session.Scalar("SELECT count(*) FROM sqlite_schema") != 0)
            throw new StateStoreException($"The file '{session.Path}' is a database of something else.");

        // Both are properties of the file and must precede the first table.
        session.Run("PRAGMA auto_vacuum=INCREMENTAL");
        session.Run("PRAGMA journal_mode=WAL");
        session.Run(string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {Tables} {Learning} {Workflows} PRAGMA user_version={Version}; COMMIT"));
    }
}
