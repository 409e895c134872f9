using System.Globalization;
using System.Text;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Host.Scoring;

/// <summary>Reads the weights of an ONNX file: every float initializer, and the coefficients of linear classifiers and regressors.</summary>
/// <remarks>
/// Thresholds and leaves of trees, support vectors and what lies in the bodies of loops and conditions are no weights here; what is
/// left out is named. External data count where they can be read.
/// </remarks>
internal sealed class WeightReader(string folder)
{
    // Field numbers of onnx.proto.
    private const int ModelGraph = 7, GraphNode = 1, GraphInitializer = 5, GraphSparse = 15, SparseValues = 1, SparseDimensions = 3;
    private const int NodeName = 3, NodeOperation = 4, NodeAttribute = 5, AttributeName = 1, AttributeFloats = 7;

    /// <summary>Operators of ai.onnx.ml whose learned numbers are not counted.</summary>
    private static readonly string[] Others =
        ["TreeEnsembleClassifier", "TreeEnsembleRegressor", "TreeEnsemble", "SVMClassifier", "SVMRegressor"];

    private readonly List<WeightNorms> _tensors = [];
    private readonly List<string> _leftOut = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Null where the file cannot be walked.</summary>
    /// <param name="path">Beside it lie external data.</param>
    public static ModelWeights? Read(string path, ReadOnlySpan<byte> model)
    {
        var reader = new WeightReader(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            var fields = new ProtoWalk(model);
            while (fields.Next())
                if (fields.Field == ModelGraph) reader.ReadGraph(fields.Bytes);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            return null;
        }

        var ordered = reader._tensors.OrderByDescending(t => t.Elements).ThenBy(t => t.Tensor, StringComparer.Ordinal).ToList();
        var rest = ordered.Skip(ModelWeights.MostTensors).ToList();
        if (rest.Count > 0) reader._leftOut.Add(Invariant($"{rest.Count} smaller tensors with {rest.Sum(t => t.Elements)} elements"));
        return new ModelWeights([.. ordered.Take(ModelWeights.MostTensors)], reader._leftOut);
    }

    private void ReadGraph(ReadOnlySpan<byte> graph)
    {
        var fields = new ProtoWalk(graph);
        while (fields.Next())
        {
            if (fields.Field == GraphInitializer) Add(TensorFields.Read(fields.Bytes), elements: null);
            else if (fields.Field == GraphSparse) ReadSparse(fields.Bytes);
            else if (fields.Field == GraphNode) ReadNode(fields.Bytes);
        }
    }

    private void ReadSparse(ReadOnlySpan<byte> sparse)
    {
        TensorFields? values = null;
        List<string> sizes = [];
        var fields = new ProtoWalk(sparse);
        while (fields.Next())
        {
            if (fields.Field == SparseValues) values = TensorFields.Read(fields.Bytes);
            else if (fields.Field == SparseDimensions) fields.ReadIntegers(sizes, size => size.ToString(CultureInfo.InvariantCulture));
        }

        if (values is not null) Add(values, sizes.Aggregate(1L, (product, size) => checked(product * long.Parse(size, CultureInfo.InvariantCulture))));
    }

    private void ReadNode(ReadOnlySpan<byte> node)
    {
        var (name, operation) = ("", "");
        byte[]? coefficients = null;
        var fields = new ProtoWalk(node);
        while (fields.Next())
        {
            if (fields.Field == NodeName) name = Encoding.UTF8.GetString(fields.Bytes);
            else if (fields.Field == NodeOperation) operation = Encoding.UTF8.GetString(fields.Bytes);
            else if (fields.Field == NodeAttribute) coefficients = Coefficients(fields.Bytes) ?? coefficients;
        }

        if (Others.Contains(operation)) _leftOut.Add($"{(name.Length > 0 ? name : operation)}: what a {operation} has learned are no weights");
        if (coefficients is null || operation is not ("LinearClassifier" or "LinearRegressor")) return;
        Add(new TensorFields($"{(name.Length > 0 ? name : operation)}.coefficients", WeightBytes.Float, coefficients.Length / 4, coefficients, null), elements: null);
    }

    /// <summary>The floats of the attribute `coefficients`; null where it is another.</summary>
    private static byte[]? Coefficients(ReadOnlySpan<byte> attribute)
    {
        var (isIt, floats) = (false, new MemoryStream());
        var fields = new ProtoWalk(attribute);
        while (fields.Next())
        {
            if (fields.Field == AttributeName) isIt = fields.Bytes.SequenceEqual("coefficients"u8);
            else if (fields.Field == AttributeFloats) fields.CopyFixed(floats);
        }

        return isIt ? floats.ToArray() : null;
    }

    /// <param name="elements">Of a sparse tensor; null: as many as the tensor says.</param>
    private void Add(TensorFields tensor, long? elements)
    {
        if (!WeightBytes.IsFloat(tensor.Type) || tensor.Elements <= 0) return;
        var name = tensor.Name;
        for (var i = 2; !_names.Add(name); i++) name = Invariant($"{tensor.Name}#{i}");
        byte[] data;
        try
        {
            data = tensor.Data ?? tensor.External!.Read(folder, tensor.Elements * WeightBytes.Width(tensor.Type));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            _leftOut.Add($"{name}: its external data cannot be read: {OrtErrors.OneLine(e)}");
            return;
        }

        if (data.Length != tensor.Elements * WeightBytes.Width(tensor.Type)) _leftOut.Add(Invariant($"{name}: {data.Length} bytes for {tensor.Elements} elements"));
        else if (new WeightBytes(data, tensor.Type).Norms(name, elements ?? tensor.Elements) is { } norms) _tensors.Add(norms);
        else _leftOut.Add($"{name}: it has weights that are not finite");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
