using ModelMonitor.Core;
using ModelMonitor.Core.Capture;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Capture;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>What came of a test.</summary>
/// <param name="Checks">In order; empty while it waits.</param>
/// <param name="WaitsFor">What it waits for; null: it is decided.</param>
internal sealed record Judgement(IReadOnlyList<VersionCheck> Checks, string? WaitsFor = null)
{
    public bool Passed => WaitsFor is null && Checks.All(check => check.Passed);

    public static Judgement Waiting(string what) => new([], what);
}

/// <summary>Puts a version to its tests: scores rows, reads state, changes nothing.</summary>
internal sealed class VersionJudge(IVersionFiles files, MonitorOptions options)
{
    /// <summary>Loads, fits, is not overfitted, has nothing against its scores, and beats the champion on the hold-out.</summary>
    public Judgement Holdout(MonitoredModel champion, VersionDossier dossier, CancellationToken cancellationToken)
    {
        MonitoredModel challenger;
        try
        {
            challenger = files.Open(dossier, cancellationToken);
        }
        catch (VersionUnusableException e)
        {
            return new([new VersionCheck("loads", false, e.Message)]);
        }

        using var scorer = challenger.Scorer;
        var (findings, rules) = (Evaluator.OptionsOf(champion, 1), champion.Options.Promotion);
        var checks = new List<VersionCheck> { new("loads", true, $"Scored by {scorer!.Provider} from {string.Join(", ", scorer.InputColumns)}.") };
        if (!challenger.Baseline.Shape.Classes.SequenceEqual(champion.Baseline.Shape.Classes))
            return new([.. checks, new VersionCheck("schema", false, $"Its classes are {string.Join(", ", challenger.Baseline.Shape.Classes)}, and those of version {champion.Baseline.Version} {string.Join(", ", champion.Baseline.Shape.Classes)}.")]);
        checks.Add(VersionChecks.Overfitting(challenger.Baseline, champion.Baseline, findings));
        checks.Add(VersionChecks.Sanity(challenger.Baseline, findings));
        checks.Add(Compared(VersionChecks.Holdout, champion, challenger, () => files.Holdout(champion.Name), rules.HoldoutMargin, dossier.Attempt, cancellationToken));
        return new(checks);
    }

    /// <summary>Beats the champion on the newest matured rows that were held back: one look, once there are so many.</summary>
    public async Task<Judgement> ProductionAsync(IStateReader reader, MonitoredModel champion, VersionDossier dossier, long now, CancellationToken cancellationToken)
    {
        if (champion.Options.Capture is null) return Judgement.Waiting("captured rows of production, and the model captures none: see `capture`");
        var set = await CapturedSet.ReadAsync(reader, champion, long.MinValue, cancellationToken).ConfigureAwait(false);
        var rows = set.Newest(CapturePart.Validate, now - Instant.From(champion.Options.LabelDelay), dossier.ValidateRows, out var found);
        if (rows is null) return Judgement.Waiting($"labelled rows of production that were held back: {found} of {dossier.ValidateRows}, and enough of each class");
        MonitoredModel challenger;
        try
        {
            challenger = files.Open(dossier, cancellationToken);
        }
        catch (VersionUnusableException e)
        {
            return new([new VersionCheck("production", false, e.Message)]);
        }

        using var scorer = challenger.Scorer;
        return new([Compared("production", champion, challenger, () => rows, champion.Options.Promotion.ProductionMargin, dossier.Attempt, cancellationToken)]);
    }

    /// <summary>Scored beside the champion long enough, and nothing was found.</summary>
    public async Task<Judgement> ShadowAsync(IStateReader reader, MonitoredModel champion, VersionDossier dossier, long now, CancellationToken cancellationToken)
    {
        var rules = champion.Options.Promotion;
        if (champion.Challengers.FirstOrDefault(c => c.Baseline.Version == dossier.Version) is not { } challenger) return Judgement.Waiting("its scorer");
        var until = dossier.StageSince + Instant.From(rules.Shadow);
        if (now < until) return Judgement.Waiting($"the end of its time as a shadow, {Json.EvaluationJson.Time(until)}");
        // Its first row came after it was added: whole days cost nothing to read and hold nothing else.
        var range = new TimeRange(Instant.Floor(dossier.StageSince, Instant.Day), Instant.Floor(now, Instant.From(options.Pane)) + Instant.From(options.Pane));
        var shadow = await Evaluator.EvaluateAsync(reader, challenger, "shadow", range, range, 1, cancellationToken).ConfigureAwait(false);
        if (shadow.Rows < rules.ShadowRows) return Judgement.Waiting($"rows to score as a shadow: {shadow.Rows} of {rules.ShadowRows}");
        var serving = await Evaluator.EvaluateAsync(reader, champion, "shadow", range, range, 1, cancellationToken).ConfigureAwait(false);
        var pairs = await PairsAsync(reader, champion, champion.Baseline.Version, dossier.Version, dossier.StageSince, now, cancellationToken).ConfigureAwait(false);
        return new([VersionChecks.Shadow(shadow, serving), NotWorse("shadow", champion, challenger, pairs, TestLevels.Of(dossier.Attempt))]);
    }

