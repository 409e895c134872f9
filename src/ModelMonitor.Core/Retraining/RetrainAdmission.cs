using ModelMonitor.Core.Prescriptions;

namespace ModelMonitor.Core.Retraining;

/// <summary>Whether a retrain request goes out. Pure.</summary>
public static class RetrainAdmission
{
    /// <summary>The prescription says to watch, to stop, or nothing at all.</summary>
    public const string Withheld = "withheld";

    /// <summary>Another one of the model is not settled yet.</summary>
    public const string Running = "running";

    /// <summary>As many as a day may have were made today.</summary>
    public const string Budget = "budget";

    /// <summary>The last one is too recent.</summary>
    public const string Cooldown = "cooldown";

    /// <param name="prescribed">The prescription's decision.</param>
    /// <param name="open">Requests of the model that are not settled.</param>
    /// <param name="today">Requests of the model made since the day of UTC began.</param>
    /// <param name="last">When the last one was made; null: never.</param>
    /// <param name="now">As all times, microseconds of UTC since 1970.</param>
    /// <returns>Why it does not go out; null: it does.</returns>
    public static string? Refusal(string prescribed, int open, int today, int budget, long? last, long now, long cooldown) =>
        prescribed != PrescriptionDecision.Retrain ? Withheld
        : open > 0 ? Running
        : today >= budget ? Budget
        : !Rules.Cooldown.Allows(last, now, cooldown) ? Cooldown
        : null;

    /// <summary>Whether a rule that goes on being broken asks again: where its request had to wait, or what came of it did not help. Whoever does not answer is not asked for ever.</summary>
    /// <param name="ofVersion">It is a fact about the version, which no window changes: one request is enough for ever.</param>
    /// <param name="asked">Requests of the rule for this version so far.</param>
    /// <param name="answered">A model came of the last of them.</param>
    /// <param name="underWay">Challengers of this version.</param>
    public static bool AsksAgain(bool ofVersion, int asked, bool answered, int underWay, long cooldown) =>
        underWay == 0 && (asked == 0 || (!ofVersion && answered && cooldown > 0));
}
