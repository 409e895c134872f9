using Apache.Arrow;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Baselines;

/// <summary>A reference file, decoded and scored, held while its baseline is made.</summary>
internal sealed class ReferenceData
{
    private readonly List<(DecodedBatch Batch, double[] Scores)> _batches = [];

    public IReadOnlyList<(DecodedBatch Batch, double[] Scores)> Batches => _batches;

    public long Rows { get; private set; }

    /// <exception cref="IntakeException">A batch does not fit.</exception>
    /// <exception cref="ScoringException">A batch cannot be scored.</exception>
    public static ReferenceData Read(IEnumerable<RecordBatch> batches, IntakeSchema schema, IScorer? scorer, Ensemble? ensemble, CancellationToken cancellationToken)
    {
        var data = new ReferenceData();
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var decoded = BatchDecoder.DecodePredictions(batch, schema);
            decoded.Ensemble = ensemble?.Score(decoded.Arrow) ?? [];
            data._batches.Add((decoded, BatchScores.Of(decoded, scorer, schema.Classes?.Count ?? 0)));
            data.Rows += decoded.Rows;
        }

        return data;
    }

    /// <summary>Whether any batch has the column to slice by.</summary>
    public bool HasSegment(int column) => _batches.Any(b => b.Batch.Segments[column] is not null);

    /// <summary>Rows per value of a column to slice by; missing is a value.</summary>
    public IReadOnlyDictionary<string, long> SegmentValues(int column)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (batch, _) in _batches)
        {
            if (batch.Segments[column] is not { } values) continue;
            foreach (var code in values.Codes.Span)
            {
                var value = code < 0 ? SegmentColumn.Missing : values.Names[code];
                counts[value] = counts.GetValueOrDefault(value) + 1;
            }
        }

        return counts;
    }

    /// <summary>Every probability of every row.</summary>
    public IEnumerable<double> AllProbabilities() => _batches.SelectMany(b => b.Batch.Probabilities);

    public IEnumerable<double> AllScores() => _batches.SelectMany(b => b.Scores);

    /// <summary>Scores of the rows that have a label, with it, in the order of the file.</summary>
    public IEnumerable<(double Score, bool Positive)> LabelledScores() => _batches.SelectMany(b =>
        Enumerable.Range(0, b.Batch.Rows).Where(row => b.Batch.Labels is { } labels && double.IsFinite(labels[row])).Select(row => (b.Scores[row], b.Batch.Labels![row] > 0)));

    /// <summary>A numeric column's values, NaN where missing.</summary>
    public IEnumerable<double> Numbers(int feature) => _batches.SelectMany(b => b.Batch.Features[feature] is NumericColumn column ? System.Runtime.InteropServices.MemoryMarshal.ToEnumerable(column.Values) : []);

    /// <summary>Rows per category of a column.</summary>
    public IReadOnlyDictionary<string, long> Categories(int feature)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (batch, _) in _batches)
        {
            if (batch.Features[feature] is not CategoryColumn column) continue;
            foreach (var code in column.Codes.Span)
            {
                if (code >= 0) counts[column.Names[code]] = counts.GetValueOrDefault(column.Names[code]) + 1;
            }
        }

        return counts;
    }
}
