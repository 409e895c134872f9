using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Benchmarks;

/// <summary>What watching a batch of 1 024 rows and 30 float32 columns costs beside running the model on it, one thread each.</summary>
/// <remarks>
/// DIR [REPEATS]. `fold`: decoding and adding to a pane. `delta`: that, a new delta and its bytes, as a commit of this one batch does.
/// The bare model gets its matrix ready-made, row by row, and a place for its output.
/// </remarks>
internal static class Goal5
{
    private const int Rows = 1024;
    private const int Features = 30;
    private const int Batches = 64;

    /// <summary>Batches between two looks at the clock.</summary>
    private const int Round = 512;

    public static async Task<int> RunAsync(string[] args)
    {
        var repeats = args.Length > 1 ? int.Parse(args[1], null) : 9;
        var columns = PsiRun.Columns(Path.Combine(args[0], "production.f32"), Features, Rows * Batches, PsiRun.RowsOf(args[0]));
        var shape = ShapeOf(PsiRun.Columns(Path.Combine(args[0], "reference.f32"), Features, PsiRun.ReferenceRows, PsiRun.ReferenceRows));
        var schema = new IntakeSchema(new ColumnNames(), [.. shape.Features.Select(f => new IntakeFeature(f.Name, FeatureKind.Numeric))], null);
        var batches = Enumerable.Range(0, Batches).Select(b => BatchOf(columns, b * Rows)).ToArray();
        var scores = Scores(new Random(1), Rows);
        int[] rows = [.. Enumerable.Range(0, Rows)];
        var pane = PaneState.Empty("h", shape);
        void Fold(int i) => Folder.Fold(BatchDecoder.DecodePredictions(batches[i], schema), scores, rows, shape, pane);
        void Delta(int i)
        {
            var delta = PaneState.Empty("h", shape);
            Folder.Fold(BatchDecoder.DecodePredictions(batches[i], schema), scores, rows, shape, delta);
            delta.WriteSums();
        }

        foreach (var (name, model) in new[] { ("trees", BenchmarkModels.Trees(100, 6, Features)), ("mlp", BenchmarkModels.Mlp(Features, 64, 32)) })
        {
            using var bare = new BareModel(model, columns, Rows, Batches);
            var (fold, delta, run) = (new double[repeats], new double[repeats], new double[repeats]);
            for (var r = -1; r < repeats; r++)
            {
                var times = (Time(Fold), Time(Delta), Time(bare.Run));
                // The first round is for the compiler.
                if (r >= 0) (fold[r], delta[r], run[r]) = times;
            }

            var (foldUs, deltaUs, runUs) = (Measure.Median(fold), Measure.Median(delta), Measure.Median(run));
            await Console.Out.WriteLineAsync(Measure.Json(
                ("what", "fold"), ("model", name), ("rows", Rows), ("features", Features), ("model_us", runUs), ("fold_us", foldUs), ("delta_us", deltaUs),
                ("fold_share", foldUs / runUs), ("delta_share", deltaUs / runUs), ("fold_bytes", Allocated(Fold)), ("delta_bytes", Allocated(Delta)))).ConfigureAwait(false);
        }

        return 0;
    }

    /// <summary>CPU microseconds of one call.</summary>
    private static double Time(Action<int> work)
    {
        var began = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Round; i++) work(i % Batches);
        return (Environment.CpuUsage.TotalTime - began).TotalMicroseconds / Round;
    }

    private static long Allocated(Action<int> work)
    {
        work(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++) work(i);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
    }

    private static BaselineShape ShapeOf(float[][] reference)
    {
        var scores = Scores(new Random(2), PsiRun.ReferenceRows);
        return new BaselineShape
        {
            Task = TaskKind.Binary,
            Features = [.. reference.Select((column, f) => new NumericFeatureShape($"f{f}", true, NumericOf(column.Select(v => (double)v))))],
            Score = NumericOf(scores),
            ScoreBins = new ScoreBins(0, 1, NumericOf(scores).Edges.Values.ToArray(), 0.5),
        };
    }

    private static NumericShape NumericOf(IEnumerable<double> values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        var (edges, deciles) = Percentiles.FineEdges(sorted);
        return new NumericShape(edges, deciles, sorted[0], sorted[^1], sorted.Average());
    }

    private static double[] Scores(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)Math.Pow(random.NextDouble(), 2))];

    private static RecordBatch BatchOf(float[][] columns, int start)
    {
        var batch = new RecordBatch.Builder();
        for (var f = 0; f < columns.Length; f++)
        {
            var values = new FloatArray.Builder().Append(columns[f].AsSpan(start, Rows)).Build();
            batch.Append($"f{f}", true, values);
        }

        return batch.Build();
    }
}
