using System.Buffers.Binary;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Host.Scoring;

/// <summary>The elements of a float tensor as they lie in memory, little-endian.</summary>
/// <param name="type">TensorProto's data_type.</param>
internal readonly ref struct WeightBytes(ReadOnlySpan<byte> bytes, int type)
{
    public const int Float = 1, Half = 10, Double = 11, Brain = 16;

    private readonly ReadOnlySpan<byte> bytes = bytes;

    public static bool IsFloat(int type) => type is Float or Half or Double or Brain;

    public static int Width(int type) => type switch { Double => 8, Float => 4, _ => 2 };

    /// <param name="elements">Elements of the tensor; more than lie here where the rest is 0 (a sparse tensor).</param>
    /// <returns>Null where a weight is not finite: no norm says anything then.</returns>
    public WeightNorms? Norms(string tensor, long elements)
    {
        var (l1, squares, largest) = (0.0, 0.0, 0.0);
        var count = bytes.Length / Width(type);
        for (var i = 0; i < count; i++)
        {
            var magnitude = Math.Abs(At(i));
            if (!double.IsFinite(magnitude)) return null;
            l1 += magnitude;
            squares += magnitude * magnitude;
            largest = Math.Max(largest, magnitude);
        }

        if (!double.IsFinite(squares)) return null;
        var (limit, near) = (WeightNorms.NearZero * largest, elements - count);
        for (var i = 0; i < count; i++)
            if (Math.Abs(At(i)) <= limit) near++;
        return new(tensor, elements, l1, Math.Sqrt(squares), largest, (double)near / elements);
    }

    private double At(int index) => type switch
    {
        Double => BinaryPrimitives.ReadDoubleLittleEndian(bytes[(index * 8)..]),
        Float => BinaryPrimitives.ReadSingleLittleEndian(bytes[(index * 4)..]),
        Half => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes[(index * 2)..]),
        // bfloat16 is the upper half of a float32.
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * 2)..]) << 16),
    };
}
