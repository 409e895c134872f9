namespace ModelMonitor.Trainer.Networks;

/// <summary>How the learning rate falls over the epochs.</summary>
public enum RateSchedule
{
    Constant,

    /// <summary>Halved at each quarter of the way.</summary>
    Step,

    /// <summary>η·½(1 + cos(π·t)) from the first to the last epoch (Loshchilov &amp; Hutter 2017), never below a hundredth.</summary>
    Cosine,
}

/// <summary>How a network is fitted.</summary>
public sealed record FitOptions
{
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    public double LearningRate { get; init; } = 0.01;

    public RateSchedule Schedule { get; init; } = RateSchedule.Cosine;

    /// <summary>Passes over the rows, at most.</summary>
    public int Epochs { get; init; } = 60;

    public int BatchRows { get; init; } = 64;

    public Penalty Penalty { get; init; }

    /// <summary>Share of hidden units left out at a step, from 0 to below 1.</summary>
    public double Dropout { get; init; }

    /// <summary>Epochs without a better loss on the tune rows after which fitting stops, and the best weights come back; 0: never.</summary>
    public int Patience { get; init; }

    public int Seed { get; init; }
}

/// <summary>What came of a fit.</summary>
/// <param name="Epochs">Passes made.</param>
/// <param name="Best">The epoch whose weights these are, from 1.</param>
/// <param name="TrainLoss">Mean loss over the rows, without penalty.</param>
/// <param name="TuneLoss">The same over the tune rows; null without.</param>
public sealed record Fitted(Network Network, int Epochs, int Best, double TrainLoss, double? TuneLoss);

/// <summary>Fits a network by stochastic gradient descent over shuffled batches. The same seed gives the same weights.</summary>
public static class Fitting
{
    /// <param name="start">Weights to begin with; it is not changed.</param>
    /// <param name="tune">Rows that early stopping looks at; never fitted. Null: none.</param>
    /// <exception cref="InvalidOperationException">The loss left the finite: the learning rate is too high.</exception>
    public static Fitted Fit(Network start, Samples train, Samples? tune, FitOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(options);
        var (network, random) = (start.Copy(), new Random(options.Seed));
        var (pass, optimizer) = (new Pass(network), new Optimizer(options.Optimizer, network));
        var order = Enumerable.Range(0, train.Rows).ToArray();
        var watched = options.Patience > 0 && tune is { Rows: > 0 } ? tune : null;
        var (best, bestLoss, bestEpoch, epoch) = (network, double.PositiveInfinity, 0, 0);
        while (epoch < options.Epochs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            random.Shuffle(order);
            var rate = RateOf(options, epoch);
            for (var at = 0; at < order.Length; at += options.BatchRows)
            {
                var rows = order.AsSpan(at, Math.Min(options.BatchRows, order.Length - at));
                optimizer.Step(Objective.Gradient(network, pass, train, rows, options.Penalty, train.Rows, options.Dropout, random), rate);
            }

            epoch++;
            if (watched is null) continue;
            var loss = network.MeanLoss(watched);
            if (loss < bestLoss) (best, bestLoss, bestEpoch) = (network.Copy(), loss, epoch);
            else if (epoch - bestEpoch >= options.Patience) break;
        }

        var fitted = watched is null || bestEpoch == 0 ? network : best;
        var trainLoss = fitted.MeanLoss(train);
        if (!double.IsFinite(trainLoss)) throw new InvalidOperationException($"the loss left the finite: a learning rate of {options.LearningRate} is too high");
        return new(fitted, epoch, watched is null ? epoch : bestEpoch, trainLoss, tune is { Rows: > 0 } ? fitted.MeanLoss(tune) : null);
    }

    public static double RateOf(FitOptions options, int epoch)
    {
        ArgumentNullException.ThrowIfNull(options);
        var done = (double)epoch / Math.Max(options.Epochs, 1);
        return options.LearningRate * options.Schedule switch
        {
            RateSchedule.Step => Math.Pow(0.5, Math.Floor(4 * done)),
            RateSchedule.Cosine => Math.Max(0.01, 0.5 * (1 + Math.Cos(Math.PI * done))),
            _ => 1,
        };
    }
}
