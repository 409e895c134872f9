using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.State;

/// <summary>What a store promises that outlives its process.</summary>
public abstract class DurableStateStoreContract : StateStoreContract
{
    /// <summary>The store again, after it was disposed.</summary>
    protected abstract ValueTask<IStateStore> ReopenAsync();

    [Fact]
    public async Task What_was_committed_is_there_after_reopening()
    {
        await CommitAsync(WriteEverythingAsync);
        await using (var undone = await Store.BeginAsync(Token))
            await undone.WriteMarkAsync("undone", 1, Token);

        await Store.DisposeAsync();
        Store = await ReopenAsync();

        await using var transaction = await Store.BeginAsync(Token);
        Assert.Equal([All], await transaction.ReadSeriesAsync(Model, Token));
        Assert.Equal((100, 200), await transaction.ReadBoundsAsync(Model, Token));
        var delta = Assert.Single(await transaction.TakeDeltasAsync(1000, 10, Token));
        Assert.Equal([1, 2], delta.Sums.ToArray());
        Assert.Equal([3], delta.DistinctScores.ToArray());
        Assert.Equal([4, 5], (await transaction.FindStateAsync(All, StateLevel.Hour, 100, Token))!.Value.Sums.ToArray());
        var row = (await transaction.ReadJoinRowsAsync(Model, [7], Token))[0]!;
        Assert.Equal(new ServedScore("v1", "b1", 0.25), Assert.Single(row.Scores));
        Assert.Equal("reply", (await transaction.FindDeliveryAsync("delivery", Token))!.Reply);
        Assert.Single(await transaction.ReadEvaluationsAsync(Model, null, 0, 1000, 10, Token));
        Assert.Single(await transaction.ReadRuleStatesAsync(Model, Token));
        Assert.Single(await transaction.ReadOutboxAsync(null, null, 10, Token));
        Assert.Single(await transaction.ReadVersionsAsync(Model, Token));
        Assert.Single(await transaction.ReadAuditAsync(Model, Token));
        Assert.Equal(42, await transaction.ReadMarkAsync("mark", Token));
        Assert.Null(await transaction.ReadMarkAsync("undone", Token));
        await transaction.AppendDeltaAsync(All, 200, Bytes(1), default, Token);
        Assert.Equal([delta.Id, delta.Id + 1], (await transaction.TakeDeltasAsync(1000, 10, Token)).Select(d => d.Id));
    }
}
