using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Tests.Actions;
using ModelMonitor.Host.Tests.Files;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>How a trained model comes to a running monitor: by the trainer, or by the call-back of a request.</summary>
public sealed class ChallengerArrivalTests
{
    /// <summary>From a request by hand through the plugin to a challenger with its report, over a kill in the middle.</summary>
    [Fact]
    public async Task What_the_trainer_made_is_a_challenger_also_after_a_kill()
    {
        using var chicago = new Case("chicago", "actions: { retrain: { hook: trainer, options: { epochs: 10, resamples: 3 } } }\n");
        string key;
        await using (var monitor = await RunningMonitor.StartAsync(chicago.Configuration))
        {
            key = await AskAsync(monitor, "chicago_overfit");
            for (var i = 0; i < 400 && !File.Exists(Path.Combine(chicago.Folder, "state", "retrain", key, "progress.json")); i++) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
            await monitor.KillAsync();
        }

        await using (var again = await RunningMonitor.StartAsync(chicago.Configuration))
        {
            // The claim of the killed process has to run out; the trainer's answer is on disk by then, or is made again: the same one.
            var request = await UntilAsync(again, "chicago_overfit", "trained", TimeSpan.FromMinutes(2));
            Assert.Equal((key, "2003-overfit-r1"), ((string)request["key"]!, (string)request["challenger"]!));
            var versions = JsonNode.Parse(await again.Client.GetStringAsync("v1/models/chicago_overfit/versions", TestContext.Current.CancellationToken))!.AsArray();
            Assert.Equal(["2003-overfit", "2003-overfit-r1"], versions.Select(v => (string)v!["version"]!));
            // It is judged at once, and r2 of few epochs is no better.
            Assert.Equal(("trainer", key), ((string)versions[1]!["source"]!, (string)versions[1]!["request"]!));
            Assert.Contains((string)versions[1]!["stage"]!, new[] { "received", "refused" });
            Assert.Contains("standard error", (string)versions[1]!["report"]!["sweep"]!["why"]!, StringComparison.Ordinal);
            Assert.Contains("modelmonitor_retrain_requests_open{model=\"chicago_overfit\"} 0", await again.Client.GetStringAsync("metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_trainer_reads_the_files_that_the_monitor_reads()
    {
        using var chicago = new Case("chicago", "actions: { retrain: { hook: trainer, options: { epochs: 3, resamples: 2 } } }\n");
        var reference = Path.Combine(chicago.Folder, "reference_train.arrows");
        var rows = ArrowBatches.OpenFile(reference).ReadAll().ToArray();
        File.Delete(reference);
        await ParquetFile.WriteAsync(reference, rows);
        await using var monitor = await RunningMonitor.StartAsync(chicago.Configuration);
        await AskAsync(monitor, "chicago_overfit");
        var request = await UntilAsync(monitor, "chicago_overfit", "trained", TimeSpan.FromMinutes(1));
        Assert.Equal("2003-overfit-r1", (string)request["challenger"]!);
        var trained = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/chicago_overfit/versions", TestContext.Current.CancellationToken))!.AsArray()[1]!["report"]!["rows"]!;
        Assert.Equal(rows.Sum(batch => batch.Length), (int)trained["train"]! + (int)trained["tune"]!);
    }

    /// <summary>The receiver is down at first: the request waits, and is the same when it comes.</summary>
    [Fact]
    public async Task A_requests_call_back_takes_the_model_once()
    {
        await using var receiver = await Receiver.StartAsync(Receiver.Answer(503), Receiver.Answer(503), Receiver.Answer(202));
        using var chicago = new Case("chicago", $"actions: {{ retrain: {{ hook: webhook, url: \"{receiver.Url}\" }} }}\n");
        await using var monitor = await RunningMonitor.StartAsync(chicago.Configuration);
        var key = await AskAsync(monitor, "chicago");
        for (var i = 0; i < 600 && receiver.Requests.Count < 3; i++) await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal([key, key, key], receiver.Requests.Select(r => r.Key));
        Assert.Single(receiver.Requests.Select(r => r.Body).Distinct());
        var callback = new Uri((string)JsonNode.Parse(receiver.Requests[0].Body)!["data"]!["callback"]!["url"]!).PathAndQuery;
        var model = await File.ReadAllBytesAsync(Path.Combine(chicago.Folder, "model_overfit.onnx"), TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            using var taken = await PostAsync(monitor, callback + "&version=2004", model);
            Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
            Assert.Equal("2004", (string)JsonNode.Parse(await taken.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["version"]!);
        }

        Assert.Equal("2004", (string)(await UntilAsync(monitor, "chicago", "trained", TimeSpan.FromSeconds(20)))["challenger"]!);
        using var other = await PostAsync(monitor, "/v1/models/chicago/versions?version=2004", [1, 2, 3]);
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        using var empty = await PostAsync(monitor, "/v1/models/chicago/versions", []);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
        using var nobody = await PostAsync(monitor, "/v1/models/nobody/versions", model);
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
        using var text = await monitor.Client.PostAsync("/v1/models/chicago/versions", new StringContent("x"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(chicago.Folder, "state", "models", "chicago")), file => file.EndsWith(".upload", StringComparison.Ordinal));
    }

    private static async Task<string> AskAsync(RunningMonitor monitor, string model)
    {
        using var asked = await monitor.Client.PostAsync($"v1/models/{model}/retrain", new StringContent("""{"by":"alice"}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        return (string)JsonNode.Parse(await asked.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["key"]!;
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningMonitor monitor, string path, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await monitor.Client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonNode> UntilAsync(RunningMonitor monitor, string model, string status, TimeSpan patience)
    {
        JsonNode? request = null;
        for (var left = patience; left > TimeSpan.Zero; left -= TimeSpan.FromMilliseconds(200))
        {
            request = JsonNode.Parse(await monitor.Client.GetStringAsync($"v1/models/{model}/retrains", TestContext.Current.CancellationToken))![0]!;
            if ((string)request["status"]! == status && (status != "trained" || request["challenger"] is not null)) return request;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        throw new Xunit.Sdk.XunitException($"the request is {request?.ToJsonString()}\n{monitor.Output}");
    }
}
