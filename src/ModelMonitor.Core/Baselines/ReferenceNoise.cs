namespace ModelMonitor.Core.Baselines;

/// <summary>How far the reference differs from itself over time: its chunks of some lengths, each against the rest.</summary>
/// <param name="Lengths">One entry per length that gives enough chunks, the shortest first.</param>
public sealed record ReferenceNoise(IReadOnlyList<ChunkNoise> Lengths)
{
    /// <summary>Chunks below which their largest PSI and their spread say nothing.</summary>
    public const int LeastChunks = 20;

    /// <summary>A length this close to that of a window, relatively, stands for it: 30 d for every calendar month, but not for a quarter.</summary>
    private const double Near = 0.1;

    /// <summary>A reference without timestamps, or too short.</summary>
    public static ReferenceNoise None { get; } = new([]);

    /// <summary>Noise of chunks as long as a window: of its exact length where there is one, else of the nearest within a tenth; else null.</summary>
    /// <param name="length">The window's, microseconds.</param>
    public ChunkNoise? For(long length)
    {
        ChunkNoise? nearest = null;
        foreach (var noise in Lengths)
        {
            if (nearest is null || Math.Abs(noise.Length - length) < Math.Abs(nearest.Length - length)) nearest = noise;
        }

        return nearest is not null && Math.Abs(nearest.Length - length) <= Near * length ? nearest : null;
    }
}

/// <summary>What the reference's chunks of one length say. A value that fewer than <see cref="ReferenceNoise.LeastChunks"/> chunks have is absent.</summary>
public sealed record ChunkNoise
{
    /// <summary>Microseconds.</summary>
    public required long Length { get; init; }

    /// <summary>Whole chunks with enough rows.</summary>
    public required int Chunks { get; init; }

    public ValueNoise? ScorePsi { get; init; }

    public ValueNoise? LabelPsi { get; init; }

    /// <summary>PSI of each watched column.</summary>
    public required IReadOnlyDictionary<string, ValueNoise> FeaturePsi { get; init; }

    /// <summary>By metric key, of the chunks whose labels suffice.</summary>
    public required IReadOnlyDictionary<string, ValueNoise> Performance { get; init; }

    /// <summary>By a rule's metric; null where the chunks do not have it.</summary>
    public ValueNoise? Of(string metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        const string estimated = "estimated_";
        return metric switch
        {
            "score_psi" => ScorePsi,
            "label_psi" => LabelPsi,
            // An estimate is of the same metric: it should lie where the reference's did.
            _ => Performance.GetValueOrDefault(metric.StartsWith(estimated, StringComparison.Ordinal) ? metric[estimated.Length..] : metric),
        };
    }
}

/// <summary>One value over the chunks that have it.</summary>
/// <param name="StandardDeviation">Dividing by n − 1.</param>
public sealed record ValueNoise(int Chunks, double Mean, double StandardDeviation, double Largest)
{
    /// <summary>Mean, √(Σ(x − mean)²/(n − 1)) and largest; null for fewer than <see cref="ReferenceNoise.LeastChunks"/> values.</summary>
    public static ValueNoise? Of(IReadOnlyCollection<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count < ReferenceNoise.LeastChunks) return null;
        var mean = values.Average();
        return new(values.Count, mean, Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1)), values.Max());
    }
}
