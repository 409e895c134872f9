using Microsoft.Data.Sqlite;
using ModelMonitor.Engine.State;
using ModelMonitor.Engine.Tests.State;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Tests.Store;

public sealed class SqliteStoreTests : DurableStateStoreContract
{
    private readonly TemporaryFolder folder = new();
    private StateFolderLock? held;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        held?.Dispose();
        folder.Dispose();
    }

    protected override ValueTask<IStateStore> CreateStoreAsync()
    {
        held = StateFolderLock.Acquire(folder.Path);
        return ValueTask.FromResult<IStateStore>(SqliteStore.Open(held));
    }

    protected override ValueTask<IStateStore> ReopenAsync()
    {
        held!.Dispose();
        return CreateStoreAsync();
    }

    [Fact]
    public async Task The_file_has_the_promised_properties()
    {
        await CommitAsync(WriteEverythingAsync);
        Assert.Equal("2", Query("PRAGMA auto_vacuum"));
        Assert.Equal("wal", Query("PRAGMA journal_mode"));
        Assert.Equal($"{SqliteSchema.Version}", Query("PRAGMA user_version"));
        Assert.Equal("ok", Query("PRAGMA integrity_check"));
    }

    [Fact]
    public async Task A_killed_writer_leaves_what_was_committed()
    {
        await CommitAsync(WriteEverythingAsync);
        using var copy = new TemporaryFolder();
        await using (var transaction = await Store.BeginAsync(Token))
        {
            // More than the page cache holds, so that uncommitted pages are in the WAL.
            var megabyte = new byte[1 << 20];
            for (var i = 0; i < 40; i++)
                await transaction.AppendDeltaAsync(All, 300, megabyte, default, Token);
            await transaction.WriteMarkAsync("mark", 43, Token);
            foreach (var file in Directory.GetFiles(folder.Path, "state.db*"))
                File.Copy(file, copy[Path.GetFileName(file)]);
        }

        Assert.True(new FileInfo(copy["state.db-wal"]).Length > 1 << 20);
        using var copyHeld = StateFolderLock.Acquire(copy.Path);
        await using var recovered = SqliteStore.Open(copyHeld);
        await using var snapshot = await recovered.OpenSnapshotAsync(Token);
        Assert.Equal(42, await snapshot.ReadMarkAsync("mark", Token));
        Assert.Equal([200], (await ListAsync(snapshot, new StateRange(All, StateLevel.Delta, 0, 1000))).Select(delta => delta.Start));
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await Store.DisposeAsync();
        Query($"PRAGMA user_version={SqliteSchema.Version + 1}");
        var e = Assert.Throws<StateStoreException>(() => SqliteStore.Open(held!));
        Assert.Contains("newer", e.Message, StringComparison.Ordinal);
        Assert.Contains(folder["state.db"], e.Message, StringComparison.Ordinal);
        Assert.Equal($"{SqliteSchema.Version + 1}", Query("PRAGMA user_version"));
    }

    [Fact]
    public async Task Another_programs_database_or_no_database_at_all_is_refused()
    {
        using var other = new TemporaryFolder();
        using var otherHeld = StateFolderLock.Acquire(other.Path);
        Query("CREATE TABLE theirs (x)", other["state.db"]);
        Assert.Contains("something else", Assert.Throws<StateStoreException>(() => SqliteStore.Open(otherHeld)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(other["state.db"], new string('x', 5000), Token);
        Assert.Contains(other["state.db"], Assert.Throws<StateStoreException>(() => SqliteStore.Open(otherHeld)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_ends_the_transaction_and_not_the_store()
    {
        await CommitAsync(WriteEverythingAsync);
        var transaction = await Store.BeginAsync(Token);
        ((SqliteStore)Store).LimitPages(1);
        var e = await Assert.ThrowsAsync<StateStoreException>(async () => await transaction.AppendDeltaAsync(All, 1, new byte[1 << 20], default, Token));
        Assert.Contains(folder["state.db"], e.Message, StringComparison.Ordinal);
        Assert.Contains("full", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.WriteMarkAsync("mark", 43, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.CommitAsync(Token));
        await transaction.DisposeAsync();

        await CommitAsync(next => next.AppendDeltaAsync(All, 1, new byte[1 << 20], default, Token));
        await using var snapshot = await Store.OpenSnapshotAsync(Token);
        Assert.Equal(42, await snapshot.ReadMarkAsync("mark", Token));
        Assert.Equal(2, (await ListAsync(snapshot, new StateRange(All, StateLevel.Delta, 0, 1000))).Count);
    }

    [Fact]
    public async Task The_file_shrinks_after_much_was_deleted()
    {
        await CommitAsync(async transaction =>
        {
            for (var i = 0; i < 100; i++)
                await transaction.PutStateAsync(All, StateLevel.Pane, i, new byte[1 << 17], new byte[1 << 10], Token);
        });
        var before = long.Parse(Query("PRAGMA page_count"), null);
        await CommitAsync(transaction => transaction.DeleteStateAsync(Model, StateLevel.Pane, 100, Token));
        for (var i = 0; i < 20; i++)
            await CommitAsync(transaction => transaction.DeleteDeltasAsync([], Token));
        var after = long.Parse(Query("PRAGMA page_count"), null);
        Assert.True(after < before / 2, $"{before} pages before, {after} after");
    }

    [Fact]
    public async Task Snapshots_are_taken_on_many_threads_while_commits_go_on()
    {
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var last = 0L; last < 200;)
            {
                await using var snapshot = await Store.OpenSnapshotAsync(Token);
                var left = await snapshot.ReadMarkAsync("left", Token) ?? 0;
                var right = await snapshot.ReadMarkAsync("right", Token) ?? 0;
                Assert.Equal(left, right);
                Assert.True(left >= last);
                last = left;
            }
        }, Token)).ToArray();
        for (var i = 1; i <= 200; i++)
        {
            await CommitAsync(async transaction =>
            {
                await transaction.WriteMarkAsync("left", i, Token);
                await transaction.WriteMarkAsync("right", i, Token);
            });
        }

        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    private string Query(string sql, string? path = null)
    {
        using var connection = new SqliteConnection($"Data Source={path ?? folder["state.db"]};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // texts of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        return $"{command.ExecuteScalar()}";
    }
}
