using System.Text.Json.Nodes;
using Grpc.Core;
using ModelMonitor.Host.Tests.Flight;
using ModelMonitor.Host.Tests.Http;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>A monitor as it runs, fed over Arrow Flight.</summary>
public sealed class FlightFlowTests
{
    private const string Listening = "listen: { http: \"127.0.0.1:0\", metrics: \"127.0.0.1:0\", flight: \"127.0.0.1:0\" }";

    [Fact]
    public async Task Streams_of_batches_give_the_digits_of_the_offline_evaluation_over_a_kill_too()
    {
        using var data = Flying("flights");
        var expected = await data.OfflineAsync("flights", "month");
        var (predictions, labels) = (Keyed(data, "production.arrows", "p"), Keyed(data, "labels.arrows", "l"));
        await using (var first = await RunningMonitor.StartAsync(data.Configuration))
        {
            using var flight = new FlightClients(first.Flight!);
            // Both at once; of the predictions only a part is taken before the process dies.
            await Task.WhenAll(
                flight.PutAsync(FlightClients.Descriptor("flights", "labels"), labels),
                flight.PutAsync(FlightClients.Descriptor("flights", "predictions"), predictions.Take((predictions.Count + 1) / 2)));
            await first.KillAsync();
        }

        await using var second = await RunningMonitor.StartAsync(data.Configuration);
        using var again = new FlightClients(second.Flight!);
        var answers = await again.PutAsync(FlightClients.Descriptor("flights", "predictions"), predictions);
        Assert.Equal((predictions.Count + 1) / 2, answers.Count(a => (bool)JsonNode.Parse(a)!["duplicate"]!));
        SameDigits.Check(expected, JsonNode.Parse(await second.Client.GetStringAsync("v1/models/flights/evaluate?every=month"))!);
    }

    [Fact]
    public async Task Terminated_it_ends_open_calls_and_itself()
    {
        using var data = Flying("chicago");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        using var flight = new FlightClients(monitor.Flight!);
        using var call = flight.Arrow.StartPut(FlightClients.Descriptor("chicago"));
        var batch = Bodies.Batches(await File.ReadAllBytesAsync(Path.Combine(data.Data, "production.arrows"), TestContext.Current.CancellationToken))[0];
        await call.RequestStream.WriteAsync(batch);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var next = call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        var begun = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await monitor.TerminateAsync());
        // It would be 30 seconds if the host had to wait for the call.
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(20));
        // The connection may be gone before the client has read the status; then it says so itself.
        var ended = await Assert.ThrowsAsync<RpcException>(() => next);
        if (ended.StatusCode == StatusCode.Unavailable) Assert.Equal("The monitor is stopping; what was acknowledged is committed.", ended.Status.Detail);
        else Assert.Contains("HttpProtocolException", ended.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", monitor.Output, StringComparison.Ordinal);
        await using var again = await RunningMonitor.StartAsync(data.Configuration);
        Assert.Equal(batch.Length, (int)JsonNode.Parse(await again.Client.GetStringAsync("v1/models/chicago/evaluate?every=year", TestContext.Current.CancellationToken))!["overall"]!["rows"]!);
    }

    [Fact]
    public async Task A_sender_that_leaves_is_nothing_to_log()
    {
        using var data = Flying("chicago");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        var batch = Bodies.Batches(await File.ReadAllBytesAsync(Path.Combine(data.Data, "production.arrows"), TestContext.Current.CancellationToken))[0];
        for (var i = 0; i < 10; i++)
        {
            using var flight = new FlightClients(monitor.Flight!);
            using var call = flight.Arrow.StartPut(FlightClients.Descriptor("chicago"));
            await call.RequestStream.WriteAsync(batch);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            // Now and then in the middle of a message.
            if (i % 2 == 0) _ = call.RequestStream.WriteAsync(batch);
        }

        Assert.Equal(0, await monitor.TerminateAsync());
        Assert.DoesNotContain("fail:", monitor.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", monitor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_listener_there_is_no_Flight()
    {
        using var data = new Case("chicago");
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        Assert.Null(monitor.Flight);
        Assert.Equal(2, monitor.Addresses.Length);
    }

    private static Case Flying(string name)
    {
        var data = new Case(name);
        var text = File.ReadAllText(data.Configuration);
        File.WriteAllText(data.Configuration, text.Replace("listen: { http: \"127.0.0.1:0\", metrics: \"127.0.0.1:0\" }", Listening, StringComparison.Ordinal));
        Assert.NotEqual(text, File.ReadAllText(data.Configuration));
        return data;
    }

    private static List<(Apache.Arrow.RecordBatch, string?)> Keyed(Case data, string file, string prefix) =>
        [.. Bodies.Batches(File.ReadAllBytes(Path.Combine(data.Data, file))).Select((batch, i) => (batch, (string?)$"{prefix}-{i}"))];
}
