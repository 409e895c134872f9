using System.Globalization;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Files;
using ModelMonitor.Plugins.Tests.Trainer;
using ModelMonitor.Trainer;
using ModelMonitor.Trainer.Data;

namespace ModelMonitor.Benchmarks;

/// <summary>What the built-in trainer makes of the recorded cases: each model as it is, and another fitted after the diagnosis `variance`.</summary>
internal static class TrainerFigures
{
    private static readonly (string Folder, string Model, string Metric)[] s_cases = [("flights", "flights", "roc_auc"), ("birdstrikes", "birdstrikes", "roc_auc"), ("chicago", "chicago", "r2"), ("chicago", "chicago_overfit", "r2")];

    public static async Task<int> RunAsync(string[] args)
    {
        var options = new TrainerOptions { Seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1 };
        foreach (var (folder, name, metric) in s_cases)
        {
            var model = Requests.Model(folder, name, args[0]);
            var loaded = Requests.Load(model);
            using var scorer = loaded.Scorer;
            var began = Environment.CpuUsage.TotalTime;
            var trained = TrainingRun.Run(TrainingTask.Parse(Requests.Message(loaded, "k")), new DataFiles(), options, null, default);
            var seconds = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
            var file = Path.GetTempFileName();
            try
            {
                await File.WriteAllBytesAsync(file, trained.Onnx).ConfigureAwait(false);
                var (before, after) = (Requests.Performance(model, model.Onnx!, metric), Requests.Performance(model, file, metric));
                var paired = Compare(loaded, file, metric);
                var (chosen, free) = (trained.Sweep.Chosen, trained.Sweep.Points[0]);
                await Console.Out.WriteLineAsync(Measure.Json(
                    ("model", name), ("metric", metric), ("train_before", before.Train), ("holdout_before", before.Holdout), ("train_after", after.Train), ("holdout_after", after.Holdout),
                    ("gain", paired?.Gain ?? double.NaN), ("gain_se", paired?.StandardError ?? double.NaN),
                    ("least_l2_bias2", free.BiasSquared), ("least_l2_variance", free.Variance), ("chosen_bias2", chosen.BiasSquared), ("chosen_variance", chosen.Variance), ("cpu_s", seconds))).ConfigureAwait(false);
                await Console.Out.WriteLineAsync("  " + trained.Sweep.Why).ConfigureAwait(false);
            }
            finally
            {
                File.Delete(file);
            }
        }

        return 0;
    }

    /// <summary>Both models on the hold-out.</summary>
    private static PairedDifference? Compare(Engine.Models.MonitoredModel model, string onnx, string metric)
    {
        var holdout = model.Options.Reference!.Holdout!;
        var (champion, challenger) = (Requests.Score(model.Options, model.Options.Onnx!, holdout), Requests.Score(model.Options, onnx, holdout));
        var labels = ArrowBatches.OpenFile(holdout).ReadAll().SelectMany(batch => BatchDecoder.DecodePredictions(batch, model.Schema).Labels!).ToArray();
        var rows = new PairedRows();
        for (var i = 0; i < labels.Length; i++) rows.Add(labels[i], champion[i], challenger[i]);
        return PairedComparison.Of(metric, rows, model.Baseline.Shape, model.Baseline.Shape);
    }
}
