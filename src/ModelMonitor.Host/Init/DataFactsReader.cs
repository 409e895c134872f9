using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Cli;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Init;

/// <summary>Reads the first rows of a data file into facts.</summary>
internal static class DataFactsReader
{
    private const long MostRows = 200_000;

    /// <exception cref="CliException">It has no rows.</exception>
    /// <exception cref="IntakeException">It is no data file; the message names it.</exception>
    public static DataFacts Read(string path, CancellationToken cancellationToken)
    {
        using var file = DataFile.Open(path);
        List<Tally>? tallies = null;
        var (rows, whole) = (0L, true);
        while (file.Next() is { } next)
        {
            using var batch = next;
            cancellationToken.ThrowIfCancellationRequested();
            tallies ??= [.. batch.Schema.FieldsList.Select(field => new Tally(field))];
            for (var i = 0; i < tallies.Count; i++) tallies[i].Add(batch.Column(i));
            rows += batch.Length;
            whole = rows < MostRows;
            if (!whole) break;
        }

        return tallies is null || rows == 0 ? throw new CliException($"{path}: has no rows") : new(path, rows, whole, [.. tallies.Select(tally => tally.Facts)]);
    }

    private static IArrowType Plain(IArrowType type) => type is DictionaryType dictionary ? Plain(dictionary.ValueType) : type;

    private static ColumnKind KindOf(IArrowType type) => type switch
    {
        FixedSizeListType or ListType or LargeListType => ColumnKind.Vector,
        BooleanType => ColumnKind.Truth,
        TimestampType or Date32Type or Date64Type => ColumnKind.Time,
        _ => BatchDecoder.KindOf(type) switch
        {
            FeatureKind.Categorical => ColumnKind.Text,
            FeatureKind.Numeric when type is IntegerType => ColumnKind.Whole,
            FeatureKind.Numeric => ColumnKind.Number,
            _ => ColumnKind.Other,
        },
    };

    private sealed class Tally(Field declared)
    {
        private readonly ColumnKind _kind = KindOf(Plain(declared.DataType));
        private readonly HashSet<string> _values = new(StringComparer.Ordinal);
        private long _rows;
        private long _filled;
        private (long First, long Last)? _span;

        public ColumnFacts Facts => new(declared.Name, _kind, (declared.DataType as FixedSizeListType)?.ListSize)
        {
            Rows = _rows,
            Filled = _filled,
            Distinct = _values.Count,
            Values = _values.Count > ColumnFacts.MostValues ? [] : InOrder(_values),
            Span = _span,
        };

        public void Add(IArrowArray column)
        {
            _rows += column.Length;
            if (_kind == ColumnKind.Time) AddTimes(ColumnReader.ReadTimes(column, declared.Name));
            else if (_kind is ColumnKind.Vector or ColumnKind.Other || Plain(declared.DataType) is not (BooleanType or IntegerType or FloatingPointType or StringType or LargeStringType or StringViewType)) _filled += column.Length - column.NullCount;
            else AddTexts(ColumnReader.ReadStrings(column, declared.Name));
        }

        private void AddTexts(string?[] values)
        {
            foreach (var value in values)
            {
                if (value is null) continue;
                _filled++;
                _values.Add(value);
            }
        }

        private void AddTimes(long[] times)
        {
            foreach (var time in times)
            {
                if (time == long.MinValue) continue;
                _filled++;
                _span = _span is var (first, last) ? (Math.Min(first, time), Math.Max(last, time)) : (time, time);
            }
        }

        private static string[] InOrder(IEnumerable<string> values)
        {
            var texts = values.ToArray();
            return texts.All(text => double.TryParse(text, CultureInfo.InvariantCulture, out _))
                ? [.. texts.OrderBy(text => double.Parse(text, CultureInfo.InvariantCulture))]
                : [.. texts.Order(StringComparer.Ordinal)];
        }
    }
}
