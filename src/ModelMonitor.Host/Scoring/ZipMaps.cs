using System.Text;

namespace ModelMonitor.Host.Scoring;

/// <summary>Takes the ZipMaps at the end of a model away: they turn a tensor of probabilities into one map per row, which costs more than many a model.</summary>
internal static class ZipMaps
{
    private const int ModelGraph = 7;

    /// <summary>The model with the tensors in the place of the maps; the same bytes where there are no maps.</summary>
    /// <param name="graph">What was read from these bytes.</param>
    public static byte[] Unzip(byte[] model, OnnxGraph graph)
    {
        var zipped = graph.Outputs.Where(output => graph.ZippedBy(output) is not null).ToHashSet(StringComparer.Ordinal);
        if (zipped.Count == 0) return model;
        var to = new MemoryStream(model.Length + 256);
        var inner = new MemoryStream(model.Length + 256);
        var fields = new ProtoWalk(model);
        while (fields.Next())
        {
            if (fields.Field == ModelGraph) CopyGraph(fields.Bytes, zipped, graph, inner);
            else to.Write(fields.Raw);
        }

        foreach (var tensor in zipped.Select(output => graph.ZippedBy(output)!).Except(graph.Outputs)) Field(inner, OnnxGraph.GraphOutput, FloatTensor(tensor));
        Field(to, ModelGraph, inner.ToArray());
        return to.ToArray();
    }

    private static void CopyGraph(ReadOnlySpan<byte> from, HashSet<string> zipped, OnnxGraph graph, MemoryStream to)
    {
        var fields = new ProtoWalk(from);
        while (fields.Next())
        {
            var gone = fields.Field switch
            {
                OnnxGraph.GraphOutput => zipped.Contains(OnnxGraph.NameOf(fields.Bytes)),
                OnnxGraph.GraphNode => OnnxNode.Read(fields.Bytes, depth: 0) is { Operator: "ZipMap", Outputs: [var output] } && zipped.Contains(output) && !graph.IsRead(output),
                _ => false,
            };
            if (!gone) to.Write(fields.Raw);
        }
    }

    /// <summary>A ValueInfoProto: ZipMap takes float32 alone.</summary>
    private static byte[] FloatTensor(string name)
    {
        var value = new MemoryStream();
        Field(value, OnnxGraph.ValueName, Encoding.UTF8.GetBytes(name));
        // type { tensor_type { elem_type: FLOAT } }
        Field(value, 2, [0x0A, 0x02, 0x08, 0x01]);
        return value.ToArray();
    }

    private static void Field(MemoryStream to, int field, ReadOnlySpan<byte> content)
    {
        Varint(to, ((uint)field << 3) | 2);
        Varint(to, (uint)content.Length);
        to.Write(content);
    }

    private static void Varint(MemoryStream to, uint value)
    {
        for (; value >= 0x80; value >>= 7) to.WriteByte((byte)(value | 0x80));
        to.WriteByte((byte)value);
    }
}
