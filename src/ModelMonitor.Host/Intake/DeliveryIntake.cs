using System.IO.Hashing;
using System.Text;
using Apache.Arrow;
using ModelMonitor.Engine;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Intake;

/// <summary>What became of a delivery: a reply after its commit, or a refusal.</summary>
/// <param name="Scores">An Arrow stream, where scores were asked for.</param>
internal sealed record DeliveryAnswer(IngestReply? Reply, ReadOnlyMemory<byte> Scores, Refusal? Refusal)
{
    public static implicit operator DeliveryAnswer(Refusal refusal) => new(null, default, refusal);

    public static implicit operator DeliveryAnswer(IngestReply reply) => new(reply, default, null);
}

/// <summary>One delivery's way from bytes to its commit, whichever way it came in. Thread-safe.</summary>
internal sealed class DeliveryIntake(IngestService ingest, MonitorOptions options, ITelemetry telemetry, ILogger<DeliveryIntake> logger)
{
    public const string ArrowStream = "application/vnd.apache.arrow.stream";
    public const string Ndjson = "application/x-ndjson";

    private const int MaxKeyLength = 256;

    /// <summary>What an idempotency key may be.</summary>
    public static string KeyForm { get; } = $"one value of 1 to {MaxKeyLength} printable ASCII characters";

    /// <summary>What one body may claim before anything of it is decoded.</summary>
    public ArrowLimits Limits { get; } = ArrowLimits.Request with { MaxDecodedBytes = options.Ingest.MaxDecodedBytes };

    public static bool IsKey(string? key) => key is { Length: >= 1 and <= MaxKeyLength } && key.All(c => c is >= ' ' and <= '~');

    /// <summary>Takes one delivery, all or nothing, and returns after its commit.</summary>
    /// <param name="stream">One of <see cref="Streams"/>.</param>
    /// <param name="mediaType"><see cref="ArrowStream"/> or <see cref="Ndjson"/>.</param>
    /// <param name="key">A key of the form <see cref="IsKey"/>; null: none.</param>
    /// <param name="scores">Whether the answer shall hold the scores; of predictions only.</param>
    public async Task<DeliveryAnswer> TakeAsync(MonitoredModel model, string stream, ReadOnlyMemory<byte> body, string mediaType, string? key, bool scores)
    {
        DeliveryIdentity? identity = key is null ? null : new(key, HashOf(mediaType, body.Span));
        using var delivery = new Delivery();
        try
        {
            delivery.Read(body, mediaType == Ndjson, model.Schema, Limits);
            if (stream == Streams.Labels)
                return await ingest.LabelsAsync(model, delivery.Batches, identity).ConfigureAwait(false) is { } labels ? labels : Overloaded(model, stream, delivery.Rows);
            if (await ingest.PredictionsAsync(model, delivery.Batches, identity).ConfigureAwait(false) is not { } taken)
                return Overloaded(model, stream, delivery.Rows);
            if (!scores) return taken.Reply;
            // Written out here: the batches are given back when this returns.
            return new(taken.Reply, await ScoresReply.WriteAsync(taken.Batches, model.Options.Columns.Id, model.Baseline.Shape.Classes).ConfigureAwait(false), null);
        }
        catch (IntakeException e)
        {
            return Malformed(model, stream, e, delivery.Rows);
        }
        catch (DeliveryConflictException e)
        {
            telemetry.RowsRejected(model.Name, stream, "conflict", Math.Max(1, delivery.Rows));
            return new Refusal(RefusalKind.Conflict, e.Message);
        }
        catch (Exception e) when (StoreFailure.Is(e))
        {
            Log.NotCommitted(logger, e, model.Name);
            return new Refusal(RefusalKind.NotCommitted, "The delivery could not be committed; nothing was taken. Send it again.");
        }
    }

    /// <summary>Counts a delivery that cannot be read, or does not fit.</summary>
    public Refusal Malformed(MonitoredModel model, string stream, IntakeException fault, long rows = 0)
    {
        telemetry.RowsRejected(model.Name, stream, "malformed", Math.Max(1, rows));
        return new Refusal(fault.Malformed ? RefusalKind.Malformed : RefusalKind.Unfit, fault.Message);
    }

    /// <summary>Counts a delivery that there is no room for.</summary>
    public Refusal Overloaded(MonitoredModel model, string stream, long rows)
    {
        telemetry.RowsRejected(model.Name, stream, "overloaded", Math.Max(1, rows));
        return new Refusal(RefusalKind.Overloaded, "Too much is waiting for its commit; nothing was taken. Send it again later.");
    }

    /// <summary>Counts a delivery beyond <see cref="IngestOptions.MaxRequestBytes"/>.</summary>
    public Refusal TooLarge(MonitoredModel model, string stream)
    {
        telemetry.RowsRejected(model.Name, stream, "too_large", 1);
        return new Refusal(RefusalKind.TooLarge, $"The body is larger than the {options.Ingest.MaxRequestBytes} bytes that one request may have; split it.");
    }

    private static UInt128 HashOf(string mediaType, ReadOnlySpan<byte> body)
    {
        var hash = new XxHash128();
        hash.Append(Encoding.ASCII.GetBytes(mediaType + "\n"));
        hash.Append(body);
        return hash.GetCurrentHashAsUInt128();
    }

    /// <summary>The batches of one body, given back together.</summary>
    private sealed class Delivery : IDisposable
    {
        private readonly List<RecordBatch> _batches = [];
        private ArrowBatches? _stream;

        public IReadOnlyList<RecordBatch> Batches => _batches;

        /// <summary>Rows read so far.</summary>
        public long Rows => _batches.Sum(b => (long)b.Length);

        public void Read(ReadOnlyMemory<byte> body, bool ndjson, IntakeSchema schema, ArrowLimits limits)
        {
            if (ndjson)
            {
                _batches.AddRange(NdjsonReader.Read(body.Span, schema, limits));
                return;
            }

            _stream = ArrowBatches.Open(body, limits);
            while (_stream.Next() is { } batch) _batches.Add(batch);
        }

        public void Dispose()
        {
            foreach (var batch in _batches) batch.Dispose();
            _stream?.Dispose();
        }
    }
}
