using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Init;

/// <summary>Reads an ONNX file into facts. Declared shapes lie, so it is run on zeros.</summary>
internal static class ModelFactsReader
{
    private const int Rows = 2;

    /// <exception cref="ScoringException">One line: it is absent, or no model.</exception>
    public static ModelFacts Read(string path)
    {
        var file = ModelFile.Read(path);
        var graph = OnnxGraph.Read(file.Bytes);
        var bytes = graph is null ? file.Bytes : ZipMaps.Unzip(file.Bytes, graph);
        using var session = SessionLoader.Load(file, SessionLoader.Options(file, new DeviceOptions(ScoringDevice.Cpu)), bytes);
        var widths = Widths(session);
        var names = graph?.Outputs is { Count: > 0 } written ? written : session.OutputNames;
        return new(path, [.. session.InputNames.Select(name => Input(name, session.InputMetadata[name]))], [.. names.Select(Output)]);

        OutputFacts Output(string name)
        {
            var source = graph?.ZippedBy(name) ?? name;
            var node = session.OutputMetadata[source];
            var isScore = node.IsTensor && TensorTypes.HasNaN(node.ElementDataType);
            return new(name, !isScore, widths.TryGetValue(source, out var width) ? width : null, graph?.ClassesOf(name) ?? [], graph?.Nodes.FirstOrDefault(n => n.Outputs.Contains(source))?.Operator ?? "");
        }
    }

    private static InputFacts Input(string name, NodeMetadata node)
    {
        if (!node.IsTensor) return new(name, false, null);
        var row = node.Dimensions.Skip(1).ToArray();
        int? width = node.Dimensions.Length == 0 || row.Any(size => size <= 0) ? null : row.Aggregate(1, (product, size) => product * size);
        return new(name, node.ElementDataType == TensorElementType.String, width);
    }

    private static Dictionary<string, int> Widths(InferenceSession session)
    {
        var widths = new Dictionary<string, int>(StringComparer.Ordinal);
        ModelInspection.Fault(session, Rows, results =>
        {
            for (var i = 0; i < results.Count; i++)
            {
                if (results[i].OnnxType != OnnxValueType.ONNX_TYPE_TENSOR) continue;
                var info = results[i].GetTensorTypeAndShape();
                if (info.Shape is [Rows, ..]) widths[session.OutputNames[i]] = (int)(info.ElementCount / Rows);
            }
        });
        return widths;
    }
}
