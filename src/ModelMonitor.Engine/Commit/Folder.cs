using System.Buffers;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Commit;

/// <summary>Adds rows of a decoded batch to the sums of a stretch. The one place where rows become state: live, offline and in the baseline.</summary>
public static class Folder
{
    /// <summary>Rows that follow each other are counted where they lie in the batch; scattered ones are gathered first, column by column.</summary>
    /// <param name="scores">One per row of the batch, NaN where unscored.</param>
    /// <param name="rows">Which rows, by index, none twice.</param>
    public static void Fold(DecodedBatch batch, ReadOnlySpan<double> scores, ReadOnlySpan<int> rows, BaselineShape shape, PaneState into)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(into);
        if (IsStretch(rows)) FoldStretch(batch, scores, rows.IsEmpty ? 0 : rows[0], rows.Length, shape, into);
        else FoldScattered(batch, scores, rows, shape, into);
    }

    private static bool IsStretch(ReadOnlySpan<int> rows)
    {
        for (var i = 1; i < rows.Length; i++)
        {
            if (rows[i] != rows[0] + i) return false;
        }

        return true;
    }

    private static void FoldStretch(DecodedBatch batch, ReadOnlySpan<double> scores, int start, int length, BaselineShape shape, PaneState into)
    {
        for (var f = 0; f < shape.Features.Count; f++)
        {
            switch (batch.Features[f], shape.Features[f], into.Features[f])
            {
                case (NumericColumn column, NumericFeatureShape numeric, NumericSketch sketch):
                    column.Fold(start, length, numeric.Shape, sketch);
                    break;
                case (CategoryColumn column, CategoryFeatureShape category, CategorySketch sketch):
                    sketch.Add(column.Codes.Span.Slice(start, length), column.BinsOf(category.Shape));
                    break;
                case (_, _, var sketch):
                    sketch.AddMissing(length);
                    break;
            }
        }

        FoldScores(batch, scores.Slice(start, length), shape, into);
        if (batch.ScoreDifferences is { } differences) into.AddCompared(differences.AsSpan(start, length), scores.Slice(start, length), shape.Score);
    }

    private static void FoldScattered(DecodedBatch batch, ReadOnlySpan<double> scores, ReadOnlySpan<int> rows, BaselineShape shape, PaneState into)
    {
        var codes = ArrayPool<int>.Shared.Rent(rows.Length);
        var picked = ArrayPool<double>.Shared.Rent(rows.Length);
        for (var f = 0; f < shape.Features.Count; f++)
        {
            switch (batch.Features[f], shape.Features[f], into.Features[f])
            {
                case (NumericColumn column, NumericFeatureShape numeric, NumericSketch sketch):
                    column.Fold(rows, numeric.Shape, sketch);
                    break;
                case (CategoryColumn column, CategoryFeatureShape category, CategorySketch sketch):
                    sketch.Add(Gather(column.Codes.Span, rows, codes), column.BinsOf(category.Shape));
                    break;
                case (_, _, var sketch):
                    sketch.AddMissing(rows.Length);
                    break;
            }
        }

        FoldScores(batch, Gather(scores, rows, picked), shape, into);
        if (batch.ScoreDifferences is { } differences)
        {
            var gathered = ArrayPool<double>.Shared.Rent(rows.Length);
            into.AddCompared(Gather<double>(differences, rows, gathered), picked.AsSpan(0, rows.Length), shape.Score);
            ArrayPool<double>.Shared.Return(gathered);
        }

        ArrayPool<int>.Shared.Return(codes);
        ArrayPool<double>.Shared.Return(picked);
    }

    private static void FoldScores(DecodedBatch batch, ReadOnlySpan<double> scores, BaselineShape shape, PaneState into)
    {
        into.AddRows(scores.Length, batch.ExtraColumns.Count > 0, batch.MissingColumns.Count > 0);
        if (into.Score is not { } sketch) return;
        var scored = sketch.Finite;
        sketch.Add(scores, shape.Score);
        into.AddUnscored(scores.Length - (sketch.Finite - scored));
        if (shape.ScoreBins is { } bins) into.AddScored(scores, bins);
    }

    private static ReadOnlySpan<T> Gather<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows, T[] into)
    {
        for (var i = 0; i < rows.Length; i++) into[i] = values[rows[i]];
        return into.AsSpan(0, rows.Length);
    }
}
