using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelMonitor.Host.Scoring;

/// <summary>How one model input is filled: a tensor of [rows, …], by columns or by one value for all rows.</summary>
/// <param name="Row">The dimensions of one row, after the first; at most one is -1: as wide as the columns are. Empty: one number a row.</param>
/// <param name="FixedRows">The number of rows that the model insists on; null where any will do.</param>
/// <param name="Columns">In the order of the tensor; a column of lists fills as many places as its lists are long.</param>
/// <param name="Defaults">One per column: what stands in for a null; null: nothing does.</param>
internal sealed record InputPlan(string Name, TensorElementType Type, IReadOnlyList<long> Row, int? FixedRows, IReadOnlyList<string> Columns, IReadOnlyList<InputValue?> Defaults)
{
    /// <summary>What fills the whole tensor; null: the columns do.</summary>
    public InputValue? Constant { get; init; }

    /// <summary>The shape of a constant that has no rows; null: it has.</summary>
    public long[]? ConstantShape { get; init; }

    /// <summary>Numbers per row; null where the model leaves that open.</summary>
    public int? Width => Row.Contains(-1) ? null : (int)Row.Aggregate(1L, (product, size) => checked(product * size));

    /// <param name="width">Numbers per row.</param>
    public long[] Shape(int rows, int width)
    {
        if (ConstantShape is not null) return ConstantShape;
        var known = Row.Where(size => size > 0).Aggregate(1L, (product, size) => product * size);
        return [rows, .. Row.Select(size => size > 0 ? size : width / known)];
    }

    public static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}

/// <summary>A value written in the configuration, as the tensor's type reads it.</summary>
internal readonly record struct InputValue(double Number, string Text)
{
    /// <summary>Null where the text is no such value.</summary>
    public static InputValue? Of(string text, TensorElementType type)
    {
        if (type == TensorElementType.String) return new(0, text);
        if (text is "true" or "false") return new(text == "true" ? 1 : 0, text);
        if (!double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)) return null;
        var (least, most) = type switch
        {
            TensorElementType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            TensorElementType.Int16 => (short.MinValue, short.MaxValue),
            TensorElementType.Int32 => (int.MinValue, int.MaxValue),
            // Beyond 2^53 a double is no exact whole number any more.
            TensorElementType.Int64 => (-Exact, Exact),
            TensorElementType.UInt8 => (0, byte.MaxValue),
            TensorElementType.UInt16 => (0, ushort.MaxValue),
            TensorElementType.UInt32 => (0, uint.MaxValue),
            TensorElementType.UInt64 => (0, Exact),
            TensorElementType.Bool => (0, 1),
            _ => (double.MinValue, double.MaxValue),
        };
        var fits = number >= least && number <= most && (TensorTypes.HasNaN(type) || number == Math.Floor(number));
        return fits ? new(number, text) : null;
    }

    private const double Exact = 1L << 53;
}
