using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Host.Tests.Actions;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>Retrain requests over the API of a running monitor: made, delivered, shown, and no more a day than its budget.</summary>
public sealed class RetrainBudgetTests
{
    [Fact]
    public async Task A_request_by_hand_is_delivered_and_shown_and_the_budget_holds()
    {
        await using var receiver = await Receiver.StartAsync(Receiver.Answer(400));
        using var chicago = new Case("chicago", $"actions: {{ retrain: {{ hook: webhook, url: \"{receiver.Url}\", budget: 1 }} }}\n");
        await using var monitor = await RunningMonitor.StartAsync(chicago.Configuration);
        using var asked = await monitor.Client.PostAsJsonAsync("v1/models/chicago/retrain", new { by = "alice", reason = "a new station" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var key = (string)JsonNode.Parse(await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["key"]!;
        JsonNode? request = null;
        for (var i = 0; i < 200 && (string?)request?["status"] != "failed"; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
            request = Assert.Single(JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/chicago/retrains", TestContext.Current.CancellationToken))!.AsArray());
        }

        Assert.Equal(("failed", key, "by hand", "a new station", "webhook"), ((string)request!["status"]!, (string)request["key"]!, (string)request["trigger"]!, (string)request["reason"]!, (string)request["hook"]!));
        Assert.EndsWith("answered 400", (string)request["error"]!, StringComparison.Ordinal);
        Assert.Equal("application/cloudevents+json", receiver.Requests[0].ContentType![..28]);
        using var again = await monitor.Client.PostAsJsonAsync("v1/models/chicago/retrain", new { by = "alice" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("budget of 1", await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var nobody = await monitor.Client.PostAsJsonAsync("v1/models/chicago/retrain", new { }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, nobody.StatusCode);
        using var unknown = await monitor.Client.PostAsJsonAsync("v1/models/nobody/retrain", new { by = "alice" }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        var refused = await Ran.Command("retrain", "-c", chicago.Configuration, "--model", "chicago", "--to", monitor.Addresses[0].ToString());
        refused.IsRefusedWith("The budget of 1 retrain requests a day is spent for model 'chicago'.");
        var listed = await Ran.Command("retrain", "-c", chicago.Configuration, "--model", "chicago", "--list", "--to", monitor.Addresses[0].ToString());
        Assert.Equal(0, listed.Exit);
        Assert.Contains($"failed    {key}  by hand (healthy) by webhook", listed.Output, StringComparison.Ordinal);
        var other = await Ran.Command("retrain", "-c", chicago.Configuration, "--model", "chicago_overfit", "--reason", "at once", "--to", monitor.Addresses[0].ToString());
        Assert.Equal(0, other.Exit);
        Assert.Contains("chicago_overfit: retrain request ", other.Output, StringComparison.Ordinal);
        (await Ran.Command("retrain", "-c", chicago.Configuration, "--model", "chicago", "--to", "http://127.0.0.1:1")).IsRefusedWith("no monitor answers at http://127.0.0.1:1/");
        Assert.Contains("\"callback\"", await monitor.Client.GetStringAsync("schemas/retrain-request.json", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
