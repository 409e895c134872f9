namespace ModelMonitor.Core.Kernels;

/// <summary>Ranks float32 scores exactly: each class is sorted by its sortable keys, digit by digit, and both are walked together.</summary>
/// <remarks>Holds eight bytes per row. −0 and 0 tie, NaN is left out, infinities are scores like others.</remarks>
internal static class RadixRanking
{
    private const int DigitBits = 11;
    private const int Buckets = 1 << DigitBits;
    private const int Digits = 3;

    /// <param name="labels">One per score; not 0: positive.</param>
    public static RankSummary Of(ReadOnlySpan<float> scores, ReadOnlySpan<byte> labels)
    {
        if (scores.Length != labels.Length) throw new ArgumentException($"{scores.Length} scores have {labels.Length} labels.", nameof(labels));
        var keys = GC.AllocateUninitializedArray<uint>(scores.Length);
        var scratch = GC.AllocateUninitializedArray<uint>(scores.Length);
        var (positives, negatives) = Split(scores, labels, keys);
        var above = keys.Length - negatives;
        var sortedPositives = Sort(keys.AsSpan(0, positives), scratch.AsSpan(0, positives));
        var sortedNegatives = Sort(keys.AsSpan(above), scratch.AsSpan(above));
        return Walk(sortedPositives, sortedNegatives);
    }

    /// <summary>Positive keys from the front, negative ones from the back; written without branches, for labels cannot be foreseen.</summary>
    private static (int Positives, int Negatives) Split(ReadOnlySpan<float> scores, ReadOnlySpan<byte> labels, Span<uint> keys)
    {
        int front = 0, back = keys.Length - 1;
        for (var i = 0; i < scores.Length; i++)
        {
            var score = scores[i];
            var key = KeyOf(score);
            var positive = labels[i] != 0 ? 1 : 0;
            var counts = float.IsNaN(score) ? 0 : 1;
            keys[front] = key;
            keys[back] = key;
            front += positive & counts;
            back -= (positive ^ 1) & counts;
        }

        return (front, keys.Length - 1 - back);
    }

    /// <summary>Orders like the number: sign bit flipped, negative numbers inverted; adding 0 turns −0 into 0.</summary>
    private static uint KeyOf(float score)
    {
        var bits = BitConverter.SingleToInt32Bits(score + 0f);
        return (uint)(bits ^ ((bits >> 31) | int.MinValue));
    }

    /// <returns>The sorted keys: one of both spans. A digit that all keys share costs nothing.</returns>
    private static Span<uint> Sort(Span<uint> keys, Span<uint> scratch)
    {
        var counts = new int[Digits * Buckets];
        foreach (var key in keys)
        {
            counts[(int)(key & (Buckets - 1))]++;
            counts[Buckets + (int)((key >> DigitBits) & (Buckets - 1))]++;
            counts[(2 * Buckets) + (int)(key >> (2 * DigitBits))]++;
        }

        for (var digit = 0; digit < Digits; digit++)
        {
            var next = counts.AsSpan(digit * Buckets, Buckets);
            if (next.Contains(keys.Length)) continue;
            var sum = 0;
            for (var b = 0; b < next.Length; b++) (next[b], sum) = (sum, sum + next[b]);
            var shift = digit * DigitBits;
            foreach (var key in keys) scratch[next[(int)((key >> shift) & (Buckets - 1))]++] = key;
            var swap = keys;
            keys = scratch;
            scratch = swap;
        }

        return keys;
    }

    private static RankSummary Walk(ReadOnlySpan<uint> positives, ReadOnlySpan<uint> negatives)
    {
        long twice = 0, widest = 0, positivesAt = 0, negativesAt = 0;
        int p = 0, n = 0;
        while (p < positives.Length && n < negatives.Length)
        {
            var key = Math.Min(positives[p], negatives[n]);
            var (firstPositive, firstNegative) = (p, n);
            while (p < positives.Length && positives[p] == key) p++;
            while (n < negatives.Length && negatives[n] == key) n++;
            twice += (p - firstPositive) * ((long)firstNegative + n);
            var difference = Math.Abs(((long)p * negatives.Length) - ((long)n * positives.Length));
            if (difference > widest) (widest, positivesAt, negativesAt) = (difference, p, n);
        }

        // Positive rows above all negative ones; beyond the last of a class the distributions only come together.
        twice += 2L * (positives.Length - p) * negatives.Length;
        return new(positives.Length, negatives.Length, twice, positivesAt, negativesAt);
    }
}
