namespace ModelMonitor.Core.Capture;

/// <summary>What a captured row is for.</summary>
public enum CapturePart
{
    /// <summary>To be fitted on.</summary>
    Train,

    /// <summary>To choose settings and to stop early by.</summary>
    Tune,

    /// <summary>To judge a challenger by; never handed out.</summary>
    Validate,
}

/// <summary>Parts captured rows by entity and by time. Pure.</summary>
/// <remarks>
/// Whether a row is for validation hangs on its entity alone, by hash: all rows of an entity are on the same side, today and in every later request, so what once judged a
/// challenger never trains another. Of the other rows the newest are for tuning, so that settings are chosen on what came after the rows that were fitted.
/// </remarks>
public static class CaptureSplit
{
    /// <summary>Part of the rows outside of validation that tunes.</summary>
    public const double TunePart = 0.2;

    /// <summary>Whether an entity's rows are for validation: the same for ever.</summary>
    /// <param name="entity">A hash of the entity; of the prediction's id where rows have none.</param>
    /// <param name="validate">Share of entities, from 0 to 1.</param>
    public static bool IsValidate(UInt128 entity, double validate) => (ulong)Mix(entity) < validate * ulong.MaxValue;

    /// <param name="rows">Entity and event time of each.</param>
    /// <returns>The part of each.</returns>
    public static CapturePart[] Of(IReadOnlyList<(UInt128 Entity, long Time)> rows, double validate)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var parts = new CapturePart[rows.Count];
        var others = new List<long>();
        for (var i = 0; i < rows.Count; i++)
        {
            if (IsValidate(rows[i].Entity, validate)) parts[i] = CapturePart.Validate;
            else others.Add(rows[i].Time);
        }

        others.Sort();
        // Rows of one time stay together.
        var begin = others.Count == 0 ? long.MaxValue : others[Math.Min(others.Count - 1, (int)Math.Ceiling(others.Count * (1 - TunePart)))];
        for (var i = 0; i < rows.Count; i++)
            if (parts[i] != CapturePart.Validate && rows[i].Time >= begin) parts[i] = CapturePart.Tune;
        return parts;
    }

    /// <summary>Other bits than those by which rows are sampled, or a small sample would be all validation or none. SplitMix64's finalizer (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(UInt128 entity)
    {
        var z = (ulong)entity ^ ((ulong)(entity >> 64) * 0x9E3779B97F4A7C15UL);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
