using System.Text.Json.Nodes;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Host.Tests.Cli;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>`reference: { production: 7d }` as a user meets it: over files, and in a running monitor that is killed on the way.</summary>
public sealed class LearningTests
{
    [Fact]
    public async Task Files_are_evaluated_from_where_the_learning_ended_and_the_output_says_so()
    {
        using var data = Learning();
        var check = await Ran.Command("check", "-c", data.Configuration);
        Assert.True(check.Exit == 0, check.Error);
        Assert.Contains("learns it from the first 7d of production", check.Output, StringComparison.Ordinal);
        (await Ran.Command("baseline", "-c", data.Configuration)).IsRefusedWith("give the first days with --production");
        var evaluated = await Ran.Command("evaluate", "-c", data.Configuration, "--production", Path.Combine(data.Data, "production.arrows"), "--labels", Path.Combine(data.Data, "labels.arrows"), "--json", "-");
        Assert.True(evaluated.Exit == 0, evaluated.Error);
        Assert.Contains("note: the baseline was learned from the ", evaluated.Error, StringComparison.Ordinal);
        Assert.Contains(" learned", evaluated.Error, StringComparison.Ordinal);
        var learned = evaluated.Json["learned"]!;
        Assert.Equal(("2001-02-01", "2001-02-08"), (((string)learned["start"]!)[..10], ((string)learned["end"]!)[..10]));
        Assert.Equal(24000, (long)learned["rows"]! + (long)evaluated.Json["overall"]!["rows"]!);
    }

    [Fact]
    public async Task A_running_monitor_learns_across_a_kill_and_ends_with_the_baseline_of_the_files()
    {
        using var data = Learning();
        var predictions = Request.Of("flights", "predictions", Path.Combine(data.Data, "production.arrows"));
        var labels = Request.Of("flights", "labels", Path.Combine(data.Data, "labels.arrows"));
        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration))
        {
            await predictions[0].PostAsync(monitor.Client);
            var model = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models"))![0]!;
            Assert.Contains("of 7 days", (string)model["learning"]!["text"]!, StringComparison.Ordinal);
            Assert.Contains("modelmonitor_baseline_learned_ratio{model=\"flights\"} 0", await monitor.Client.GetStringAsync("metrics"), StringComparison.Ordinal);
            await monitor.KillAsync();
        }

        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration))
        {
            foreach (var request in predictions.Concat(labels)) await request.PostAsync(monitor.Client);
            var model = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models"))![0]!;
            Assert.Null(model["learning"]);
            var report = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/flights/evaluate?every=month"))!;
            // None of the rows that it learned from is lost.
            Assert.Equal((24000, 23538), ((int)report["overall"]!["rows"]!, (int)report["overall"]!["labelled"]!));
            Assert.Equal(0, await monitor.TerminateAsync());
        }

        var made = await Ran.Command("baseline", "-c", data.Configuration, "--production", Path.Combine(data.Data, "production.arrows"));
        Assert.True(made.Exit == 0, made.Error);
        var offline = BaselineJson.Read(await File.ReadAllTextAsync(Path.Combine(data.Folder, "baseline.json"), TestContext.Current.CancellationToken));
        var live = BaselineJson.Read(await File.ReadAllTextAsync(Path.Combine(data.Folder, "state", "baselines", "flights.json"), TestContext.Current.CancellationToken));
        Assert.Equal(offline.Hash, live.Hash);
        Assert.Equal(offline.ReferenceRows, live.ReferenceRows);
        Assert.Equal(offline.Score.Counts, live.Score.Counts);
    }

    private static Case Learning()
    {
        var data = new Case("flights");
        var text = File.ReadAllText(data.Configuration);
        File.WriteAllText(data.Configuration, text.Replace("reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }", "reference: { production: 7d }", StringComparison.Ordinal));
        return data;
    }
}
