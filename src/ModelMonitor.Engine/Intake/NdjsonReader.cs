using System.Text.Json;
using Apache.Arrow;

namespace ModelMonitor.Engine.Intake;

/// <summary>Turns newline-delimited JSON, one object per row, into record batches typed by the schema.</summary>
/// <remarks>
/// JSON does not say its types, so the schema does: numeric features, scores and (without a positive class) labels are float64,
/// times are timestamps in UTC, everything else is text. A property that no row has makes no column; one that some rows lack is null there.
/// Properties that the schema does not know become columns of text.
/// </remarks>
public static class NdjsonReader
{
    /// <summary>Rows of each batch but the last.</summary>
    public const int RowsPerBatch = 4096;

    private const int MaxNesting = 16;

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>Reads a whole body: it is refused as a whole or not at all. Blank lines are skipped.</summary>
    /// <exception cref="IntakeException">
    /// Names the line, counted from 1, and the property. Malformed: not JSON, a property twice, beyond the limits. Not malformed: a value of another type.
    /// </exception>
    public static IReadOnlyList<RecordBatch> Read(ReadOnlySpan<byte> body, IntakeSchema schema, ArrowLimits limits)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(limits);
        var table = new NdjsonTable(schema, limits);
        body = body.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
        for (int line = 1; !body.IsEmpty; line++)
        {
            int end = body.IndexOf((byte)'\n');
            ReadOnlySpan<byte> row = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!row.Trim(" \t\r"u8).IsEmpty)
            {
                ReadLine(row, line, table);
            }
        }

        return table.ToBatches();
    }

    private static void ReadLine(ReadOnlySpan<byte> row, int line, NdjsonTable table)
    {
        NdjsonColumn? column = null;
        try
        {
            var json = new Utf8JsonReader(row, new JsonReaderOptions { MaxDepth = MaxNesting });
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
            {
                throw new NdjsonFault("expected an object", malformed: false);
            }

            table.BeginRow();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                column = null;
                column = table.Column(ref json);
                json.Read();
                table.Append(column, ref json, row);
            }

            column = null;
            json.Read();
        }
        catch (Exception e) when (e is NdjsonFault or JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: text that is not valid UTF-8 or half of a surrogate pair.
            string place = column is null ? $"line {line}" : $"line {line}, property '{column.Name}'";
            throw new IntakeException($"{place}: {Describe(e)}", e is not NdjsonFault { Malformed: false }, e);
        }
    }

    // The reader's own message repeats a line number, which is always 0 within one line.
    private static string Describe(Exception e) => e switch
    {
        JsonException json => $"not JSON, at byte {json.BytePositionInLine}",
        InvalidOperationException => "text that is not valid UTF-8",
        FormatException => "a number beyond the range of float64",
        _ => e.Message,
    };
}
