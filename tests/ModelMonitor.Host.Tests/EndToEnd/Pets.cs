using Apache.Arrow;
using Apache.Arrow.Types;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Three classes of a linear model over two columns, with the probabilities that it gives.</summary>
internal static class Pets
{
    /// <summary>Three days of production.</summary>
    public const int Rows = 900;

    public static readonly float[] Coefficients = [2, 0, 0, 2, -2, -2], Intercepts = [0, 0, 0.5f];

    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Ids and labels alone.</summary>
    public static RecordBatch Labels(RecordBatch batch) =>
        new(new Schema([batch.Schema.GetFieldByName("prediction_id"), batch.Schema.GetFieldByName("label")], null), [batch.Column("prediction_id"), batch.Column("label")], batch.Length);

    public static RecordBatch Batch(int[] rows, string[] classes, bool texts, bool withLabels = false, string? oddLabel = null, DateTimeOffset? start = null)
    {
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        var vectors = new ListArray.Builder(DoubleType.Default);
        foreach (var row in rows)
        {
            times.Append((start ?? Start).AddMinutes(row % Rows * 4.8));
            vectors.Append();
            foreach (var value in Probabilities(row)) ((DoubleArray.Builder)vectors.ValueBuilder).Append(value);
        }

        var batch = new RecordBatch.Builder()
            .Append("prediction_id", false, new Int64Array.Builder().Append([.. rows.Select(row => (long)row)]).Build())
            .Append("timestamp", false, times.Build())
            .Append("a", false, new FloatArray.Builder().Append([.. rows.Select(row => A(row))]).Build())
            .Append("b", false, new FloatArray.Builder().Append([.. rows.Select(row => B(row))]).Build())
            .Append("p", false, vectors.Build());
        if (withLabels && texts) batch.Append("label", false, new StringArray.Builder().AppendRange(rows.Select(row => oddLabel ?? classes[Label(row)])).Build());
        else if (withLabels) batch.Append("label", false, new Int32Array.Builder().Append([.. rows.Select(row => Label(row))]).Build());
        return batch.Build();
    }

    private static float A(int row) => (float)Math.Sin(row * 1.7);

    private static float B(int row) => (float)Math.Cos(row * 2.3);

    public static double[] Probabilities(int row)
    {
        var exps = Enumerable.Range(0, 3).Select(c => Math.Exp((Coefficients[2 * c] * A(row)) + (Coefficients[(2 * c) + 1] * B(row)) + Intercepts[c])).ToArray();
        return [.. exps.Select(e => e / exps.Sum())];
    }

    public static int Predicted(int row) => System.Array.IndexOf(Probabilities(row), Probabilities(row).Max());

    /// <summary>Two of three rows are what the model thinks.</summary>
    public static int Label(int row) => row % 3 == 0 ? row / 3 % 3 : Predicted(row);
}
