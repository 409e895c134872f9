using Apache.Arrow;

namespace ModelMonitor.Engine.Intake;

/// <summary>
/// Gives each batch its own hold on the dictionaries that all batches of a stream share: the library frees a decompressed dictionary
/// with the first batch that is disposed, beneath those that follow.
/// </summary>
internal static class SharedDictionaries
{
    public static RecordBatch Hold(RecordBatch batch) => batch.Arrays.Any(column => Shares(column.Data))
        ? new RecordBatch(batch.Schema, batch.Arrays.Select(column => ArrowArrayFactory.BuildArray(Hold(column.Data))), batch.Length)
        : batch;

    // As deep as the schema, which the guard bounds.
    private static bool Shares(ArrayData data) => data.Dictionary is not null || (data.Children ?? []).Any(Shares);

    private static ArrayData Hold(ArrayData data) => Shares(data)
        ? new ArrayData(data.DataType, data.Length, data.NullCount, data.Offset, data.Buffers, data.Children?.Select(Hold).ToArray(), data.Dictionary?.Retain())
        : data;
}
