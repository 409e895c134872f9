using System.Runtime.InteropServices;

namespace ModelMonitor.Core.Sketches;

/// <summary>Positives and negatives per distinct score, for the exact AUC of windows with fewer than <see cref="Limit"/> labelled rows.</summary>
/// <remarks>A monoid: merging never drops anything. Only <see cref="Trim"/> does, where a stretch is stored that has too many rows to be of use.</remarks>
public sealed class DistinctScores : IMergeable<DistinctScores>
{
    /// <summary>From this many labelled rows on, the histogram serves.</summary>
    public const long Limit = 100_000;

    /// <summary>Distinct scores of which none were kept: the histogram serves. Not to be added to.</summary>
    public static DistinctScores None { get; } = new() { Complete = false };

    private readonly Dictionary<double, (long Positive, long Negative)> _counts = [];

    /// <summary>False where something was dropped: what is left is not all.</summary>
    public bool Complete { get; private set; } = true;

    public int Count => _counts.Count;

    public void Add(double score, bool positive, int sign = 1)
    {
        // −0 and 0 are one score and must be one key with one encoding.
        if (score == 0) score = 0;
        Add(score, positive ? sign : 0, positive ? 0 : sign);
    }

    public void Merge(DistinctScores other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Complete &= other.Complete;
        foreach (var (score, (positive, negative)) in other._counts)
        {
            Add(score, positive, negative);
        }
    }

    /// <summary>Drops everything where the stretch has <see cref="Limit"/> labelled rows or more, for no window that holds it will ask.</summary>
    public void Trim(long labelledRows)
    {
        if (labelledRows < Limit) return;
        _counts.Clear();
        Complete = false;
    }

    /// <summary>In ascending order of score.</summary>
    public IReadOnlyList<ScoreGroup> Ascending()
    {
        var groups = new List<ScoreGroup>(_counts.Count);
        foreach (var (score, (positive, negative)) in _counts) groups.Add(new(score, positive, negative));
        groups.Sort((a, b) => a.Score.CompareTo(b.Score));
        return groups;
    }

    public void Write(StateWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Byte((byte)(Complete ? 1 : 0));
        var groups = Ascending();
        writer.Count(groups.Count);
        // Scores that came as float32 are written as such; which form is used depends on the content alone.
        var single = groups.All(g => (double)(float)g.Score == g.Score);
        writer.Byte((byte)(single ? 4 : 8));
        ulong previous = 0;
        foreach (var group in groups)
        {
            var key = single ? SortableKey((float)group.Score) : SortableKey(group.Score);
            writer.Unsigned(key - previous);
            previous = key;
            writer.Signed(group.Positive);
            writer.Signed(group.Negative);
        }
    }

    /// <exception cref="StateFormatException">The bytes are not distinct scores.</exception>
    public static DistinctScores Read(ref StateReader reader)
    {
        var scores = new DistinctScores { Complete = reader.Byte() != 0 };
        var count = reader.Count(int.MaxValue);
        var width = reader.Byte();
        if (width is not (4 or 8)) throw new StateFormatException($"Scores of {width} bytes are unknown.");
        ulong key = 0;
        for (var i = 0; i < count; i++)
        {
            var step = reader.Unsigned();
            if ((i > 0 && step == 0) || step > (width == 4 ? uint.MaxValue : ulong.MaxValue) - key) throw new StateFormatException("Distinct scores do not ascend.");
            key += step;
            var score = width == 4 ? FromSortableKey((uint)key) : FromSortableKey(key);
            if (!double.IsFinite(score)) throw new StateFormatException("A distinct score is not finite.");
            scores.Add(score == 0 ? 0 : score, reader.Signed(), reader.Signed());
        }

        return scores;
    }

    /// <summary>Scores whose counts cancel out leave no trace, so that equal states have equal bytes.</summary>
    private void Add(double score, long positive, long negative)
    {
        ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, score, out _);
        entry.Positive += positive;
        entry.Negative += negative;
        if (entry is (0, 0)) _counts.Remove(score);
    }

    /// <summary>A key that orders like the number: sign bit flipped, negative numbers inverted.</summary>
    private static ulong SortableKey(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
    }

    private static ulong SortableKey(double value)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        return (bits >> 63) != 0 ? ~bits : bits | (1UL << 63);
    }

    private static double FromSortableKey(uint key) => BitConverter.UInt32BitsToSingle((key & 0x8000_0000) != 0 ? key & 0x7FFF_FFFF : ~key);

    private static double FromSortableKey(ulong key) => BitConverter.UInt64BitsToDouble((key >> 63) != 0 ? key & ~(1UL << 63) : ~key);
}

/// <summary>Labelled rows that share a score, or a score bin.</summary>
/// <param name="Score">The score; for a bin, its index.</param>
public readonly record struct ScoreGroup(double Score, long Positive, long Negative);
