using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.State;

public abstract partial class StateStoreContract
{
    [Fact]
    public async Task Deltas_are_read_by_start_then_id_and_each_part_alone()
    {
        await using var transaction = await Store.BeginAsync(Token);
        for (var i = 0; i < 50; i++)
            await transaction.AppendDeltaAsync(All, i % 2 == 0 ? 20 : 10, Bytes((byte)i), Bytes((byte)(100 + i)), Token);
        await transaction.AppendDeltaAsync(North, 10, Bytes(255), default, Token);

        var sums = await ListAsync(transaction, new StateRange(All, StateLevel.Delta, 10, 21));
        Assert.Equal([.. Odd(), .. Even()], sums.Select(delta => delta.Sums.Span[0]));
        Assert.All(sums, delta => Assert.True(delta.DistinctScores.IsEmpty));
        Assert.All(sums, delta => Assert.Equal(All, delta.Series));
        Assert.Equal(50, sums.Select(delta => delta.Id).Distinct().Count());

        var distinct = await ListAsync(transaction, new StateRange(All, StateLevel.Delta, 10, 20), StatePart.DistinctScores);
        Assert.Equal(Odd(), distinct.Select(delta => (byte)(delta.DistinctScores.Span[0] - 100)));
        Assert.All(distinct, delta => Assert.True(delta.Sums.IsEmpty));

        static IEnumerable<byte> Odd() => Enumerable.Range(0, 25).Select(i => (byte)(2 * i + 1));
        static IEnumerable<byte> Even() => Enumerable.Range(0, 25).Select(i => (byte)(2 * i));
    }

    [Fact]
    public async Task Deltas_are_taken_by_series_in_ordinal_order_then_start_then_id()
    {
        // Written against the order, so that numbers given in passing do not happen to be right.
        SeriesKey[] backwards = [new("Z", "", "", ""), North, All, new(Model, "v1", "a", "z"), new(Model, "V1", "b1", ""), new("B", "v", "b", "s")];
        await CommitAsync(async transaction =>
        {
            foreach (var series in backwards)
            {
                await transaction.AppendDeltaAsync(series, 20, Bytes(1), Bytes(7), Token);
                await transaction.AppendDeltaAsync(series, 10, Bytes(2), default, Token);
                await transaction.AppendDeltaAsync(series, 10, Bytes(3), default, Token);
                await transaction.AppendDeltaAsync(series, 30, Bytes(4), default, Token);
            }
        });

        await using var transaction = await Store.BeginAsync(Token);
        var taken = await transaction.TakeDeltasAsync(30, 100, Token);
        SeriesKey[] ordered = [new("B", "v", "b", "s"), new("Z", "", "", ""), new(Model, "V1", "b1", ""), new(Model, "v1", "a", "z"), All, North];
        Assert.Equal(ordered.SelectMany(series => new[] { (series, 10L, 2), (series, 10L, 3), (series, 20L, 1) }), taken.Select(delta => (delta.Series, delta.Start, (int)delta.Sums.Span[0])));
        Assert.Equal(taken.Take(4).Select(delta => delta.Id), (await transaction.TakeDeltasAsync(30, 4, Token)).Select(delta => delta.Id));
        Assert.Equal([7], taken[2].DistinctScores.ToArray());
        Assert.Empty(await transaction.TakeDeltasAsync(10, 100, Token));
    }

    [Fact]
    public async Task Deleted_deltas_are_gone_and_unknown_ids_are_nothing()
    {
        await using var transaction = await Store.BeginAsync(Token);
        for (byte i = 0; i < 4; i++)
            await transaction.AppendDeltaAsync(All, i, Bytes(i), default, Token);
        var taken = await transaction.TakeDeltasAsync(100, 100, Token);
        await transaction.DeleteDeltasAsync([taken[0].Id, taken[2].Id, 123456, taken[0].Id], Token);
        Assert.Equal([taken[1].Id, taken[3].Id], (await transaction.TakeDeltasAsync(100, 100, Token)).Select(delta => delta.Id));
        await transaction.DeleteDeltasAsync([], Token);
    }

