using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Lifecycle;

public sealed class VersionPlanTests
{
    [Fact]
    public void Without_a_registry_the_configured_version_serves()
    {
        var plan = VersionPlan.Of("1", [], []);
        Assert.Null(plan.Serving);
        Assert.Empty(plan.Shadows);
        Assert.Empty(plan.Earlier);
    }

    [Fact]
    public void A_version_that_was_promoted_serves_on_and_the_one_before_stands_by_while_it_is_watched()
    {
        VersionRecord[] versions = [Row("1", VersionRole.Challenger), Row("1-r1", VersionRole.Champion)];
        var plan = VersionPlan.Of("1", versions, [Dossier("1", VersionStage.Retired), Dossier("1-r1", VersionStage.Watched, "1", previous: "1")]);
        Assert.Equal(("1-r1", "1"), (plan.Serving!.Version, Assert.Single(plan.Shadows).Version));
        var later = VersionPlan.Of("1", [Row("1", VersionRole.Retired), Row("1-r1", VersionRole.Champion)], [Dossier("1", VersionStage.Retired), Dossier("1-r1", VersionStage.Serving, "1", previous: "1")]);
        Assert.Equal(("1-r1", 0, "1"), (later.Serving!.Version, later.Shadows.Count, Assert.Single(later.Earlier).Version));
    }

    [Fact]
    public void A_version_that_the_registry_does_not_know_serves_and_challengers_of_another_do_not_shadow_it()
    {
        var plan = VersionPlan.Of("2", [Row("1", VersionRole.Champion), Row("1-r1", VersionRole.Challenger)], [Dossier("1", VersionStage.Serving), Dossier("1-r1", VersionStage.Shadowing, "1")]);
        Assert.Null(plan.Serving);
        Assert.Empty(plan.Shadows);
        Assert.Equal(["1", "1-r1"], plan.Earlier.Select(e => e.Version).Order());
    }

    [Theory]
    [InlineData(VersionStage.Received, 0)]
    [InlineData(VersionStage.HoldoutPassed, 0)]
    [InlineData(VersionStage.Shadowing, 1)]
    [InlineData(VersionStage.Ready, 1)]
    [InlineData(VersionStage.Refused, 0)]
    [InlineData(VersionStage.Withdrawn, 0)]
    public void Who_shadowed_shadows_again(VersionStage stage, int shadows) =>
        Assert.Equal(shadows, VersionPlan.Of("1", [Row("1", VersionRole.Champion)], [Dossier("1", VersionStage.Serving), Dossier("1-r1", stage, "1")]).Shadows.Count);

    /// <summary>It scored, it did not serve: to configure it as the one that serves is a person's word.</summary>
    [Fact]
    public void A_configured_challenger_can_be_made_the_champion_and_one_that_was_refused_cannot()
    {
        Assert.Null(VersionPlan.Of("2", [Row("1", VersionRole.Champion), Row("2", VersionRole.Challenger)], [Dossier("1", VersionStage.Serving)]).Serving);
        Assert.Equal("1", VersionPlan.Of("2", [Row("1", VersionRole.Champion)], [Dossier("1", VersionStage.Serving), Dossier("2", VersionStage.Refused, "1")]).Serving!.Version);
    }

    [Fact]
    public void Files_go_of_versions_that_are_over_and_that_nobody_goes_back_to()
    {
        VersionDossier[] dossiers =
        [
            Dossier("1", VersionStage.Retired), Dossier("2", VersionStage.Retired, "1"), Dossier("3", VersionStage.Serving, "2", previous: "2"), Dossier("4", VersionStage.Refused, "3"),
            Dossier("5", VersionStage.Shadowing, "3"), Dossier("6", VersionStage.Withdrawn, "3"), Dossier("7", VersionStage.Refused, "3") with { Onnx = "3" }, Dossier("8", VersionStage.RolledBack, "3") with { StageSince = 10 },
        ];
        Assert.Equal(["1", "4", "6"], VersionRetention.Over(dossiers, before: 5).Select(d => d.Version));
    }

    private static VersionRecord Row(string version, VersionRole role) => new("m", version, "h" + version, "s" + version, role, version.Length);

    private static VersionDossier Dossier(string version, VersionStage stage, string champion = "", string? previous = null) => new()
    {
        Model = "m",
        Version = version,
        Stage = stage,
        Onnx = version,
        Sha256 = "s" + version,
        Source = "test",
        Champion = champion,
        Previous = previous,
        Attempt = 1,
        ReceivedAt = 0,
        StageSince = 0,
    };
}
