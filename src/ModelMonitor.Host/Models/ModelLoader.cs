using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Models;

/// <summary>Opens a configured model: its file, and the baseline of its version, read or made.</summary>
internal sealed class ModelLoader(IScorerFactory scorers)
{
    /// <summary>Opens the model and reads its baseline; makes the baseline in memory where there is no file yet.</summary>
    /// <param name="remember">Where a baseline that had to be made is kept, so that it stays frozen over restarts; null: nowhere.</param>
    /// <exception cref="ModelLoadException">One line that names the model, the file and the reason.</exception>
    public MonitoredModel Load(ModelOptions options, string? remember = null, CancellationToken cancellationToken = default)
    {
        var scorer = Open(options);
        Ensemble? ensemble = null;
        try
        {
            ensemble = OpenEnsemble(options, scorer);
            options = WithClasses(options, scorer);
            if (options.LearnFrom is { } period && !IsReady(options, scorer, remember)) return MonitoredModel.LearningOf(options, scorer, period, remember);
            var (baseline, file) = LoadBaseline(options, scorer, ensemble, remember, cancellationToken);
            return new MonitoredModel(options, baseline, scorer) { BaselineFile = file, Ensemble = ensemble };
        }
        catch
        {
            scorer?.Dispose();
            ensemble?.Dispose();
            throw;
        }
    }

    /// <summary>Opens a model and its challengers.</summary>
    /// <param name="remember">Where the baseline of a version that had to be made is kept; null: nowhere.</param>
    /// <exception cref="ModelLoadException">One line that names the model, the file and the reason.</exception>
    public MonitoredModel LoadAll(ModelOptions options, Func<ModelOptions, string?> remember, CancellationToken cancellationToken)
    {
        var opened = new List<MonitoredModel>();
        try
        {
            foreach (var version in options.Challengers.Prepend(options)) opened.Add(Load(version, remember(version), cancellationToken));
            return opened[0] with { Challengers = [.. opened.Skip(1)] };
        }
        catch
        {
            foreach (var version in opened)
            {
                version.Scorer?.Dispose();
                version.Ensemble?.Dispose();
            }

            throw;
        }
    }

    /// <summary>Opens a model that learns its baseline from production, whether one is there or not.</summary>
    /// <exception cref="ModelLoadException">One line that names the model, the file and the reason.</exception>
    public MonitoredModel OpenLearning(ModelOptions options) =>
        MonitoredModel.LearningOf(options, Open(options), options.LearnFrom ?? throw new ModelLoadException($"models.{options.Name}.reference: it is not learned from production"), null);

    /// <summary>Reads the reference data and makes the baseline anew.</summary>
    /// <exception cref="ModelLoadException">One line that names the model, the file and the reason.</exception>
    public Baseline MakeBaseline(ModelOptions options, CancellationToken cancellationToken)
    {
        if (options.LearnFrom is not null) throw new ModelLoadException($"models.{options.Name}.reference: it is learned from production: give the first days with --production, or start `modelmonitor run`");
        using var scorer = Open(options);
        using var ensemble = OpenEnsemble(options, scorer);
        return Make(WithClasses(options, scorer), scorer, ensemble, cancellationToken);
    }

    /// <summary>The classes that the model file says it has, where it is a multiclass model's.</summary>
    private static ModelOptions WithClasses(ModelOptions options, IScorer? scorer) => scorer?.Classes is { } classes ? options with { Classes = classes } : options;

    private IScorer? Open(ModelOptions options)
    {
        if (options.Onnx is null) return null;
        try
        {
            return scorers.Open(options);
        }
        catch (ScoringException e)
        {
            throw new ModelLoadException($"models.{options.Name}: {e.Message}", e);
        }
    }

    /// <summary>Every member, by the configuration of the model itself; it must not need other columns than that.</summary>
    private Ensemble? OpenEnsemble(ModelOptions options, IScorer? scorer)
    {
        if (options.Ensemble.Count == 0) return null;
        var members = new List<IScorer>();
        try
        {
            foreach (var path in options.Ensemble)
            {
                members.Add(scorers.Open(options with { Onnx = path }));
                if (scorer is null || scorer.InputColumns.ToHashSet(StringComparer.Ordinal).SetEquals(members[^1].InputColumns)) continue;
                throw new ScoringException($"{path}: takes the columns {string.Join(", ", members[^1].InputColumns)}, and the model {string.Join(", ", scorer.InputColumns)}");
            }

            return new Ensemble([.. members]);
        }
        catch (ScoringException e)
        {
            foreach (var member in members) member.Dispose();
            throw new ModelLoadException($"models.{options.Name}.ensemble: {e.Message}", e);
        }
    }

