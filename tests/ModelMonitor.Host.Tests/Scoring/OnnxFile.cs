using System.Text;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>Writes small ONNX models, so that a test shows the graph it is about. Field numbers are those of onnx.proto.</summary>
internal static class OnnxFile
{
    public const int F32 = 1, U8 = 2, I8 = 3, U16 = 4, I16 = 5, I32 = 6, I64 = 7, Str = 8, Truth = 9, F16 = 10, F64 = 11, U32 = 12, U64 = 13;

    public static byte[] Model(byte[][] inputs, byte[][] outputs, byte[][] nodes, params byte[][] weights)
    {
        byte[] graph = [.. All(1, nodes), .. Field(2, "g"), .. All(5, weights), .. All(11, inputs), .. All(12, outputs)];
        return [.. Field(1, 8), .. Field(7, graph), .. Opset("", 15), .. Opset("ai.onnx.ml", 2)];
    }

    /// <param name="shape">-1: any size.</param>
    public static byte[] Tensor(string name, int type, params int[] shape) => [.. Field(1, name), .. Field(2, TensorType(type, shape))];

    public static byte[] Sequence(string name, byte[] element) => [.. Field(1, name), .. Field(2, Field(4, Field(1, element)))];

    public static byte[] MapType(int key, int value) => Field(5, [.. Field(1, key), .. Field(2, TensorType(value, []))]);

    public static byte[] TensorType(int type, int[] shape) =>
        Field(1, [.. Field(1, type), .. Field(2, All(1, [.. shape.Select(size => size < 0 ? Field(2, "n") : Field(1, size))]))]);

    public static byte[] Node(string operation, string[] inputs, string[] outputs, params byte[][] attributes) =>
        [.. inputs.SelectMany(name => Field(1, name)), .. outputs.SelectMany(name => Field(2, name)), .. Field(4, operation), .. All(5, attributes)];

    /// <summary>A node of ai.onnx.ml.</summary>
    public static byte[] Classic(string operation, string[] inputs, string[] outputs, params byte[][] attributes) =>
        [.. Node(operation, inputs, outputs, attributes), .. Field(7, "ai.onnx.ml")];

    public static byte[] Attribute(string name, long value) => [.. Field(1, name), .. Field(3, value), .. Field(20, 2)];

    public static byte[] Attribute(string name, string value) => [.. Field(1, name), .. Field(4, value), .. Field(20, 3)];

    public static byte[] Attribute(string name, float value) => [.. Field(1, name), 0x15, .. BitConverter.GetBytes(value), .. Field(20, 1)];

    public static byte[] Attributes(string name, params float[] values) => [.. Field(1, name), .. Field(7, Raw(values)), .. Field(20, 6)];

    public static byte[] Attributes(string name, params long[] values) => [.. Field(1, name), .. values.SelectMany(value => Field(8, value)), .. Field(20, 7)];

    public static byte[] Attributes(string name, params string[] values) => [.. Field(1, name), .. values.SelectMany(value => Field(9, value)), .. Field(20, 8)];

    public static byte[] Weights(string name, int[] shape, params float[] values) =>
        [.. shape.SelectMany(size => Field(1, size)), .. Field(2, F32), .. Field(8, name), .. Field(9, Raw(values))];

    public static byte[] RawWeights(string name, int type, int[] shape, byte[] raw) =>
        [.. shape.SelectMany(size => Field(1, size)), .. Field(2, type), .. Field(8, name), .. Field(9, raw)];

    public static byte[] HalvesAsIntegers(string name, params Half[] values) =>
        [.. Field(1, values.Length), .. Field(2, 10), .. values.SelectMany(value => Field(5, BitConverter.HalfToUInt16Bits(value))), .. Field(8, name)];

    /// <summary>Floats that are not packed, as proto2 writes them.</summary>
    public static byte[] FloatsOneByOne(string name, params float[] values) =>
        [.. Field(1, values.Length), .. Field(2, F32), .. values.SelectMany(value => (byte[])[0x25, .. BitConverter.GetBytes(value)]), .. Field(8, name)];

    /// <summary>A constant vector of one int64.</summary>
    public static byte[] Whole(string name, long value) => [.. Field(1, 1), .. Field(2, I64), .. Field(7, value), .. Field(8, name)];

    /// <summary>Weights that lie in a file beside the model.</summary>
    public static byte[] WeightsIn(string file, string name, params int[] shape) =>
        [.. shape.SelectMany(size => Field(1, size)), .. Field(2, F32), .. Field(8, name), .. Field(13, [.. Field(1, "location"), .. Field(2, file)]), .. Field(14, 1)];

    public static byte[] Raw(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private static byte[] Opset(string domain, int version) => Field(8, [.. Field(1, domain), .. Field(2, version)]);

    private static byte[] All(int field, byte[][] messages) => [.. messages.SelectMany(message => Field(field, message))];

    private static byte[] Field(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] content) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Field(int field, long number) => [.. Varint((ulong)field << 3), .. Varint((ulong)number)];

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) yield return (byte)(value | 0x80);
        yield return (byte)value;
    }
}
