using System.Collections.Frozen;
using System.IO.Hashing;
using System.Text;

namespace ModelMonitor.Core.Sketches;

/// <summary>How a categorical column is counted, frozen in the baseline.</summary>
public sealed class CategoryShape
{
    private readonly FrozenDictionary<string, int> _index;
    private readonly FrozenSet<ulong> _pooled;

    /// <param name="names">The reference's categories with a bin of their own, most frequent first, ties by ordinal order.</param>
    /// <param name="pooled">Hashes (<see cref="HashOf"/>) of the reference's other categories, which share the bin `other`.</param>
    public CategoryShape(IReadOnlyList<string> names, IReadOnlyCollection<ulong> pooled)
    {
        Names = names;
        _index = names.Select((name, i) => (name, i)).ToFrozenDictionary(x => x.name, x => x.i, StringComparer.Ordinal);
        _pooled = pooled.ToFrozenSet();
    }

    public IReadOnlyList<string> Names { get; }

    public IReadOnlyCollection<ulong> Pooled => _pooled;

    /// <summary>Bin of `other`: reference categories beyond the cap.</summary>
    public int Other => Names.Count;

    /// <summary>Bin of `unseen`: categories that the reference never had.</summary>
    public int Unseen => Names.Count + 1;

    public int Bins => Names.Count + 2;

    public int BinOf(string name) => _index.TryGetValue(name, out var bin) ? bin : _pooled.Contains(HashOf(name)) ? Other : Unseen;

    /// <summary>The bin of each name.</summary>
    public int[] BinsOf(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var bins = new int[names.Count];
        for (var i = 0; i < bins.Length; i++) bins[i] = BinOf(names[i]);
        return bins;
    }

    /// <summary>A 64-bit hash of the name's UTF-8 bytes (XxHash64).</summary>
    public static ulong HashOf(string name) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(name));
}
