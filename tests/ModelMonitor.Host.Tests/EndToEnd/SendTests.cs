using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelMonitor.Host.Tests.Cli;

namespace ModelMonitor.Host.Tests.EndToEnd;

public sealed class SendTests
{
    [Theory]
    [InlineData("birdstrikes", "year", "4096")]
    [InlineData("flights", "month", "1777")]
    public async Task Files_sent_in_slices_shuffled_and_twice_give_the_digits_of_the_offline_evaluation(string name, string every, string rows)
    {
        using var data = new Case(name);
        var expected = await data.OfflineAsync(name, every);
        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        foreach (var stream in new[] { "labels", "predictions" })
        {
            string[] send = ["send", "-c", data.Configuration, "--stream", stream, Path.Combine(data.Data, stream == "labels" ? "labels.arrows" : "production.arrows"), "--to", monitor.Addresses[0].ToString(), "--batch-rows", rows, "--shuffle", "7"];
            var first = await Ran.Command(send);
            Assert.True(first.Exit == 0, first.Error);
            Assert.DoesNotContain("rows: 0", first.Output, StringComparison.Ordinal);
            var second = await Ran.Command(send);
            Assert.True(second.Exit == 0, second.Error);
            Assert.StartsWith("rows: 0\nrows sent before", second.Output, StringComparison.Ordinal);
        }

        SameDigits.Check(expected, JsonNode.Parse(await monitor.Client.GetStringAsync($"v1/models/{name}/evaluate?every={every}"))!);
    }

    [Fact]
    public async Task A_busy_monitor_is_asked_again_until_it_takes_the_rows()
    {
        var calls = 0;
        var ran = await SendAsync("30s", () => ++calls switch
        {
            1 => Results.StatusCode(429),
            2 => Results.StatusCode(503),
            _ => Results.Content("{\"rows\":5,\"duplicate\":false,\"rejected\":{}}", "application/json"),
        });
        Assert.True(ran.Exit == 0, ran.Error);
        Assert.True(calls > 2);
    }

    [Fact]
    public async Task A_monitor_that_stays_busy_is_given_up_after_the_patience() =>
        (await SendAsync("1s", () => Results.Problem("the queue is full", statusCode: 503))).IsRefusedWith("the queue is full");

    [Fact]
    public async Task A_refusal_is_not_tried_again_and_says_why()
    {
        var calls = 0;
        (await SendAsync("30s", () =>
        {
            calls++;
            return Results.Problem("no model is called 'flights'", statusCode: 404);
        })).IsRefusedWith("404 no model is called 'flights'");
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_monitor_that_is_away_is_one_clear_line() => (await SendAsync("1s", null)).IsRefusedWith("refused");

    private static async Task<Ran> SendAsync(string patience, Func<IResult>? answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/{**path}", () => answer!());
        await app.StartAsync();
        var address = app.Urls.First();
        if (answer is null) await app.StopAsync();
        return await Ran.Command("send", "-c", Ran.Data("flights", "monitor.yaml"), "--stream", "labels", Ran.Data("flights", "labels.arrows"), "--to", address, "--patience", patience);
    }
}
