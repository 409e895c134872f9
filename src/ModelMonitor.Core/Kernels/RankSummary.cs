namespace ModelMonitor.Core.Kernels;

/// <summary>What the exact order of scored rows of two classes says.</summary>
/// <param name="Positives">P, rows of the positive class.</param>
/// <param name="Negatives">N, rows of the other class.</param>
/// <param name="TwiceWon">Twice the pairs that the positive row wins, a tie counting one.</param>
/// <param name="PositivesAtWidest">Positive rows up to the score at which the classes' distributions lie farthest apart.</param>
/// <param name="NegativesAtWidest">Negative rows up to that score.</param>
internal readonly record struct RankSummary(long Positives, long Negatives, long TwiceWon, long PositivesAtWidest, long NegativesAtWidest)
{
    /// <summary>P(score⁺ &gt; score⁻) + ½·P(tie); null where a class is missing.</summary>
    public double? RocAuc => Positives == 0 || Negatives == 0 ? null : TwiceWon / (2.0 * Positives * Negatives);

    /// <summary>max |TPR − FPR|; null where a class is missing.</summary>
    public double? KolmogorovSmirnov =>
        Positives == 0 || Negatives == 0 ? null : Math.Abs(((double)PositivesAtWidest / Positives) - ((double)NegativesAtWidest / Negatives));
}
