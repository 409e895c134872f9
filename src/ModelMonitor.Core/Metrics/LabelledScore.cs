namespace ModelMonitor.Core.Metrics;

/// <summary>One row of which both are known: what the model said and what came.</summary>
/// <param name="Label">1 or 0 for binary, the value for regression.</param>
public readonly record struct LabelledScore(double Score, double Label)
{
    /// <summary>Prediction − label, as <see cref="RegressionPerformance"/> has its error.</summary>
    public double Residual => Score - Label;
}
