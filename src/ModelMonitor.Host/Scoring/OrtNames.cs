using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelMonitor.Host.Scoring;

/// <summary>ONNX's names for types, as a model's author knows them.</summary>
internal static class OrtNames
{
    public static string Of(TensorElementType type) => type switch
    {
        TensorElementType.Float => "float",
        TensorElementType.Double => "double",
        _ => type.ToString().ToLowerInvariant(),
    };

    public static string Of(NodeMetadata node) => node.OnnxValueType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => $"tensor({Of(node.ElementDataType)})",
        OnnxValueType.ONNX_TYPE_SEQUENCE => $"sequence of {Of(node.AsSequenceMetadata().ElementMeta)}",
        OnnxValueType.ONNX_TYPE_MAP => $"map of {Of(node.AsMapMetadata().KeyDataType)}",
        var other => Of(other),
    };

    public static string Of(OnnxValueType type) => type.ToString().Replace("ONNX_TYPE_", "", StringComparison.Ordinal).ToLowerInvariant();
}
