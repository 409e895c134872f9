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
            RecordBatch[] fitted = [.. set.Rows(CapturePart.Train)], tuned = [.. set.Rows(CapturePart.Tune)];
            // What is fitted and what is tuned on are read by one program: the same columns, of the same types.
            var fields = SharedColumns.Of([.. fitted.Concat(tuned).Select(batch => batch.Schema)]);
            Write(train, fitted, fields);
            Write(tune, tuned, fields);
            var suspicious = set.Suspicious(MostCandidates);
            RecordBatch[] worst = [.. suspicious.Select(WithLoss)];
            if (worst.Length > 0) Write(candidates, worst, SharedColumns.Of([.. worst.Select(batch => batch.Schema)]));
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

    /// <summary>Deliveries may differ in their columns, and a stream has one schema: a column is null where a delivery lacks it, and of one type where they differ.</summary>
    private static void Write(string path, RecordBatch[] batches, IReadOnlyList<Field> fields)
    {
        var schema = new Schema(fields, null);
        using var stream = File.Create(path);
        using var writer = new ArrowStreamWriter(stream, schema);
        foreach (var batch in batches) writer.Write(new RecordBatch(schema, [.. fields.Select(field => SharedColumns.Read(batch, field))], batch.Length));
        writer.WriteEnd();
    }
}
