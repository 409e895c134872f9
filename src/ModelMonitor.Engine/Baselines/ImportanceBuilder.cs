using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Engine.Baselines;

/// <summary>Permutation importance of each input column on the drift reference: through the scorer, one Arrow column replaced at a time.</summary>
internal static class ImportanceBuilder
{
    public const int Repeats = 3;
    private const int MostRows = 20_000;

    /// <summary>Rows × columns × repeats: minutes for a slow model with hundreds of inputs, seconds for most.</summary>
    private const long MostScored = 4_000_000;

    /// <returns>Null where the metric is undefined on the rows, or a column is of a type that cannot be permuted.</returns>
    /// <exception cref="ScoringException">The model cannot score the rows.</exception>
    public static PermutationImportance? Build(ModelOptions model, IScorer scorer, ReferenceData reference, BaselineShape shape, CancellationToken cancellationToken)
    {
        var columns = scorer.InputColumns;
        // One score per row says nothing of the other classes.
        if (shape.Task == TaskKind.Multiclass || columns.Count == 0) return null;
        var metric = MetricOf(model);
        var limit = (int)Math.Clamp(MostScored / ((long)columns.Count * Repeats), 1, MostRows);
        var rows = Spread(reference, limit);
        if (rows.Count == 0 || Gather(reference, columns, rows) is not { } batch) return null;
        using (batch)
        {
            double[] labels = [.. rows.Select(r => reference.Batches[r.Part].Batch.Labels is { } known ? known[r.Row] : double.NaN)];
            if (ValueOf(metric, batch, labels, scorer, shape) is not { } value) return null;
            var features = new List<FeatureImportance>(columns.Count);
            for (var c = 0; c < columns.Count; c++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Drops(metric, value, batch, c, labels, scorer, shape) is { } drops) features.Add(new(columns[c], drops.Mean, drops.Deviation));
            }

            features.Sort((a, b) => a.Drop == b.Drop ? string.CompareOrdinal(a.Feature, b.Feature) : b.Drop.CompareTo(a.Drop));
            return new PermutationImportance(metric, value, rows.Count, Repeats, features);
        }
    }

    /// <summary>The primary metric; where nobody can say which way that is better, the task's own.</summary>
    private static string MetricOf(ModelOptions model)
    {
        var primary = PrimaryMetric.Of(model.Task, model.Targets);
        return MetricDirections.Of(primary) == MetricDirection.None ? PrimaryMetric.Of(model.Task, []) : primary;
    }

    /// <summary>Evenly spread over the file, for files are ordered by time.</summary>
    private static List<(int Part, int Row)> Spread(ReferenceData reference, int limit)
    {
        var count = (int)Math.Min(reference.Rows, limit);
        var rows = new List<(int, int)>(count);
        var (part, before) = (0, 0L);
        for (var i = 0L; i < count; i++)
        {
            var row = i * reference.Rows / count;
            while (row - before >= reference.Batches[part].Batch.Rows) before += reference.Batches[part++].Batch.Rows;
            rows.Add((part, (int)(row - before)));
        }

        return rows;
    }

    private static RecordBatch? Gather(ReferenceData reference, IReadOnlyList<string> columns, List<(int Part, int Row)> rows)
    {
        var arrays = new List<IArrowArray>(columns.Count);
        foreach (var column in columns)
        {
            var parts = reference.Batches.Select(b => b.Batch.Arrow.Column(column)).ToArray();
            if (parts.Any(p => p.Data.DataType.TypeId != parts[0].Data.DataType.TypeId) || ArrowTake.Rows(parts, rows, column) is not { } array) return null;
            arrays.Add(array);
        }

        return BatchOf(columns, arrays, rows.Count);
    }

    private static RecordBatch BatchOf(IReadOnlyList<string> names, IReadOnlyList<IArrowArray> arrays, int rows) =>
        new(new Schema(names.Zip(arrays, (name, array) => new Field(name, array.Data.DataType, nullable: true)), null), arrays, rows);

    private static double? ValueOf(string metric, RecordBatch batch, double[] labels, IScorer scorer, BaselineShape shape)
    {
        var scores = new double[batch.Length];
        scorer.Score(batch, scores);
        var state = PaneState.Empty("", shape with { Features = [] });
        state.AddOutcomes(scores, labels.AsSpan(0, scores.Length));
        return Performance.Of(state, shape).TryGetValue(metric, out var value) ? value.Value : null;
    }

    /// <summary>Mean and standard deviation of the drop; null where the metric is undefined for a permutation.</summary>
    private static (double Mean, double Deviation)? Drops(string metric, double value, RecordBatch batch, int column, double[] labels, IScorer scorer, BaselineShape shape)
    {
        var sign = MetricDirections.Of(metric) == MetricDirection.LowerIsBetter ? -1 : 1;
        var (sum, squares) = (new ExactSum(), new ExactSum());
        string[] names = [.. batch.Schema.FieldsList.Select(f => f.Name)];
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            using var permuted = ArrowTake.Rows([batch.Column(column)], Permutation(batch.Length, names[column], repeat), names[column])!;
            // Not disposed: its columns belong to the batch.
            var replaced = BatchOf(names, [.. batch.Arrays.Select((array, i) => i == column ? permuted : array)], batch.Length);
            if (ValueOf(metric, replaced, labels, scorer, shape) is not { } after) return null;
            sum.Add(sign * (value - after));
            squares.AddSquare(sign * (value - after));
        }

        return (sum.Value / Repeats, Math.Sqrt(ExactSum.Variance(sum, squares, Repeats)));
    }

    /// <summary>A shuffle that depends on the column's name and the repeat alone, so that the same baseline comes out wherever it is made.</summary>
    private static (int Part, int Row)[] Permutation(int rows, string column, int repeat)
    {
        var state = CategoryShape.HashOf(column) + (ulong)repeat;
        var picks = new (int Part, int Row)[rows];
        for (var i = 0; i < rows; i++) picks[i] = (0, i);
        for (var i = rows - 1; i > 0; i--)
        {
            // SplitMix64 (Steele, Lea, Flood 2014); the bias of the remainder is below 1e-14 here.
            state += 0x9E3779B97F4A7C15;
            var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            var j = (int)((z ^ (z >> 31)) % (ulong)(i + 1));
            (picks[i], picks[j]) = (picks[j], picks[i]);
        }

        return picks;
    }
}
