using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.State;

public abstract partial class StateStoreContract
{
    [Fact]
    public async Task A_delivery_is_found_by_its_key_and_added_once()
    {
        var delivery = new DeliveryRecord("model/stream/ключ-🔑", (UInt128.One << 127) + 3, 10, "{\"ok\":true}");
        await CommitAsync(transaction => transaction.AddDeliveryAsync(delivery, Token));
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Equal(delivery, await transaction.FindDeliveryAsync(delivery.Key, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await transaction.AddDeliveryAsync(delivery with { Reply = "" }, Token));
        Assert.Equal(delivery, await transaction.FindDeliveryAsync(delivery.Key, Token));
        Assert.Null(await transaction.FindDeliveryAsync("model/stream/КЛЮЧ-🔑", Token));

        // A refused call leaves the transaction usable.
        await transaction.AddDeliveryAsync(delivery with { Key = "newer", ReceivedAt = 11 }, Token);
        await transaction.ExpireDeliveriesAsync(11, Token);
        Assert.Null(await transaction.FindDeliveryAsync(delivery.Key, Token));
        Assert.NotNull(await transaction.FindDeliveryAsync("newer", Token));
    }

    [Fact]
    public async Task An_evaluation_is_added_once_and_read_newest_first()
    {
        await using var transaction = await Store.BeginAsync(Token);
        foreach (var end in new[] { 20, 10, 30 })
        {
            foreach (var window in new[] { "week", "day" })
                Assert.True(await transaction.TryAddEvaluationAsync(new EvaluationRecord(Model, "v1", window, end, "", $"{window}{end}"), Token));
        }

        Assert.True(await transaction.TryAddEvaluationAsync(new EvaluationRecord("other", "v1", "day", 20, "", "other"), Token));
        Assert.True(await transaction.TryAddEvaluationAsync(new EvaluationRecord(Model, "v2", "day", 20, "", "v2"), Token));
        Assert.True(await transaction.TryAddEvaluationAsync(new EvaluationRecord(Model, "v1", "day", 20, "s=1", "segment"), Token));
        Assert.False(await transaction.TryAddEvaluationAsync(new EvaluationRecord(Model, "v1", "day", 20, "", "again"), Token));

        Assert.Equal(["day30", "day20", "segment", "v2", "day10"], await PayloadsAsync(Model, "day", 0, 100, 100));
        Assert.Equal(["day30", "week30", "day20", "segment", "week20", "v2", "day10", "week10"], await PayloadsAsync(Model, null, 0, 100, 100));
        Assert.Equal(["week20", "week10"], await PayloadsAsync(Model, "week", 10, 30, 100));
        Assert.Equal(["week30"], await PayloadsAsync(Model, "week", 0, 100, 1));
        Assert.Empty(await PayloadsAsync("unknown", null, 0, 100, 100));
        Assert.Equal(["day30", "day20", "day10"], await OneAsync(new(Model, "v1", "day", ""), 0, 100, 100));
        Assert.Equal(["day20"], await OneAsync(new(Model, "v1", "day", ""), 0, 30, 1));
        Assert.Equal(["segment"], await OneAsync(new(Model, "v1", "day", "s=1"), 20, 21, 100));
        Assert.Equal(["v2"], await OneAsync(new(Model, "v2", "day", ""), 0, 100, 100));
        Assert.Empty(await OneAsync(new("unknown", "v1", "day", ""), 0, 100, 100));

        await transaction.ExpireEvaluationsAsync(20, Token);
        Assert.Equal(["week30", "week20"], await PayloadsAsync(Model, "week", 0, 100, 100));
        await transaction.ExpireEvaluationsAsync(30, Token);
        Assert.Empty(await PayloadsAsync("other", null, 0, 100, 100));

        async Task<IEnumerable<string>> OneAsync(EvaluationSeries series, long from, long to, int limit) =>
            (await transaction.ReadEvaluationsAsync(series, from, to, limit, Token)).Select(evaluation => evaluation.Payload);

        async Task<IEnumerable<string>> PayloadsAsync(string model, string? window, long from, long to, int limit) =>
            (await transaction.ReadEvaluationsAsync(model, window, from, to, limit, Token)).Select(evaluation => evaluation.Payload);
    }

    [Fact]
    public async Task A_rule_has_one_state_per_version()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.WriteRuleStateAsync(new RuleStateRecord(Model, "b", "v1", "1"), Token);
        await transaction.WriteRuleStateAsync(new RuleStateRecord(Model, "a", "v2", "2"), Token);
        await transaction.WriteRuleStateAsync(new RuleStateRecord(Model, "a", "v1", "3"), Token);
        await transaction.WriteRuleStateAsync(new RuleStateRecord("other", "a", "v1", "4"), Token);
        await transaction.WriteRuleStateAsync(new RuleStateRecord(Model, "b", "v1", "5"), Token);
        Assert.Equal(["3", "2", "5"], (await transaction.ReadRuleStatesAsync(Model, Token)).Select(rule => rule.Payload));
    }

