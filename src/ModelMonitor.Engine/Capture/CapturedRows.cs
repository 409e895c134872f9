using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Capture;

/// <summary>Rows as they are captured: the columns that may be kept, with the hash of each row's id.</summary>
internal sealed record CapturedRows(LearningBatch Batch)
{
    private const string IdColumn = "\u0001id";

    public int Count => Batch.Rows.Length;

    /// <summary>Hashes of the ids, as join rows have them.</summary>
    public UInt128[] Ids => [.. ColumnReader.ReadStrings(Batch.Rows.Column(IdColumn), IdColumn).Select(id => UInt128.Parse(id!, System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Takes rows out of a delivery: of its columns those that are known and not excluded, with hashes where they are asked for.</summary>
    /// <param name="known">Columns that somebody declared; what else a sender puts into a row is nobody's to keep.</param>
    /// <param name="salt">Of this state: a hash then tells nothing to whoever hashes all texts that there can be.</param>
    public static CapturedRows Of(RecordBatch rows, UInt128[] ids, long[] times, double[] scores, IReadOnlyList<int> taken, IReadOnlySet<string> known, CaptureOptions options, byte[] salt)
    {
        var readable = LearningRows.Readable(rows);
        var picked = new LearningBatch(readable, times, scores).Take(taken);
        var fields = new List<Field>();
        var columns = new List<IArrowArray>();
        for (var c = 0; c < picked.Rows.ColumnCount; c++)
        {
            var field = picked.Rows.Schema.GetFieldByIndex(c);
            if (options.Exclude.Contains(field.Name) || !known.Contains(field.Name)) continue;
            var hashed = options.Hash.Contains(field.Name);
            fields.Add(hashed ? new Field(field.Name, StringType.Default, nullable: true) : field);
            columns.Add(hashed ? Hashed(picked.Rows.Column(c), field.Name, salt) : picked.Rows.Column(c));
        }

        fields.Add(new Field(IdColumn, StringType.Default, nullable: false));
        columns.Add(new StringArray.Builder().AppendRange(taken.Select(row => ids[row].ToString("x32", System.Globalization.CultureInfo.InvariantCulture))).Build());
        return new(picked with { Rows = new RecordBatch(new Schema(fields, null), columns, taken.Count) });
    }

    public static CapturedRows Read(ReadOnlyMemory<byte> body) => new(LearningBatch.Read(body));

    public byte[] Write() => Batch.Write();

    public CapturedRows Take(IReadOnlyList<int> rows) => new(Batch.Take(rows));

    /// <summary>The rows as others get them, with their labels.</summary>
    public RecordBatch ToArrow(string labelColumn, IArrowArray labels)
    {
        var kept = Enumerable.Range(0, Batch.Rows.ColumnCount).Where(c => Batch.Rows.Schema.GetFieldByIndex(c).Name is var name && name != IdColumn && name != labelColumn).ToArray();
        return new RecordBatch(
            new Schema([.. kept.Select(Batch.Rows.Schema.GetFieldByIndex), new Field(labelColumn, labels.Data.DataType, nullable: true)], null), [.. kept.Select(Batch.Rows.Column), labels], Count);
    }

    /// <summary>What the rows are split by: the entity's hash, or the id's where there is none.</summary>
    public UInt128[] Entities(string? column)
    {
        var ids = Ids;
        if (column is null || Batch.Rows.Schema.GetFieldIndex(column) < 0) return ids;
        // Whatever the column holds: a number that is no id of a prediction may well be an entity's.
        var entities = ColumnReader.ReadStrings(Batch.Rows.Column(column), column);
        return [.. entities.Select((entity, row) => entity is null ? ids[row] : ColumnReader.HashId(Encoding.UTF8.GetBytes(entity)))];
    }

    private static StringArray Hashed(IArrowArray column, string name, byte[] salt)
    {
        var builder = new StringArray.Builder();
        var (codes, names) = ColumnReader.ReadCategories(column, name);
        foreach (var code in codes.Span)
        {
            if (code < 0) builder.AppendNull();
            else builder.Append(Convert.ToHexStringLower(HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(names[code])).AsSpan(0, 16)));
        }

        return builder.Build();
    }
}
