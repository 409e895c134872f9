using System.Diagnostics;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.State;

public sealed class InMemoryStoreTests : StateStoreContract
{
    protected override ValueTask<IStateStore> CreateStoreAsync() => ValueTask.FromResult<IStateStore>(new InMemoryStore());

    [Fact]
    public async Task Fifty_thousand_deltas_and_rows_are_held_with_ease()
    {
        var random = new Random(1);
        var clock = Stopwatch.StartNew();
        for (var batch = 0; batch < 50; batch++)
        {
            await CommitAsync(async transaction =>
            {
                for (var i = 0; i < 1000; i++)
                    await transaction.AppendDeltaAsync(i % 2 == 0 ? All : North, random.Next(), Bytes(1), default, Token);
                await transaction.WriteJoinRowsAsync(Model, [.. Enumerable.Range(0, 1000).Select(_ => Row((UInt128)random.NextInt64(), touched: batch)).OrderBy(row => row.Id)], Token);
            });
        }

        // Generous: a second or so here; a store that copied itself at each commit would take minutes.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), clock.Elapsed.ToString());
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Equal(50_000, (await transaction.TakeDeltasAsync(long.MaxValue, int.MaxValue, Token)).Count);
        Assert.Equal((50_000, 50_000, 0), await transaction.ExpireJoinRowsAsync(Model, 50, int.MaxValue, Token));
    }
}
