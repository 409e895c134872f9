using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;

namespace ModelMonitor.Trainer.Onnx;

/// <summary>Puts a graph together node by node. Names are made here, so that none comes twice.</summary>
internal sealed class GraphBuilder(string name)
{
    public const int Float = 1, Int64 = 7, Bool = 9, Text = 8;

    private readonly GraphProto _graph = new() { Name = name };
    private int _made;

    public void Input(ValueInfoProto input) => _graph.Input.Add(input);

    public string Node(string operation, IEnumerable<string> inputs, params AttributeProto[] attributes) => Named(operation, $"{operation.ToLowerInvariant()}_{++_made}", inputs, "", attributes);

    public string Node(string operation, string domain, IEnumerable<string> inputs, params AttributeProto[] attributes) => Named(operation, $"{operation.ToLowerInvariant()}_{++_made}", inputs, domain, attributes);

    public string Floats(double[] values, params long[] dims)
    {
        var tensor = new TensorProto { Name = $"float_{++_made}", DataType = Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes([.. values.Select(v => (float)v)])) };
        tensor.Dims.Add(dims);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Integers(long[] values, params long[] dims)
    {
        var tensor = new TensorProto { Name = $"int_{++_made}", DataType = Int64, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<long>(values)) };
        tensor.Dims.Add(dims);
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>Ends the graph: this tensor is its output.</summary>
    public ModelProto Build(string tensor, string output, long width, IReadOnlyDictionary<string, string> metadata)
    {
        _graph.Node.Add(new NodeProto { OpType = "Identity", Name = "identity_" + ++_made, Input = { tensor }, Output = { output } });
        _graph.Output.Add(new ValueInfoProto { Name = output, Type = new() { TensorType = new() { ElemType = Float, Shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" }, new TensorShapeProto.Types.Dimension { DimValue = width } } } } } });
        var model = new ModelProto { IrVersion = 8, ProducerName = "modelmonitor trainer", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 });
        foreach (var (key, value) in metadata) model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    public static AttributeProto Integer(string name, long value) => new() { Name = name, Type = 2, I = value };

    public static AttributeProto Texts(string name, IEnumerable<string> values)
    {
        var attribute = new AttributeProto { Name = name, Type = 8 };
        attribute.Strings.Add(values.Select(v => ByteString.CopyFrom(v, Encoding.UTF8)));
        return attribute;
    }

    private string Named(string operation, string made, IEnumerable<string> inputs, string domain, AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = made, Output = { made } };
        if (domain.Length > 0) node.Domain = domain;
        node.Input.Add(inputs);
        node.Attribute.Add(attributes);
        _graph.Node.Add(node);
        return made;
    }
}
