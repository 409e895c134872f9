using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Learning;

/// <summary>Rows of production as they came, with the event time and the score that each was counted by.</summary>
internal sealed record LearningBatch(RecordBatch Rows, long[] Times, double[] Scores)
{
    private const string TimeColumn = "\u0001time";
    private const string ScoreColumn = "\u0001score";

    /// <summary>Ids as hashes; zero where a row has none.</summary>
    public UInt128[] Ids(ColumnNames columns) =>
        columns.Id is { } id && Rows.Schema.GetFieldIndex(id) >= 0 ? ColumnReader.ReadIds(Rows.Column(id), id) : new UInt128[Rows.Length];

    /// <summary>Some of the rows, and nothing of the others: no byte of a row that is not taken is written with those that are. Dictionaries of text come back as plain text.</summary>
    /// <param name="rows">Ascending.</param>
    public LearningBatch Take(IReadOnlyList<int> rows)
    {
        if (rows.Count == Rows.Length) return this;
        IArrowArray[] columns = [.. Enumerable.Range(0, Rows.ColumnCount).Select(c => Take(Rows.Column(c), rows, Rows.Schema.GetFieldByIndex(c).Name))];
        var schema = new Schema([.. Rows.Schema.FieldsList.Zip(columns, (field, column) => new Field(field.Name, column.Data.DataType, field.IsNullable))], null);
        return new(new RecordBatch(schema, columns, rows.Count), [.. rows.Select(r => Times[r])], [.. rows.Select(r => Scores[r])]);
    }

    /// <summary>The rows that a share keeps: by hash of the id, so that both streams and every restart agree; rows without one by their time and place.</summary>
    public LearningBatch Sample(ColumnNames columns, double share)
    {
        if (share >= 1) return this;
        var ids = Ids(columns);
        return Take([.. Enumerable.Range(0, Rows.Length).Where(row => JoinSample.Includes(ids[row] == UInt128.Zero ? PlaceHash(row) : ids[row], share))]);
    }

    /// <summary>The rows with their labels in the label's column: 1 and 0 for binary models, the value for regression, null where not known.</summary>
    public RecordBatch WithLabels(string column, double[] labels)
    {
        var values = new DoubleArray.Builder();
        foreach (var label in labels)
        {
            if (double.IsFinite(label)) values.Append(label);
            else values.AppendNull();
        }

        var at = Rows.Schema.GetFieldIndex(column);
        var kept = Enumerable.Range(0, Rows.ColumnCount).Where(i => i != at).ToArray();
        return With(Rows, kept, (new Field(column, DoubleType.Default, nullable: true), values.Build()));
    }

    public byte[] Write()
    {
        var whole = With(Rows, [.. Enumerable.Range(0, Rows.ColumnCount)],
            (new Field(TimeColumn, Int64Type.Default, nullable: false), new Int64Array.Builder().AppendRange(Times).Build()),
            (new Field(ScoreColumn, DoubleType.Default, nullable: false), new DoubleArray.Builder().AppendRange(Scores).Build()));
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, whole.Schema, leaveOpen: true))
        {
            writer.Write(whole);
            writer.WriteEnd();
        }

        return stream.ToArray();
    }

    public static LearningBatch Read(ReadOnlyMemory<byte> bytes)
    {
        using var batches = ArrowBatches.Open(bytes, ArrowLimits.File);
        var whole = batches.Next() ?? throw new IntakeException("rows kept for learning are gone", malformed: true);
        return new(
            With(whole, [.. Enumerable.Range(0, whole.ColumnCount - 2)]), ((Int64Array)whole.Column(TimeColumn)).Values.ToArray(), ((DoubleArray)whole.Column(ScoreColumn)).Values.ToArray());
    }

    private static RecordBatch With(RecordBatch batch, int[] columns, params (Field Field, IArrowArray Values)[] more) => new(
        new Schema([.. columns.Select(batch.Schema.GetFieldByIndex), .. more.Select(m => m.Field)], null), [.. columns.Select(batch.Column), .. more.Select(m => m.Values)], batch.Length);

    private static IArrowArray Take(IArrowArray array, IReadOnlyList<int> rows, string name)
    {
        if (ArrowTake.Rows([array], [.. rows.Select(row => (0, row))], name) is { } picked) return picked;
        if (array is DictionaryArray dictionary) return new DictionaryArray((DictionaryType)dictionary.Data.DataType, Take(dictionary.Indices, rows, name), dictionary.Dictionary);
        // With an empty run at the end there are two at least, and the concatenation copies: a single slice would be written with what lies around it.
        var runs = new List<IArrowArray>();
        for (var i = 0; i < rows.Count;)
        {
            var end = i + 1;
            while (end < rows.Count && rows[end] == rows[end - 1] + 1) end++;
            runs.Add(ArrowArrayFactory.Slice(array, rows[i], end - i));
            i = end;
        }

        return ArrowArrayConcatenator.Concatenate([.. runs, ArrowArrayFactory.Slice(array, 0, 0)]);
    }

    private UInt128 PlaceHash(int row) => ColumnReader.HashId(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Times[row]}/{row}/{Scores[row]:R}")));
}
