using System.Net.Http.Headers;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Core;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using Quartz;

namespace ModelMonitor.Host.Demo;

/// <summary>History in fast-forward: each batch is posted to the running monitor when its last row's time has come, and each window is evaluated when its cron expression says so.</summary>
internal sealed class Replay(ModelCatalog catalog, MonitorOptions options, EvaluationService evaluations, VersionSteps versions, ReplayClock clock, HttpClient client)
{
    private readonly (WindowOptions Window, CronExpression Cron)[] _schedules = [.. options.Windows.Select(w => (w, new CronExpression(w.Schedule, TimeZoneInfo.Utc)))];

    /// <summary>A batch and when it arrives.</summary>
    public sealed record Delivery(string Model, string Stream, long At, RecordBatch Batch);

    /// <summary>Every batch of every model's files, in order of arrival.</summary>
    public static IReadOnlyList<Delivery> Read(ModelCatalog catalog, string folder)
    {
        var deliveries = new List<Delivery>();
        foreach (var model in catalog.Models)
        {
            Add(model, Streams.Predictions, "production.arrows", model.Options.Columns.Time!);
            Add(model, Streams.Labels, "labels.arrows", model.Options.Columns.LabelTime!);
        }

        return [.. deliveries.OrderBy(d => d.At)];

        void Add(MonitoredModel model, string stream, string file, string timeColumn)
        {
            foreach (var batch in ArrowBatches.OpenFile(Path.Combine(folder, file)).ReadAll())
                deliveries.Add(new(model.Name, stream, ColumnReader.ReadTimes(batch.Column(timeColumn), timeColumn).Max(), batch));
        }
    }

    /// <param name="progress">Told the replayed time after each step.</param>
    public async Task RunAsync(IReadOnlyList<Delivery> deliveries, Func<DateTimeOffset, Task> progress, CancellationToken cancellationToken)
    {
        for (var i = 0; i < deliveries.Count; i++)
        {
            var delivery = deliveries[i];
            await EvaluateUntilAsync(Instant.ToTime(delivery.At), progress, cancellationToken);
            await PostAsync(delivery, $"demo-{i}", cancellationToken);
        }

        // The last labels are due a little after the last row.
        var end = clock.GetUtcNow() + catalog.Models.Max(m => m.Options.LabelDelay) + options.Lateness;
        await EvaluateUntilAsync(end, progress, cancellationToken);
        foreach (var window in options.Windows) await evaluations.RunAsync(window, cancellationToken);
    }

    private async Task EvaluateUntilAsync(DateTimeOffset time, Func<DateTimeOffset, Task> progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = clock.GetUtcNow();
            var due = _schedules.Select(s => (s.Window, At: s.Cron.GetNextValidTimeAfter(now))).Where(s => s.At <= time).ToArray();
            if (due.Length == 0) break;
            var next = due.Min(s => s.At!.Value);
            clock.StepTo(next);
            foreach (var (window, _) in due.Where(s => s.At == next)) await evaluations.RunAsync(window, cancellationToken);
            await versions.StepAsync(cancellationToken);
            await progress(next);
        }

        clock.StepTo(time);
        await progress(time);
    }

    private async Task PostAsync(Delivery delivery, string key, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        using (var writer = new ArrowStreamWriter(body, delivery.Batch.Schema, leaveOpen: true))
        {
            await writer.WriteAsync(delivery.Batch, cancellationToken);
            await writer.WriteEndAsync(cancellationToken);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, $"v1/models/{delivery.Model}/{delivery.Stream}") { Content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.arrow.stream");
        request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"The replay was refused with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