    [Fact]
    public async Task Summed_state_is_replaced_and_empty_is_not_absent()
    {
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Null(await transaction.FindStateAsync(All, StateLevel.Pane, 10, Token));
        await transaction.PutStateAsync(All, StateLevel.Pane, 10, default, default, Token);
        var empty = await transaction.FindStateAsync(All, StateLevel.Pane, 10, Token);
        Assert.NotNull(empty);
        Assert.True(empty.Value.Sums.IsEmpty && empty.Value.DistinctScores.IsEmpty);
        Assert.Equal((0, All, 10), (empty.Value.Id, empty.Value.Series, empty.Value.Start));

        await transaction.PutStateAsync(All, StateLevel.Pane, 10, Bytes(1), Bytes(2, 3), Token);
        await transaction.PutStateAsync(All, StateLevel.Pane, 11, Bytes(4), default, Token);
        var full = (await transaction.FindStateAsync(All, StateLevel.Pane, 10, Token))!.Value;
        Assert.Equal([1], full.Sums.ToArray());
        Assert.Equal([2, 3], full.DistinctScores.ToArray());
        var distinct = await ListAsync(transaction, new StateRange(All, StateLevel.Pane, 0, 100), StatePart.DistinctScores);
        Assert.Equal([2, 0], distinct.Select(stretch => stretch.DistinctScores.Length));
        Assert.All(distinct, stretch => Assert.True(stretch.Sums.IsEmpty));

        await transaction.PutStateAsync(All, StateLevel.Pane, 10, Bytes(9), default, Token);
        Assert.True((await transaction.FindStateAsync(All, StateLevel.Pane, 10, Token))!.Value.DistinctScores.IsEmpty);
        Assert.Null(await transaction.FindStateAsync(All, StateLevel.Hour, 10, Token));
        Assert.Null(await transaction.FindStateAsync(North, StateLevel.Pane, 10, Token));
    }

