using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelMonitor.Host.Scoring;

/// <summary>Which element types columns can fill.</summary>
internal static class TensorTypes
{
    public static bool Supports(TensorElementType type) => type is TensorElementType.String or TensorElementType.Bool || HasNaN(type) || IsWhole(type);

    public static bool HasNaN(TensorElementType type) => type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16;

    private static bool IsWhole(TensorElementType type) => type is
        TensorElementType.Int8 or TensorElementType.Int16 or TensorElementType.Int32 or TensorElementType.Int64 or
        TensorElementType.UInt8 or TensorElementType.UInt16 or TensorElementType.UInt32 or TensorElementType.UInt64;
}
