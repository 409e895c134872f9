using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.State;

/// <summary>What every <see cref="IStateStore"/> promises. An implementation inherits this and gets its tests.</summary>
public abstract partial class StateStoreContract : IAsyncLifetime
{
    protected const string Model = "credit";

    protected static readonly SeriesKey All = new(Model, "v1", "b1", "");
    protected static readonly SeriesKey North = new(Model, "v1", "b1", "region=north");

    /// <summary>The store under test.</summary>
    protected IStateStore Store { get; set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Store = await CreateStoreAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>An empty store; called once per test.</summary>
    protected abstract ValueTask<IStateStore> CreateStoreAsync();

    [Fact]
    public async Task A_transaction_sees_its_writes_and_an_undone_one_leaves_nothing()
    {
        await using (var transaction = await Store.BeginAsync(Token))
        {
            await WriteEverythingAsync(transaction);
            Assert.Equal(42, await transaction.ReadMarkAsync("mark", Token));
            Assert.Single(await transaction.ReadSeriesAsync(Model, Token));
            Assert.NotNull((await transaction.ReadJoinRowsAsync(Model, [7], Token))[0]);
            Assert.Single(await transaction.ReadOutboxAsync(Model, null, 10, Token));
        }

        await using var after = await Store.BeginAsync(Token);
        Assert.Empty(await after.ReadSeriesAsync(Model, Token));
        Assert.Null(await after.ReadBoundsAsync(Model, Token));
        Assert.Empty(await ListAsync(after, new StateRange(All, StateLevel.Delta, 0, 1000)));
        Assert.Empty(await ListAsync(after, new StateRange(All, StateLevel.Hour, 0, 1000)));
        Assert.Empty(await after.TakeDeltasAsync(long.MaxValue, 10, Token));
        Assert.Null(await after.FindStateAsync(All, StateLevel.Hour, 100, Token));
        Assert.Null((await after.ReadJoinRowsAsync(Model, [7], Token))[0]);
        Assert.Null(await after.FindDeliveryAsync("delivery", Token));
        Assert.Empty(await after.ReadEvaluationsAsync(Model, null, 0, 1000, 10, Token));
        Assert.Empty(await after.ReadRuleStatesAsync(Model, Token));
        Assert.Empty(await after.ReadOutboxAsync(null, null, 10, Token));
        Assert.Empty(await after.ReadDueOutboxAsync(long.MaxValue, 10, Token));
        Assert.Empty(await after.ReadVersionsAsync(Model, Token));
        Assert.Empty(await after.ReadAuditAsync(Model, Token));
        Assert.Null(await after.ReadMarkAsync("mark", Token));
    }

    [Fact]
    public async Task Names_of_an_undone_transaction_do_not_come_back_as_others()
    {
        await using (var undone = await Store.BeginAsync(Token))
        {
            await undone.AppendDeltaAsync(All with { Model = "a", Segment = "x" }, 1, Bytes(1), default, Token);
            await undone.WriteJoinRowsAsync("a", [Row(1, scores: [new ServedScore("undone", "u", 0.1)])], Token);
        }

        await using (var transaction = await Store.BeginAsync(Token))
        {
            await transaction.AppendDeltaAsync(All with { Model = "b", Segment = "y" }, 1, Bytes(2), default, Token);
            await transaction.AppendDeltaAsync(All with { Model = "a", Segment = "x" }, 1, Bytes(3), default, Token);
            await transaction.WriteJoinRowsAsync("b", [Row(1, scores: [new ServedScore("kept", "k", 0.2)])], Token);
            await transaction.WriteJoinRowsAsync("a", [Row(2, scores: [new ServedScore("undone", "u", 0.3)])], Token);
            await transaction.CommitAsync(Token);
        }

        await using var after = await Store.BeginAsync(Token);
        Assert.Equal([All with { Model = "a", Segment = "x" }], await after.ReadSeriesAsync("a", Token));
        Assert.Equal([All with { Model = "b", Segment = "y" }], await after.ReadSeriesAsync("b", Token));
        Assert.Null((await after.ReadJoinRowsAsync("a", [1], Token))[0]);
        Assert.Equal(new ServedScore("undone", "u", 0.3), (await after.ReadJoinRowsAsync("a", [2], Token))[0]!.Scores.Single());
        Assert.Equal(new ServedScore("kept", "k", 0.2), (await after.ReadJoinRowsAsync("b", [1], Token))[0]!.Scores.Single());
    }

    [Fact]
    public async Task A_snapshot_keeps_the_state_it_was_opened_on()
    {
        await using var before = await Store.OpenSnapshotAsync(Token);
        await using (var transaction = await Store.BeginAsync(Token))
        {
            await WriteEverythingAsync(transaction);
            await using (var beside = await Store.OpenSnapshotAsync(Token))
                Assert.Null(await beside.ReadMarkAsync("mark", Token));
            await transaction.CommitAsync(Token);
        }

        await using var after = await Store.OpenSnapshotAsync(Token);
        Assert.Null(await before.ReadMarkAsync("mark", Token));
        Assert.Empty(await before.ReadSeriesAsync(Model, Token));
        Assert.Empty(await ListAsync(before, new StateRange(All, StateLevel.Delta, 0, 1000)));
        Assert.Equal(42, await after.ReadMarkAsync("mark", Token));
        Assert.Single(await ListAsync(after, new StateRange(All, StateLevel.Delta, 0, 1000)));
    }

    [Fact]
    public async Task A_snapshot_reads_on_while_deltas_below_it_are_deleted()
    {
        await CommitAsync(async transaction =>
        {
            for (var i = 0; i < 100; i++)
                await transaction.AppendDeltaAsync(All, i / 10, Bytes((byte)i), default, Token);
        });
        await using var snapshot = await Store.OpenSnapshotAsync(Token);
        var read = new List<byte>();
        await foreach (var delta in snapshot.ReadStateAsync(new StateRange(All, StateLevel.Delta, 0, 10), StatePart.Sums, Token))
        {
            if (read.Count == 1)
                await CommitAsync(transaction => transaction.DeleteStateAsync(Model, StateLevel.Delta, 100, Token));
            read.Add(delta.Sums.Span[0]);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), read);
    }