    /// <summary>Whether what was learned before is there; what an earlier version learned is not for this one.</summary>
    private static bool IsReady(ModelOptions options, IScorer? scorer, string? remember) =>
        File.Exists(options.Baseline) || (remember is not null && File.Exists(remember) && Mismatch(options, scorer, null, Read(options, remember)) is null);

    private static (Baseline Baseline, string? File) LoadBaseline(ModelOptions options, IScorer? scorer, Ensemble? ensemble, string? remember, CancellationToken cancellationToken)
    {
        var path = File.Exists(options.Baseline) ? options.Baseline : remember is not null && File.Exists(remember) ? remember : null;
        if (path is not null)
        {
            var baseline = Read(options, path);
            if (Mismatch(options, scorer, ensemble, baseline) is not { } mismatch) return (baseline, path);
            // One that we made ourselves for an earlier version is simply made again; the user's own file is not ours to judge away.
            if (path == options.Baseline) throw new ModelLoadException($"models.{options.Name}.baseline: {path}: {mismatch}: make it again with `modelmonitor baseline`");
        }

        var made = Make(options, scorer, ensemble, cancellationToken);
        if (remember is null) return (made, null);
        Directory.CreateDirectory(Path.GetDirectoryName(remember)!);
        AtomicFile.Write(remember, BaselineJson.Write(made));
        return (made, remember);
    }

    private static Baseline Read(ModelOptions options, string path)
    {
        try
        {
            return BaselineJson.Read(File.ReadAllText(path));
        }
        catch (Exception e) when (e is BaselineFormatException or IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"models.{options.Name}.baseline: {path}: {e.Message}", e);
        }
    }

    /// <summary>Why a baseline does not belong to what is configured: the stale baseline after a new model is the commonest mistake there is.</summary>
    private static string? Mismatch(ModelOptions options, IScorer? scorer, Ensemble? ensemble, Baseline baseline)
    {
        if (baseline.Model != options.Name) return $"it belongs to model '{baseline.Model}'";
        if (baseline.Version != options.Version) return $"it belongs to version '{baseline.Version}', and '{options.Version}' is configured";
        if (baseline.Shape.Task != options.Task) return "it was made for another task";
        if (!baseline.Shape.Classes.SequenceEqual(options.Classes ?? [])) return "it was made for other classes, or in another order";
        if (baseline.ModelSha256 != (scorer?.Sha256 ?? "")) return "the model file changed since it was made";
        if (!baseline.Shape.Ensemble.SequenceEqual(ensemble?.Sha256 ?? [])) return "the ensemble changed since it was made";
        if (baseline.Shape.ScoreBins is { } bins && bins.Threshold != options.Threshold) return $"it was made with threshold {bins.Threshold}, and {options.Threshold} is configured";
        if (!HasSegments(options.Segments, baseline.Shape.Segments)) return "it was made for other segments";
        return null;
    }

    private static bool HasSegments(SegmentOptions options, SegmentShape shape) =>
        options.Columns.SequenceEqual(shape.Columns.Select(column => column.Name))
        && (options.Columns.Count == 0 || (options.Limit == shape.Limit && options.Features.SequenceEqual(shape.Features)));

    private static Baseline Make(ModelOptions options, IScorer? scorer, Ensemble? ensemble, CancellationToken cancellationToken)
    {
        if (options.Reference is null) throw new ModelLoadException($"models.{options.Name}: there is no baseline at {options.Baseline} and no reference data to make one from");
        var current = options.Reference.Train;
        try
        {
            return BaselineBuilder.Build(options, scorer, path =>
            {
                current = path;
                return DataFile.ReadAll(path);
            }, cancellationToken, ensemble);
        }
        catch (Exception e) when (e is IntakeException or ScoringException or IOException or UnauthorizedAccessException)
        {
            var named = e.Message.StartsWith(current + ": ", StringComparison.Ordinal) ? e.Message : $"{current}: {e.Message}";
            throw new ModelLoadException($"models.{options.Name}.reference: {named}", e);
        }
    }
}

/// <summary>A configured model cannot be monitored. The message is one line for people.</summary>
internal sealed class ModelLoadException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Writes a file whole or not at all.</summary>
internal static class AtomicFile
{
    public static void Write(string path, string text)
    {
        var temporary = path + ".tmp";
        try
        {
            File.WriteAllText(temporary, text);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
