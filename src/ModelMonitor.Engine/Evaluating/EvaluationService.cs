using Microsoft.Extensions.Logging;
using ModelMonitor.Core;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>The job behind a schedule: evaluate one window for every model, commit, publish. Live and replay call the same.</summary>
public sealed class EvaluationService(
    ModelCatalog catalog, MonitorOptions options, IStateStore store, StateWriter writer, IEnumerable<IEvaluationSink> sinks, ITelemetry telemetry, TimeProvider clock, ILogger<EvaluationService> logger) : IDisposable
{
    private readonly IEvaluationSink[] _sinks = [.. sinks];
    private readonly SemaphoreSlim _publishing = new(1, 1);

    /// <summary>The newest evaluation of each model and window of this process, of the whole.</summary>
    public event Action<Evaluation>? Evaluated;

    /// <summary>Evaluates a window for every model at the clock's time. One model's failure does not stop the next.</summary>
    public async Task RunAsync(WindowOptions window, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(window);
        foreach (var model in catalog.Models.SelectMany(m => m.Versions))
        {
            try
            {
                await RunAsync(model, window, cancellationToken).ConfigureAwait(false);
            }
            catch (StateForgottenException e)
            {
                // A window that was made longer than what earlier settings kept; it fills again by itself.
                telemetry.EvaluationSkipped(model.Name, window.Name, "state_forgotten");
                Log.WindowForgotten(logger, window.Name, e.Message);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                telemetry.EvaluationSkipped(model.Name, window.Name, "error");
                Log.EvaluationFailed(logger, e, model.Name, window.Name);
            }
        }
    }

    /// <summary>Evaluates every window for one model now: its reference changed, and what is published belongs to the one before.</summary>
    public async Task RunAsync(MonitoredModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach (var window in options.Windows) await RunAsync(model, window, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Evaluates a window for one model now, for whoever asks; nothing is committed or published.</summary>
    public async Task<Evaluation> EvaluateAsync(MonitoredModel model, WindowOptions window, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(window);
        var (range, matured) = RangesOf(model, window);
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            return await Evaluator.EvaluateAsync(reader, model, window.Name, range, matured, window.Looks, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The newest window, and the newest whose labels are due.</summary>
    private (TimeRange Range, TimeRange Matured) RangesOf(MonitoredModel model, WindowOptions window)
    {
        var now = Instant.From(clock.GetUtcNow());
        var (size, pane, lateness) = (Instant.From(window.Size), Instant.From(options.Pane), Instant.From(options.Lateness));
        return (WindowAlignment.Newest(size, pane, now - lateness), WindowAlignment.Newest(size, pane, now - Math.Max(lateness, Instant.From(model.Options.LabelDelay))));
    }

    public void Dispose() => _publishing.Dispose();

    private async Task RunAsync(MonitoredModel model, WindowOptions window, CancellationToken cancellationToken)
    {
        if (model.Learning is not null)
        {
            telemetry.EvaluationSkipped(model.Name, window.Name, "learning");
            return;
        }

        var (range, matured) = RangesOf(model, window);
        Evaluation evaluation;
        var slices = new List<Evaluation>();
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            evaluation = await Evaluator.EvaluateAsync(reader, model, window.Name, range, matured, window.Looks, cancellationToken).ConfigureAwait(false);
            evaluation = await DecayHistory.AddAsync(reader, model, evaluation, cancellationToken).ConfigureAwait(false);
            // The logged score is of the version that serves: that another one scores otherwise is no skew.
            if (!Serves(model)) evaluation = evaluation with { Findings = [.. evaluation.Findings.Where(f => f.Kind != FindingKind.TrainingServingSkew)] };
            await foreach (var slice in Evaluator.EvaluateSegmentsAsync(reader, model, window.Name, range, matured, window.Looks, cancellationToken).ConfigureAwait(false)) slices.Add(slice);
        }

        var work = new EvaluationWork(model, evaluation, window, RulesOf(model));
        await writer.SubmitAsync(work).ConfigureAwait(false);
        foreach (var (rule, action, outcome) in work.Actions) telemetry.Action(model.Name, rule, action, outcome);
        if (!work.IsNew) telemetry.EvaluationSkipped(model.Name, window.Name, evaluation.Rows + evaluation.PerformanceRows == 0 ? "no_rows" : "already_evaluated");
        telemetry.EvaluationSucceeded(model.Name, window.Name, clock.GetUtcNow());
        telemetry.Reference(model.Baseline);
        var withheld = work.IsNew ? evaluation.Performance.Values.Concat(evaluation.Estimated.Values).Select(v => v.Status).OfType<string>().Distinct() : [];
        foreach (var status in withheld) telemetry.EvaluationSkipped(model.Name, window.Name, status);
        // Its reference was replaced while it was evaluated: the evaluation against the new one is on its way.
        if (!catalog.Watches(model)) return;
        await PublishAsync(Publish(evaluation, work), cancellationToken).ConfigureAwait(false);
        await SlicesAsync(model, window, slices, cancellationToken).ConfigureAwait(false);
    }

    private bool Serves(MonitoredModel model) => ReferenceEquals(catalog.Find(model.Name)?.Baseline, model.Baseline);

    /// <summary>A challenger serves nobody: whatever it does, no rule sounds.</summary>
    private MonitorOptions RulesOf(MonitoredModel model) => Serves(model) ? options : options with { Rules = [] };

    /// <summary>Slices are committed and published after the whole; queued together, they are one commit.</summary>
    private async Task SlicesAsync(MonitoredModel model, WindowOptions window, List<Evaluation> slices, CancellationToken cancellationToken)
    {
        var works = slices.ConvertAll(slice => (Evaluation: slice, Work: new EvaluationWork(model, slice, window, RulesOf(model))));
        await Task.WhenAll(works.ConvertAll(w => writer.SubmitAsync(w.Work))).ConfigureAwait(false);
        foreach (var (evaluation, work) in works)
        {
            foreach (var (rule, action, outcome) in work.Actions) telemetry.Action(model.Name, rule, action, outcome);
            await PublishAsync(Publish(evaluation, work), cancellationToken).ConfigureAwait(false);
        }
    }

    private PublishedEvaluation Publish(Evaluation evaluation, EvaluationWork work) =>
        new(evaluation, work.Breached) { Versions = [.. (catalog.Find(evaluation.Model)?.Versions ?? []).Select(version => version.Baseline.Version)] };

    private async Task PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken)
    {
        await _publishing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var sink in _sinks)
            {
                try
                {
                    await sink.PublishAsync(published, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    telemetry.SinkFailed(sink.Name);
                    Log.SinkFailed(logger, e, sink.Name);
                }
            }

            if (published.Evaluation.Segment.Length == 0 && published.Versions is [var serving, ..] && serving == published.Evaluation.Version) Evaluated?.Invoke(published.Evaluation);
        }
        finally
        {
            _publishing.Release();
        }
    }
}
