namespace ModelMonitor.Host.Scoring;

/// <summary>What turns logits into probabilities.</summary>
internal static class TensorMath
{
    /// <summary>1 ÷ (1 + e⁻ˣ), without overflow for any x.</summary>
    public static double Sigmoid(double x)
    {
        if (x >= 0) return 1 / (1 + Math.Exp(-x));
        var e = Math.Exp(x);
        return e / (1 + e);
    }

    /// <summary>eˣ over its sum, in place, without overflow; NaN where all are −∞.</summary>
    public static void Softmax(Span<double> values)
    {
        var most = double.NegativeInfinity;
        foreach (var value in values) most = Math.Max(most, value);
        var sum = 0.0;
        for (var k = 0; k < values.Length; k++) sum += values[k] = Math.Exp(values[k] - most);
        for (var k = 0; k < values.Length; k++) values[k] /= sum;
    }
}
