using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Panes;

public sealed partial class PaneState
{
    /// <summary>Rows of which two scores are known: the one the serving side logged, and the one computed here.</summary>
    public long Compared { get; private set; }

    /// <summary>Rows of <see cref="Compared"/> whose two scores differ by more than rounding explains.</summary>
    public long Differing { get; private set; }

    /// <summary>Counts rows by how far their logged score lies from the computed one.</summary>
    /// <param name="differences">|logged − computed| per row, NaN where one of the two is not there.</param>
    /// <param name="scores">The computed score per row.</param>
    /// <param name="shape">How scores are counted: its range is the measure of what matters.</param>
    public void AddCompared(ReadOnlySpan<double> differences, ReadOnlySpan<double> scores, NumericShape shape)
    {
        // A multiclass score is the place of a class; what differs are probabilities.
        var classes = Outcomes is MulticlassOutcomes;
        for (var i = 0; i < differences.Length; i++)
        {
            if (double.IsNaN(differences[i])) continue;
            Compared++;
            if (differences[i] > (classes ? ServingSkew.Tolerance : ServingSkew.ToleranceOf(scores[i], shape))) Differing++;
        }
    }

    private void WriteCompared(StateWriter writer)
    {
        writer.Signed(Compared);
        writer.Signed(Differing);
    }

    private void MergeCompared(PaneState other)
    {
        Compared += other.Compared;
        Differing += other.Differing;
    }
}
