using System.Globalization;
using Apache.Arrow;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Trainer.Data;

/// <summary>A column's cells.</summary>
/// <param name="Numbers">NaN where null; empty for texts.</param>
/// <param name="Texts">Null where null; empty for numbers.</param>
public sealed record Cells(IReadOnlyList<double> Numbers, IReadOnlyList<string?> Texts)
{
    public bool IsText => Texts.Count > 0;
}

/// <summary>Labelled rows: the model's input columns and the label.</summary>
/// <param name="Labels">1 or 0, the class's place, or the value.</param>
public sealed record Table(int Rows, IReadOnlyDictionary<string, Cells> Columns, IReadOnlyList<double> Labels)
{
    /// <summary>Reads files one after the other. Rows without a label are left out; what stands in for a null when the model is fed stands in for it here.</summary>
    /// <exception cref="TrainingException">A file cannot be read, or lacks a column.</exception>
    public static Table Read(IDataFiles reader, IEnumerable<string> files, TrainingTask task, IReadOnlyList<(string Name, bool Categorical)> columns)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(task);
        var schema = new IntakeSchema(
            new ColumnNames { Id = null, Time = null, Label = task.LabelColumn },
            [.. columns.Select(c => new IntakeFeature(c.Name, c.Categorical ? FeatureKind.Categorical : FeatureKind.Numeric))],
            task.Kind == Core.TaskKind.Binary ? task.LabelPositive ?? Core.LabelValue.From(1L) : null)
        { Classes = task.Kind == Core.TaskKind.Multiclass ? task.Classes : null };
        var labels = new List<double>();
        var numbers = columns.ToDictionary(c => c.Name, _ => new List<double>());
        var texts = columns.ToDictionary(c => c.Name, _ => new List<string?>());
        foreach (var file in files)
        {
            try
            {
                foreach (var batch in reader.ReadAll(file))
                    using (batch) Add(batch, file, schema, columns, task.Inputs.SelectMany(input => input.Defaults).DistinctBy(d => d.Key).ToDictionary(), labels, numbers, texts);
            }
            catch (Exception e) when (e is IntakeException or IOException or UnauthorizedAccessException)
            {
                throw new TrainingException(e.Message.StartsWith(file + ": ", StringComparison.Ordinal) ? e.Message : $"{file}: {e.Message}", e);
            }
        }

        return new(labels.Count, columns.ToDictionary(c => c.Name, c => new Cells(c.Categorical ? [] : numbers[c.Name], c.Categorical ? texts[c.Name] : [])), labels);
    }

    /// <summary>Rows of both.</summary>
    public Table With(Table other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Rows + other.Rows, Columns.ToDictionary(c => c.Key, c => new Cells([.. c.Value.Numbers, .. other.Columns[c.Key].Numbers], [.. c.Value.Texts, .. other.Columns[c.Key].Texts])), [.. Labels, .. other.Labels]);
    }

    /// <summary>Some of the rows.</summary>
    public Table Take(IReadOnlyList<int> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new(rows.Count, Columns.ToDictionary(c => c.Key, c => c.Value.IsText || c.Value.Numbers.Count == 0
            ? new Cells([], [.. rows.Select(row => c.Value.Texts[row])]) : new Cells([.. rows.Select(row => c.Value.Numbers[row])], [])), [.. rows.Select(row => Labels[row])]);
    }

    private static void Add(
        RecordBatch batch, string file, IntakeSchema schema, IReadOnlyList<(string Name, bool Categorical)> columns, Dictionary<string, string> defaults,
        List<double> labels, Dictionary<string, List<double>> numbers, Dictionary<string, List<string?>> texts)
    {
        var decoded = BatchDecoder.DecodePredictions(batch, schema);
        if (decoded.Labels is not { } known) throw new TrainingException($"{file}: no column '{schema.Columns.Label}' with the labels");
        if (decoded.MissingColumns is [var missing, ..]) throw new TrainingException($"{file}: no column '{missing}', which the model reads");
        var kept = Enumerable.Range(0, decoded.Rows).Where(row => double.IsFinite(known[row]) && !(schema.Classes is not null && known[row] < 0)).ToArray();
        foreach (var row in kept) labels.Add(known[row]);
        for (var c = 0; c < columns.Count; c++)
        {
            switch (decoded.Features[c])
            {
                case NumericColumn numeric:
                    var values = numeric.Values.Span;
                    var instead = defaults.TryGetValue(columns[c].Name, out var number) && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) ? parsed : double.NaN;
                    foreach (var row in kept) numbers[columns[c].Name].Add(double.IsNaN(values[row]) ? instead : values[row]);
                    break;
                case CategoryColumn category:
                    var codes = category.Codes.Span;
                    foreach (var row in kept) texts[columns[c].Name].Add(codes[row] < 0 ? defaults.GetValueOrDefault(columns[c].Name) : category.Names[codes[row]]);
                    break;
            }
        }
    }
}
