namespace ModelMonitor.Core.Metrics;

/// <summary>A class of a multiclass model against the rest.</summary>
/// <param name="Class">Its place.</param>
/// <param name="Rows">Labelled rows of it.</param>
/// <param name="Predicted">Rows for which it was predicted.</param>
/// <param name="Hits">Both.</param>
/// <param name="RocAuc">From the score bins, with its error bound.</param>
/// <remarks>As scikit-learn, a share of nothing is 0.</remarks>
public sealed record ClassPerformance(int Class, long Rows, long Predicted, long Hits, MetricValue RocAuc)
{
    public double Precision => Predicted == 0 ? 0 : (double)Hits / Predicted;

    public double Recall => Rows == 0 ? 0 : (double)Hits / Rows;

    /// <summary>2·hits / (rows + predicted).</summary>
    public double F1 => Rows + Predicted == 0 ? 0 : 2.0 * Hits / (Rows + Predicted);
}
