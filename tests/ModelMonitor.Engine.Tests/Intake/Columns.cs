using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Tests.Intake;

/// <summary>The same four rows (1, null, 2, 1) in every type that has numbers, and as texts.</summary>
internal static class Columns
{
    private static readonly bool[] Valid = [true, false, true, true];

    public static IReadOnlyDictionary<string, IArrowArray> Integers { get; } = new Dictionary<string, IArrowArray>
    {
        ["int8"] = Of<sbyte>(Int8Type.Default),
        ["int16"] = Of<short>(Int16Type.Default),
        ["int32"] = Of<int>(Int32Type.Default),
        ["int64"] = Of<long>(Int64Type.Default),
        ["uint8"] = Of<byte>(UInt8Type.Default),
        ["uint16"] = Of<ushort>(UInt16Type.Default),
        ["uint32"] = Of<uint>(UInt32Type.Default),
        ["uint64"] = Of<ulong>(UInt64Type.Default),
    };

    public static IReadOnlyDictionary<string, IArrowArray> Numbers { get; } = new Dictionary<string, IArrowArray>(Integers)
    {
        ["half"] = Of<Half>(HalfFloatType.Default),
        ["float"] = Of<float>(FloatType.Default),
        ["double"] = Of<double>(DoubleType.Default),
        ["decimal128"] = Decimals(new Decimal128Type(10, 2), new Decimal128Array.Builder(new Decimal128Type(10, 2)).Append(1m).AppendNull().Append(2m).Append(1m).Build()),
        ["decimal256"] = Decimals(new Decimal256Type(10, 3), new Decimal256Array.Builder(new Decimal256Type(10, 3)).Append(1m).AppendNull().Append(2m).Append(1m).Build()),
        ["duration[s]"] = Of<long>(DurationType.Second),
        ["time32[s]"] = Of<int>(TimeType.Second),
        ["dictionary of int64"] = Dictionary(Of<long>(Int64Type.Default)),
        ["dictionary of double"] = Dictionary(Of<double>(DoubleType.Default)),
    };

    public static IReadOnlyDictionary<string, IArrowArray> Texts { get; } = new Dictionary<string, IArrowArray>(Integers)
    {
        ["utf8"] = Streams.Strings("1", null, "2", "1"),
        ["large utf8"] = Large("1", null, "2", "1"),
        ["utf8 view"] = new StringViewArray.Builder().Append("1").AppendNull().Append("2").Append("1").Build(),
        ["half"] = Of<Half>(HalfFloatType.Default),
        ["float"] = Of<float>(FloatType.Default),
        ["double"] = Of<double>(DoubleType.Default),
        ["dictionary of utf8"] = Dictionary(Streams.Strings("1", null, "2", "1")),
        ["dictionary of int64"] = Dictionary(Of<long>(Int64Type.Default)),
    };

    /// <summary>1, ?, 2, 1 with garbage (77) beneath the null.</summary>
    public static IArrowArray Of<T>(IArrowType type)
        where T : unmanaged, INumberBase<T>
    {
        T[] values = [T.One, T.CreateChecked(77), T.CreateChecked(2), T.One];
        return Fixed(type, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    /// <summary>Four rows of a fixed width, the second one null.</summary>
    public static IArrowArray Fixed(IArrowType type, byte[] values) => ArrowArrayFactory.BuildArray(
        new ArrayData(type, 4, 1, 0, [new ArrowBuffer(new byte[] { 0b1101 }), new ArrowBuffer(values)]));

    /// <summary>Refers to the four rows one by one, by indices that are null where the values are, with garbage beneath.</summary>
    public static DictionaryArray Dictionary(IArrowArray values)
    {
        IArrowArray indices = Fixed(UInt8Type.Default, [0, 99, 2, 3]);
        return Streams.Dictionary(UInt8Type.Default, indices, values);
    }

    public static IArrowArray Large(params string?[] values)
    {
        StringArray narrow = Streams.Strings(values);
        long[] offsets = narrow.ValueOffsets.ToArray().Select(offset => (long)offset).ToArray();
        return new LargeStringArray(new ArrayData(LargeStringType.Default, narrow.Length, narrow.NullCount, 0, [
            narrow.NullBitmapBuffer,
            new ArrowBuffer(System.Runtime.InteropServices.MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray()),
            narrow.ValueBuffer]));
    }

    private static IArrowArray Decimals(IArrowType type, IArrowArray array) =>
        array.Data.DataType.TypeId == type.TypeId && array.IsNull(1) == !Valid[1] ? array : throw new InvalidOperationException();
}
