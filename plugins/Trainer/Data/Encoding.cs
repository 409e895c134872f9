using System.Globalization;

namespace ModelMonitor.Trainer.Data;

/// <summary>How a column becomes features. Learned from the rows that are fitted on, and written into the exported graph.</summary>
/// <param name="Input">The ONNX input that it fills.</param>
/// <param name="Place">Its place in that input, from 0.</param>
public abstract record ColumnEncoding(string Column, string Input, int Place)
{
    /// <summary>Features that it makes.</summary>
    public abstract int Width { get; }

    internal abstract void Encode(Cells cells, int row, Span<double> into);
}

/// <summary>(x − mean) ÷ scale; a null is the mean, and where nulls were seen a second feature tells them.</summary>
/// <param name="Scale">The standard deviation, dividing by n; 1 for a constant.</param>
/// <param name="TellsMissing">Whether there is the second feature.</param>
public sealed record NumericEncoding(string Column, string Input, int Place, double Mean, double Scale, bool TellsMissing) : ColumnEncoding(Column, Input, Place)
{
    public override int Width => TellsMissing ? 2 : 1;

    internal override void Encode(Cells cells, int row, Span<double> into)
    {
        // As the graph will see it: a float32, rounded before anything is computed.
        var x = (double)(float)cells.Numbers[row];
        var missing = !double.IsFinite(x);
        into[0] = missing ? 0 : (x - Mean) / Scale;
        if (TellsMissing) into[1] = missing ? 1 : 0;
    }

    public static NumericEncoding Of(string column, string input, int place, Cells cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var seen = cells.Numbers.Select(x => (double)(float)x).Where(double.IsFinite).ToArray();
        var mean = seen.Length == 0 ? 0 : seen.Average();
        var deviation = seen.Length == 0 ? 0 : Math.Sqrt(seen.Sum(x => (x - mean) * (x - mean)) / seen.Length);
        return new(column, input, place, mean, deviation > 1e-12 * Math.Max(1, Math.Abs(mean)) ? deviation : 1, seen.Length < cells.Numbers.Count);
    }
}

/// <summary>One feature per category, 1 where the cell is it. Others, and nulls, are 0 everywhere.</summary>
/// <param name="Categories">Ordinal order.</param>
public sealed record CategoryEncoding(string Column, string Input, int Place, IReadOnlyList<string> Categories) : ColumnEncoding(Column, Input, Place)
{
    /// <summary>Rarer categories teach nothing but themselves.</summary>
    private const int LeastRows = 10;

    private const int Most = 50;

    private readonly Dictionary<string, int> _places = Categories.Select((category, place) => (category, place)).ToDictionary(c => c.category, c => c.place, StringComparer.Ordinal);

    public override int Width => Categories.Count;

    internal override void Encode(Cells cells, int row, Span<double> into)
    {
        into.Clear();
        if (cells.Texts[row] is { } text && _places.TryGetValue(text, out var place)) into[place] = 1;
    }

    public static CategoryEncoding Of(string column, string input, int place, Cells cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var frequent = cells.Texts.OfType<string>().GroupBy(text => text, StringComparer.Ordinal).Where(same => same.Count() >= LeastRows)
            .OrderByDescending(same => same.Count()).ThenBy(same => same.Key, StringComparer.Ordinal).Take(Most).Select(same => same.Key);
        return new(column, input, place, [.. frequent.Order(StringComparer.Ordinal)]);
    }
}

/// <summary>From rows to features.</summary>
public sealed record RowEncoding(IReadOnlyList<ColumnEncoding> Columns)
{
    public int Width => Columns.Sum(column => column.Width);

    /// <param name="scale">What regression labels are divided by after the mean is taken off; see <see cref="LabelScale"/>.</param>
    public Networks.Samples Encode(Table table, LabelScale scale)
    {
        ArgumentNullException.ThrowIfNull(table);
        var width = Width;
        var features = new double[table.Rows * width];
        for (var row = 0; row < table.Rows; row++)
        {
            var at = row * width;
            foreach (var column in Columns)
            {
                column.Encode(table.Columns[column.Column], row, features.AsSpan(at, column.Width));
                at += column.Width;
            }
        }

        return new(width, features, [.. table.Labels.Select(scale.Apply)]);
    }

    /// <summary>Learns it from the rows that are fitted on.</summary>
    /// <param name="without">Columns to leave out.</param>
    public static RowEncoding Of(Table table, TrainingTask task, IReadOnlyList<(string Name, bool Categorical)> columns, IReadOnlyCollection<string> without)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(task);
        var categorical = columns.Where(c => c.Categorical).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var encodings = new List<ColumnEncoding>();
        foreach (var input in task.Inputs)
        {
            for (var place = 0; place < input.Columns.Count; place++)
            {
                var column = input.Columns[place];
                if (without.Contains(column)) continue;
                encodings.Add(categorical.Contains(column) ? CategoryEncoding.Of(column, input.Name, place, table.Columns[column]) : NumericEncoding.Of(column, input.Name, place, table.Columns[column]));
            }
        }

        return new([.. encodings.Where(e => e.Width > 0)]);
    }
}

/// <summary>Regression labels are fitted as (y − mean) ÷ scale, and the exported graph turns them back: steps and penalties then mean the same whatever the unit.</summary>
public readonly record struct LabelScale(double Mean, double Scale)
{
    public static LabelScale None => new(0, 1);

    public double Apply(double y) => (y - Mean) / Scale;

    public double Back(double y) => (y * Scale) + Mean;

    public static LabelScale Of(IReadOnlyList<double> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count == 0) return None;
        var mean = labels.Average();
        var deviation = Math.Sqrt(labels.Sum(y => (y - mean) * (y - mean)) / labels.Count);
        return new(mean, deviation > 0 ? deviation : 1);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Mean}, {Scale})");
}
