using System.Globalization;
using System.Text;

namespace ModelMonitor.Host.Scoring;

/// <summary>What an ONNX file says of itself and ONNX Runtime does not tell: its nodes, operator sets, and the classes behind a classifier's columns.</summary>
internal sealed class OnnxGraph
{
    // Field numbers of onnx.proto.
    private const int ModelIr = 1, ModelProducer = 2, ModelProducerVersion = 3, ModelGraph = 7, ModelOpset = 8, OpsetDomain = 1, OpsetVersion = 2;
    internal const int GraphNode = 1, GraphOutput = 12, ValueName = 1;

    private readonly List<OnnxNode> nodes = [];
    private readonly List<string> outputs = [];
    private readonly List<(string Domain, long Version)> opsets = [];
    private readonly Dictionary<string, OnnxNode> makers = new(StringComparer.Ordinal);

    public long IrVersion { get; private set; }

    /// <summary>Name and version of what wrote the file; empty where it does not say.</summary>
    public string Producer { get; private set; } = "";

    /// <summary>Of the graph itself, in the order of the file; those in the bodies of loops and conditions hang below theirs.</summary>
    public IReadOnlyList<OnnxNode> Nodes => nodes;

    /// <summary>Names as the file declares them.</summary>
    public IReadOnlyList<string> Outputs => outputs;

    /// <summary>The empty domain is ONNX's own.</summary>
    public IReadOnlyList<(string Domain, long Version)> Opsets => opsets;

    /// <summary>Null where the file cannot be walked.</summary>
    public static OnnxGraph? Read(ReadOnlySpan<byte> model)
    {
        var graph = new OnnxGraph();
        try
        {
            var fields = new ProtoWalk(model);
            while (fields.Next())
            {
                switch (fields.Field)
                {
                    case ModelIr: graph.IrVersion = fields.Number; break;
                    case ModelProducer: graph.Producer = Encoding.UTF8.GetString(fields.Bytes); break;
                    case ModelProducerVersion: graph.Producer = $"{graph.Producer} {Encoding.UTF8.GetString(fields.Bytes)}".Trim(); break;
                    case ModelOpset: graph.ReadOpset(fields.Bytes); break;
                    case ModelGraph: graph.ReadGraph(fields.Bytes); break;
                }
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return graph;
    }

    /// <summary>The labels of the classifier node nearest above a tensor; null where there is none.</summary>
    public IReadOnlyList<string>? ClassesOf(string tensor)
    {
        var waiting = new Queue<string>([tensor]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var name))
        {
            if (!seen.Add(name) || !makers.TryGetValue(name, out var node)) continue;
            if (node.Labels.Count > 0) return node.Labels;
            foreach (var input in node.Inputs) waiting.Enqueue(input);
        }

        return null;
    }

    /// <summary>The tensor out of which a ZipMap makes this output; null where none does.</summary>
    public string? ZippedBy(string output) =>
        makers.TryGetValue(output, out var node) && node is { Operator: "ZipMap", Inputs: [var tensor], Labels.Count: > 0 } ? tensor : null;

    /// <summary>Whether another node reads it.</summary>
    public bool IsRead(string tensor) => nodes.Any(node => node.Inputs.Contains(tensor));

    private void ReadOpset(ReadOnlySpan<byte> opset)
    {
        var (domain, version) = ("", 0L);
        var fields = new ProtoWalk(opset);
        while (fields.Next())
        {
            if (fields.Field == OpsetDomain) domain = Encoding.UTF8.GetString(fields.Bytes);
            else if (fields.Field == OpsetVersion) version = fields.Number;
        }

        opsets.Add((domain == "ai.onnx" ? "" : domain, version));
    }

    private void ReadGraph(ReadOnlySpan<byte> graph)
    {
        var fields = new ProtoWalk(graph);
        while (fields.Next())
        {
            if (fields.Field == GraphOutput) outputs.Add(NameOf(fields.Bytes));
            if (fields.Field != GraphNode) continue;
            var node = OnnxNode.Read(fields.Bytes, depth: 0);
            nodes.Add(node);
            foreach (var output in node.Outputs) makers[output] = node;
        }
    }

    internal static string NameOf(ReadOnlySpan<byte> value)
    {
        var fields = new ProtoWalk(value);
        while (fields.Next())
            if (fields.Field == ValueName) return Encoding.UTF8.GetString(fields.Bytes);
        return "";
    }
}

/// <summary>One node of a graph.</summary>
/// <param name="Domain">Empty: ONNX's own operators.</param>
/// <param name="Labels">The classes of a classifier or a ZipMap; empty for others.</param>
/// <param name="Body">The nodes of its graphs: a loop's body, a condition's branches.</param>
internal sealed record OnnxNode(string Name, string Operator, string Domain, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<string> Labels, IReadOnlyList<OnnxNode> Body)
{
    // Field numbers of onnx.proto.
    private const int Input = 1, Output = 2, NameField = 3, OperatorField = 4, Attribute = 5, DomainField = 7;
    private const int AttributeName = 1, AttributeGraph = 6, AttributeInts = 8, AttributeStrings = 9, AttributeGraphs = 11;

    /// <summary>Graphs within graphs beyond any that is written in earnest.</summary>
    private const int MostDepth = 32;

    /// <summary>This node and all below it.</summary>
    public IEnumerable<OnnxNode> All => [this, .. Body.SelectMany(node => node.All)];

    public static OnnxNode Read(ReadOnlySpan<byte> node, int depth)
    {
        if (depth > MostDepth) throw new InvalidDataException("graphs are nested too deep");
        var (name, operation, domain) = ("", "", "");
        List<string> inputs = [], outputs = [], labels = [];
        List<OnnxNode> body = [];
        var fields = new ProtoWalk(node);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case Input: inputs.Add(Encoding.UTF8.GetString(fields.Bytes)); break;
                case Output: outputs.Add(Encoding.UTF8.GetString(fields.Bytes)); break;
                case NameField: name = Encoding.UTF8.GetString(fields.Bytes); break;
                case OperatorField: operation = Encoding.UTF8.GetString(fields.Bytes); break;
                case DomainField: domain = Encoding.UTF8.GetString(fields.Bytes); break;
                case Attribute: ReadAttribute(fields.Bytes, labels, body, depth); break;
            }
        }

        return new(name, operation, domain, inputs, outputs, labels, body);
    }

    private static void ReadAttribute(ReadOnlySpan<byte> attribute, List<string> labels, List<OnnxNode> body, int depth)
    {
        var name = new ProtoWalk(attribute);
        while (name.Next() && name.Field != AttributeName) { }
        // classlabels_int64s of ZipMap and trees, classlabels_ints of linear and support vector classifiers
        var isLabels = name.Bytes.StartsWith("classlabels_"u8);
        var fields = new ProtoWalk(attribute);
        while (fields.Next())
        {
            if (fields.Field is AttributeGraph or AttributeGraphs) ReadBody(fields.Bytes, body, depth);
            else if (isLabels && fields.Field == AttributeStrings) labels.Add(Encoding.UTF8.GetString(fields.Bytes));
            else if (isLabels && fields.Field == AttributeInts) fields.ReadIntegers(labels, value => value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void ReadBody(ReadOnlySpan<byte> graph, List<OnnxNode> body, int depth)
    {
        var fields = new ProtoWalk(graph);
        while (fields.Next())
            if (fields.Field == OnnxGraph.GraphNode) body.Add(Read(fields.Bytes, depth + 1));
    }
}
