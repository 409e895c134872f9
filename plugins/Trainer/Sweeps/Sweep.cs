using ModelMonitor.Trainer.Networks;

namespace ModelMonitor.Trainer.Sweeps;

/// <summary>Tries settings on bootstrap resamples, and chooses the simplest one that is not clearly worse than the best.</summary>
/// <remarks>
/// Each row is answered by the models whose resample left it out (out of bag: about 37 % of them), so no error comes from a fitted row. Per row
/// f̄ is the mean answer, (f̄ − y)² goes to bias² and the mean of (f − f̄)² to variance: they sum to the row's mean squared error. The choice is the
/// one-standard-error rule (Breiman et al. 1984, Hastie, Tibshirani, Friedman 2009, 7.10), with the standard error of the difference from the best,
/// paired by row: the rows' own difficulty cancels.
/// </remarks>
public static class Sweep
{
    /// <param name="fit">Fits a setting on a resample, with a seed.</param>
    /// <param name="progress">Told after each fit: how many of how many.</param>
    public static SweepResult Run(
        Samples samples, IReadOnlyList<SweepSetting> settings, int resamples, int seed, Func<SweepSetting, Samples, int, CancellationToken, Network> fit, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        // The same resamples for every setting: differences between settings then are theirs alone.
        var drawn = Enumerable.Range(0, resamples).Select(b => Draw(samples.Rows, seed + (7919 * b))).ToArray();
        var answers = new double[settings.Count][][];
        for (var s = 0; s < settings.Count; s++) answers[s] = new double[resamples][];
        var parameters = new int[settings.Count];
        var done = 0;
        Each(settings.Count * resamples, i =>
        {
            var (s, b) = (i / resamples, i % resamples);
            var network = fit(settings[s], samples.Take(drawn[b].Rows), seed + i, cancellationToken);
            parameters[s] = network.Parameters;
            answers[s][b] = network.Predict(samples.Features);
            progress?.Invoke(Interlocked.Increment(ref done), settings.Count * resamples);
        }, cancellationToken);

        var rows = Enumerable.Range(0, samples.Rows).Where(row => drawn.Any(d => !d.Contains[row])).ToArray();
        var errors = settings.Select((_, s) => Decompose(samples, rows, drawn, answers[s])).ToArray();
        var best = Enumerable.Range(0, settings.Count).MinBy(s => errors[s].Error.Average());
        var points = settings.Select((setting, s) =>
        {
            var differences = errors[s].Error.Zip(errors[best].Error, (own, least) => own - least).ToArray();
            var mean = differences.Average();
            var spread = Math.Sqrt(differences.Sum(d => (d - mean) * (d - mean)) / Math.Max(1, differences.Length - 1) / differences.Length);
            return new SweepPoint(setting, errors[s].Error.Average(), errors[s].Bias.Average(), errors[s].Variance.Average(), mean, spread, parameters[s]);
        }).ToArray();
        var chosen = points.Where(point => point.Excess <= point.ExcessError).OrderBy(point => point, s_simplicity).First();
        return new(points, points[best], chosen, resamples, rows.Length, Why(points[best], chosen));
    }

    /// <summary>Fewer parameters are simpler; of as many, those that are held back more.</summary>
    private static readonly Comparer<SweepPoint> s_simplicity = Comparer<SweepPoint>.Create((x, y) =>
    {
        var order = x.Parameters.CompareTo(y.Parameters);
        if (order == 0) order = (y.Setting.L1, y.Setting.L2, y.Setting.Dropout).CompareTo((x.Setting.L1, x.Setting.L2, x.Setting.Dropout));
        return order;
    });

    /// <summary>Side by side; the first failure comes out as itself.</summary>
    private static void Each(int count, Action<int> work, CancellationToken cancellationToken)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Max(1, Environment.ProcessorCount) }, work);
        }
        catch (AggregateException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static string Why(SweepPoint best, SweepPoint chosen) => ReferenceEquals(best, chosen)
        ? FormattableString.Invariant($"The setting of the least error ({best.Setting}: {best.Error:0.####}) is also the simplest within one standard error of it.")
        : FormattableString.Invariant($"{chosen.Setting} is the simplest setting within one standard error of the best ({best.Setting}): its error {chosen.Error:0.####} is {chosen.Excess:0.####} above {best.Error:0.####}, and the standard error of that difference is {chosen.ExcessError:0.####}.");

    private static (IReadOnlyList<int> Rows, bool[] Contains) Draw(int rows, int seed)
    {
        var (random, drawn, contains) = (new Random(seed), new int[rows], new bool[rows]);
        for (var i = 0; i < rows; i++) contains[drawn[i] = random.Next(rows)] = true;
        return (drawn, contains);
    }

    /// <summary>Per row: mean squared error, bias², variance of the answers of models that had not seen it; of several outputs their sum.</summary>
    private static (double[] Error, double[] Bias, double[] Variance) Decompose(Samples samples, int[] rows, (IReadOnlyList<int> Rows, bool[] Contains)[] drawn, double[][] answers)
    {
        var width = answers[0].Length / samples.Rows;
        var (error, bias, variance) = (new double[rows.Length], new double[rows.Length], new double[rows.Length]);
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            var unseen = Enumerable.Range(0, drawn.Length).Where(b => !drawn[b].Contains[row]).ToArray();
            for (var k = 0; k < width; k++)
            {
                var truth = width == 1 ? samples.Labels[row] : samples.Labels[row] == k ? 1 : 0;
                var mean = unseen.Average(b => answers[b][(row * width) + k]);
                bias[i] += (mean - truth) * (mean - truth);
                variance[i] += unseen.Average(b => Math.Pow(answers[b][(row * width) + k] - mean, 2));
            }

            error[i] = bias[i] + variance[i];
        }

        return (error, bias, variance);
    }
}
