using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Cli;

/// <summary>Learns a baseline from the first days of production files, where `reference: { production: … }` says so.</summary>
internal static class ProductionLearning
{
    /// <returns>The model with its baseline; itself where it has one already.</returns>
    /// <exception cref="CliException">There is nothing to learn from.</exception>
    public static MonitoredModel Learn(Terminal terminal, MonitoredModel model, MonitorOptions options, IReadOnlyList<string> production, IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        if (model.Learning is null) return model;
        var learning = new OfflineLearning(model, options);
        Feed(production, learning.Predictions, cancellationToken);
        Feed(labels, learning.Labels, cancellationToken);
        try
        {
            var learned = learning.Build(cancellationToken);
            Tell(terminal.Error, learned);
            return learned;
        }
        catch (Exception e) when (e is IntakeException or ScoringException)
        {
            throw new CliException($"models.{model.Name}.reference.production: {e.Message}");
        }
    }

    private static void Tell(TextWriter error, MonitoredModel model)
    {
        var (baseline, learned) = (model.Baseline, model.Baseline.Learned!);
        var share = learned.Share < 1 ? $" (a sample of {Figures.Count(baseline.ReferenceRows)} of them)" : "";
        var labelled = baseline.Labels.Rows > 0 ? $"{Figures.Count(baseline.Labels.Rows)} of them labelled" : "none of them labelled: there is no performance to compare with";
        error.WriteLine($"note: the baseline was learned from the {Figures.Count(learned.Rows)} rows of {EvaluationJson.Time(learned.Start)} to {EvaluationJson.Time(learned.End)}{share}, {labelled}; what follows is evaluated");
    }

    private static void Feed(IReadOnlyList<string> files, Action<Apache.Arrow.RecordBatch> take, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var number = 0;
            foreach (var batch in DataFile.ReadAll(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                number++;
                try
                {
                    take(batch);
                }
                catch (IntakeException e)
                {
                    throw new CliException($"{file}: batch {number}: {e.Message}");
                }
            }
        }
    }
}
