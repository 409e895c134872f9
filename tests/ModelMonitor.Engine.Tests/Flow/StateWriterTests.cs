using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class StateWriterTests
{
    private static readonly DateTimeOffset T = Given.Noon;
    private static readonly Row A = new("a", T.AddMinutes(1), 0.75);
    private static readonly DeliveryIdentity Key = new("k", 1);

    [Fact]
    public async Task What_queues_while_a_commit_runs_is_the_next_group()
    {
        var store = new GatedStore(new InMemoryStore());
        await using var monitor = new Running(store: store);
        var first = monitor.Predict(A);
        await store.Waiting;
        Task[] others = [.. Enumerable.Range(0, 20).Select(i => monitor.Predict(A with { Id = $"{i}" }))];
        store.Open();
        await Task.WhenAll([first, .. others]);
        Assert.Equal(2, monitor.Counted["commits"]);
        Assert.Equal(21, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    [Fact]
    public async Task Work_that_throws_spoils_only_itself()
    {
        var store = new GatedStore(new InMemoryStore());
        await using var monitor = new Running(store: store);
        var first = monitor.Predict(A);
        await store.Waiting;
        var good = monitor.Predict(A with { Id = "b" });
        var bad = monitor.Writer.SubmitAsync(new Throwing());
        var better = monitor.Predict(A with { Id = "c" });
        store.Open();
        await Task.WhenAll(first, good, better);
        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
        Assert.Equal(3, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    [Fact]
    public async Task A_keyed_delivery_whose_commit_happened_but_threw_succeeds_and_is_counted_once()
    {
        var store = new FailingStore(new InMemoryStore()) { FailAfterCommit = 1 };
        await using var monitor = new Running(store: store);
        var answer = await monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(A with { Id = null })], Key);
        Assert.False(answer!.Value.Reply.Duplicate);
        Assert.Equal(1, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    [Fact]
    public async Task A_group_whose_commit_happened_but_threw_is_not_counted_twice()
    {
        var store = new FailingStore(new InMemoryStore());
        var gate = new GatedStore(store);
        await using var monitor = new Running(store: gate);
        var first = monitor.Predict(A);
        await gate.Waiting;
        var unkeyed = monitor.Predict(A with { Id = null });
        var keyed = monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(A with { Id = null })], Key);
        // The first commit passes; the group's throws.
        (store.PassCommits, store.FailAfterCommit) = (1, 1);
        gate.Open();
        await Task.WhenAll(first, unkeyed, keyed);
        Assert.Equal(3, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    [Fact]
    public async Task A_commit_that_did_not_happen_fails_the_delivery_and_the_next_try_counts()
    {
        var store = new FailingStore(new InMemoryStore()) { FailBeforeCommit = 1 };
        await using var monitor = new Running(store: store);
        Task<IngestReply> Send() => Keyed(monitor, A, Key);
        await Assert.ThrowsAsync<IOException>(Send);
        Assert.False((await Send()).Duplicate);
        Assert.Equal(1, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    [Fact]
    public async Task A_repeat_that_could_not_even_begin_fails_as_such()
    {
        var store = new FailingStore(new InMemoryStore());
        await using var monitor = new Running(store: store);
        await Keyed(monitor, A, Key);
        store.FailBegins = 1;
        await Assert.ThrowsAsync<IOException>(() => Keyed(monitor, A, Key));
    }

    [Fact]
    public async Task A_repeated_key_changes_nothing_and_gets_the_earlier_answer()
    {
        await using var monitor = new Running();
        Row[] rows = [A with { Id = null }, A, A];
        var first = (await monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(rows)], Key))!.Value.Reply;
        var state = await monitor.State(T, T.AddHours(1));
        var again = (await monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(rows)], Key))!.Value.Reply;
        Assert.True(again.Duplicate);
        Assert.Equal((first.Rows, first.Rejected["duplicate_id"]), (again.Rows, again.Rejected["duplicate_id"]));
        Assert.Equal(state, await monitor.State(T, T.AddHours(1)));
        Assert.Equal(3, monitor.Counted["received predictions"]);
    }

    [Fact]
    public async Task A_key_with_another_body_is_a_conflict_and_a_key_of_the_other_stream_is_not()
    {
        await using var monitor = new Running();
        await Keyed(monitor, A, Key);
        await Assert.ThrowsAsync<DeliveryConflictException>(() => Keyed(monitor, A with { Id = "b" }, new("k", 2)));
        var labels = await monitor.Ingest.LabelsAsync(monitor.Model, [Given.Batch(new Truth("a", 1))], new("k", 3));
        Assert.False(labels!.Duplicate);
        var evaluation = await monitor.Evaluate(T, T.AddHours(1));
        Assert.Equal((1, 1), (evaluation.Rows, evaluation.Labelled));
    }

    [Fact]
    public async Task A_full_queue_refuses_but_takes_a_delivery_larger_than_itself_when_alone()
    {
        var store = new GatedStore(new InMemoryStore());
        var options = Given.Monitor() with { Ingest = new() { MaxQueuedRows = 2 } };
        await using var monitor = new Running(options: options, store: store);
        var large = monitor.Predict([.. Enumerable.Range(0, 5).Select(i => A with { Id = $"{i}" })]);
        await store.Waiting;
        Assert.Null(await monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(A)], null));
        Assert.Null(await monitor.Ingest.LabelsAsync(monitor.Model, [Given.Batch(new Truth("a", 1))], null));
        Assert.Equal(5, monitor.Writer.QueuedRows);
        store.Open();
        Assert.Equal(5, (await large).Rows);
        Assert.True(SpinWait.SpinUntil(() => monitor.Writer.QueuedRows == 0, TimeSpan.FromSeconds(10)));
        Assert.Equal(1, (await monitor.Predict(A)).Rows);
    }

    [Fact]
    public async Task Disposing_commits_what_is_queued_and_refuses_the_rest()
    {
        var store = new GatedStore(new InMemoryStore());
        var monitor = new Running(store: store);
        Task[] queued = [.. Enumerable.Range(0, 10).Select(i => monitor.Predict(A with { Id = $"{i}" }))];
        await store.Waiting;
        var disposal = monitor.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => { _ = monitor.Writer.TrySubmit(new Throwing()); });
        store.Open();
        await disposal;
        await Task.WhenAll(queued);
        Assert.Equal(10, (await monitor.Evaluate(T, T.AddHours(1))).Rows);
    }

    private static async Task<IngestReply> Keyed(Running monitor, Row row, DeliveryIdentity key) =>
        (await monitor.Ingest.PredictionsAsync(monitor.Model, [Given.Batch(row)], key))!.Value.Reply;

    private sealed class Throwing : IWork
    {
        public int Rows => 1;

        public ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) => throw new InvalidDataException();
    }
}
