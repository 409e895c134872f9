using ModelMonitor.Host.Init;

namespace ModelMonitor.Host.Tests.Init;

/// <summary>Short ways to say what files hold.</summary>
internal static class Facts
{
    public const long Rows = 1000;

    public static DataFacts Data(params ColumnFacts[] columns) => new("train.arrows", Rows, IsWhole: true, columns);

    public static ColumnFacts Number(string name, int distinct = 900) => Column(name, ColumnKind.Number, distinct);

    public static ColumnFacts Whole(string name, int distinct) => Column(name, ColumnKind.Whole, distinct);

    /// <summary>Whole numbers from 0 on.</summary>
    public static ColumnFacts Codes(string name, int count) => Whole(name, count) with { Values = [.. Enumerable.Range(0, count).Select(code => $"{code}")] };

    public static ColumnFacts Texts(string name, params string[] values) => Column(name, ColumnKind.Text, values.Length) with { Values = values };

    public static ColumnFacts Key(string name) => Column(name, ColumnKind.Text, (int)Rows);

    public static ColumnFacts Time(string name) => Column(name, ColumnKind.Time, 0);

    public static ColumnFacts Vector(string name, int width) => Column(name, ColumnKind.Vector, 0) with { Width = width };

    /// <summary>One tensor in; what comes out is as said.</summary>
    public static ModelFacts Tensor(int? width, params OutputFacts[] outputs) => new("m.onnx", [new("X", false, width)], outputs);

    public static ModelFacts ByColumn(OutputFacts output, params string[] inputs) => new("m.onnx", [.. inputs.Select(name => new InputFacts(name, false, 1))], [output]);

    public static OutputFacts Score(int width = 1, string maker = "Sigmoid", params string[] classes) => new("out", false, width, classes, maker);

    private static ColumnFacts Column(string name, ColumnKind kind, int distinct) => new(name, kind) { Rows = Rows, Filled = Rows, Distinct = distinct };
}
