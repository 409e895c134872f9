using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Engine.Baselines;

/// <summary>A reference file's rows in order of time; rows without a time are left out.</summary>
internal sealed class ReferenceOrder
{
    private readonly IReadOnlyList<(DecodedBatch Batch, double[] Scores)> _batches;
    private readonly (int Batch, int Row)[] _rows;

    private ReferenceOrder(IReadOnlyList<(DecodedBatch Batch, double[] Scores)> batches, (int Batch, int Row)[] rows, long[] times) =>
        (_batches, _rows, Times) = (batches, rows, times);

    /// <summary>Ascending, microseconds of UTC since 1970.</summary>
    public long[] Times { get; }

    public static ReferenceOrder Of(ReferenceData reference)
    {
        var (rows, times) = (new List<(int, int)>(), new List<long>());
        for (var b = 0; b < reference.Batches.Count; b++)
        {
            if (reference.Batches[b].Batch.Times is not { } own) continue;
            for (var row = 0; row < own.Length; row++)
            {
                if (own[row] == long.MinValue) continue;
                rows.Add((b, row));
                times.Add(own[row]);
            }
        }

        var (keys, places) = (times.ToArray(), rows.ToArray());
        Array.Sort(keys, places);
        return new(reference.Batches, places, keys);
    }

    /// <summary>The fine bin of each row, −1 where missing: where the sketches count it.</summary>
    public int[] Codes(int feature, FeatureShape shape)
    {
        var codes = new int[_rows.Length];
        // A category's bin by its code, per batch: names are looked up once each.
        var bins = shape is CategoryFeatureShape category
            ? _batches.Select(b => b.Batch.Features[feature] is CategoryColumn c ? c.Names.Select(category.Shape.BinOf).ToArray() : []).ToArray()
            : [];
        for (var i = 0; i < codes.Length; i++)
        {
            var (b, row) = _rows[i];
            codes[i] = (_batches[b].Batch.Features[feature], shape) switch
            {
                (NumericColumn column, NumericFeatureShape numeric) => BinOf(column.Values.Span[row], numeric.Shape),
                (CategoryColumn column, CategoryFeatureShape) => column.Codes.Span[row] is >= 0 and var code ? bins[b][code] : -1,
                _ => -1,
            };
        }

        return codes;
    }

    public int[] ScoreCodes(NumericShape shape) => [.. _rows.Select(r => BinOf(_batches[r.Batch].Scores[r.Row], shape))];

    /// <summary>0 positive, 1 negative, −1 not countable: as outcomes are counted.</summary>
    public int[] LabelCodes() => [.. _rows.Select(r => Outcome(r) is var (score, label) && OutcomeSketch.CanCount(score, label) ? label > 0 ? 0 : 1 : -1)];

    /// <summary>The place of each row's class, −1 where it is not known: as outcomes are counted.</summary>
    public int[] ClassCodes() => [.. _rows.Select(r => Outcome(r) is var (score, label) && double.IsFinite(score) && label >= 0 ? (int)label : -1)];

    public void AddOutcomes(Range chunk, PaneState state)
    {
        foreach (var row in _rows.AsSpan(chunk))
        {
            var (score, label) = Outcome(row);
            var batch = _batches[row.Batch].Batch;
            state.AddOutcome(score, batch.ProbabilitiesOf(row.Row), label);
            state.Ensemble?.Add(batch.EnsembleOf(row.Row), label);
        }
    }

    private (double Score, double Label) Outcome((int Batch, int Row) row) =>
        (_batches[row.Batch].Scores[row.Row], _batches[row.Batch].Batch.Labels?[row.Row] ?? double.NaN);

    private static int BinOf(double value, NumericShape shape) => double.IsNaN(value) ? -1 : shape.Edges.BinOf(value);
}
