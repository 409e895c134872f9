using System.Net.Http.Headers;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;

namespace ModelMonitor.Docs.Tests.Snippets;

/// <summary>Sends what a .NET service has predicted. docs/model-server.md shows this class.</summary>
public sealed class Recorder(HttpClient monitor)
{
    public async Task SendAsync(IReadOnlyList<(string Id, DateTimeOffset At, float Age, float Tenure, float Price)> rows, string key, CancellationToken cancellationToken)
    {
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, "UTC"));
        foreach (var row in rows) times.Append(row.At);
        var batch = new RecordBatch.Builder()
            .Append("request_id", false, new StringArray.Builder().AppendRange(rows.Select(r => r.Id)).Build())
            .Append("ts", false, times.Build())
            .Append("age", false, new FloatArray.Builder().AppendRange(rows.Select(r => r.Age)).Build())
            .Append("tenure", false, new FloatArray.Builder().AppendRange(rows.Select(r => r.Tenure)).Build())
            .Append("plan_price", false, new FloatArray.Builder().AppendRange(rows.Select(r => r.Price)).Build())
            .Build();
        using var body = new MemoryStream();
        using (var writer = new ArrowStreamWriter(body, batch.Schema, leaveOpen: true))
        {
            await writer.WriteRecordBatchAsync(batch, cancellationToken);
            await writer.WriteEndAsync(cancellationToken);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/models/churn/predictions") { Content = new ByteArrayContent(body.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.arrow.stream");
        request.Headers.Add("Idempotency-Key", key);   // sent again with the same key it counts nothing twice
        using var answer = await monitor.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();              // 429: wait as Retry-After says, and send it again
        GC.KeepAlive(batch);
    }
}
