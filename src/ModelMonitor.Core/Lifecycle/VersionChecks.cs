using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Lifecycle;

/// <summary>One thing that a version was asked before it may serve.</summary>
/// <param name="Name">`overfitting`, `sanity`, `holdout`, `production`, `shadow` …</param>
/// <param name="Text">One sentence with the numbers, for people.</param>
public sealed record VersionCheck(string Name, bool Passed, string Text);

/// <summary>What a challenger is asked, against the version that serves. Pure.</summary>
public static class VersionChecks
{
    /// <summary>The comparison on the hold-out: the first that costs certainty.</summary>
    public const string Holdout = "holdout";

    /// <summary>How much larger than the champion's a challenger's share of rows without a score may be.</summary>
    private const double MostUnscored = 0.01;

    /// <summary>No overfitting: its gap from train to hold-out is 5 % at most, or not clearly larger than the champion's.</summary>
    /// <param name="champion">The baseline of the version that serves.</param>
    public static VersionCheck Overfitting(Baseline challenger, Baseline champion, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(champion);
        ArgumentNullException.ThrowIfNull(options);
        var (metric, own, its) = (options.PrimaryMetric, Findings.GapOf(challenger, options.PrimaryMetric), Findings.GapOf(champion, options.PrimaryMetric));
        if (own.Value is not { } gap) return new("overfitting", false, $"The gap of {metric} from train to hold-out is not known: without hold-out data nobody can say that version {challenger.Version} is not overfitted.");
        if (gap <= 0) return new("overfitting", true, $"{metric} is no worse on the hold-out than on the training data.");
        if (gap <= options.Drop) return new("overfitting", true, $"{metric} is {Prose.Percent(gap)} worse on the hold-out than on the training data; the limit is {Prose.Percent(options.Drop)}.");
        if (its.Value is not { } before || own.StandardError is not { } error || its.StandardError is not { } otherError)
            return new("overfitting", false, $"{metric} is {Prose.Percent(gap)} worse on the hold-out than on the training data, limit {Prose.Percent(options.Drop)}, and version {champion.Version} has no gap to compare it with.");
        // Larger than the champion's beyond chance: the lower end of the interval of the difference is above 0.
        var larger = gap - before - (Intervals.Z * Math.Sqrt((error * error) + (otherError * otherError))) > 0;
        return larger
            ? new("overfitting", false, $"{metric} is {Prose.Percent(gap)} worse on the hold-out than on the training data, limit {Prose.Percent(options.Drop)}; that of version {champion.Version} is {Prose.Percent(before)} worse.")
            : new("overfitting", true, $"{metric} is {Prose.Percent(gap)} worse on the hold-out than on the training data, above {Prose.Percent(options.Drop)}, but not clearly more than that of version {champion.Version}, {Prose.Percent(before)}.");
    }

    /// <summary>No finding of the gate: no discrimination, inverted or constant scores, scores that differ from train to hold-out.</summary>
    public static VersionCheck Sanity(Baseline challenger, FindingOptions options)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        ArgumentNullException.ThrowIfNull(options);
        var found = Findings.OfVersion(challenger, options).Where(f => f.Confirmed && f.Kind is not (FindingKind.Overfitting or FindingKind.Underfitting)).ToArray();
        return found.Length == 0 ? new("sanity", true, "Nothing speaks against its scores.") : new("sanity", false, string.Join(' ', found.Select(f => f.Message)));
    }

    /// <summary>Better than the version that serves on the same rows, by more than a margin and beyond chance.</summary>
    /// <param name="name">`holdout` or `production`.</param>
    /// <param name="compared">Null: the rows are too few, or the metric is not defined on them.</param>
    /// <param name="level">Of the two-sided interval: a version that is no better passes with half that probability.</param>
    public static VersionCheck Better(string name, string metric, PairedDifference? compared, double margin, double level)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (compared is null) return new(name, false, $"{metric} cannot be compared: too few labelled rows of each kind.");
        var (lower, upper) = compared.Interval(level);
        var told = $"{metric} over {compared.Rows} rows: {Prose.Number(compared.Challenger)} against {Prose.Number(compared.Champion)}, better by {Prose.Number(compared.Gain)} ({Prose.Number(lower)} to {Prose.Number(upper)} at the level {Prose.Number(level)})";
        return lower > margin ? new(name, true, told + (margin == 0 ? "." : $": by more than {Prose.Number(margin)}.")) : new(name, false, $"{told}: not clearly better by more than {Prose.Number(margin)}.");
    }

    /// <summary>Not worse than another version on the same matured rows: the one that serves, while it shadows; after its promotion the one before.</summary>
    /// <param name="name">`shadow` or `watch`.</param>
    /// <returns>Failed: it is refused, or rolled back.</returns>
    public static VersionCheck NotWorse(string name, string metric, PairedDifference? compared, double level)
    {
        ArgumentNullException.ThrowIfNull(metric);
        if (compared is null) return new(name, true, $"{metric} cannot be compared yet: too few labelled rows.");
        var (lower, upper) = compared.Interval(level);
        var told = $"{metric} over {compared.Rows} rows that both scored: {Prose.Number(compared.Challenger)} against {Prose.Number(compared.Champion)}, better by {Prose.Number(compared.Gain)} ({Prose.Number(lower)} to {Prose.Number(upper)} at the level {Prose.Number(level)})";
        return compared.IsWorse(level) ? new(name, false, told + ": worse.") : new(name, true, told + ".");
    }

    /// <summary>Beside the version that serves: nothing speaks against its scores, and it scores what that one scores.</summary>
    /// <param name="shadow">The challenger's evaluation since it began to shadow.</param>
    /// <param name="champion">Of the version that serves, over the same range.</param>
    public static VersionCheck Shadow(Evaluation shadow, Evaluation champion)
    {
        ArgumentNullException.ThrowIfNull(shadow);
        ArgumentNullException.ThrowIfNull(champion);
        var found = shadow.Findings.Where(f => f.Confirmed && f.Kind is FindingKind.ConstantScore or FindingKind.InvertedScores or FindingKind.NoDiscrimination).ToArray();
        if (found.Length > 0) return new("shadow", false, string.Join(' ', found.Select(f => f.Message)));
        var (own, its) = (Share(shadow), Share(champion));
        return own > its + MostUnscored
            ? new("shadow", false, $"It left {Prose.Percent(own)} of {shadow.Rows} rows without a score, and version {champion.Version} {Prose.Percent(its)}.")
            : new("shadow", true, $"It scored {shadow.Rows - shadow.Unscored} of {shadow.Rows} rows beside version {champion.Version}; nothing speaks against its scores.");
    }

    /// <summary>Of a version that leaves rows without a score that the one that serves scores.</summary>
    /// <param name="name">Where: `holdout` or `production`.</param>
    public static VersionCheck Unscored(string name, int missed, int rows) =>
        new(name, false, $"It cannot score {missed} of {rows} rows that the version that serves scores.");

    private static double Share(Evaluation evaluation) => evaluation.Rows == 0 ? 0 : (double)evaluation.Unscored / evaluation.Rows;
}
