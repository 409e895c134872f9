namespace ModelMonitor.Trainer.Sweeps;

/// <summary>A setting that is tried.</summary>
/// <param name="Hidden">Units of each hidden layer; empty: a linear model.</param>
public sealed record SweepSetting(IReadOnlyList<int> Hidden, double L2, double L1, double Dropout)
{
    public override string ToString() => FormattableString.Invariant($"{(Hidden.Count == 0 ? "linear" : "hidden " + string.Join("-", Hidden))}, l2 {L2:0.####}, l1 {L1:0.####}, dropout {Dropout:0.##}");
}

/// <summary>What a setting came to, over rows that the models which answered had not seen.</summary>
/// <param name="Error">Mean squared error of the answers (Brier for probabilities), over rows and the resamples that left each out. Bias² plus variance.</param>
/// <param name="BiasSquared">mean (f̄ − y)², label noise included.</param>
/// <param name="Variance">mean of the spread of the answers to one row about f̄.</param>
/// <param name="Excess">Mean over rows of the error above the best setting's.</param>
/// <param name="ExcessError">Standard error of <paramref name="Excess"/>, row by row.</param>
/// <param name="Parameters">Weights and biases.</param>
public sealed record SweepPoint(SweepSetting Setting, double Error, double BiasSquared, double Variance, double Excess, double ExcessError, int Parameters);

/// <summary>A whole sweep and its choice.</summary>
/// <param name="Rows">Rows that some resample left out.</param>
/// <param name="Why">One sentence.</param>
public sealed record SweepResult(IReadOnlyList<SweepPoint> Points, SweepPoint Best, SweepPoint Chosen, int Resamples, int Rows, string Why);
