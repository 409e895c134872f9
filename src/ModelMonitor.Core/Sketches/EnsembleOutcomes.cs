namespace ModelMonitor.Core.Sketches;

/// <summary>Labelled rows that every member of an ensemble scored: exact sums of what bias² and variance are means of.</summary>
/// <remarks>
/// For a row with label y and scores f_1…f_k, mean f̄: the squared bias (f̄ − y)², the variance Σ(f_j − f̄)²/k and the members' mean
/// squared error Σ(f_j − y)²/k, each with its square for the standard error of its mean.
/// </remarks>
public sealed class EnsembleOutcomes : IMergeable<EnsembleOutcomes>
{
    /// <summary>Fewer have no variance.</summary>
    public const int LeastMembers = 2;

    public const int MostMembers = 20;

    private long _rows;

    /// <exception cref="ArgumentOutOfRangeException">Not from <see cref="LeastMembers"/> to <see cref="MostMembers"/> members.</exception>
    public EnsembleOutcomes(int members)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(members, LeastMembers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(members, MostMembers);
        Members = members;
    }

    public int Members { get; }

    public long Rows => _rows;

    public ExactSum SquaredBias { get; } = new();

    public ExactSum SquaredBiasSquares { get; } = new();

    public ExactSum Variance { get; } = new();

    public ExactSum VarianceSquares { get; } = new();

    public ExactSum SquaredErrors { get; } = new();

    public ExactSum SquaredErrorSquares { get; } = new();

    private IEnumerable<ExactSum> Sums => [SquaredBias, SquaredBiasSquares, Variance, VarianceSquares, SquaredErrors, SquaredErrorSquares];

    /// <summary>Adds a labelled row, or takes it back; a row that not every member scored is left out either way.</summary>
    /// <param name="scores">One per member.</param>
    public void Add(ReadOnlySpan<double> scores, double label, int sign = 1)
    {
        if (scores.Length != Members) return;
        foreach (var score in scores)
        {
            if (!OutcomeSketch.CanCount(score, label)) return;
        }

        var (sum, error) = (0.0, 0.0);
        foreach (var score in scores) (sum, error) = (sum + score, error + ((score - label) * (score - label)));
        var mean = sum / Members;
        var spread = 0.0;
        foreach (var score in scores) spread += (score - mean) * (score - mean);
        _rows += sign;
        Add(SquaredBias, SquaredBiasSquares, (mean - label) * (mean - label), sign);
        Add(Variance, VarianceSquares, spread / Members, sign);
        Add(SquaredErrors, SquaredErrorSquares, error / Members, sign);
    }

    public bool HasShapeOf(EnsembleOutcomes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Members == Members;
    }

    public void Merge(EnsembleOutcomes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!HasShapeOf(other)) throw new ShapeMismatchException($"Outcomes of {other.Members} members cannot be added to those of {Members}.");
        _rows += other._rows;
        foreach (var (mine, theirs) in Sums.Zip(other.Sums)) mine.Merge(theirs);
    }

    public void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Count(Members);
        writer.Signed(_rows);
        foreach (var sum in Sums) sum.Write(writer);
    }

    /// <exception cref="StateFormatException">The bytes are not outcomes of an ensemble.</exception>
    public static EnsembleOutcomes Read(ref StateReader reader)
    {
        var members = reader.Count(MostMembers);
        if (members < LeastMembers) throw new StateFormatException($"An ensemble of {members} has no variance.");
        var outcomes = new EnsembleOutcomes(members) { _rows = reader.Signed() };
        foreach (var sum in outcomes.Sums) sum.Merge(ExactSum.Read(ref reader));
        return outcomes;
    }

    private static void Add(ExactSum sum, ExactSum squares, double value, int sign)
    {
        sum.Add(value, sign);
        squares.AddSquare(value, sign);
    }
}
