using System.Text.Json.Nodes;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Tests.Lifecycle;

/// <summary>The way of a challenger, on the real store with real models: the overfitted model of the Chicago case serves, the sound one comes.</summary>
public sealed class LoopTests
{
    private const string Overfitted = "model_overfit.onnx", Sound = "model.onnx";

    [Fact]
    public async Task A_better_version_passes_its_tests_shadows_serves_is_watched_and_stays()
    {
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ReplayAsync(2004, 3);
        await loop.AddAsync(Sound, "better");
        await loop.SettleAsync();
        Assert.Equal(VersionStage.HoldoutPassed, (await loop.DossierAsync("better")).Stage);
        Assert.Contains("of 100", loop.Lifecycle.WaitsFor("chicago", "better"), StringComparison.Ordinal);

        // Half a year later there are rows to judge by; then it has to score some.
        await loop.LiveAsync(2006, 3);
        Assert.Equal(VersionStage.Shadowing, (await loop.DossierAsync("better")).Stage);
        Assert.Equal(["better"], loop.Serving.Challengers.Select(c => c.Baseline.Version));

        await loop.LiveAsync(2006, 5);
        var promoted = await loop.DossierAsync("better");
        Assert.True(promoted.Stage == VersionStage.Watched, promoted.Checks[^1].Text);
        Assert.Equal(["loads", "overfitting", "sanity", "holdout", "production", "shadow", "shadow"], promoted.Checks.Select(c => c.Name));
        Assert.All(promoted.Checks, check => Assert.True(check.Passed, check.Text));
        Assert.Equal(("better", "2003"), (loop.Serving.Baseline.Version, promoted.Previous));
        Assert.Equal(["2003"], loop.Serving.Challengers.Select(c => c.Baseline.Version));
        var message = Assert.Single(await loop.OutboxAsync());
        Assert.Contains("modelmonitor.version_promoted", message.Payload, StringComparison.Ordinal);

        await loop.LiveAsync(2006, 11);
        Assert.Equal(VersionStage.Serving, (await loop.DossierAsync("better")).Stage);
        Assert.Empty(loop.Serving.Challengers);
        Assert.Equal(["2003"], loop.Serving.Earlier.Select(e => e.Baseline.Version));
        Assert.Equal(new Dictionary<string, VersionRole> { ["2003"] = VersionRole.Retired, ["better"] = VersionRole.Champion }, await loop.RegistryAsync());
        var trail = (await loop.AuditAsync()).Select(a => a.What).ToArray();
        Assert.Equal([
            "version 2003 became champion", "version better received as a challenger of 2003", "version better passed on the hold-out", "version better passed on production and scores as a shadow",
            "version better passed as a shadow and may serve", "version better promoted in place of 2003", "version better passed its watch"], trail);
    }

    [Fact]
    public async Task A_version_that_became_worse_goes_by_itself_and_the_one_before_serves_again()
    {
        // From the day of the promotion on the overfitted model is right: what was true in the tests is true no more.
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ShadowAsync(Sound, "better");
        await loop.LiveAsync(2006, 5);
        Assert.Equal("better", loop.Serving.Baseline.Version);
        await loop.ReplayAsync(2006, 10, truth: "2003");
        await loop.SettleAsync();
        var dossier = await loop.DossierAsync("better");
        Assert.Equal(VersionStage.RolledBack, dossier.Stage);
        Assert.Contains("worse", dossier.Checks[^1].Text, StringComparison.Ordinal);
        Assert.Equal(("2003", VersionStage.Serving), (loop.Serving.Baseline.Version, (await loop.DossierAsync("2003")).Stage));
        Assert.Equal(new Dictionary<string, VersionRole> { ["2003"] = VersionRole.Champion, ["better"] = VersionRole.Retired }, await loop.RegistryAsync());
        Assert.Equal(2, (await loop.OutboxAsync()).Count);
        await loop.ReopenAsync();
        Assert.Equal("2003", loop.Serving.Baseline.Version);
        // It stays away: the same file is the same version.
        Assert.Equal(VersionStage.RolledBack, (await loop.AddAsync(Sound)).Stage);
    }

    [Fact]
    public async Task A_version_that_proved_itself_is_compared_with_the_world_in_which_it_did()
    {
        await using var loop = await Loop.StartAsync(Overfitted, "mode: automatic, watch: 30d, accept: half");
        await loop.ShadowAsync(Sound, "better");
        await loop.LiveAsync(2006, 5);
        Assert.Equal(VersionStage.Watched, (await loop.DossierAsync("better")).Stage);
        await loop.LiveAsync(2006, 8);
        Assert.Equal(VersionStage.Serving, (await loop.DossierAsync("better")).Stage);
        Assert.Equal("a whole window half since its promotion, to make it the reference", loop.Lifecycle.WaitsFor("chicago", "better"));
        var (hash, drifted) = (loop.Serving.Baseline.Hash, await PsiAsync(loop));
        Assert.Null(loop.Serving.Baseline.Accepted);
        await loop.LiveAsync(2006, 12);
        var accepted = loop.Serving.Baseline.Accepted;
        Assert.Equal(("half", "promotion", true), (accepted?.Window, accepted?.By, accepted?.Rows >= 150));
        Assert.Equal((hash, "better"), (loop.Serving.Baseline.Hash, loop.Serving.Baseline.Version));
        Assert.Null(loop.Lifecycle.WaitsFor("chicago", "better"));
        // Against the hold-out of 2003 it had drifted; against the half year that is its reference now it has not.
        Assert.True(drifted > 0.5, $"{drifted}");
        Assert.InRange(await PsiAsync(loop), 0, 0.2);

        // Once, also when it starts again and time goes on; the one before keeps its own reference.
        await loop.ReopenAsync();
        await loop.LiveAsync(2007, 9);
        Assert.Equal(accepted, loop.Serving.Baseline.Accepted);
        Assert.Null(loop.Serving.Earlier.Single().Baseline.Accepted);
        Assert.Single(await loop.AuditAsync(), row => row is { Actor: "promotion", What: "production of window half accepted as the reference of version better" });
    }

