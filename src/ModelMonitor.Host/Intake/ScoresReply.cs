using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Intake;

/// <summary>
/// The scores of a delivery as an Arrow stream, a row for each that was sent, in order: `prediction_id` (utf8) and `score` (float64); of a
/// multiclass model `prediction_id`, `class` (utf8, the most probable) and `probabilities` (list of float64, in the order of its classes).
/// </summary>
internal static class ScoresReply
{
    private static readonly Field s_id = new("prediction_id", StringType.Default, nullable: true);

    private static readonly Schema s_scores = new([s_id, new Field("score", DoubleType.Default, nullable: true)], null);

    private static readonly Schema s_classes = new(
        [s_id, new Field("class", StringType.Default, nullable: true), new Field("probabilities", new ListType(DoubleType.Default), nullable: true)], null);

    /// <param name="batches">Batches and their scores; NaN where a row has none, which becomes null.</param>
    /// <param name="idColumn">What the data call the id; without such a column every id is null.</param>
    /// <param name="classes">Those of a multiclass model; none for other tasks.</param>
    public static async Task<byte[]> WriteAsync(IReadOnlyList<(DecodedBatch Batch, double[] Scores)> batches, string? idColumn, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(batches);
        ArgumentNullException.ThrowIfNull(classes);
        using var stream = new MemoryStream();
        using var writer = new ArrowStreamWriter(stream, classes.Count > 0 ? s_classes : s_scores, leaveOpen: true);
        await writer.WriteStartAsync().ConfigureAwait(false);
        foreach (var (batch, scores) in batches)
        {
            using var reply = classes.Count > 0
                ? new RecordBatch(s_classes, [Ids(batch, idColumn), Names(scores, classes), Probabilities(batch, scores)], batch.Rows)
                : new RecordBatch(s_scores, [Ids(batch, idColumn), Values(scores)], batch.Rows);
            await writer.WriteAsync(reply).ConfigureAwait(false);
        }

        await writer.WriteEndAsync().ConfigureAwait(false);
        return stream.ToArray();
    }

    private static StringArray Ids(DecodedBatch batch, string? idColumn)
    {
        var texts = batch.Ids is null || idColumn is null ? null : ColumnReader.ReadStrings(batch.Arrow.Column(idColumn), idColumn);
        return Texts(batch.Rows, row => texts?[row]);
    }

    /// <summary>A multiclass score is the place of a class.</summary>
    private static StringArray Names(double[] scores, IReadOnlyList<string> classes) => Texts(scores.Length, row => double.IsNaN(scores[row]) ? null : classes[(int)scores[row]]);

    private static StringArray Texts(int rows, Func<int, string?> text)
    {
        var builder = new StringArray.Builder().Reserve(rows);
        for (var row = 0; row < rows; row++)
        {
            if (text(row) is { } known) builder.Append(known);
            else builder.AppendNull();
        }

        return builder.Build();
    }

    private static DoubleArray Values(double[] scores)
    {
        var builder = new DoubleArray.Builder().Reserve(scores.Length);
        foreach (var score in scores)
        {
            if (double.IsNaN(score)) builder.AppendNull();
            else builder.Append(score);
        }

        return builder.Build();
    }

    private static ListArray Probabilities(DecodedBatch batch, double[] scores)
    {
        var builder = new ListArray.Builder(DoubleType.Default);
        var values = (DoubleArray.Builder)builder.ValueBuilder;
        for (var row = 0; row < scores.Length; row++)
        {
            if (double.IsNaN(scores[row]))
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            foreach (var probability in batch.ProbabilitiesOf(row)) values.Append(probability);
        }

        return builder.Build();
    }
}
