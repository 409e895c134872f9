using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.State;

public abstract partial class StateStoreContract
{
    [Fact]
    public async Task Join_rows_come_back_as_written_and_null_where_there_is_none()
    {
        UInt128[] ids = [0, 1, UInt128.MaxValue / 2 + 1, UInt128.MaxValue];
        JoinRow[] rows =
        [
            new() { Id = ids[0], Touched = 1 },
            new() { Id = ids[1], EventTime = long.MinValue, Label = -0.5, LabelTime = 3, Touched = long.MaxValue, Scores = [new("v1", "b1", double.NaN), new("日本", "", -1e-300), new("v2", "b1", double.PositiveInfinity)] },
            new() { Id = ids[2], EventTime = 0, Label = 0, Touched = -4, Scores = [new("v1", "b1", 0)] },
            new() { Id = ids[3], Label = 1, LabelTime = 0, Touched = 5 },
        ];
        await CommitAsync(transaction => transaction.WriteJoinRowsAsync(Model, rows, Token));
        rows[0].Touched = 99;

        await using var transaction = await Store.BeginAsync(Token);
        var read = await transaction.ReadJoinRowsAsync(Model, [.. ids[..2], 2, .. ids[2..]], Token);
        Assert.Null(read[2]);
        rows[0].Touched = 1;
        Assert.Equal(rows.Select(Describe), read.Where(row => row is not null).Select(row => Describe(row!)));
        Assert.All(await transaction.ReadJoinRowsAsync("unknown", ids, Token), Assert.Null);
        Assert.Empty(await transaction.ReadJoinRowsAsync(Model, [], Token));

        // What was read is the reader's to change.
        read[0]!.Touched = 77;
        Assert.Equal(1, (await transaction.ReadJoinRowsAsync(Model, ids, Token))[0]!.Touched);

        static string Describe(JoinRow row) => $"{row.Id} {row.EventTime} {row.Label} {row.LabelTime} {row.Touched} {string.Join(' ', row.Scores)}";
    }

    [Fact]
    public async Task A_written_join_row_replaces_and_models_do_not_meet()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.WriteJoinRowsAsync(Model, [Row(1, scores: [new("v1", "b1", 0.1)])], Token);
        await transaction.WriteJoinRowsAsync("other", [Row(1, eventTime: null, label: 1)], Token);
        var row = (await transaction.ReadJoinRowsAsync(Model, [1], Token))[0]!;
        Assert.Null(row.Label);
        row.Label = 0;
        row.EventTime = null;
        row.Scores = [];
        await transaction.WriteJoinRowsAsync(Model, [row], Token);
        row = (await transaction.ReadJoinRowsAsync(Model, [1], Token))[0]!;
        Assert.Equal((null, 0.0, 0), (row.EventTime, row.Label, row.Scores.Count));
        Assert.Equal(1, (await transaction.ReadJoinRowsAsync("other", [1], Token))[0]!.Label);
    }

    [Fact]
    public async Task A_label_that_is_no_number_is_refused_without_effect()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await Assert.ThrowsAsync<ArgumentException>(async () => await transaction.WriteJoinRowsAsync(Model, [Row(1), Row(2, label: double.NaN)], Token));
        Assert.All(await transaction.ReadJoinRowsAsync(Model, [1, 2], Token), Assert.Null);
        await transaction.WriteJoinRowsAsync(Model, [Row(1)], Token);
        await transaction.CommitAsync(Token);
    }

    [Fact]
    public async Task Expiry_counts_what_waited_in_vain()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.WriteJoinRowsAsync(Model, [Row(1, touched: 5), Row(2, touched: 6, label: 1), Row(3, eventTime: null, label: 0, touched: 7), Row(4, touched: 8), Row(5, touched: 9)], Token);
        await transaction.WriteJoinRowsAsync("other", [Row(1, touched: 1)], Token);
        Assert.Equal((0, 0, 0), await transaction.ExpireJoinRowsAsync(Model, 5, 100, Token));
        Assert.Equal((0, 0, 0), await transaction.ExpireJoinRowsAsync("unknown", 50, 100, Token));
        Assert.Equal((4, 2, 1), await transaction.ExpireJoinRowsAsync(Model, 9, 100, Token));
        Assert.Equal([false, false, false, false, true], (await transaction.ReadJoinRowsAsync(Model, [1, 2, 3, 4, 5], Token)).Select(row => row is not null));
        Assert.NotNull((await transaction.ReadJoinRowsAsync("other", [1], Token))[0]);
        Assert.Equal((0, 0, 0), await transaction.ExpireJoinRowsAsync(Model, 9, 100, Token));
    }

    [Fact]
    public async Task Expiry_stops_at_its_limit_and_goes_on_when_called_again()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.WriteJoinRowsAsync(Model, [.. Enumerable.Range(0, 2000).Select(i => Row((UInt128)i, touched: i % 7))], Token);
        Assert.Equal((700, 700, 0), await transaction.ExpireJoinRowsAsync(Model, 100, 700, Token));
        Assert.Equal((0, 0, 0), await transaction.ExpireJoinRowsAsync(Model, 100, 0, Token));
        Assert.Equal((1300, 1300, 0), await transaction.ExpireJoinRowsAsync(Model, 100, 2000, Token));
    }

    [Fact]
    public async Task A_row_expires_from_its_last_touch_whichever_way_the_clock_went()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.WriteJoinRowsAsync(Model, [Row(1, touched: 10), Row(2, touched: 10), Row(3, touched: 10)], Token);
        await transaction.WriteJoinRowsAsync(Model, [Row(1, touched: 30, label: 1), Row(2, touched: 5, label: 1)], Token);
        Assert.Equal((1, 0, 0), await transaction.ExpireJoinRowsAsync(Model, 10, 100, Token));
        Assert.Equal((1, 1, 0), await transaction.ExpireJoinRowsAsync(Model, 30, 100, Token));
        await transaction.WriteJoinRowsAsync(Model, [Row(1, touched: 40, label: 1)], Token);
        await transaction.WriteJoinRowsAsync(Model, [Row(2, touched: 50)], Token);
        Assert.Equal((0, 0, 0), await transaction.ExpireJoinRowsAsync(Model, 40, 100, Token));
        Assert.Equal((1, 0, 0), await transaction.ExpireJoinRowsAsync(Model, 41, 100, Token));
        Assert.Equal((1, 1, 0), await transaction.ExpireJoinRowsAsync(Model, 51, 100, Token));
    }
}
