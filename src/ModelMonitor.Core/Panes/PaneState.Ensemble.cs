using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Panes;

public sealed partial class PaneState
{
    /// <summary>What an ensemble's members make of labelled rows; null where none is declared.</summary>
    public EnsembleOutcomes? Ensemble { get; private init; }

    private bool HasEnsembleOf(PaneState other) => other.Ensemble is null || Ensemble?.HasShapeOf(other.Ensemble) == true;

    private void MergeEnsemble(PaneState other)
    {
        if (other.Ensemble is not null) Ensemble?.Merge(other.Ensemble);
    }

    private void WriteEnsemble(StateWriter writer)
    {
        writer.Byte((byte)(Ensemble is null ? 0 : 1));
        Ensemble?.Write(writer);
    }

    private static EnsembleOutcomes? ReadEnsemble(ref StateReader reader) => reader.Byte() == 0 ? null : EnsembleOutcomes.Read(ref reader);
}
