using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Panes;

public sealed partial class PaneState
{
    /// <summary>Adds a labelled row of any task, or takes it back.</summary>
    /// <param name="score">For multiclass models the predicted class.</param>
    /// <param name="probabilities">One per class; empty where the model is not multiclass.</param>
    public void AddOutcome(double score, ReadOnlySpan<double> probabilities, double label, int sign = 1)
    {
        if (Outcomes is MulticlassOutcomes classes) classes.Add(probabilities, label, sign);
        else AddOutcome(score, label, sign);
    }
}
