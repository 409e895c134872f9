using System.Globalization;
using System.Text;

namespace ModelMonitor.Host.Scoring;

/// <summary>The classes behind the columns of a classifier's output, read from the ONNX graph, as ONNX Runtime does not tell them.</summary>
internal static class ClassLabels
{
    // Field numbers of onnx.proto.
    private const int ModelGraph = 7, GraphNode = 1, NodeInput = 1, NodeOutput = 2, NodeAttribute = 5, AttributeName = 1, AttributeInts = 8, AttributeStrings = 9;

    /// <summary>The labels of the classifier node nearest above the output; null where there is none or the file cannot be walked.</summary>
    public static IReadOnlyList<string>? Of(ReadOnlySpan<byte> model, string output)
    {
        var makers = new Dictionary<string, Node>(StringComparer.Ordinal);
        try
        {
            var fields = new ProtoWalk(model);
            while (fields.Next())
                if (fields.Field == ModelGraph) ReadGraph(fields.Bytes, makers);
        }
        catch (InvalidDataException)
        {
            return null;
        }

        var waiting = new Queue<string>([output]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var name))
        {
            if (!seen.Add(name) || !makers.TryGetValue(name, out var node)) continue;
            if (node.Labels.Count > 0) return node.Labels;
            foreach (var input in node.Inputs) waiting.Enqueue(input);
        }

        return null;
    }

    private static void ReadGraph(ReadOnlySpan<byte> graph, Dictionary<string, Node> makers)
    {
        var fields = new ProtoWalk(graph);
        while (fields.Next())
        {
            if (fields.Field != GraphNode) continue;
            var node = new Node([], []);
            var parts = new ProtoWalk(fields.Bytes);
            while (parts.Next())
            {
                if (parts.Field == NodeInput) node.Inputs.Add(Encoding.UTF8.GetString(parts.Bytes));
                else if (parts.Field == NodeOutput) makers[Encoding.UTF8.GetString(parts.Bytes)] = node;
                else if (parts.Field == NodeAttribute) ReadAttribute(parts.Bytes, node.Labels);
            }
        }
    }

    private static void ReadAttribute(ReadOnlySpan<byte> attribute, List<string> labels)
    {
        var name = new ProtoWalk(attribute);
        while (name.Next() && name.Field != AttributeName) { }
        // classlabels_int64s of ZipMap and trees, classlabels_ints of linear and support vector classifiers
        if (!name.Bytes.StartsWith("classlabels_"u8)) return;
        var fields = new ProtoWalk(attribute);
        while (fields.Next())
        {
            if (fields.Field == AttributeStrings) labels.Add(Encoding.UTF8.GetString(fields.Bytes));
            else if (fields.Field == AttributeInts) fields.ReadIntegers(labels, value => value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private readonly record struct Node(List<string> Inputs, List<string> Labels);
}
