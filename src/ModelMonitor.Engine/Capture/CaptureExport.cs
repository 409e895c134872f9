using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Core.Capture;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Capture;

/// <summary>Lays captured rows out as files for whoever trains, before a retrain request goes out.</summary>
/// <remarks>In `retrain/KEY` of the state folder: `train.arrows`, `tune.arrows`, `wrong_label_candidates.arrows`, and `captured.json`, written last: a request that is delivered again finds the same files.</remarks>
public sealed class CaptureExport(ModelCatalog catalog, MonitorOptions options, IStateStore store) : IMessagePreparation
{
    private const int MostCandidates = 100;
    private const string Manifest = "captured.json";

    public async ValueTask<OutboxRecord> PrepareAsync(OutboxRecord message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.Action != ActionMessage.Retrain || catalog.Find(message.Model) is not { Options.Capture: not null } model) return message;
        var folder = FolderOf(options, message.Key);
        var manifest = Path.Combine(folder, Manifest);
        if (!File.Exists(manifest)) await WriteAsync(model, folder, cancellationToken).ConfigureAwait(false);
        var payload = JsonNode.Parse(message.Payload)!;
        payload["data"]!["training"]!["captured"] = JsonNode.Parse(await File.ReadAllTextAsync(manifest, cancellationToken).ConfigureAwait(false));
        return message with { Payload = payload.ToJsonString() };
    }

    /// <summary>What belongs to a request.</summary>
    public static string FolderOf(MonitorOptions options, string key)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Path.Combine(options.StateFolder, "retrain", key);
    }

    private async ValueTask WriteAsync(MonitoredModel model, string folder, CancellationToken cancellationToken)
    {
        CapturedSet set;
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            set = await CapturedSet.ReadAsync(reader, model, long.MinValue, cancellationToken).ConfigureAwait(false);
        }

        Directory.CreateDirectory(folder);
        var (train, tune, candidates) = (Path.Combine(folder, "train.arrows"), Path.Combine(folder, "tune.arrows"), Path.Combine(folder, "wrong_label_candidates.arrows"));
        JsonObject? json = null;
        if (set.Count(CapturePart.Train) > 0 && set.Count(CapturePart.Tune) > 0)
        {
            Write(train, set.Rows(CapturePart.Train));
            Write(tune, set.Rows(CapturePart.Tune));
            var suspicious = set.Suspicious(MostCandidates);
            if (suspicious.Count > 0) Write(candidates, suspicious.Select(WithLoss));
            json = new JsonObject
            {
                ["train"] = train,
                ["tune"] = tune,
                ["train_rows"] = set.Count(CapturePart.Train),
                ["tune_rows"] = set.Count(CapturePart.Tune),
                ["from"] = EvaluationJson.Time(set.Bounds!.Value.First),
                ["to"] = EvaluationJson.Time(set.Bounds.Value.Last),
                ["wrong_label_candidates"] = suspicious.Count > 0 ? candidates : null,
            };
        }

        var path = Path.Combine(folder, Manifest);
        await File.WriteAllTextAsync(path + ".new", json?.ToJsonString() ?? "null", cancellationToken).ConfigureAwait(false);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static RecordBatch WithLoss((RecordBatch Row, double Loss) suspicious) => new(
        new Schema([.. suspicious.Row.Schema.FieldsList, new Field("loss", DoubleType.Default, nullable: false)], null), [.. suspicious.Row.Arrays, new DoubleArray.Builder().Append(suspicious.Loss).Build()], 1);

    /// <summary>Deliveries may differ in their columns, and a stream has one schema: columns that not all of them have are left out.</summary>
    internal static void Write(string path, IEnumerable<RecordBatch> rows)
    {
        var batches = rows.ToArray();
        var names = batches.Select(b => b.Schema.FieldsList.Select(f => (f.Name, f.DataType.TypeId)).ToHashSet()).Aggregate((a, b) => [.. a.Intersect(b)]);
        var shared = batches[0].Schema.FieldsList.Where(f => names.Contains((f.Name, f.DataType.TypeId))).ToArray();
        using var stream = File.Create(path);
        using var writer = new ArrowStreamWriter(stream, new Schema([.. shared.Select(Plain)], null));
        foreach (var batch in batches)
            writer.Write(new RecordBatch(new Schema([.. shared.Select(Plain)], null), [.. shared.Select(f => Plain(batch.Column(f.Name), f.Name))], batch.Length));
        writer.WriteEnd();
    }

    /// <summary>Each delivery has dictionaries of its own; text is the same everywhere.</summary>
    private static Field Plain(Field field) => field.DataType is DictionaryType { ValueType: var value } && value.TypeId == ArrowTypeId.String ? new Field(field.Name, StringType.Default, nullable: true) : new Field(field.Name, field.DataType, nullable: true);

    private static IArrowArray Plain(IArrowArray column, string name) => column.Data.DataType is DictionaryType { ValueType.TypeId: ArrowTypeId.String }
        ? ArrowTake.Rows([column], [.. Enumerable.Range(0, column.Length).Select(row => (0, row))], name)! : column;
}
