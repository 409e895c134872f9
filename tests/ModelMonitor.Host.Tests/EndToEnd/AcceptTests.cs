using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Host.Store;
using ModelMonitor.Host.Tests.Cli;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>`accept` as a user types it, while the monitor runs and while it does not.</summary>
public sealed class AcceptTests
{
    private const string Range = "1996-01-01..1997-01-01";

    [Fact]
    public async Task The_running_monitor_uses_the_accepted_reference_at_once_and_after_a_restart()
    {
        using var data = new Case("birdstrikes");
        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration))
        {
            await SendAsync(data, monitor);
            var before = await YearAsync(monitor);
            Assert.True(Psi(before) > 0.005, $"the score's PSI of 1996 is {Psi(before)}: nothing to accept");
            var accept = await Ran.Command("accept", "-c", data.Configuration, "--model", "birdstrikes", "--window", Range, "--by", "alice", "--to", monitor.Addresses[0].ToString());
            Assert.True(accept.Exit == 0, accept.Error);
            Assert.Contains("are the drift reference of version 1995 now", accept.Output, StringComparison.Ordinal);
            var after = await YearAsync(monitor);
            Assert.Equal(0, Psi(after));
            Assert.Equal(before["rows"]!.ToJsonString(), after["rows"]!.ToJsonString());
            Assert.Equal(before["performance"]!.ToJsonString(), after["performance"]!.ToJsonString());
            Assert.Equal(0, await monitor.TerminateAsync());
        }

        var baseline = BaselineJson.Read(await File.ReadAllTextAsync(Path.Combine(data.Folder, "state", "baselines", "birdstrikes.json"), TestContext.Current.CancellationToken));
        Assert.Equal(("alice", Range), (baseline.Accepted!.By, baseline.Accepted.Window));
        await using var again = await RunningMonitor.StartAsync(data.Configuration);
        Assert.Equal(0, Psi(await YearAsync(again)));
    }

    [Fact]
    public async Task Without_a_running_monitor_it_works_on_the_state_folder_and_the_audit_says_so()
    {
        using var data = new Case("birdstrikes");
        string[] accept = ["accept", "-c", data.Configuration, "--model", "birdstrikes", "--window", Range, "--by", "bob"];
        (await Ran.Command(accept)).IsRefusedWith("nothing was monitored here yet");
        await using (var monitor = await RunningMonitor.StartAsync(data.Configuration))
        {
            await SendAsync(data, monitor);
            // Its address is not the configured one: port 0 is any.
            (await Ran.Command(accept)).IsRefusedWith("does not answer");
            (await Ran.Command("accept", "-c", data.Configuration, "--model", "birdstrikes", "--window", "decade", "--to", monitor.Addresses[0].ToString())).IsRefusedWith("there is no window 'decade'");
            await monitor.TerminateAsync();
        }

        var ran = await Ran.Command(accept);
        Assert.True(ran.Exit == 0, ran.Error);
        (await Ran.Command("accept", "-c", data.Configuration, "--model", "nobody", "--window", Range)).IsRefusedWith("no model is called 'nobody'");
        (await Ran.Command("accept", "-c", data.Configuration, "--model", "birdstrikes", "--window", "1890-01-01..1891-01-01")).IsRefusedWith("has 0 rows");

        using var folder = StateFolderLock.Acquire(Path.Combine(data.Folder, "state"));
        await using var store = SqliteStore.Open(folder);
        await using var reader = await store.OpenSnapshotAsync(TestContext.Current.CancellationToken);
        var audit = Assert.Single(await reader.ReadAuditAsync("birdstrikes", TestContext.Current.CancellationToken), a => a.Actor == "bob");
        Assert.Contains($"window {Range} accepted", audit.What, StringComparison.Ordinal);
    }

    private static async Task SendAsync(Case data, RunningMonitor monitor)
    {
        foreach (var (stream, file) in new[] { ("predictions", "production.arrows"), ("labels", "labels.arrows") })
        {
            var sent = await Ran.Command("send", "-c", data.Configuration, "--stream", stream, Path.Combine(data.Data, file), "--to", monitor.Addresses[0].ToString());
            Assert.True(sent.Exit == 0, sent.Error);
        }
    }

    private static async Task<JsonObject> YearAsync(RunningMonitor monitor)
    {
        var report = JsonNode.Parse(await monitor.Client.GetStringAsync("v1/models/birdstrikes/evaluate?every=year"))!;
        return report["windows"]!.AsArray().Single(w => ((string)w!["start"]!).StartsWith("1996", StringComparison.Ordinal))!.AsObject();
    }

    private static double Psi(JsonObject window) => double.Parse(window["drift"]!["score"]!["psi"]!.ToJsonString(), CultureInfo.InvariantCulture);
}
