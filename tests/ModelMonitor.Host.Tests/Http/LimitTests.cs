using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>What happens at the edges: too large, too much at once, a store that fails, a client that leaves.</summary>
public sealed class LimitTests(LimitTests.SmallFixture api) : IClassFixture<LimitTests.SmallFixture>
{
    private const int MaxRequestBytes = 16 << 10;
    private const int MaxQueuedRows = 20;

    private static readonly byte[] Large = new byte[MaxRequestBytes + 1];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_413_with_a_reason_of_its_own(bool chunked)
    {
        var before = await RejectedAsync("too_large");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/models/flights/predictions") { Content = new ByteArrayContent(Large) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(DeliveryIntake.ArrowStream);
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await api.Client.SendAsync(request);
        var problem = await Problems.OfAsync(response, 413);
        Assert.Contains(MaxRequestBytes.ToString(CultureInfo.InvariantCulture), (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal(before + 1, await RejectedAsync("too_large"));
    }

    [Fact]
    public async Task A_key_that_was_used_for_another_body_has_a_reason_of_its_own()
    {
        var before = await RejectedAsync("conflict");
        using var first = await api.SendAsync(Bodies.Head(2, from: 10), key: "conflict");
        using var other = await api.SendAsync(Bodies.Head(3, from: 10), key: "conflict");
        await Problems.OfAsync(other, 422);
        Assert.Equal(before + 3, await RejectedAsync("conflict"));
    }

    [Fact]
    public async Task Bodies_beyond_what_memory_may_hold_are_told_to_come_again()
    {
        var budget = api.Services.GetRequiredService<BodyBudget>();
        using (budget.TryHold(4 * MaxRequestBytes))
        {
            using var refused = await api.SendAsync(Bodies.Head(2, from: 20));
            await OverloadedAsync(refused);
        }

        using var taken = await api.SendAsync(Bodies.Head(2, from: 20));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Rows_beyond_what_may_wait_for_a_commit_are_told_to_come_again()
    {
        var turn = new TaskCompletionSource();
        var writer = api.Services.GetRequiredService<StateWriter>();
        await Until.TrueAsync(() => writer.QueuedRows == 0);
        api.Store.Turn = turn.Task;
        var waiting = api.SendAsync(Bodies.Head(MaxQueuedRows, from: 30));
        try
        {
            await Until.TrueAsync(() => writer.QueuedRows == MaxQueuedRows);
            using var refused = await api.SendAsync(Bodies.Head(1, from: 60));
            await OverloadedAsync(refused);
            using var ready = await api.Client.GetAsync("/health/ready");
            Assert.Contains("queue", (string)(await Problems.OfAsync(ready, 503))["detail"]!, StringComparison.Ordinal);
        }
        finally
        {
            api.Store.Turn = null;
            turn.SetResult();
        }

        using var taken = await waiting;
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        await Until.TrueAsync(() => writer.QueuedRows == 0);
        using var again = await api.SendAsync(Bodies.Head(1, from: 60));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_store_that_fails_is_503_and_the_same_delivery_is_taken_once_it_works()
    {
        var body = Bodies.Head(7, from: 70);
        var before = await ReceivedAsync();
        api.Store.Fails = true;
        try
        {
            using var failed = await api.SendAsync(body, key: "again");
            await Problems.OfAsync(failed, 503);
            Assert.NotNull(failed.Headers.RetryAfter);
            Assert.Equal(before, await ReceivedAsync());
            foreach (var path in new[] { "/v1/models", "/v1/models/flights/versions", "/v1/models/flights/evaluate" })
            {
                using var silent = await api.Client.GetAsync(path);
                await Problems.OfAsync(silent, 503);
            }

            using (var page = await api.Client.GetAsync("/")) Assert.Equal((System.Net.HttpStatusCode.ServiceUnavailable, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
            using var ready = await api.Client.GetAsync("/health/ready");
            Assert.Contains("store", (string)(await Problems.OfAsync(ready, 503))["detail"]!, StringComparison.Ordinal);
            Assert.Equal("live\n", await api.Client.GetStringAsync("/health/live"));
        }
        finally
        {
            api.Store.Fails = false;
        }

        using var taken = await api.SendAsync(body, key: "again");
        Assert.False((bool)JsonNode.Parse(await taken.Content.ReadAsStringAsync())!["duplicate"]!);
        Assert.Equal(before + 7, await ReceivedAsync());
        Assert.Equal("ready\n", await api.Client.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task What_nobody_foresaw_is_500_and_the_next_request_is_answered()
    {
        api.Store.Error = new InvalidOperationException("a secret of the inside");
        try
        {
            using var response = await api.Client.GetAsync("/v1/models/flights/versions");
            var problem = await Problems.OfAsync(response, 500);
            Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        }
        finally
        {
            api.Store.Error = null;
        }

        Assert.NotNull(await api.GetAsync("/v1/models/flights/versions"));
    }

    [Theory]
    [InlineData("Content-Length: 8000\r\n\r\nhalf of it")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n10\r\nhalf of it")]
    public async Task A_client_that_leaves_in_its_body_takes_nothing_with_it(string rest)
    {
        var before = await ReceivedAsync();
        var budget = api.Services.GetRequiredService<BodyBudget>();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(api.Client.BaseAddress!.Host, api.Client.BaseAddress.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /v1/models/flights/predictions HTTP/1.1\r\nHost: localhost\r\nContent-Type: {DeliveryIntake.ArrowStream}\r\n{rest}"));
            await Until.TrueAsync(() => budget.Held > 0);
        }

        await Until.TrueAsync(() => budget.Held == 0);
        Assert.Equal(before, await ReceivedAsync());
        using var next = await api.SendAsync(Bodies.Head(2, from: 90));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(before + 2, await ReceivedAsync());
    }

    private static async Task OverloadedAsync(HttpResponseMessage response)
    {
        await Problems.OfAsync(response, 429);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
    }

    private async Task<double> ReceivedAsync() => MetricText.Value(await api.Client.GetStringAsync("/metrics"), "modelmonitor_rows_received_total{model=\"flights\",stream=\"predictions\"}");

    private async Task<double> RejectedAsync(string reason) =>
        MetricText.Value(await api.Client.GetStringAsync("/metrics"), $"modelmonitor_rows_rejected_total{{model=\"flights\",stream=\"predictions\",reason=\"{reason}\"}}");

    public sealed class SmallFixture : ApiFixture
    {
        protected override MonitorOptions Adjust(MonitorOptions options) =>
            options with { Ingest = options.Ingest with { MaxRequestBytes = MaxRequestBytes, MaxQueuedRows = MaxQueuedRows } };
    }
}

internal static class Until
{
    /// <summary>Waits for a condition, 20 seconds at most.</summary>
    public static async Task TrueAsync(Func<bool> condition)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(limit) < TimeSpan.FromSeconds(20), "It did not come about.");
            await Task.Yield();
        }
    }
}
