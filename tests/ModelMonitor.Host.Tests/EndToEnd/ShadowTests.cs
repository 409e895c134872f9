using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>The overfitted model of the Chicago case as a challenger of the sound one.</summary>
public sealed class ShadowTests
{
    [Fact]
    public async Task A_challenger_beside_the_champion_gives_the_numbers_it_would_give_alone()
    {
        using var data = new Case("chicago");
        var (sound, overfitted) = (await data.OfflineAsync("chicago", "year"), await data.OfflineAsync("chicago_overfit", "year"));
        var text = await File.ReadAllTextAsync(data.Configuration, TestContext.Current.CancellationToken);
        // The one model alone, with the other's file as its challenger.
        var lines = text.Split('\n').ToList();
        var onnx = lines.FindIndex(line => line.Trim() == "onnx: model.onnx");
        lines.Insert(onnx + 1, lines[onnx][..lines[onnx].IndexOf('o', StringComparison.Ordinal)] + "challengers: { \"2003-overfit\": { onnx: model_overfit.onnx } }");
        await File.WriteAllTextAsync(data.Configuration, string.Join('\n', lines), TestContext.Current.CancellationToken);

        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration))
        {
            foreach (var stream in new[] { "predictions", "labels" })
                foreach (var request in Request.Of("chicago", stream, Path.Combine(data.Data, stream == "labels" ? "labels.arrows" : "production.arrows"))) await request.PostAsync(monitor.Client);
            await SaysAsync(monitor, "evaluate?every=year", sound);
            await SaysAsync(monitor, "evaluate?every=year&version=2003-overfit", overfitted);
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await monitor.Client.GetAsync(new Uri("v1/models/chicago/evaluate?version=third", UriKind.Relative))).StatusCode);

            var metrics = await monitor.Client.GetStringAsync(new Uri("metrics", UriKind.Relative));
            Assert.Contains("modelmonitor_model_info{model=\"chicago\",version=\"2003-overfit\",role=\"challenger\",provider=\"cpu\"", metrics, StringComparison.Ordinal);
            var versions = JsonNode.Parse(await monitor.Client.GetStringAsync(new Uri("v1/models/chicago/versions", UriKind.Relative)))!.AsArray();
            Assert.Equal(["challenger", "champion"], versions.Select(v => (string)v!["role"]!).Order(StringComparer.Ordinal));
            Assert.Equal(0, await monitor.TerminateAsync());
        }

        // What was counted stays, also where the challenger is gone and comes back.
        await using var again = await RunningMonitor.StartAsync(data.Configuration);
        await SaysAsync(again, "evaluate?every=year&version=2003-overfit", overfitted);
    }

    private static async Task SaysAsync(RunningMonitor monitor, string query, JsonObject expected)
    {
        var json = JsonNode.Parse(await monitor.Client.GetStringAsync(new Uri($"v1/models/chicago/{query}", UriKind.Relative)))!.AsObject();
        expected["model"] = "chicago";
        SameDigits.Check(expected, json);
    }
}
