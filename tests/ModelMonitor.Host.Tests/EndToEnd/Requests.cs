using System.Net.Http.Headers;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Engine.Intake;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>One request that a sender would make: a batch, its stream and its key.</summary>
internal sealed record Request(string Model, string Stream, string Key, byte[] Body)
{
    /// <summary>A file's batches as requests, one each.</summary>
    public static IReadOnlyList<Request> Of(string model, string stream, string path) =>
        [.. ArrowBatches.OpenFile(path).ReadAll().Select((batch, i) => new Request(model, stream, $"{stream}-{i}", Bytes(batch)))];

    public async Task<HttpResponseMessage> SendAsync(HttpClient client)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"v1/models/{Model}/{Stream}") { Content = new ByteArrayContent(Body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/vnd.apache.arrow.stream");
        message.Headers.Add("Idempotency-Key", Key);
        return await client.SendAsync(message);
    }

    /// <summary>Sends it and insists on 200.</summary>
    public async Task<string> PostAsync(HttpClient client)
    {
        using var response = await SendAsync(client);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return text;
    }

    public static byte[] Bytes(RecordBatch batch)
    {
        using var stream = new MemoryStream();
        using (var writer = new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        return stream.ToArray();
    }
}
