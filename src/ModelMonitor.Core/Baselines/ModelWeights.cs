namespace ModelMonitor.Core.Baselines;

/// <summary>How large a version's weights are: what regularization is meant to shrink.</summary>
/// <param name="Tensors">The largest by their number of elements, ties by ordinal order of the name.</param>
/// <param name="LeftOut">What is not among them and why, one sentence each.</param>
public sealed record ModelWeights(IReadOnlyList<WeightNorms> Tensors, IReadOnlyList<string> LeftOut)
{
    /// <summary>Tensors that are kept and exported.</summary>
    public const int MostTensors = 20;
}

/// <summary>Norms of one weight tensor w.</summary>
/// <param name="L1">Σ|w|.</param>
/// <param name="Frobenius">√Σw².</param>
/// <param name="Largest">max |w|.</param>
/// <param name="NearZeroShare">Share of elements with |w| ≤ 0.001 · max |w|; 1 where all are 0.</param>
public sealed record WeightNorms(string Tensor, long Elements, double L1, double Frobenius, double Largest, double NearZeroShare)
{
    public const double NearZero = 0.001;

    /// <summary>As `modelmonitor_model_weight_norm` calls them.</summary>
    public IEnumerable<(string Norm, double Value)> ByName => [("l1", L1), ("frobenius", Frobenius), ("max", Largest), ("near_zero_share", NearZeroShare)];
}
