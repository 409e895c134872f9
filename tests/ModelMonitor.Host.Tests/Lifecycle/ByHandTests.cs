using System.Net;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Models;
using ModelMonitor.Host.Tests.Cli;

namespace ModelMonitor.Host.Tests.Lifecycle;

/// <summary>What persons do to versions: over the API, on the command line, and by the configuration at start.</summary>
public sealed class ByHandTests
{
    private const string Overfitted = "model_overfit.onnx", Sound = "model.onnx";

    [Fact]
    public async Task A_person_hands_in_promotes_and_rolls_back_and_each_step_says_who()
    {
        await using var loop = await Loop.StartAsync(Overfitted, "mode: manual");
        await loop.ReplayAsync(2006, 3);
        var added = await Command(loop, "models", "add", Path.Combine(loop.Folder, Sound), "--version", "better", "--by", "alice");
        Assert.Equal("chicago: version better is a challenger of 2003; `modelmonitor models` tells how far it is\n", added.Output);
        Assert.Contains("is received", (await Command(loop, "promote", "better", "--by", "bob")).Error, StringComparison.Ordinal);
        await loop.SettleAsync();
        Assert.Contains("is shadowing, and waits for rows to score as a shadow", (await Command(loop, "promote", "better", "--by", "bob")).Error, StringComparison.Ordinal);
        await loop.LiveAsync(2006, 5);
        Assert.Equal(("2003", VersionStage.Ready), (loop.Serving.Baseline.Version, (await loop.DossierAsync("better")).Stage));
        var listed = await Command(loop, "models", "--checks");
        Assert.Contains("waits for a person: modelmonitor promote --model chicago better", listed.Output, StringComparison.Ordinal);
        Assert.Contains("passed holdout: mae over 374 rows", listed.Output, StringComparison.Ordinal);

        Assert.Equal("chicago: version better serves in place of 2003, which stands by while it is watched\n", (await Command(loop, "promote", "better", "--by", "bob")).Output);
        Assert.Contains("  2003                 stands by  retired ", (await Command(loop, "models")).Output, StringComparison.Ordinal);
        await loop.SettleAsync();
        Assert.Contains("the end of its watch", loop.Lifecycle.WaitsFor("chicago", "better"), StringComparison.Ordinal);
        Assert.Equal(1, (await Command(loop, "promote", "better", "--by", "bob")).Exit);
        Assert.Equal("chicago: version 2003 serves again\n", (await Command(loop, "rollback", "--by", "carol", "--reason", "complaints")).Output);
        await loop.SettleAsync();
        Assert.Null(loop.Lifecycle.WaitsFor("chicago", "better"));
        Assert.Contains("there was none to go back to", (await Command(loop, "rollback", "--by", "carol")).Error, StringComparison.Ordinal);
        var audit = JsonNode.Parse(await loop.Client.GetStringAsync("v1/models/chicago/audit", TestContext.Current.CancellationToken))!.AsArray();
        Assert.Equal(["carol", "bob", "monitor", "monitor", "monitor", "alice", "configuration"], audit.Select(a => (string)a!["actor"]!));
        Assert.Contains("complaints", (string)audit[0]!["evidence"]!, StringComparison.Ordinal);
        Assert.Contains("modelmonitor_promotions_total{model=\"chicago\",outcome=\"rolled_back\"} 1", await loop.Client.GetStringAsync("metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_hear_what_waits_for_them_what_was_refused_and_what_serves()
    {
        await using var loop = await Loop.StartAsync(Overfitted, "mode: manual", ", notify: { hook: webhook, url: \"http://127.0.0.1:1/\" }");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Data", "flights", "model.onnx"), Path.Combine(loop.Folder, "foreign.onnx"));
        await loop.AddAsync("foreign.onnx", "foreign");
        await loop.ShadowAsync(Sound, "better");
        await loop.LiveAsync(2006, 5);
        await loop.LiveAsync(2006, 6);
        var heard = (await loop.OutboxAsync()).Select(o => (o.Action, Event: JsonNode.Parse(o.Payload)!)).OrderBy(m => (string)m.Event["time"]!, StringComparer.Ordinal).ToArray();
        Assert.Equal([("notify", "modelmonitor.version_refused", "foreign"), ("notify", "modelmonitor.version_ready", "better")], heard.Select(m => (m.Action, (string)m.Event["type"]!, (string)m.Event["subject"]!)));
        Assert.StartsWith("version foreign does not take the place of 2003. models.chicago", (string)heard[0].Event["data"]!["message"]!, StringComparison.Ordinal);
        Assert.EndsWith("modelmonitor promote --model chicago better", (string)heard[1].Event["data"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(0, (await Command(loop, "promote", "better", "--by", "bob")).Exit);
        Assert.Equal(["notify", "promote"], (await loop.OutboxAsync()).Where(o => o.Payload.Contains("version_promoted", StringComparison.Ordinal)).Select(o => o.Action).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_challenger_that_is_not_wanted_goes_at_once()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ShadowAsync(Sound, "better");
        Assert.Single(loop.Serving.Challengers);
        Assert.Equal(0, (await Command(loop, "models", "withdraw", "better", "--by", "alice")).Exit);
        Assert.Equal((VersionStage.Withdrawn, 0), ((await loop.DossierAsync("better")).Stage, loop.Serving.Challengers.Count));
        Assert.Contains("has no challenger 'better'", (await Command(loop, "models", "withdraw", "better", "--by", "alice")).Error, StringComparison.Ordinal);
        Assert.Contains("modelmonitor_challengers{model=\"chicago\",stage=\"shadowing\"}", await loop.Client.GetStringAsync("metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_api_says_what_is_wrong_with_a_request()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(loop, "v1/models/chicago/rollback", "{}"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(loop, "v1/models/chicago/rollback", "rubbish"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(loop, "v1/models/nobody/rollback", """{"by":"a"}"""));
        Assert.Equal(HttpStatusCode.Conflict, await StatusAsync(loop, "v1/models/chicago/versions/9/promote", """{"by":"a"}"""));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await StatusAsync(loop, "v1/models/chicago/rollback", $$"""{"by":"{{new string('a', 20_000)}}"}"""));
        using var typed = await loop.Client.PostAsync("v1/models/chicago/versions", new StringContent("x"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, typed.StatusCode);
        Assert.Contains("application/octet-stream", await typed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>The same configuration after a promotion: the registry says who serves. A version that it does not know: the configuration does.</summary>
    [Fact]
    public async Task At_start_the_registry_says_who_serves_unless_the_configuration_names_a_new_version()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ShadowAsync(Sound, "better");
        await loop.ReopenAsync();
        // Shadows come back before the first row does.
        Assert.Equal(("2003", "better"), (loop.Serving.Baseline.Version, Assert.Single(loop.Serving.Challengers).Baseline.Version));
        await loop.LiveAsync(2006, 5);
        await loop.ReopenAsync();
        Assert.Equal(("better", "2003"), (loop.Serving.Baseline.Version, Assert.Single(loop.Serving.Challengers).Baseline.Version));
        Assert.Contains(loop.Notes, note => note.Contains("serves by the registry, and not version 2003 of the configuration", StringComparison.Ordinal));

        loop.Configure("2006", Sound);
        await loop.ReopenAsync();
        Assert.Equal(("2006", 0), (loop.Serving.Baseline.Version, loop.Serving.Challengers.Count));
        Assert.Equal(["2003", "better"], loop.Serving.Earlier.Select(e => e.Baseline.Version).Order());
        Assert.Equal(VersionStage.Retired, (await loop.DossierAsync("better")).Stage);
        // A person's change is taken back like any other.
        Assert.Equal("chicago: version better serves again\n", (await Command(loop, "rollback", "--by", "carol")).Output);
        Assert.Equal("better", loop.Serving.Baseline.Version);
    }

    [Fact]
    public async Task A_champion_whose_file_is_gone_gives_way_to_the_configured_version_and_says_so()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ShadowAsync(Sound, "better");
        await loop.LiveAsync(2006, 5);
        Assert.Equal("better", loop.Serving.Baseline.Version);
        File.Delete((await loop.DossierAsync("better")).Onnx);
        await loop.ReopenAsync();
        Assert.Equal("2003", loop.Serving.Baseline.Version);
        Assert.Contains(loop.Notes, note => note.Contains("cannot be opened", StringComparison.Ordinal));
        Assert.Equal(VersionRole.Champion, (await loop.RegistryAsync())["2003"]);
    }

    [Fact]
    public async Task The_same_version_with_another_file_is_a_fault_also_while_another_serves()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ShadowAsync(Sound, "better");
        await loop.LiveAsync(2006, 5);
        loop.Configure("2003", Sound);
        Assert.Contains("known with another model file", (await Assert.ThrowsAsync<ModelLoadException>(loop.ReopenAsync)).Message, StringComparison.Ordinal);
    }

    /// <summary>A label belongs to the version that scored its row, whoever serves when it comes.</summary>
    [Fact]
    public async Task Labels_that_come_after_a_change_of_version_are_counted_for_the_version_before()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ReplayAsync(2004, 7, withoutLabels: true);
        Assert.Equal(0, await LabelledAsync(loop, "2003"));
        loop.Configure("2004", Sound);
        await loop.ReopenAsync();
        await loop.ReplayLabelsAsync();
        Assert.InRange(await LabelledAsync(loop, "2003"), 150, 200);
        Assert.Equal(0, await LabelledAsync(loop, "2004"));
    }

    private static async Task<int> LabelledAsync(Loop loop, string version)
    {
        using var response = await loop.Client.GetAsync($"v1/models/chicago/evaluate?every=year&version={version}", TestContext.Current.CancellationToken);
        return response.StatusCode == HttpStatusCode.NotFound ? 0 : (int)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["overall"]!["labelled"]!;
    }

    private static Task<Ran> Command(Loop loop, params string[] arguments) =>
        Ran.Command([.. arguments, "-c", Path.Combine(loop.Folder, "loop.yaml"), "--to", loop.Client.BaseAddress!.ToString()]);

    private static async Task<HttpStatusCode> StatusAsync(Loop loop, string path, string body)
    {
        using var response = await loop.Client.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
