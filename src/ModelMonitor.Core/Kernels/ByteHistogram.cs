using System.Runtime.Intrinsics;

namespace ModelMonitor.Core.Kernels;

/// <summary>Counts bytes, in four tables in turn: neighbours that are equal do not wait for each other.</summary>
internal readonly ref struct ByteHistogram
{
    public const int Places = 4 * 256;

    private readonly Span<uint> _table0;
    private readonly Span<uint> _table1;
    private readonly Span<uint> _table2;
    private readonly Span<uint> _table3;

    /// <param name="counts"><see cref="Places"/> zeros.</param>
    public ByteHistogram(Span<uint> counts)
    {
        _table0 = counts[..256];
        _table1 = counts[256..512];
        _table2 = counts[512..768];
        _table3 = counts[768..Places];
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Span<uint> table0 = _table0[..256], table1 = _table1[..256], table2 = _table2[..256], table3 = _table3[..256];
        while (bytes.Length >= 8)
        {
            var eight = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            table0[(byte)eight]++;
            table1[(byte)(eight >> 8)]++;
            table2[(byte)(eight >> 16)]++;
            table3[(byte)(eight >> 24)]++;
            table0[(byte)(eight >> 32)]++;
            table1[(byte)(eight >> 40)]++;
            table2[(byte)(eight >> 48)]++;
            table3[(byte)(eight >> 56)]++;
            bytes = bytes[8..];
        }

        foreach (var one in bytes) table0[one]++;
    }

    /// <summary>How often each byte came.</summary>
    public void Sum(Span<uint> counts) => Add(Add(Add(_table0, _table1, counts), _table2, counts), _table3, counts);

    private static Span<uint> Add(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, Span<uint> sums)
    {
        for (var i = 0; i < 256; i += 8) (Vector256.Create(a.Slice(i, 8)) + Vector256.Create(b.Slice(i, 8))).CopyTo(sums[i..]);
        return sums;
    }
}
