using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Trainer.Data;
using ModelMonitor.Trainer.Networks;
using ModelMonitor.Trainer.Onnx;
using ModelMonitor.Trainer.Sweeps;

namespace ModelMonitor.Trainer;

/// <summary>A model that was trained, and what there is to tell of it.</summary>
public sealed record TrainedOnnx(byte[] Onnx, JsonObject Report, SweepResult Sweep);

/// <summary>From a request's files to an ONNX file: read, encode, sweep, fit, export. Deterministic: the same files, options and seed give the same bytes.</summary>
public static class TrainingRun
{
    /// <summary>Fewer rows than this teach nothing.</summary>
    private const int LeastRows = 50;

    private const double TunePart = 0.2;

    private const int Patience = 8;

    /// <param name="progress">Told the part that is done, from 0 to 1, and what is being done.</param>
    /// <exception cref="TrainingException">Nothing can be trained: one clear line.</exception>
    public static TrainedOnnx Run(TrainingTask task, IDataFiles files, TrainerOptions options, Action<double, string>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(options);
        progress?.Invoke(0, "reading");
        var champion = ChampionFile.Read(task.Champion);
        IReadOnlyList<(string Name, bool Categorical)> columns = [.. task.Inputs.SelectMany(input => input.Columns.Select(c => (c, champion.TypeOf(input.Name) == GraphBuilder.Text || task.Categorical.Contains(c)))).DistinctBy(c => c.c)];
        if (columns.Count == 0) throw new TrainingException("the model reads no column");
        var (train, tune, told, captured) = Read(task, files, columns, options.Seed);
        var continued = champion.Continue(task);
        var hidden = SweepGrid.Sized(continued is { } known ? [.. known.Network.Layers.SkipLast(1).Select(l => l.Outputs)] : options.Hidden, task.Capacity);
        var kind = task.Kind switch { TaskKind.Binary => Loss.LogLoss, TaskKind.Multiclass => Loss.SoftmaxCrossEntropy, _ => options.RegressionLoss };
        var scale = task.Kind == TaskKind.Regression ? LabelScale.Of(train.Labels) : LabelScale.None;
        var outputs = task.Kind == TaskKind.Multiclass ? task.Classes.Count : 1;
        if (outputs == 0) throw new TrainingException("the model's classes are not known");
        if (task.Kind != TaskKind.Regression && train.Labels.Distinct().Count() < 2) throw new TrainingException($"all {train.Rows} training rows have the same label");

        var without = task.DropFeatures.Where(f => columns.Any(c => c.Name == f)).ToArray();
        if (without.Length >= columns.Count) without = [];
        var (encoding, samples, tuning) = Encoded(without);
        var settings = SweepGrid.Of(task, hidden);
        var swept = samples.Rows <= options.SweepRows ? samples : samples.Take(Shuffled(samples.Rows, options.Seed)[..options.SweepRows]);
        var sweep = Sweep.Run(swept, settings, options.Resamples, options.Seed, (setting, resample, seed, token) => Fit(setting, resample, tuning, seed, null, token).Network,
            (done, all) => progress?.Invoke(0.05 + (0.8 * done / all), $"sweep: {done} of {all} fits"), cancellationToken);
        progress?.Invoke(0.85, "fitting " + sweep.Chosen.Setting);
        var (fitted, kept) = (Fit(sweep.Chosen.Setting, samples, tuning, options.Seed, null, cancellationToken), "as prescribed");
        if (without.Length > 0)
        {
            // What drifts may still carry what the model needs: the tune rows decide.
            var all = Encoded([]);
            var whole = Fit(sweep.Chosen.Setting, all.Samples, all.Tuning, options.Seed, null, cancellationToken);
            if (Better(whole.Network, all.Tuning, fitted.Network, tuning)) (fitted, encoding, samples, tuning, without, kept) = (whole, all.Encoding, all.Samples, all.Tuning, [], "kept: without them the tune rows are answered clearly worse");
        }

        if (!captured)
        {
            // The tune rows were part of the training rows: now that it is known how long to fit, they are fitted too.
            var every = encoding.Encode(train.With(tune), scale);
            fitted = fitted with { Network = Fit(sweep.Chosen.Setting, every, null, options.Seed, null, cancellationToken, Math.Max(1, fitted.Best)).Network };
        }

        var from = "random weights";
        if (continued is { } champ && task.Capacity == "same" && without.Length == 0 && champ.Encoding.Columns.Select(c => c.Column).Order(StringComparer.Ordinal).SequenceEqual(columns.Select(c => c.Name).Order(StringComparer.Ordinal)))
        {
            var (own, ownTune) = (champ.Encoding.Encode(train, champ.Scale), champ.Encoding.Encode(tune, champ.Scale));
            var further = Fit(sweep.Chosen.Setting, own, ownTune, options.Seed, champ.Network, cancellationToken);
            if (Loss2(further.Network, ownTune, champ.Scale) < Loss2(fitted.Network, tuning, scale)) (fitted, encoding, scale, from) = (further, champ.Encoding, champ.Scale, "the weights of version " + task.Version);
        }

        progress?.Invoke(0.97, "exporting");
        var report = new JsonObject
        {
            ["seed"] = options.Seed,
            ["rows"] = new JsonObject { ["train"] = train.Rows, ["tune"] = tune.Rows, ["from"] = told },
            ["features"] = encoding.Width,
            ["left_out"] = new JsonArray([.. without.Select(w => (JsonNode?)w)]),
            ["prescribed_to_leave_out"] = new JsonObject { ["columns"] = new JsonArray([.. task.DropFeatures.Select(w => (JsonNode?)w)]), ["outcome"] = kept },
            ["start"] = from,
            ["loss"] = kind.ToString(),
            ["optimizer"] = OptimizerOf().ToString(),
            ["epochs"] = fitted.Epochs,
            ["best_epoch"] = fitted.Best,
            ["train_loss"] = fitted.TrainLoss,
            ["tune_loss"] = fitted.TuneLoss,
            ["parameters"] = fitted.Network.Parameters,
            ["sweep"] = SweepReport.Write(sweep),
        };
        return new(OnnxExport.Write(fitted.Network, encoding, scale, task, champion), report, sweep);

        (RowEncoding Encoding, Samples Samples, Samples Tuning) Encoded(IReadOnlyCollection<string> leftOut)
        {
            var made = RowEncoding.Of(train, task, columns, leftOut);
            if (made.Width == 0) throw new TrainingException("no column of the training rows has a value that could teach anything");
            return (made, made.Encode(train, scale), made.Encode(tune, scale));
        }

        OptimizerKind OptimizerOf() => task.Optimizer is { } asked && Enum.TryParse<OptimizerKind>(asked, ignoreCase: true, out var prescribed) ? prescribed : options.Optimizer;

        Fitted Fit(SweepSetting setting, Samples on, Samples? watched, int seed, Network? start, CancellationToken token, int? epochs = null)
        {
            var first = start ?? Network.Create(on.Width, setting.Hidden, outputs, options.Activation, kind, new Random(seed));
            try
            {
                return Fitting.Fit(first, on, watched, new FitOptions
                {
                    Optimizer = OptimizerOf(),
                    LearningRate = options.LearningRate,
                    Schedule = options.Schedule,
                    Epochs = epochs ?? (int)Math.Min(10_000, options.Epochs * task.EpochsFactor),
                    BatchRows = options.BatchRows,
                    Penalty = new(setting.L2, setting.L1),
                    Dropout = setting.Dropout,
                    Patience = task.EarlyStopping ? Patience : 0,
                    Seed = seed,
                }, token);
            }
            catch (InvalidOperationException e)
            {
                throw new TrainingException($"{setting}: {e.Message}", e);
            }
        }
    }

