using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Microsoft.Extensions.Logging.Abstractions;
using ModelMonitor.Core;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Baselines;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Benchmarks;

/// <summary>A monitor over SQLite in a folder of its own, fed with encoded Arrow streams: all of the way from the bytes of a body to the commit. Scores are logged, no model runs.</summary>
internal sealed class LiveMonitor : IAsyncDisposable
{
    public const int BatchRows = 1024;
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-bench-");
    private readonly StateFolderLock _lock;
    private readonly StateWriter _writer;
    private readonly IngestService _ingest;

    /// <param name="joinSample">Share of the predictions that wait for a label.</param>
    /// <param name="segments">Values that the column `slice` has; 0: no slices.</param>
    public LiveMonitor(int features, double joinSample = 0, int segments = 0, int models = 1)
    {
        var declared = Enumerable.Range(0, models).Select(m => new ModelOptions
        {
            Name = $"m{m}",
            Version = "1",
            Task = TaskKind.Binary,
            Columns = new ColumnNames { Score = "score" },
            LabelPositive = LabelValue.From(1L),
            Reference = new ReferenceFiles("train", null),
            Baseline = "",
            JoinSample = joinSample,
            Ignore = segments > 0 ? [] : ["slice"],
            Segments = new SegmentOptions { Columns = segments > 0 ? ["slice"] : [] },
        }).ToArray();
        Options = new MonitorOptions { StateFolder = _folder.FullName, Models = declared, Windows = [], Rules = [], Retention = new RetentionOptions { Panes = TimeSpan.FromDays(10_000) } };
        Models = [.. declared.Select(model => new MonitoredModel(model, BaselineBuilder.Build(model, null, _ => Enumerable.Range(0, 20).Select(i => Batch(features, i, Start.AddDays(-1), segments, labelled: true)), CancellationToken.None), null))];
        _lock = StateFolderLock.Acquire(_folder.FullName);
        Store = SqliteStore.Open(_lock);
        _writer = new StateWriter(Store, TimeProvider.System, NoTelemetry.Instance, NullLogger<StateWriter>.Instance, Options.Ingest.MaxQueuedRows);
        _ingest = new IngestService(_writer, Options, NoTelemetry.Instance, TimeProvider.System);
    }

    public MonitorOptions Options { get; }

    public IReadOnlyList<MonitoredModel> Models { get; }

    public MonitoredModel Model => Models[0];

    public IStateStore Store { get; }

    public string Database => Path.Combine(_folder.FullName, "state.db");

    /// <summary>A delivery as it comes in: decoded, checked, counted, committed.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> body, MonitoredModel? model = null)
    {
        using var batches = ArrowBatches.Open(body, ArrowLimits.Request);
        await _ingest.PredictionsAsync(model ?? Model, [.. batches.ReadAll()], null).ConfigureAwait(false);
    }

    /// <summary>Sums what commits appended into panes, hours and days.</summary>
    public Task SumAsync() => _writer.SubmitAsync(new Summing());

    /// <summary>The body of a delivery, its ids random and its own.</summary>
    public static byte[] Body(int features, int seed, DateTimeOffset at, int segments = 0, int rows = BatchRows)
    {
        using var stream = new MemoryStream();
        using var batch = Batch(features, seed, at, segments, labelled: false, rows);
        using (var writer = new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        return stream.ToArray();
    }

    /// <summary>The ids of <see cref="Body"/>.</summary>
    public static long[] Ids(int seed, int rows = BatchRows)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, rows).Select(_ => random.NextInt64())];
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await ((IAsyncDisposable)Store).DisposeAsync().ConfigureAwait(false);
        _lock.Dispose();
        _folder.Delete(recursive: true);
    }

    private static RecordBatch Batch(int features, int seed, DateTimeOffset at, int segments, bool labelled, int rows = BatchRows)
    {
        var random = new Random(seed);
        var ids = new Int64Array.Builder().Append(Ids(seed, rows));
        var batch = new RecordBatch.Builder().Append("prediction_id", false, ids.Build());
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        var slices = new StringArray.Builder();
        for (var row = 0; row < rows; row++)
        {
            times.Append(at);
            slices.Append($"s{random.Next(Math.Max(1, segments))}");
        }

        float[] Values() => [.. Enumerable.Range(0, rows).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble()))];
        batch.Append("timestamp", false, times.Build()).Append("slice", false, slices.Build());
        batch.Append("score", false, new DoubleArray.Builder().Append([.. Values().Select(v => (double)v / 3)]).Build());
        if (labelled) batch.Append("label", false, new Int64Array.Builder().Append([.. Values().Select(v => v > 2 ? 1L : 0L)]).Build());
        for (var f = 0; f < features; f++) batch.Append($"f{f}", false, new FloatArray.Builder().Append(Values()).Build());
        return batch.Build();
    }

    private sealed class Summing : IWork
    {
        public int Rows => 0;

        public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
        {
            while (await DeltaSummer.SumAsync(scope.Transaction, cancellationToken).ConfigureAwait(false))
            {
            }
        }
    }
}
