using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>A column as rows of as many values each: one, or the elements of its lists.</summary>
internal readonly struct ColumnCells
{
    private readonly IArrowArray column;
    private readonly bool hasNulls;

    private ColumnCells(IArrowArray column, IArrowArray values, int width)
    {
        (this.column, Values, Width) = (column, values, width);
        hasNulls = IsList && column.NullCount != 0;
    }

    /// <summary>Where the values lie: the column itself, or its lists' elements.</summary>
    public IArrowArray Values { get; }

    /// <summary>Values per row.</summary>
    public int Width { get; }

    public bool IsList => !ReferenceEquals(column, Values);

    /// <summary>How many places a column takes; 0: its lists may have any length.</summary>
    public static int WidthOf(IArrowArray column) => column switch
    {
        FixedSizeListArray => ((FixedSizeListType)column.Data.DataType).ListSize,
        ListArray or LargeListArray => 0,
        _ => 1,
    };

    /// <param name="width">Places of the column.</param>
    public static ColumnCells Of(IArrowArray column, int width) => column switch
    {
        FixedSizeListArray or ListArray or LargeListArray => new(column, ArrowArrayFactory.BuildArray(column.Data.Children[0]), width),
        _ => new(column, column, 1),
    };

    /// <summary>Where in <see cref="Values"/> a row begins; -1 where the list is null, -2 where it has another length.</summary>
    public int First(int row)
    {
        if (!IsList) return row;
        if (hasNulls && column.IsNull(row)) return -1;
        if (LengthOf(row) != Width) return -2;
        var begin = column switch
        {
            ListArray list => list.ValueOffsets[row],
            LargeListArray list => list.ValueOffsets[row],
            _ => (long)(column.Offset + row) * Width,
        };
        return begin >= 0 && begin + Width <= Values.Length ? (int)begin : throw new ScoringException($"a column of {column.Data.DataType.Name}: row {row} lies beyond its elements");
    }

    public long LengthOf(int row) => column switch
    {
        ListArray list => list.ValueOffsets[row + 1] - list.ValueOffsets[row],
        LargeListArray list => list.ValueOffsets[row + 1] - list.ValueOffsets[row],
        _ => Width,
    };
}