    [Fact]
    public async Task A_second_transaction_waits_for_the_first()
    {
        var first = await Store.BeginAsync(Token);
        var second = Store.BeginAsync(Token).AsTask();
        Assert.False(second.IsCompleted);
        using (var impatient = new CancellationTokenSource())
        {
            var third = Store.BeginAsync(impatient.Token).AsTask();
            await impatient.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        }

        await first.WriteMarkAsync("mark", 1, Token);
        await first.CommitAsync(Token);
        await first.DisposeAsync();
        await using var begun = await second.WaitAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Equal(1, await begun.ReadMarkAsync("mark", Token));
    }

    [Fact]
    public async Task A_transaction_that_is_over_refuses_every_call()
    {
        var transaction = await Store.BeginAsync(Token);
        await transaction.CommitAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.CommitAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.WriteMarkAsync("mark", 1, Token));
        await transaction.DisposeAsync();
        await transaction.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await transaction.ReadMarkAsync("mark", Token));
        var snapshot = await Store.OpenSnapshotAsync(Token);
        await snapshot.DisposeAsync();
        await snapshot.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await snapshot.ReadMarkAsync("mark", Token));
        // Twice disposed lets one in, not two.
        await using var next = await Store.BeginAsync(Token);
        using var impatient = new CancellationTokenSource();
        var second = Store.BeginAsync(impatient.Token).AsTask();
        Assert.False(second.IsCompleted);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task A_cancelled_call_has_no_effect()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await transaction.WriteMarkAsync("mark", 1, new CancellationToken(true)));
        Assert.Null(await transaction.ReadMarkAsync("mark", Token));
    }

    protected static ReadOnlyMemory<byte> Bytes(params byte[] bytes) => bytes;

    protected static JoinRow Row(UInt128 id, long? eventTime = 10, double? label = null, long touched = 10, params ServedScore[] scores) =>
        new() { Id = id, EventTime = eventTime, Label = label, Touched = touched, Scores = scores };

    protected static async Task<List<StoredState>> ListAsync(IStateReader reader, StateRange range, StatePart part = StatePart.Sums)
    {
        var list = new List<StoredState>();
        await foreach (var stretch in reader.ReadStateAsync(range, part, Token))
            list.Add(stretch);
        return list;
    }

    protected async Task CommitAsync(Func<IStateTransaction, ValueTask> write)
    {
        await using var transaction = await Store.BeginAsync(Token);
        await write(transaction);
        await transaction.CommitAsync(Token);
    }

    /// <summary>One of everything.</summary>
    protected static async ValueTask WriteEverythingAsync(IStateTransaction transaction)
    {
        await transaction.AppendDeltaAsync(All, 200, Bytes(1, 2), Bytes(3), Token);
        await transaction.PutStateAsync(All, StateLevel.Hour, 100, Bytes(4, 5), Bytes(6), Token);
        await transaction.WriteJoinRowsAsync(Model, [Row(7, scores: [new ServedScore("v1", "b1", 0.25)])], Token);
        await transaction.AddDeliveryAsync(new DeliveryRecord("delivery", UInt128.MaxValue, 5, "reply"), Token);
        Assert.True(await transaction.TryAddEvaluationAsync(new EvaluationRecord(Model, "v1", "day", 100, "", "{}"), Token));
        await transaction.WriteRuleStateAsync(new RuleStateRecord(Model, "rule", "v1", "{}"), Token);
        Assert.True(await transaction.TryAddOutboxAsync(Message("message"), Token));
        await transaction.WriteVersionAsync(new VersionRecord(Model, "v1", "b1", "sha", VersionRole.Champion, 1), Token);
        await transaction.AddAuditAsync(new AuditRecord(1, Model, "me", "did", "this"), Token);
        await transaction.WriteMarkAsync("mark", 42, Token);
    }

    protected static OutboxRecord Message(string key, long createdAt = 10, long dueAt = 10, OutboxStatus status = OutboxStatus.Pending, string model = Model) =>
        new() { Key = key, Model = model, Action = "retrain", Rule = "rule", Payload = "{}", CreatedAt = createdAt, DueAt = dueAt, Status = status };
}
