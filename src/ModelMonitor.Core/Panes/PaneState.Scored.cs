using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Panes;

public sealed partial class PaneState
{
    private BinCounts? _scored;

    /// <summary>Rows per score bin, labelled or not: what estimates without labels are sums over. Empty where the model is not binary.</summary>
    public ReadOnlySpan<long> Scored => _scored is null ? [] : _scored.Values;

    /// <summary>Counts scores in their score bins; what is not finite, or too large to be counted with a label, is left out.</summary>
    public void AddScored(ReadOnlySpan<double> scores, ScoreBins bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        if (_scored is null) return;
        if (_scored.Bins != bins.Edges.Bins) throw new ShapeMismatchException($"The shape has {bins.Edges.Bins} score bins, the state {_scored.Bins}.");
        _scored.Expect(scores.Length);
        foreach (var score in scores)
        {
            if (OutcomeSketch.CanCount(score, 0)) _scored.Add(bins.Edges.BinOf(score), 1);
        }
    }

    private bool HasScoredOf(PaneState other) => other._scored is null || _scored?.Bins == other._scored.Bins;

    private void MergeScored(PaneState other)
    {
        if (other._scored is not null) _scored?.Merge(other._scored);
    }

    private void WriteScored(StateWriter writer)
    {
        writer.Byte((byte)(_scored is null ? 0 : 1));
        _scored?.Write(writer);
    }

    private static BinCounts? ReadScored(ref StateReader reader) => reader.Byte() == 0 ? null : BinCounts.Read(ref reader, MaxScoreBins);
}
