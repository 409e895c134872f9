using Apache.Arrow;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Tests.Flow;

/// <summary>Gives the logged score again, rounded as single precision rounds; another one for the rows that are wrong.</summary>
internal sealed class RepeatingScorer : IScorer
{
    public Func<int, bool> Wrong { get; init; } = _ => false;

    public IReadOnlyList<string> InputColumns => ["x"];

    public string Provider => "cpu";

    public string Sha256 => "00";

    public UnscoredRow? Score(RecordBatch batch, Span<double> scores)
    {
        var logged = (DoubleArray)batch.Column("score");
        for (var row = 0; row < batch.Length; row++) scores[row] = Wrong(row) ? 0.5 : (float)((logged.GetValue(row) ?? 0.75) * (1 + 1e-6));
        return null;
    }

    public void Dispose()
    {
    }
}
