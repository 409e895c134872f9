using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Engine.Intake;

/// <summary>Columns of a multiclass model: labels that are classes, and logged probabilities.</summary>
internal static class ClassColumns
{
    /// <summary>What stands for a label that is none of the classes.</summary>
    public const double Unknown = -1;

    /// <summary>Each label's place among the classes, <see cref="Unknown"/> where it is none of them, NaN where null.</summary>
    public static double[] ReadLabels(IArrowArray column, string name, IReadOnlyList<string> classes)
    {
        var places = classes.Select((text, place) => (text, place)).ToDictionary(c => c.text, c => (double)c.place, StringComparer.Ordinal);
        var categories = ColumnReader.ReadCategories(column, name);
        var placeOf = categories.Names.Select(text => places.GetValueOrDefault(text, Unknown)).ToArray();
        var labels = new double[column.Length];
        var codes = categories.Codes.Span;
        for (var row = 0; row < labels.Length; row++) labels[row] = codes[row] < 0 ? double.NaN : placeOf[codes[row]];
        return labels;
    }

    /// <summary>One probability per row and class, row by row; NaN for every class where a row is null.</summary>
    /// <exception cref="IntakeException">Not a list of numbers, or one of another length than there are classes.</exception>
    public static double[] ReadProbabilities(IArrowArray column, string name, int classes)
    {
        var into = new double[column.Length * classes];
        System.Array.Fill(into, double.NaN);
        if (column is NullArray) return into;
        var (values, start) = column switch
        {
            ListArray list => (list.Values, (Func<int, (long From, long To)>)(row => (list.ValueOffsets[row], list.ValueOffsets[row + 1]))),
            FixedSizeListArray list => (list.Values, row => ((row + (long)list.Offset) * Width(list), (row + (long)list.Offset + 1) * Width(list))),
            _ => throw ColumnReader.Unfit(name, $"a list of {classes} numbers, one per class", column.Data.DataType),
        };
        if (!ArrowTypes.IsFloat(values.Data.DataType)) throw ColumnReader.Unfit(name, $"a list of {classes} numbers, one per class", column.Data.DataType);
        var numbers = new double[values.Length];
        ColumnReader.ReadDoubles(values, name, numbers);
        for (var row = 0; row < column.Length; row++)
        {
            if (column.IsNull(row)) continue;
            var (from, to) = start(row);
            if (to - from != classes) throw new IntakeException($"column '{name}': row {row} has {to - from} values, and the model has {classes} classes", malformed: false);
            if (from < 0 || to > numbers.Length) throw new IntakeException($"column '{name}': row {row} lies beyond its values", malformed: true);
            numbers.AsSpan((int)from, classes).CopyTo(into.AsSpan(row * classes));
        }

        return into;
    }

    private static int Width(FixedSizeListArray list) => ((FixedSizeListType)list.Data.DataType).ListSize;
}