    [Fact]
    public async Task A_message_comes_back_as_written_and_its_key_is_taken_once()
    {
        var message = Message("k") with { Error = "timed out", Attempts = 2, DueAt = 77 };
        await using var transaction = await Store.BeginAsync(Token);
        Assert.True(await transaction.TryAddOutboxAsync(message, Token));
        Assert.False(await transaction.TryAddOutboxAsync(message with { Payload = "other" }, Token));
        Assert.Equal([message], await transaction.ReadOutboxAsync(null, null, 10, Token));
    }

    [Fact]
    public async Task Messages_are_read_newest_first_and_due_ones_oldest_first()
    {
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.TryAddOutboxAsync(Message("b", 20, 50), Token);
        await transaction.TryAddOutboxAsync(Message("c", 30, 40, model: "other"), Token);
        await transaction.TryAddOutboxAsync(Message("a", 10, 60), Token);
        await transaction.TryAddOutboxAsync(Message("d", 40, 0, OutboxStatus.Delivered), Token);
        await transaction.TryAddOutboxAsync(Message("e", 50, 0, OutboxStatus.Failed), Token);

        Assert.Equal("edcba", Keys(await transaction.ReadOutboxAsync(null, null, 10, Token)));
        Assert.Equal("edba", Keys(await transaction.ReadOutboxAsync(Model, null, 10, Token)));
        Assert.Equal("cba", Keys(await transaction.ReadOutboxAsync(null, OutboxStatus.Pending, 10, Token)));
        Assert.Equal("e", Keys(await transaction.ReadOutboxAsync(Model, OutboxStatus.Failed, 10, Token)));
        Assert.Equal("ed", Keys(await transaction.ReadOutboxAsync(null, null, 2, Token)));
        Assert.Equal("", Keys(await transaction.ReadOutboxAsync("unknown", null, 2, Token)));
        Assert.Equal("bc", Keys(await transaction.ReadDueOutboxAsync(50, 10, Token)));
        Assert.Equal("a", Keys(await transaction.ReadDueOutboxAsync(60, 1, Token)));
        Assert.Equal("", Keys(await transaction.ReadDueOutboxAsync(39, 10, Token)));

        await transaction.ExpireOutboxAsync(50, Token);
        Assert.Equal("ecba", Keys(await transaction.ReadOutboxAsync(null, null, 10, Token)));

        static string Keys(IReadOnlyList<OutboxRecord> messages) => string.Concat(messages.Select(message => message.Key));
    }

    [Fact]
    public async Task A_message_is_claimed_by_whoever_knows_its_attempts()
    {
        await CommitAsync(async transaction => Assert.True(await transaction.TryAddOutboxAsync(Message("k"), Token)));
        await using var transaction = await Store.BeginAsync(Token);
        var claimed = Message("k") with { Attempts = 1, DueAt = 500 };
        Assert.False(await transaction.TryUpdateOutboxAsync(claimed, 1, Token));
        Assert.True(await transaction.TryUpdateOutboxAsync(claimed, 0, Token));
        Assert.False(await transaction.TryUpdateOutboxAsync(claimed, 0, Token));
        Assert.Equal([claimed], await transaction.ReadOutboxAsync(Model, null, 10, Token));
        var delivered = claimed with { Status = OutboxStatus.Delivered, Error = "at last" };
        Assert.True(await transaction.TryUpdateOutboxAsync(delivered, 1, Token));
        Assert.False(await transaction.TryUpdateOutboxAsync(claimed, 1, Token));
        Assert.False(await transaction.TryUpdateOutboxAsync(claimed with { Key = "unknown" }, 1, Token));
        Assert.Equal([delivered], await transaction.ReadOutboxAsync(Model, null, 10, Token));
    }

    [Fact]
    public async Task A_version_is_written_over_and_read_by_model()
    {
        var first = new VersionRecord(Model, "v1", "b1", "sha1", VersionRole.Champion, 10);
        var second = new VersionRecord(Model, "v2", "b2", "sha2", VersionRole.Challenger, 20);
        await using var transaction = await Store.BeginAsync(Token);
        await transaction.WriteVersionAsync(second, Token);
        await transaction.WriteVersionAsync(first, Token);
        await transaction.WriteVersionAsync(first with { Model = "other" }, Token);
        Assert.Equal([first, second], await transaction.ReadVersionsAsync(Model, Token));
        await transaction.WriteVersionAsync(first with { Role = VersionRole.Retired, BaselineHash = "b3", Since = 30 }, Token);
        Assert.Equal([second, first with { Role = VersionRole.Retired, BaselineHash = "b3", Since = 30 }], await transaction.ReadVersionsAsync(Model, Token));
        Assert.Empty(await transaction.ReadVersionsAsync("unknown", Token));
    }

