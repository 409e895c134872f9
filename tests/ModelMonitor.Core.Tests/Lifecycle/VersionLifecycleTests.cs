using CsCheck;
using ModelMonitor.Core.Lifecycle;

namespace ModelMonitor.Core.Tests.Lifecycle;

public sealed class VersionLifecycleTests
{
    private static readonly VersionEvent[] s_way = [VersionEvent.HoldoutPassed, VersionEvent.ProductionPassed, VersionEvent.ShadowPassed, VersionEvent.Promote];

    [Fact]
    public void The_way_to_serve_leads_through_every_test()
    {
        var stage = VersionStage.Received;
        foreach (var step in s_way) stage = VersionLifecycle.Next(stage, step)!.Value;
        Assert.Equal(VersionStage.Watched, stage);
        Assert.Equal(VersionStage.Serving, VersionLifecycle.Next(stage, VersionEvent.WatchPassed));
        Assert.Equal(VersionStage.RolledBack, VersionLifecycle.Next(stage, VersionEvent.RollBack));
    }

    /// <summary>Whatever happens in whatever order: what was not configured by a person serves only after it passed all three tests, in their order.</summary>
    [Fact]
    public void No_order_of_events_promotes_an_unvalidated_version() =>
        Gen.Enum<VersionEvent>().Where(e => e != VersionEvent.Configured).List[0, 60].Sample(events =>
        {
            var (stage, passed) = (VersionStage.Received, new List<VersionEvent>());
            foreach (var happened in events)
            {
                if (VersionLifecycle.Next(stage, happened) is not { } next) continue;
                passed.Add(happened);
                stage = next;
                if (VersionLifecycle.Serves(stage) && !passed.Take(4).SequenceEqual(s_way)) return false;
            }

            return true;
        }, iter: 20_000);

    [Fact]
    public void What_is_refused_or_rolled_back_stays_so()
    {
        foreach (var end in new[] { VersionStage.Refused, VersionStage.RolledBack, VersionStage.Withdrawn })
            Assert.All(Enum.GetValues<VersionEvent>(), happened => Assert.Null(VersionLifecycle.Next(end, happened)));
    }

    [Fact]
    public void A_stage_is_of_a_challenger_or_serves_or_is_over()
    {
        foreach (var stage in Enum.GetValues<VersionStage>())
            Assert.Equal(stage is VersionStage.Refused or VersionStage.RolledBack or VersionStage.Retired or VersionStage.Withdrawn, !VersionLifecycle.IsChallenger(stage) && !VersionLifecycle.Serves(stage));
        Assert.Equal([VersionStage.Shadowing, VersionStage.Ready], Enum.GetValues<VersionStage>().Where(VersionLifecycle.Shadows));
    }
}
