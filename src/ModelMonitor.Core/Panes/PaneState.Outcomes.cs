using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Panes;

public sealed partial class PaneState
{
    /// <summary>Adds many labelled rows; a row whose score or label cannot be counted is left out. The sums are those of <see cref="AddOutcome(double, double, int)"/> row by row.</summary>
    public void AddOutcomes(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        if (scores.Length != labels.Length) throw new ArgumentException($"{scores.Length} scores have {labels.Length} labels.", nameof(labels));
        if (Outcomes is BinaryOutcomes binary && AllCount(scores, labels))
        {
            binary.AddAll(scores, labels);
            // So many rows will never be ranked by distinct scores: millions of them would only fill the memory.
            DistinctScores.Trim(LabelledRows);
            for (var i = 0; i < scores.Length && DistinctScores.Complete; i++) DistinctScores.Add(scores[i], labels[i] > 0);
            return;
        }

        for (var i = 0; i < scores.Length; i++) AddOutcome(scores[i], labels[i]);
    }

    private static bool AllCount(ReadOnlySpan<double> scores, ReadOnlySpan<double> labels)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            if (!OutcomeSketch.CanCount(scores[i], labels[i])) return false;
        }

        return true;
    }
}
