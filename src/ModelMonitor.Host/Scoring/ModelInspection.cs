using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Scoring;

/// <summary>What a model file holds, without any configuration.</summary>
/// <param name="Graph">Null where the file cannot be walked.</param>
/// <param name="Notes">What stands in the way of monitoring it, or of running it on filler.</param>
/// <param name="Placements">By device: which provider ran which node, or why it ran none.</param>
internal sealed record ModelInspection(
    ModelFile File, OnnxGraph? Graph, IReadOnlyList<InspectedTensor> Inputs, IReadOnlyList<InspectedTensor> Outputs, IReadOnlyList<string> Notes,
    ModelWeights? Weights, IReadOnlyList<(string Device, NodePlacement? Placement, string Why)> Placements)
{
    /// <summary>Two sizes, to tell which dimension follows the rows.</summary>
    private static readonly int[] s_rows = [2, 3];

    /// <exception cref="ScoringException">One line: it is no model that can be loaded.</exception>
    public static ModelInspection Of(ModelFile file, IReadOnlyList<DeviceOptions> devices)
    {
        var notes = new List<string>();
        using var session = SessionLoader.Load(file, SessionLoader.Options(file, new(ScoringDevice.Cpu)), file.Bytes);
        var inputs = session.InputNames.Select(name => new InspectedTensor(name, Declared(session.InputMetadata[name]), [])).ToList();
        foreach (var name in session.OverridableInitializerMetadata.Keys) inputs.Add(new(name, $"{Declared(session.OverridableInitializerMetadata[name])}, has a default", []));
        var found = session.OutputNames.ToDictionary(name => name, _ => new List<(int, string)>(), StringComparer.Ordinal);
        foreach (var rows in s_rows)
        {
            if (Fault(session, rows, results => Add(results, rows, session.OutputNames, found)) is not { } fault) continue;
            notes.Add($"it does not run on {rows} rows of zeros: {fault}");
        }

        var outputs = session.OutputNames.Select(name => new InspectedTensor(name, Declared(session.OutputMetadata[name]), found[name])).ToList();
        foreach (var (input, output) in ModelState.Of(session, session.InputNames, session.OutputNames))
            notes.Add($"input '{input}' looks like a state that output '{output}' hands on: a model that needs the rows before cannot be monitored");
        return new(file, OnnxGraph.Read(file.Bytes), inputs, outputs, notes, WeightReader.Read(file.Path, file.Bytes), [.. devices.Select(device => Place(file, device))]);
    }

    private static (string, NodePlacement?, string) Place(ModelFile file, DeviceOptions device)
    {
        try
        {
            var fault = "";
            var placement = NodePlacement.Measure(file, file.Bytes, SessionLoader.Options(file, device), session => fault = Fault(session, s_rows[0], _ => { }));
            return fault is null ? (device.Name, placement, "") : (device.Name, null, $"it loads, and does not run on zeros: {fault}");
        }
        catch (Exception e) when (e is ScoringException or OnnxRuntimeException)
        {
            return (device.Name, null, OrtErrors.OneLine(e));
        }
    }

    /// <summary>Runs rows of zeros and empty texts; null where that works.</summary>
    internal static string? Fault(InferenceSession session, int rows, Action<IReadOnlyList<OrtValue>> use)
    {
        var values = new List<OrtValue>();
        try
        {
            foreach (var name in session.InputNames)
            {
                var node = session.InputMetadata[name];
                if (!node.IsTensor) return $"input '{name}' is a {OrtNames.Of(node)}; only tensors can be filled from columns";
                values.Add(Zeros(node, rows));
            }

            using var options = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            using var results = session.Run(options, session.InputNames, values, session.OutputNames);
            use(results);
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            return OrtErrors.OneLine(e);
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }

    /// <summary>An open first dimension is the rows; other open ones are 1, and a tensor of unknown shape is a vector of rows of one.</summary>
    private static OrtValue Zeros(NodeMetadata node, int rows)
    {
        long[] shape = node.Dimensions.Length == 0 ? [rows, 1] : [.. node.Dimensions.Select((size, place) => size > 0 ? size : place == 0 ? (long)rows : 1)];
        if (node.ElementDataType == TensorElementType.String) return OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, node.ElementDataType, shape);
        value.GetTensorMutableRawData().Clear();
        return value;
    }

    private static void Add(IReadOnlyList<OrtValue> results, int rows, IReadOnlyList<string> names, Dictionary<string, List<(int, string)>> found)
    {
        for (var i = 0; i < names.Count; i++) found[names[i]].Add((rows, Describe(results[i])));
    }

    private static string Describe(OrtValue value)
    {
        if (value.OnnxType == OnnxValueType.ONNX_TYPE_SEQUENCE) return $"a sequence of {value.GetValueCount()}";
        if (value.OnnxType != OnnxValueType.ONNX_TYPE_TENSOR) return OrtNames.Of(value.OnnxType);
        var info = value.GetTensorTypeAndShape();
        return $"tensor({OrtNames.Of(info.ElementDataType)}) [{string.Join(',', info.Shape)}]";
    }

    private static string Declared(NodeMetadata node) =>
        $"{OrtNames.Of(node)}{(node.IsTensor ? $" [{string.Join(',', node.Dimensions.Select((size, place) => size > 0 ? size.ToString(System.Globalization.CultureInfo.InvariantCulture) : node.SymbolicDimensions[place] is { Length: > 0 } symbol ? symbol : "?"))}]" : "")}";
}

/// <summary>An input or output.</summary>
/// <param name="Declared">Type and shape as the file says.</param>
/// <param name="Found">Type and shape as they came back for so many rows; empty for inputs, and where the model did not run.</param>
internal sealed record InspectedTensor(string Name, string Declared, IReadOnlyList<(int Rows, string Shape)> Found);
