using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace ModelMonitor.Benchmarks;

/// <summary>CPU per 1 000 predictions of 30 float32 columns, from the bytes of a body to the commit, a commit a batch of 1 024: [ROUNDS] [WAITING].</summary>
/// <remarks>`join: all` is measured beside bare prepared inserts of the same ids into SQLite, a transaction a batch, with as many random ids waiting in both.</remarks>
internal static class Goal8
{
    private const int Features = 30;
    private const int Batches = 128;

    public static async Task<int> RunAsync(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 5;
        var waiting = (args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000) / LiveMonitor.BatchRows;
        await using var none = new LiveMonitor(Features);
        await using var all = new LiveMonitor(Features, joinSample: 1);
        using var bare = new BareInserts();
        for (var i = 0; i < waiting; i++)
        {
            await all.SendAsync(LiveMonitor.Body(0, 1_000_000 + i, LiveMonitor.Start)).ConfigureAwait(false);
            bare.Insert(LiveMonitor.Ids(1_000_000 + i));
        }

        await all.SumAsync().ConfigureAwait(false);
        List<double> ofNone = [], ofAll = [], ofBare = [], ofBodies = [];
        for (var round = 0; round <= rounds; round++)
        {
            var bodies = Enumerable.Range(0, Batches).Select(i => LiveMonitor.Body(Features, (round * Batches) + i, LiveMonitor.Start.AddMinutes(i / 8))).ToArray();
            var ids = Enumerable.Range(0, Batches).Select(i => LiveMonitor.Ids((round * Batches) + i)).ToArray();
            var (a, b, c) = (
                await CpuAsync(async () => { foreach (var body in bodies) await none.SendAsync(body).ConfigureAwait(false); }).ConfigureAwait(false),
                await CpuAsync(async () => { foreach (var body in bodies) await all.SendAsync(body).ConfigureAwait(false); }).ConfigureAwait(false),
                await CpuAsync(() => { foreach (var own in ids) bare.Insert(own); return Task.CompletedTask; }).ConfigureAwait(false));
            // The first round is for the compiler.
            if (round == 0) continue;
            ofNone.Add(a);
            ofAll.Add(b);
            ofBare.Add(c);
        }

        var (withoutJoin, withJoin, inserts) = (Measure.Median([.. ofNone]), Measure.Median([.. ofAll]), Measure.Median([.. ofBare]));
        await Console.Out.WriteLineAsync(Measure.Json(
            ("what", "cpu_per_1000"), ("features", Features), ("batch", LiveMonitor.BatchRows), ("waiting", waiting * LiveMonitor.BatchRows), ("rounds", rounds),
            ("join_none_ms", withoutJoin), ("join_all_ms", withJoin), ("bare_inserts_ms", inserts), ("join_all_to_inserts", withJoin / inserts), ("join_alone_to_inserts", (withJoin - withoutJoin) / inserts))).ConfigureAwait(false);
        return 0;
    }

    /// <summary>CPU milliseconds of this process per 1 000 rows.</summary>
    private static async Task<double> CpuAsync(Func<Task> work)
    {
        var began = Environment.CpuUsage.TotalTime;
        await work().ConfigureAwait(false);
        return (Environment.CpuUsage.TotalTime - began).TotalMilliseconds / (Batches * LiveMonitor.BatchRows / 1000.0);
    }

    /// <summary>The least that remembers ids for their labels: a clustered table, one prepared statement, the settings of the product's store.</summary>
    private sealed class BareInserts : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-bench-");
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _insert;
        private long _clock;

        public BareInserts()
        {
            _connection = new SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "bare.db")};Pooling=False");
            _connection.Open();
            Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; CREATE TABLE waiting (id BLOB PRIMARY KEY, time INTEGER, score REAL) WITHOUT ROWID");
            _insert = _connection.CreateCommand();
            _insert.CommandText = "INSERT INTO waiting VALUES ($id, $time, $score)";
            foreach (var name in new[] { "$id", "$time", "$score" }) _insert.Parameters.Add(new SqliteParameter(name, null));
            _insert.Prepare();
        }

        public void Insert(long[] ids)
        {
            using var transaction = _connection.BeginTransaction();
            _insert.Transaction = transaction;
            foreach (var id in ids)
            {
                // As wide as the product's hashed ids, and as random.
                var key = new byte[16];
                MemoryMarshal.Write(key, id);
                _insert.Parameters[0].Value = key;
                _insert.Parameters[1].Value = _clock++;
                _insert.Parameters[2].Value = 0.5;
                _insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        public void Dispose()
        {
            _insert.Dispose();
            _connection.Dispose();
            _folder.Delete(recursive: true);
        }

        private void Run(string sql)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