    [Fact]
    public async Task The_audit_trail_is_read_oldest_first_and_keeps_repetitions()
    {
        AuditRecord[] entries = [new(20, Model, "a", "x", "1"), new(10, Model, "b", "y", "2"), new(20, Model, "a", "x", "1"), new(20, Model, "a", "w", "3")];
        await using var transaction = await Store.BeginAsync(Token);
        foreach (var entry in entries)
            await transaction.AddAuditAsync(entry, Token);
        await transaction.AddAuditAsync(entries[0] with { Model = "other" }, Token);
        Assert.Equal([entries[1], entries[0], entries[2], entries[3]], await transaction.ReadAuditAsync(Model, Token));
    }

    [Fact]
    public async Task A_document_keeps_its_first_time_and_its_last_payload()
    {
        await CommitAsync(async transaction =>
        {
            await transaction.PutDocumentAsync(new(Model, "retrain", "b", 10, "1"), Token);
            await transaction.PutDocumentAsync(new(Model, "retrain", "a", 20, "2"), Token);
            await transaction.PutDocumentAsync(new(Model, "version", "b", 30, "3"), Token);
            await transaction.PutDocumentAsync(new("other", "retrain", "b", 30, "4"), Token);
            await transaction.PutDocumentAsync(new(Model, "retrain", "b", 99, "5"), Token);
        });
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Equal([new(Model, "retrain", "a", 20, "2"), new(Model, "retrain", "b", 10, "5")], await transaction.ReadDocumentsAsync(Model, "retrain", 10, Token));
        Assert.Equal(["a"], (await transaction.ReadDocumentsAsync(Model, "retrain", 1, Token)).Select(d => d.Key));
        Assert.Empty(await transaction.ReadDocumentsAsync("unknown", "retrain", 10, Token));
        await transaction.ExpireDocumentsAsync(Model, "retrain", 20, Token);
        Assert.Equal(["a"], (await transaction.ReadDocumentsAsync(Model, "retrain", 10, Token)).Select(d => d.Key));
        Assert.Equal(["3"], (await transaction.ReadDocumentsAsync(Model, "version", 10, Token)).Select(d => d.Payload));
        Assert.Equal(["4"], (await transaction.ReadDocumentsAsync("other", "retrain", 10, Token)).Select(d => d.Payload));
    }

    [Fact]
    public async Task Captured_rows_are_read_by_day_in_the_order_they_came_and_deleted_by_day()
    {
        await CommitAsync(async transaction =>
        {
            for (byte i = 0; i < 5; i++) await transaction.AppendCapturedAsync(new(Model, (5 - i) / 2, new[] { i }), Token);
            await transaction.AppendCapturedAsync(new("other", 1, new byte[] { 9 }), Token);
        });
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Equal("42301", await Bodies(0, 3));
        Assert.Equal("23", await Bodies(1, 2));
        await transaction.DeleteCapturedAsync(Model, 1, 2, Token);
        Assert.Equal("401", await Bodies(0, 3));

        async Task<string> Bodies(long from, long to)
        {
            var bodies = "";
            await foreach (var captured in transaction.ReadCapturedAsync(Model, from, to, Token)) bodies += captured.Body.Span[0];
            return bodies;
        }
    }

    [Fact]
    public async Task Join_rows_are_read_from_a_snapshot_too()
    {
        await CommitAsync(async transaction => await transaction.WriteJoinRowsAsync(Model, [new JoinRow { Id = 7, EventTime = 5, Label = 1, Touched = 3 }], Token));
        await using var snapshot = await Store.OpenSnapshotAsync(Token);
        var rows = await snapshot.ReadJoinRowsAsync(Model, [6, 7], Token);
        Assert.Null(rows[0]);
        Assert.Equal((5, 1.0), (rows[1]!.EventTime, rows[1]!.Label));
    }

    [Fact]
    public async Task A_mark_is_a_number_under_a_name()
    {
        await using var transaction = await Store.BeginAsync(Token);
        Assert.Null(await transaction.ReadMarkAsync("m", Token));
        await transaction.WriteMarkAsync("m", long.MinValue, Token);
        await transaction.WriteMarkAsync("M", 0, Token);
        await transaction.WriteMarkAsync("m", long.MaxValue, Token);
        Assert.Equal((long.MaxValue, 0), (await transaction.ReadMarkAsync("m", Token), await transaction.ReadMarkAsync("M", Token)));
    }
}