    [Fact]
    public async Task An_empty_delta_is_there()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.AppendDeltaAsync(All, 10, default, default, Token);
        var delta = Assert.Single(await transaction.TakeDeltasAsync(11, 10, Token));
        Assert.True(delta.Sums.IsEmpty && delta.DistinctScores.IsEmpty);
        Assert.Single(await ListAsync(transaction, new StateRange(All, StateLevel.Delta, 10, 11)));
    }

    [Fact]
    public async Task Deltas_are_not_summed_state()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await transaction.FindStateAsync(All, StateLevel.Delta, 1, Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await transaction.PutStateAsync(All, StateLevel.Delta, 1, default, default, Token));
    }

    [Fact]
    public async Task A_range_is_half_open_of_one_series_and_level_and_in_order()
    {
        await using var transaction = await Store.BeginAsync(Token);
        foreach (var start in Enumerable.Range(0, 100).Reverse())
        {
            await transaction.PutStateAsync(All, StateLevel.Hour, start - 50, Bytes((byte)start), default, Token);
            await transaction.PutStateAsync(North, StateLevel.Hour, start - 50, Bytes(200), default, Token);
            await transaction.PutStateAsync(All, StateLevel.Day, start - 50, Bytes(201), default, Token);
        }

        var range = await ListAsync(transaction, new StateRange(All, StateLevel.Hour, -40, 40));
        Assert.Equal(Enumerable.Range(10, 80).Select(i => ((long)(i - 50), (byte)i)), range.Select(stretch => (stretch.Start, stretch.Sums.Span[0])));
        Assert.Equal(100, (await ListAsync(transaction, new StateRange(All, StateLevel.Hour, long.MinValue, long.MaxValue))).Count);
        Assert.Empty(await ListAsync(transaction, new StateRange(All, StateLevel.Hour, 5, 5)));
        Assert.Empty(await ListAsync(transaction, new StateRange(All with { Version = "v9" }, StateLevel.Hour, 0, 5)));
        Assert.Empty(await ListAsync(transaction, new StateRange(All with { Model = "unknown" }, StateLevel.Hour, 0, 5)));
    }

    [Fact]
    public async Task Two_ranges_can_be_read_in_turn()
    {
        await using var transaction = await Store.BeginAsync(Token);
        for (byte i = 0; i < 40; i++)
        {
            await transaction.PutStateAsync(All, StateLevel.Pane, i, Bytes(i), default, Token);
            await transaction.PutStateAsync(North, StateLevel.Pane, i, Bytes(i), default, Token);
        }

        await using var one = transaction.ReadStateAsync(new StateRange(All, StateLevel.Pane, 0, 40), StatePart.Sums, Token).GetAsyncEnumerator(Token);
        await using var two = transaction.ReadStateAsync(new StateRange(North, StateLevel.Pane, 0, 40), StatePart.Sums, Token).GetAsyncEnumerator(Token);
        var read = 0;
        for (; await one.MoveNextAsync() && await two.MoveNextAsync(); read++)
            Assert.Equal((All, North, one.Current.Start), (one.Current.Series, two.Current.Series, two.Current.Start));
        Assert.Equal(40, read);
    }

    [Fact]
    public async Task State_is_deleted_by_model_level_and_start()
    {
        var other = All with { Model = "other" };
        await using var transaction = await Store.BeginAsync(Token);
        foreach (var series in new[] { All, North, other })
        {
            for (var start = 0; start < 4; start++)
            {
                await transaction.PutStateAsync(series, StateLevel.Pane, start, Bytes(1), Bytes(2), Token);
                await transaction.PutStateAsync(series, StateLevel.Hour, start, Bytes(1), Bytes(2), Token);
                await transaction.AppendDeltaAsync(series, start, Bytes(1), Bytes(2), Token);
            }
        }

        await transaction.DeleteStateAsync(Model, StateLevel.Pane, 3, Token);
        Assert.Equal([3], await StartsAsync(All, StateLevel.Pane));
        Assert.Equal([3], await StartsAsync(North, StateLevel.Pane));
        Assert.Equal([0, 1, 2, 3], await StartsAsync(other, StateLevel.Pane));
        Assert.Equal([0, 1, 2, 3], await StartsAsync(All, StateLevel.Hour));
        Assert.Equal([0, 1, 2, 3], await StartsAsync(All, StateLevel.Delta));
        await transaction.DeleteStateAsync(Model, StateLevel.Delta, 2, Token);
        Assert.Equal([2, 3], await StartsAsync(All, StateLevel.Delta));
        Assert.Equal([0, 1, 2, 3], await StartsAsync(other, StateLevel.Delta));
        await transaction.DeleteStateAsync("unknown", StateLevel.Delta, 2, Token);

        // What is put again does not find the old distinct scores.
        await transaction.PutStateAsync(All, StateLevel.Pane, 0, Bytes(1), default, Token);
        Assert.True((await transaction.FindStateAsync(All, StateLevel.Pane, 0, Token))!.Value.DistinctScores.IsEmpty);

        async Task<IEnumerable<long>> StartsAsync(SeriesKey series, StateLevel level) =>
            (await ListAsync(transaction, new StateRange(series, level, 0, 100))).Select(stretch => stretch.Start);
    }

    [Fact]
    public async Task Series_and_bounds_cover_every_level_and_only_what_has_state()
    {
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Empty(await transaction.ReadSeriesAsync(Model, Token));
        await transaction.PutStateAsync(North, StateLevel.Day, -5, Bytes(1), default, Token);
        await transaction.AppendDeltaAsync(All with { Segment = "Ünï=日本" }, 50, Bytes(1), default, Token);
        await transaction.PutStateAsync(All, StateLevel.Pane, 7, Bytes(1), default, Token);
        await transaction.PutStateAsync(new SeriesKey("other", "", "", ""), StateLevel.Pane, 1000, Bytes(1), default, Token);

        Assert.Equal([All, North, All with { Segment = "Ünï=日本" }], await transaction.ReadSeriesAsync(Model, Token));
        Assert.Equal((-5, 50), await transaction.ReadBoundsAsync(Model, Token));
        Assert.Equal((1000, 1000), await transaction.ReadBoundsAsync("other", Token));

        await transaction.DeleteStateAsync(Model, StateLevel.Day, 100, Token);
        await transaction.DeleteStateAsync(Model, StateLevel.Delta, 100, Token);
        Assert.Equal([All], await transaction.ReadSeriesAsync(Model, Token));
        Assert.Equal((7, 7), await transaction.ReadBoundsAsync(Model, Token));
        await transaction.DeleteStateAsync(Model, StateLevel.Pane, 100, Token);
        Assert.Null(await transaction.ReadBoundsAsync(Model, Token));
    }

    [Fact]
    public async Task A_callers_buffer_stays_the_callers()
    {
        byte[] buffer = [1];
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.AppendDeltaAsync(All, 10, buffer, buffer, Token);
        await transaction.PutStateAsync(All, StateLevel.Pane, 10, buffer, buffer, Token);
        buffer[0] = 2;
        Assert.Equal([1], (await transaction.TakeDeltasAsync(11, 1, Token))[0].Sums.ToArray());
        Assert.Equal([1], (await transaction.FindStateAsync(All, StateLevel.Pane, 10, Token))!.Value.DistinctScores.ToArray());
    }
}
