using System.Buffers;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Core.Kernels;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Engine.Intake;

/// <summary>Numbers, one per row: either widened to float64 with NaN for null, or a float32 or float64 column as it lies in its batch.</summary>
public sealed record NumericColumn : FeatureColumn
{
    private readonly ArrayData? _arrow;
    private readonly string _name = "";
    private ReadOnlyMemory<double>? _values;

    /// <param name="values">NaN stands for null and NaN alike, which are one bin.</param>
    public NumericColumn(ReadOnlyMemory<double> values) => _values = values;

    private NumericColumn(ArrayData arrow, string name) => (_arrow, _name) = (arrow, name);

    /// <summary>The numbers as float64, NaN where null; a column that lies in its batch is copied when first asked.</summary>
    public ReadOnlyMemory<double> Values
    {
        get
        {
            if (_values is { } known) return known;
            var values = new double[_arrow!.Length];
            ColumnReader.ReadDoubles(_arrow, _name, values);
            _values = values;
            return values;
        }
    }

    /// <summary>A column of any type that has numbers. One that refers to its batch is only good while that is not disposed.</summary>
    /// <exception cref="IntakeException">The type has no numbers, or the buffers are too short.</exception>
    internal static NumericColumn Of(IArrowArray column, string name)
    {
        if (column.Data.DataType.TypeId is ArrowTypeId.Float or ArrowTypeId.Double)
        {
            // What is too short is refused now, not when it is counted.
            _ = new ArrowCells(column.Data, name);
            return new NumericColumn(column.Data, name);
        }

        var values = new double[column.Length];
        ColumnReader.ReadDoubles(column, name, values);
        return new NumericColumn(values);
    }

    /// <summary>Counts a stretch of rows where it lies.</summary>
    internal void Fold(int start, int length, NumericShape shape, NumericSketch into)
    {
        if (_arrow is null)
        {
            into.Add(_values!.Value.Span.Slice(start, length), shape);
            return;
        }

        var cells = new ArrowCells(_arrow, _name);
        if (_arrow.DataType.TypeId == ArrowTypeId.Float) into.Add(cells.Values<float>().Slice(start, length), cells.Validity.Slice(start), shape);
        else into.Add(cells.Values<double>().Slice(start, length), cells.Validity.Slice(start), shape);
    }

    /// <summary>Counts scattered rows, gathered first.</summary>
    internal void Fold(ReadOnlySpan<int> rows, NumericShape shape, NumericSketch into)
    {
        if (_arrow is null)
        {
            Gather(_values!.Value.Span, default, rows, shape, into);
            return;
        }

        var cells = new ArrowCells(_arrow, _name);
        if (_arrow.DataType.TypeId == ArrowTypeId.Float) Gather(cells.Values<float>(), cells.Validity, rows, shape, into);
        else Gather(cells.Values<double>(), cells.Validity, rows, shape, into);
    }

    private static void Gather<T>(ReadOnlySpan<T> values, Validity validity, ReadOnlySpan<int> rows, NumericShape shape, NumericSketch into)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var gathered = ArrayPool<T>.Shared.Rent(rows.Length);
        for (var i = 0; i < rows.Length; i++) gathered[i] = validity.IsValid(rows[i]) ? values[rows[i]] : T.NaN;
        if (gathered is float[] floats) into.Add(floats.AsSpan(0, rows.Length), default, shape);
        else if (gathered is double[] doubles) into.Add(doubles.AsSpan(0, rows.Length), shape);
        ArrayPool<T>.Shared.Return(gathered);
    }
}