    /// <summary>The loss in the labels' own unit, so that models with other scales compare.</summary>
    private static double Loss2(Network network, Samples tune, LabelScale scale) => network.MeanLoss(tune) * (network.Loss == Loss.SquaredError ? scale.Scale * scale.Scale : network.Loss == Loss.AbsoluteError ? scale.Scale : 1);

    /// <summary>Whether one answers rows better than the other by more than a standard error of the paired difference.</summary>
    private static bool Better(Network one, Samples its, Network other, Samples others)
    {
        var (a, b) = (new Pass(one), new Pass(other));
        var differences = Enumerable.Range(0, its.Rows).Select(row => Losses.Of(other.Loss, b.Forward(others.FeaturesOf(row)), others.Labels[row]) - Losses.Of(one.Loss, a.Forward(its.FeaturesOf(row)), its.Labels[row])).ToArray();
        if (differences.Length < 2) return false;
        var mean = differences.Average();
        return mean > Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1) / differences.Length);
    }

    /// <summary>The rows that the prescription names. Tune rows are the captured ones, or a part of the others.</summary>
    private static (Table Train, Table Tune, string Told, bool Captured) Read(TrainingTask task, IDataFiles files, IReadOnlyList<(string Name, bool Categorical)> columns, int seed)
    {
        var reference = task.Rows == "recent" || task.Reference is null ? null : Table.Read(files, [task.Reference], task, columns);
        var recent = task.Rows == "training" || task.CapturedTrain is null ? null : Table.Read(files, [task.CapturedTrain], task, columns);
        var told = task.Rows;
        if (task.Rows == "recent" && (recent is null || recent.Rows < LeastRows) && task.Reference is not null)
        {
            reference = Table.Read(files, [task.Reference], task, columns);
            told = "training_and_recent, for recent rows alone are too few";
        }

        var train = (reference, recent) switch { ({ } r, { } c) => r.With(c), ({ } r, null) => r, (null, { } c) => c, _ => throw new TrainingException("the request names no rows to train on") };
        var tune = task.CapturedTune is { } file && task.Rows != "training" ? Table.Read(files, [file], task, columns) : null;
        var captured = tune is { Rows: >= LeastRows };
        if (tune is null || !captured)
        {
            var order = Shuffled(train.Rows, seed);
            var part = (int)(train.Rows * TunePart);
            (train, tune) = (train.Take([.. order[part..].Order()]), train.Take([.. order[..part].Order()]));
        }

        return train.Rows < LeastRows ? throw new TrainingException($"{train.Rows} labelled rows are too few to train on; at least {LeastRows} are needed") : (train, tune, told, captured);
    }

    private static int[] Shuffled(int rows, int seed)
    {
        var order = Enumerable.Range(0, rows).ToArray();
        new Random(seed).Shuffle(order);
        return order;
    }
}
