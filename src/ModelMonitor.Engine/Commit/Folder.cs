using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Commit;

/// <summary>Adds rows of a decoded batch to the sums of a stretch. The one place where rows become state: live, offline and in the baseline.</summary>
public static class Folder
{
    /// <param name="scores">One per row of the batch, NaN where unscored.</param>
    /// <param name="rows">Which rows, by index.</param>
    public static void Fold(DecodedBatch batch, ReadOnlySpan<double> scores, ReadOnlySpan<int> rows, BaselineShape shape, PaneState into)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(into);
        into.AddRows(rows.Length, batch.ExtraColumns.Count > 0, batch.MissingColumns.Count > 0);
        var numbers = System.Buffers.ArrayPool<double>.Shared.Rent(rows.Length);
        var codes = System.Buffers.ArrayPool<int>.Shared.Rent(rows.Length);
        try
        {
            for (var f = 0; f < shape.Features.Count; f++)
            {
                switch (batch.Features[f], shape.Features[f], into.Features[f])
                {
                    case (NumericColumn column, NumericFeatureShape numeric, NumericSketch sketch):
                        sketch.Add(Gather(column.Values.Span, rows, numbers), numeric.Shape);
                        break;
                    case (CategoryColumn column, CategoryFeatureShape category, CategorySketch sketch):
                        sketch.Add(Gather(column.Codes.Span, rows, codes), column.Names, category.Shape);
                        break;
                    case (_, _, var sketch):
                        sketch.AddMissing(rows.Length);
                        break;
                }
            }

            var picked = Gather(scores, rows, numbers);
            into.Score?.Add(picked, shape.Score);
            if (shape.ScoreBins is { } bins) into.AddScored(picked, bins);
            long unscored = 0;
            foreach (var score in picked)
            {
                if (!double.IsFinite(score)) unscored++;
            }

            into.AddUnscored(unscored);
        }
        finally
        {
            System.Buffers.ArrayPool<double>.Shared.Return(numbers);
            System.Buffers.ArrayPool<int>.Shared.Return(codes);
        }
    }

    private static ReadOnlySpan<T> Gather<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows, T[] into)
    {
        for (var i = 0; i < rows.Length; i++) into[i] = values[rows[i]];
        return into.AsSpan(0, rows.Length);
    }
}
