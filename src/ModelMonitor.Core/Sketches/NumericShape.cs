namespace ModelMonitor.Core.Sketches;

/// <summary>How a numeric column is counted, frozen in the baseline.</summary>
/// <param name="Edges">Fine edges: the reference's inner percentiles.</param>
/// <param name="Deciles">Indices into the edges: the coarser view that PSI uses.</param>
/// <param name="Minimum">Least finite reference value; NaN where there is none.</param>
/// <param name="Maximum">Greatest finite reference value; NaN where there is none.</param>
/// <param name="Centre">The reference mean: moments are taken about it, for the sake of accuracy.</param>
public sealed record NumericShape(BinEdges Edges, int[] Deciles, double Minimum, double Maximum, double Centre);
