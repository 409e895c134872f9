using Apache.Arrow;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Operations.Tests;

/// <summary>
/// One monitor with a model of every kind: the bundled sets, moved in time so that they end now, and three classes made here. A device that
/// is not to be had, an ensemble, segments, a challenger, a model that learns its baseline, a receiver that is down.
/// </summary>
internal sealed class LiveCase : IDisposable
{
    private static readonly string[] s_classes = ["cat", "dog", "bird"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-operations-");

    public LiveCase()
    {
        foreach (var set in (string[])["flights", "chicago"])
        {
            foreach (var file in Directory.GetFiles(DataOf(set))) File.Copy(file, Path.Combine(_folder.CreateSubdirectory(set).FullName, Path.GetFileName(file)));
        }

        foreach (var (part, first) in (IEnumerable<(string, int)>)[("train", 10_000), ("holdout", 20_000)])
            File.WriteAllBytes(Path.Combine(_folder.FullName, $"pets_{part}.arrows"), Request.Bytes(Pets.Batch([.. Enumerable.Range(first, 1500)], s_classes, texts: true, withLabels: true)));
        Configuration = Path.Combine(_folder.FullName, "monitor.yaml");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "live.yaml"), Configuration);
    }

    public string Configuration { get; }

    /// <summary>Everything that is sent, in order.</summary>
    public static IEnumerable<Request> Requests(DateTimeOffset now)
    {
        foreach (var (set, models) in (IEnumerable<(string, string[])>)[("flights", ["flights", "learner"]), ("chicago", ["chicago", "chicago_overfit"])])
        {
            var predictions = Batches(set, "production.arrows");
            var by = now.AddMinutes(-5) - Times(predictions[^1], "ts")[^1]!.Value;
            foreach (var model in models)
            {
                foreach (var batch in predictions) yield return Of(model, "predictions", Moved(batch, by, "ts"));
                foreach (var batch in Batches(set, "labels.arrows")) yield return Of(model, "labels", Moved(batch, by, "label_ts"));
            }
        }

        var pets = Enumerable.Range(0, Pets.Rows).ToArray();
        yield return Of("pets", "predictions", Pets.Batch(pets, s_classes, texts: true, start: now.AddMinutes(-10 - (Pets.Rows * 4.8))));
        yield return Of("pets", "labels", Pets.Labels(Pets.Batch(pets, s_classes, texts: true, withLabels: true)));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Request Of(string model, string stream, RecordBatch batch) => new(model, stream, Guid.NewGuid().ToString(), Request.Bytes(batch));

    private static string DataOf(string set) => Path.Combine(AppContext.BaseDirectory, "Data", set);

    private static List<RecordBatch> Batches(string set, string file) => [.. ArrowBatches.OpenFile(Path.Combine(DataOf(set), file)).ReadAll()];

    /// <summary>The same rows at another time.</summary>
    private static RecordBatch Moved(RecordBatch batch, TimeSpan by, string column)
    {
        var type = new TimestampType(TimeUnit.Microsecond, "UTC");
        var times = new TimestampArray.Builder(type);
        foreach (var time in Times(batch, column))
        {
            if (time is { } known) times.Append(known + by);
            else times.AppendNull();
        }

        var index = batch.Schema.GetFieldIndex(column);
        var fields = batch.Schema.FieldsList.Select((field, i) => i == index ? new Field(field.Name, type, true) : field);
        return new RecordBatch(new Schema(fields, null), batch.Arrays.Select((array, i) => i == index ? times.Build() : array), batch.Length);
    }

    private static List<DateTimeOffset?> Times(RecordBatch batch, string column)
    {
        var times = (TimestampArray)batch.Column(column);
        return [.. Enumerable.Range(0, times.Length).Select(row => times.GetTimestamp(row))];
    }
}
