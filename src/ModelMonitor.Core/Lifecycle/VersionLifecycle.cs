namespace ModelMonitor.Core.Lifecycle;

/// <summary>Where a version stands between its arrival and its end.</summary>
public enum VersionStage
{
    /// <summary>Its file is here; nothing was judged.</summary>
    Received,

    /// <summary>It loads, fits the schema, is not overfitted, has no finding against it, and beat the champion on the hold-out.</summary>
    HoldoutPassed,

    /// <summary>It beat the champion on captured production rows too, and scores beside it.</summary>
    Shadowing,

    /// <summary>It shadowed as long as it had to: it may serve.</summary>
    Ready,

    /// <summary>It serves, and the champion before it scores beside it, ready to come back.</summary>
    Watched,

    /// <summary>It serves.</summary>
    Serving,

    /// <summary>It did not pass.</summary>
    Refused,

    /// <summary>It served, and was worse than the champion before it.</summary>
    RolledBack,

    /// <summary>It served, and another version took its place; that one's rollback brings it back.</summary>
    Retired,

    /// <summary>It never served, and is not wanted any more.</summary>
    Withdrawn,
}

/// <summary>What happens to a version.</summary>
public enum VersionEvent
{
    HoldoutPassed,
    HoldoutFailed,
    ProductionPassed,
    ProductionFailed,
    ShadowPassed,
    ShadowFailed,

    /// <summary>It is to serve: asked for by a person, or because promotion is automatic.</summary>
    Promote,

    /// <summary>The watch period is over, and nothing was found.</summary>
    WatchPassed,

    /// <summary>It is worse than the champion before it, or a person takes it back.</summary>
    RollBack,

    /// <summary>The configuration makes it the champion: a version that the registry did not know, at start.</summary>
    Configured,

    /// <summary>Another version takes its place.</summary>
    Superseded,

    /// <summary>Nobody wants it any more, or its time is over.</summary>
    Withdrawn,
}

/// <summary>The one way of a version through its stages. Pure: nothing else decides what may follow what.</summary>
public static class VersionLifecycle
{
    /// <returns>The next stage; null: the event means nothing at this stage and changes nothing.</returns>
    public static VersionStage? Next(VersionStage stage, VersionEvent happened) => (stage, happened) switch
    {
        (VersionStage.Received, VersionEvent.HoldoutPassed) => VersionStage.HoldoutPassed,
        (VersionStage.HoldoutPassed, VersionEvent.ProductionPassed) => VersionStage.Shadowing,
        (VersionStage.Shadowing, VersionEvent.ShadowPassed) => VersionStage.Ready,
        (VersionStage.Ready, VersionEvent.Promote) => VersionStage.Watched,
        (VersionStage.Watched, VersionEvent.WatchPassed) => VersionStage.Serving,
        (VersionStage.Watched or VersionStage.Serving, VersionEvent.RollBack) => VersionStage.RolledBack,

        (VersionStage.Received, VersionEvent.HoldoutFailed) => VersionStage.Refused,
        (VersionStage.HoldoutPassed, VersionEvent.ProductionFailed) => VersionStage.Refused,
        (VersionStage.Shadowing, VersionEvent.ShadowFailed) => VersionStage.Refused,

        // A person's file is a person's word: it is judged by the gate at start, not by the loop.
        (VersionStage.Received, VersionEvent.Configured) => VersionStage.Serving,

        (VersionStage.Watched or VersionStage.Serving, VersionEvent.Superseded) => VersionStage.Retired,
        (VersionStage.Received or VersionStage.HoldoutPassed or VersionStage.Shadowing or VersionStage.Ready, VersionEvent.Withdrawn or VersionEvent.Superseded) => VersionStage.Withdrawn,
        // The champion before comes back when its successor is rolled back.
        (VersionStage.Retired, VersionEvent.RollBack) => VersionStage.Serving,
        _ => null,
    };

    /// <summary>Whether it is still on its way to serve.</summary>
    public static bool IsChallenger(VersionStage stage) => stage is VersionStage.Received or VersionStage.HoldoutPassed or VersionStage.Shadowing or VersionStage.Ready;

    /// <summary>Whether it scores production rows beside the champion.</summary>
    public static bool Shadows(VersionStage stage) => stage is VersionStage.Shadowing or VersionStage.Ready;

    public static bool Serves(VersionStage stage) => stage is VersionStage.Watched or VersionStage.Serving;

    /// <summary>As the API and the metrics call it: `holdout_passed`.</summary>
    public static string Name(VersionStage stage) =>
        string.Concat(stage.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}
