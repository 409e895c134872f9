namespace ModelMonitor.Trainer.Networks;

/// <summary>(λ₂/2m)‖w‖² + (λ₁/m)‖w‖₁ over all weights and no bias.</summary>
/// <param name="L2">λ₂, at least 0.</param>
/// <param name="L1">λ₁, at least 0.</param>
public readonly record struct Penalty(double L2, double L1)
{
    public static Penalty None => default;

    /// <param name="rows">m: the rows that the network is fitted on.</param>
    public double Of(Network network, int rows)
    {
        ArgumentNullException.ThrowIfNull(network);
        var (squares, magnitudes) = (0.0, 0.0);
        foreach (var layer in network.Layers)
        {
            foreach (var w in layer.Weights) (squares, magnitudes) = (squares + (w * w), magnitudes + Math.Abs(w));
        }

        return ((L2 / 2 * squares) + (L1 * magnitudes)) / rows;
    }

    /// <summary>0 for 0, and for what is no number any more: fitting tells of that at its end.</summary>
    internal static double SignOf(double w) => w > 0 ? 1 : w < 0 ? -1 : 0;

    /// <summary>Adds (λ₂/m)·w + (λ₁/m)·sign(w) to the gradient.</summary>
    public void AddSlope(Network network, int rows, IReadOnlyList<Layer> gradient)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(gradient);
        if (L2 == 0 && L1 == 0) return;
        for (var l = 0; l < gradient.Count; l++)
        {
            var (weights, slopes) = (network.Layers[l].Weights, gradient[l].Weights);
            for (var i = 0; i < weights.Length; i++) slopes[i] += ((L2 * weights[i]) + (L1 * SignOf(weights[i]))) / rows;
        }
    }
}
