using System.Globalization;
using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Trainer;

/// <summary>What an action's `options` say to the trainer.</summary>
public sealed record TrainerOptions
{
    /// <summary>Units of each hidden layer, before the prescription's capacity.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [16];

    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>Of a regression: squared or absolute error.</summary>
    public Loss RegressionLoss { get; init; } = Loss.SquaredError;

    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    public RateSchedule Schedule { get; init; } = RateSchedule.Cosine;

    public double LearningRate { get; init; } = 0.01;

    public int Epochs { get; init; } = 60;

    public int BatchRows { get; init; } = 64;

    /// <summary>Bootstrap resamples of the sweep.</summary>
    public int Resamples { get; init; } = 8;

    /// <summary>Rows of the sweep at most; the chosen setting is fitted on all.</summary>
    public int SweepRows { get; init; } = 4000;

    public int Seed { get; init; } = 1;

    private static readonly string[] s_known = ["hidden", "activation", "loss", "optimizer", "schedule", "learning_rate", "epochs", "batch", "resamples", "sweep_rows", "seed"];

    /// <summary>Reads options; what cannot be is a line in <paramref name="faults"/>.</summary>
    public static TrainerOptions Of(IReadOnlyDictionary<string, string> options, List<string> faults)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(faults);
        faults.AddRange(options.Keys.Except(s_known).Select(unknown => $"options.{unknown}: is no option of the trainer; there are {string.Join(", ", s_known)}"));
        var defaults = new TrainerOptions();
        return new()
        {
            Hidden = Read("hidden", defaults.Hidden, "up to three numbers such as 16,8, or none", text => text == "none" ? [] : Sizes(text)),
            Activation = Read("activation", defaults.Activation, "one of relu, tanh, sigmoid", Word<Activation>),
            RegressionLoss = Read("loss", defaults.RegressionLoss, "one of squared_error, absolute_error", text => text switch { "squared_error" => Loss.SquaredError, "absolute_error" => Loss.AbsoluteError, _ => throw new FormatException() }),
            Optimizer = Read("optimizer", defaults.Optimizer, "one of sgd, momentum, rmsprop, adam", Word<OptimizerKind>),
            Schedule = Read("schedule", defaults.Schedule, "one of constant, step, cosine", Word<RateSchedule>),
            LearningRate = Read("learning_rate", defaults.LearningRate, "a number above 0 and below 10", text => double.Parse(text, CultureInfo.InvariantCulture) is > 0 and < 10 and var rate ? rate : throw new FormatException()),
            Epochs = Number("epochs", defaults.Epochs, 1, 10_000),
            BatchRows = Number("batch", defaults.BatchRows, 1, 100_000),
            Resamples = Number("resamples", defaults.Resamples, 2, 100),
            SweepRows = Number("sweep_rows", defaults.SweepRows, 100, 1_000_000),
            Seed = Number("seed", defaults.Seed, 0, int.MaxValue),
        };

        int Number(string key, int otherwise, int least, int most) => Read(key, otherwise, $"a whole number from {least} to {most}", text => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) is var number && number >= least && number <= most ? number : throw new FormatException());

        T Read<T>(string key, T otherwise, string form, Func<string, T> read)
        {
            if (!options.TryGetValue(key, out var text)) return otherwise;
            try
            {
                return read(text.Trim());
            }
            catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
            {
                faults.Add($"options.{key}: must be {form}, found '{text}'");
                return otherwise;
            }
        }
    }

    private static T Word<T>(string text)
        where T : struct, Enum => Enum.TryParse<T>(text, ignoreCase: true, out var value) && !int.TryParse(text, out _) ? value : throw new FormatException();

    private static int[] Sizes(string text)
    {
        var sizes = text.Split([',', '-', ' '], StringSplitOptions.RemoveEmptyEntries).Select(size => int.Parse(size, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
        return sizes.Length is >= 1 and <= Network.MostHidden && sizes.All(size => size is >= 1 and <= 1024) ? sizes : throw new FormatException();
    }
}