    [Theory]
    [InlineData("worse", Overfitted, "holdout", "not clearly better")]
    [InlineData("garbage", "garbage.onnx", "loads", "models.chicago")]
    [InlineData("foreign", "foreign.onnx", "loads", "models.chicago")]
    public async Task What_is_worse_or_no_such_model_is_refused_with_the_reason(string version, string file, string check, string text)
    {
        await using var loop = await Loop.StartAsync(Sound);
        await File.WriteAllBytesAsync(Path.Combine(loop.Folder, "garbage.onnx"), [8, 8, 1, 2, 3], TestContext.Current.CancellationToken);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Data", "flights", "model.onnx"), Path.Combine(loop.Folder, "foreign.onnx"));
        File.WriteAllText(Path.Combine(loop.Folder, "next.onnx"), "next");
        await loop.AddAsync(file, version);
        await loop.SettleAsync();
        var dossier = await loop.DossierAsync(version);
        Assert.Equal(VersionStage.Refused, dossier.Stage);
        Assert.Equal(check, dossier.Checks.Last(c => !c.Passed).Name);
        Assert.Contains(text, dossier.Checks.Last(c => !c.Passed).Text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', dossier.Checks.Last(c => !c.Passed).Text);
        // A file that no rows were looked at for makes the next one's tests no stricter.
        Assert.Equal(version == "worse" ? 2 : 1, (await loop.AddAsync("next.onnx", "next")).Attempt);
        Assert.Contains("which serves", (await Assert.ThrowsAsync<ChallengerRefusedException>(() => loop.AddAsync(Sound))).Message, StringComparison.Ordinal);
        if (version == "worse") Assert.Contains(dossier.Checks, c => c is { Name: "overfitting", Passed: false });
        Assert.Equal(("2003", 0), (loop.Serving.Baseline.Version, loop.Serving.Challengers.Count));
        Assert.Contains("modelmonitor_promotions_total{model=\"chicago\",outcome=\"refused\"} 1", await loop.Client.GetStringAsync("metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mode: automatic, margin: 10", VersionStage.Refused, "holdout")]
    [InlineData("mode: automatic, margin: 10, holdout_margin: -10", VersionStage.Refused, "production")]
    [InlineData("mode: automatic, validate_rows: 5000", VersionStage.HoldoutPassed, "holdout")]
    [InlineData("mode: automatic, shadow: 200d", VersionStage.Shadowing, "production")]
    [InlineData("mode: automatic, shadow_rows: 500", VersionStage.Shadowing, "production")]
    [InlineData("mode: manual", VersionStage.Ready, "shadow")]
    [InlineData("mode: automatic, watch: 0s", VersionStage.Serving, "watch")]
    public async Task How_far_a_version_comes_is_what_the_configuration_asks_of_it(string promotion, VersionStage stage, string last)
    {
        await using var loop = await Loop.StartAsync(Overfitted, promotion);
        await loop.ShadowAsync(Sound, "better");
        await loop.LiveAsync(2006, 5);
        await loop.LiveAsync(2006, 6);
        var dossier = await loop.DossierAsync("better");
        Assert.Equal((stage, last), (dossier.Stage, dossier.Checks[^1].Name));
    }

    /// <summary>Of the scores of all that was served.</summary>
    private static async Task<double> PsiAsync(Loop loop) =>
        (double)JsonNode.Parse(await loop.Client.GetStringAsync("v1/models/chicago/evaluate", TestContext.Current.CancellationToken))!["overall"]!["drift"]!["score"]!["psi"]!;

    /// <summary>The process dies before and after every commit of the way; opened again it goes on, and the end is the same.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_at_each_step_the_loop_resumes_and_nothing_is_promoted_twice(bool after)
    {
        var deaths = 0;
        await using var loop = await Loop.StartAsync(Overfitted);
        await loop.ReplayAsync(2006, 3);
        for (var month = 3; month <= 11; month++)
        {
            // Each commit dies once: before it, and then it is done and the next one dies; or right after it, when nobody has heard of it.
            for (var life = 0; life < 40; life++)
            {
                loop.Store.CutAfter(after || life == 0 ? 0 : 1, after);
                try
                {
                    // Who handed it in, and was told of no success, looks whether it is there before doing so again.
                    if ((await loop.DossiersAsync()).All(d => d.Version != "better")) await loop.AddAsync(Sound, "better");
                    await loop.SettleAsync();
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException)
                {
                    // The process died while the challenger was handed in.
                }

                if (loop.Store.Spare()) break;
                deaths++;
                await loop.ReopenAsync();
            }

            await loop.ReplayAsync(2006, month + 1);
        }

        Assert.InRange(deaths, 7, 80);
        Assert.Equal(("better", VersionStage.Serving), (loop.Serving.Baseline.Version, (await loop.DossierAsync("better")).Stage));
        var trail = (await loop.AuditAsync()).Select(a => a.What).ToArray();
        Assert.Equal(trail.Distinct(), trail);
        Assert.Single(trail, what => what.Contains("promoted", StringComparison.Ordinal));
        Assert.Single(await loop.OutboxAsync());
        Assert.Equal(new Dictionary<string, VersionRole> { ["2003"] = VersionRole.Retired, ["better"] = VersionRole.Champion }, await loop.RegistryAsync());
    }
}
