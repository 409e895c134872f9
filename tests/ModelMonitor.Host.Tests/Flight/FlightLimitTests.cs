using Apache.Arrow;
using Apache.Arrow.Types;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Host.Intake;
using ModelMonitor.Host.Tests.Http;
using Streams = ModelMonitor.Engine.Tests.Intake.Streams;

namespace ModelMonitor.Host.Tests.Flight;

/// <summary>The limits of HTTP hold for Flight.</summary>
public sealed class FlightLimitTests(LimitTests.SmallFixture api) : IClassFixture<LimitTests.SmallFixture>, IDisposable
{
    private readonly FlightClients _flight = new(api.Flight);

    public void Dispose() => _flight.Dispose();

    [Fact]
    public async Task A_batch_beyond_the_limit_is_refused_and_the_next_call_is_answered()
    {
        var (_, status) = await _flight.PutRawAsync(FlightTests.Messages(Bodies.Write([Bodies.Batches(Bodies.Production)[0]], null)));
        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        Assert.Contains("16384 bytes", status.Detail, StringComparison.Ordinal);
        Assert.Contains("batch 1 of this call", status.Detail, StringComparison.Ordinal);
        var (answers, next) = await _flight.PutRawAsync(FlightTests.Messages(Bodies.Head(3)));
        Assert.Equal((StatusCode.OK, 1), (next.StatusCode, answers.Count));
        await Until.TrueAsync(() => Budget.Held == 0);
    }

    [Fact]
    public async Task Messages_beyond_what_memory_may_hold_are_told_to_come_again()
    {
        using (Budget.TryHold(4 * 16384))
        {
            var (answers, status) = await _flight.PutRawAsync(FlightTests.Messages(Bodies.Head(2, from: 20)));
            Assert.Equal((StatusCode.ResourceExhausted, 0), (status.StatusCode, answers.Count));
        }

        var (taken, next) = await _flight.PutRawAsync(FlightTests.Messages(Bodies.Head(2, from: 20)));
        Assert.Equal((StatusCode.OK, 1), (next.StatusCode, taken.Count));
        await Until.TrueAsync(() => Budget.Held == 0);
    }

    [Fact]
    public async Task Rows_beyond_what_may_wait_for_a_commit_are_told_to_come_again()
    {
        var writer = api.Services.GetRequiredService<StateWriter>();
        var turn = new TaskCompletionSource();
        await Until.TrueAsync(() => writer.QueuedRows == 0);
        api.Store.Turn = turn.Task;
        var waiting = _flight.PutRawAsync(FlightTests.Messages(Bodies.Head(20, from: 30)));
        try
        {
            await Until.TrueAsync(() => writer.QueuedRows == 20);
            var (_, refused) = await _flight.PutRawAsync(FlightTests.Messages(Bodies.Head(1, from: 60)));
            Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        }
        finally
        {
            api.Store.Turn = null;
            turn.SetResult();
        }

        Assert.Equal(StatusCode.OK, (await waiting).Status.StatusCode);
    }

    /// <summary>Dictionaries are kept from batch to batch, so calls that are open and silent must not add up unseen.</summary>
    [Fact]
    public async Task What_an_open_call_keeps_counts_until_it_ends()
    {
        var stream = Streams.Write(Streams.Batch(("text", Streams.Dictionary(Int32Type.Default, new Int32Array.Builder().Append(0).Build(), Streams.Strings(new string('x', 9000))))));
        var head = FlightTests.Messages(stream)[..2];
        using var ending = new CancellationTokenSource();
        var calls = new List<Task<(IReadOnlyList<string> Answers, Status Status)>>();
        for (var open = 1; open <= 6; open++)
        {
            calls.Add(_flight.PutRawAsync(head, ending.Token));
            await Until.TrueAsync(() => Budget.Held >= 9000 * open);
        }

        // 64 KiB in all: there is room for no eighth.
        var more = new[] { _flight.PutRawAsync(head, ending.Token), _flight.PutRawAsync(head, ending.Token) };
        Assert.Equal(StatusCode.ResourceExhausted, (await await Task.WhenAny(more)).Status.StatusCode);
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        await ending.CancelAsync();
        await Task.WhenAll([.. calls, .. more]);
        await Until.TrueAsync(() => Budget.Held == 0);
    }

    [Fact]
    public async Task A_client_that_leaves_in_a_message_takes_nothing_with_it()
    {
        using var leaving = new CancellationTokenSource();
        using var client = new HttpClient();
        using var pipe = new Open();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(api.Flight, "/arrow.flight.protocol.FlightService/DoPut")) { Content = pipe, Version = System.Net.HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content.Headers.ContentType = new("application/grpc");
        var sent = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, leaving.Token);
        await Until.TrueAsync(() => Budget.Held > 0);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sent);
        await Until.TrueAsync(() => Budget.Held == 0);
    }

    private BodyBudget Budget => api.Services.GetRequiredService<BodyBudget>();

    /// <summary>The start of a message of 8000 bytes, and then nothing.</summary>
    private sealed class Open : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => SerializeToStreamAsync(stream, context, default);

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 0, 0x1f, 0x40, 1, 2, 3, 4 }, cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