    /// <summary>Whether the version that serves since its promotion is worse than the one before, which scores beside it.</summary>
    /// <param name="champion">The version that serves.</param>
    /// <returns>Decided at each look; how many looks there were with it, and whether it was the last.</returns>
    public static async Task<(Judgement Judgement, int Looks, bool Over)> WatchAsync(IStateReader reader, MonitoredModel champion, VersionDossier dossier, long now, CancellationToken cancellationToken)
    {
        var (rules, delay) = (champion.Options.Promotion, Instant.From(champion.Options.LabelDelay));
        var end = dossier.StageSince + Instant.From(rules.Watch) + delay;
        var over = now >= end;
        if (champion.Challengers.FirstOrDefault(c => c.Baseline.Version == dossier.Previous) is not { } before)
            return over ? (new([new VersionCheck("watch", true, "The version before it is not there to be compared with.")]), dossier.Looks, true) : (Judgement.Waiting("the version before it"), dossier.Looks, false);
        var pairs = await PairsAsync(reader, champion, before.Baseline.Version, dossier.Version, dossier.StageSince, now - delay, cancellationToken).ConfigureAwait(false);
        if (!WatchLooks.IsDue(dossier.Looks, pairs.Count, rules.ValidateRows, over)) return (Judgement.Waiting($"the end of its watch, {Json.EvaluationJson.Time(end)}; {pairs.Count} labelled rows so far"), dossier.Looks, false);
        var check = NotWorse("watch", before, champion, pairs, WatchLooks.LevelOf(dossier.Looks));
        // Passed all the same: a version is not watched for ever because labels do not come. But nobody should take it for a proof.
        if (over && pairs.Count == 0) check = check with { Text = "Its watch ended without evidence: no row that both versions scored got its label." };
        return (new([check]), dossier.Looks + 1, over);
    }

    private static async ValueTask<PairedRows> PairsAsync(IStateReader reader, MonitoredModel model, string champion, string challenger, long from, long until, CancellationToken cancellationToken) =>
        model.Options.Capture is null ? new PairedRows() : (await CapturedSet.ReadAsync(reader, model, from, cancellationToken).ConfigureAwait(false)).Paired(champion, challenger, from, until);

    private static VersionCheck NotWorse(string name, MonitoredModel champion, MonitoredModel challenger, PairedRows pairs, double level)
    {
        var metric = Evaluator.OptionsOf(champion, 1).PrimaryMetric;
        return VersionChecks.NotWorse(name, metric, PairedComparison.Of(metric, pairs, champion.Baseline.Shape, challenger.Baseline.Shape), level);
    }

    private static VersionCheck Compared(string name, MonitoredModel champion, MonitoredModel challenger, Func<IEnumerable<Apache.Arrow.RecordBatch>?> batches, double margin, int attempt, CancellationToken cancellationToken)
    {
        var metric = Evaluator.OptionsOf(champion, 1).PrimaryMetric;
        try
        {
            if (batches() is not { } rows) return new(name, false, "There are no rows to compare it by: the configuration names no reference.holdout.");
            var scored = PairedScoring.Of(rows, champion, challenger, cancellationToken);
            if (scored.Missed > 0) return VersionChecks.Unscored(name, scored.Missed, scored.Scored);
            return VersionChecks.Better(name, metric, PairedComparison.Of(metric, scored.Rows, champion.Baseline.Shape, challenger.Baseline.Shape), margin, TestLevels.Of(attempt));
        }
        catch (Exception e) when (e is IntakeException or ScoringException)
        {
            return new(name, false, $"It cannot be compared: {e.Message}.");
        }
    }
}
