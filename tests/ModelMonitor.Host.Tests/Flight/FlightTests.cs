using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Flight;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Intake;
using ModelMonitor.Host.Tests.Http;
using static ModelMonitor.Host.Tests.Flight.FlightClients;
using Wire = ModelMonitor.Host.Flight.Protocol;

namespace ModelMonitor.Host.Tests.Flight;

/// <summary>Arrow Flight as its clients see it: the way in and back that HTTP has, a batch at a time.</summary>
public sealed class FlightTests(ApiFixture api) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly FlightClients _flight = new(api.Flight);

    public void Dispose() => _flight.Dispose();

    [Fact]
    public async Task A_batch_is_acknowledged_after_its_commit_with_the_answer_of_HTTP()
    {
        using var http = await api.SendAsync(Bodies.Head(5, from: 100), key: "http");
        var expected = await http.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var before = await ReceivedAsync("predictions");

        var batch = Bodies.Batches(Bodies.Production)[0];
        var answers = await _flight.PutAsync(Descriptor("flights", "predictions"), [(batch.Slice(105, 5), "put-1"), (batch.Slice(110, 5), null), (batch.Slice(105, 5), "put-1")]);
        Assert.Equal([expected, expected], answers.Take(2));
        // A repeat counts nothing, and says what the first one said.
        Assert.Equal(expected.Replace("\"duplicate\":false", "\"duplicate\":true", StringComparison.Ordinal), answers[2]);
        Assert.Equal(before + 10, await ReceivedAsync("predictions"));
    }

    [Fact]
    public async Task Labels_join_predictions()
    {
        var batch = Bodies.Batches(Bodies.Labels)[0];
        var answer = Assert.Single(await _flight.PutAsync(Descriptor("flights", "labels"), [(batch.Slice(0, 7), "labels")]));
        Assert.Equal(7, (long)JsonNode.Parse(answer)!["rows"]!);
        Assert.Equal(7, await ReceivedAsync("labels"));
    }

    [Fact]
    public async Task A_key_of_another_batch_is_refused_and_ends_the_call_what_came_before_stays()
    {
        var batch = Bodies.Batches(Bodies.Production)[0];
        using var call = _flight.Arrow.StartPut(Descriptor("flights", "predictions"));
        await call.RequestStream.WriteAsync(batch.Slice(200, 2), ByteString.CopyFromUtf8("conflict"));
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await call.RequestStream.WriteAsync(batch.Slice(202, 3), ByteString.CopyFromUtf8("conflict"));
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
        Assert.StartsWith("batch 2 of this call: ", refused.Status.Detail, StringComparison.Ordinal);

        // The batch before it is committed: its key is known.
        var again = Assert.Single(await _flight.PutAsync(Descriptor("flights", "predictions"), [(batch.Slice(200, 2), "conflict")]));
        Assert.True((bool)JsonNode.Parse(again)!["duplicate"]!);
    }

    [Fact]
    public async Task Rows_go_in_and_their_scores_come_back()
    {
        var batch = Bodies.Batches(Bodies.Production)[0];
        using var http = await api.SendAsync(Bodies.Write([batch.Slice(300, 40), batch.Slice(340, 2)], null), query: "?reply=scores");
        var expected = Bodies.Batches(await http.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        using var call = _flight.Arrow.DoExchange(Descriptor("flights"));
        foreach (var (slice, i) in new[] { batch.Slice(300, 40), batch.Slice(340, 2) }.Select((slice, i) => (slice, i)))
        {
            await call.RequestStream.WriteAsync(slice, ByteString.CopyFromUtf8($"exchange-{i}"));
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            var scores = call.ResponseStream.Current;
            Assert.Equal(["prediction_id", "score"], scores.Schema.FieldsList.Select(f => f.Name));
            Assert.Equal((StringArray)expected[i].Column(0), (StringArray)scores.Column(0));
            Assert.Equal(((DoubleArray)expected[i].Column(1)).Values.ToArray(), ((DoubleArray)scores.Column(1)).Values.ToArray());
            Assert.Equal(slice.Length, (long)JsonNode.Parse(call.ResponseStream.ApplicationMetadata[^1].ToStringUtf8())!["rows"]!);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Labels_have_no_scores_to_exchange()
    {
        using var call = _flight.Arrow.DoExchange(Descriptor("flights", "labels"));
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await call.RequestStream.WriteAsync(Bodies.Batches(Bodies.Labels)[0].Slice(0, 1));
            await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        });
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    [Fact]
    public async Task Models_are_listed_with_the_columns_they_take()
    {
        var infos = new List<FlightInfo>();
        using (var listing = _flight.Arrow.ListFlights())
            while (await listing.ResponseStream.MoveNext(TestContext.Current.CancellationToken)) infos.Add(listing.ResponseStream.Current);
        Assert.Equal(["flights/predictions", "flights/labels"], infos.Select(i => string.Join('/', i.Descriptor.Paths)));
        Assert.All(infos, i => Assert.Equal((-1, -1, 0), (i.TotalBytes, i.TotalRecords, i.Endpoints.Count)));

        var info = await _flight.Arrow.GetInfo(Descriptor("flights", "predictions"));
        Assert.Equal(infos[0].Schema.FieldsList.Select(f => f.Name), info.Schema.FieldsList.Select(f => f.Name));
        var about = JsonNode.Parse(info.AppMetadata.ToStringUtf8())!;
        Assert.Equal(("flights", "predictions", "2001-01", "binary", "cpu"), ((string)about["model"]!, (string)about["stream"]!, (string)about["version"]!, (string)about["task"]!, (string)about["provider"]!));

        // A batch with exactly these columns is taken, with none too many and none missing.
        var answer = JsonNode.Parse(Assert.Single(await _flight.PutAsync(info.Descriptor, [(Empty(info.Schema), null)])))!;
        Assert.Null(answer["extra_columns"]);
        Assert.Null(answer["missing_columns"]);
        var labels = Assert.Single(await _flight.PutAsync(infos[1].Descriptor, [(Empty(infos[1].Schema), null)]));
        Assert.Equal(0, (long)JsonNode.Parse(labels)!["rows"]!);
    }

    [Fact]
    public async Task A_criterion_names_a_model()
    {
        async Task<int> CountAsync(string criterion)
        {
            using var listing = _flight.Arrow.ListFlights(new FlightCriteria(criterion));
            var count = 0;
            while (await listing.ResponseStream.MoveNext(TestContext.Current.CancellationToken)) count++;
            return count;
        }

        Assert.Equal(2, await CountAsync("flights"));
        Assert.Equal(0, await CountAsync("other"));
    }

    [Fact]
    public async Task What_a_monitor_does_not_serve_says_so()
    {
        var client = _flight.Arrow;
        await UnimplementedAsync("GetSchema", async () => await client.GetSchema(Descriptor("flights")));
        await UnimplementedAsync("DoGet", async () => await client.GetStream(new FlightTicket("x")).ResponseStream.MoveNext(default));
        await UnimplementedAsync("DoAction", async () => await client.DoAction(new FlightAction("x")).ResponseStream.MoveNext(default));
        await UnimplementedAsync("ListActions", async () => await client.ListActions().ResponseStream.MoveNext(default));
        await UnimplementedAsync("Handshake", async () => await client.Handshake().ResponseStream.MoveNext(default));

        static async Task UnimplementedAsync(string method, Func<Task> call)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal((StatusCode.Unimplemented, $"{method} is not served: a monitor serves DoPut, DoExchange, ListFlights and GetFlightInfo."), (refused.StatusCode, refused.Status.Detail));
        }
    }

    [Theory]
    [InlineData(StatusCode.NotFound, "there is flights", "nothing", "predictions")]
    [InlineData(StatusCode.NotFound, "not 'scores'", "flights", "scores")]
    [InlineData(StatusCode.InvalidArgument, "must be a path", "flights", "predictions", "more")]
    [InlineData(StatusCode.InvalidArgument, "must be a path")]
    public async Task A_descriptor_must_name_a_model_and_a_stream(StatusCode code, string detail, params string[] path)
    {
        var (_, status) = await _flight.PutRawAsync([new() { FlightDescriptor = Path(path) }]);
        Assert.Equal(code, status.StatusCode);
        Assert.Contains(detail, status.Detail, StringComparison.Ordinal);
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(async () => await _flight.Arrow.GetInfo(Descriptor(path)))).StatusCode);
    }

    [Fact]
    public async Task A_call_without_a_descriptor_is_refused()
    {
        Assert.Equal(StatusCode.InvalidArgument, (await _flight.PutRawAsync(Messages(Bodies.Head(1), descriptor: false))).Status.StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await _flight.PutRawAsync([new() { FlightDescriptor = new() { Type = Wire.FlightDescriptor.Types.DescriptorType.Cmd, Cmd = ByteString.CopyFromUtf8("flights") } }])).Status.StatusCode);
    }

    [Fact]
    public async Task A_descriptor_may_come_before_the_schema_and_a_call_may_hold_nothing()
    {
        var (answers, status) = await _flight.PutRawAsync([new() { FlightDescriptor = Path("flights") }, .. Messages(Bodies.Head(3, from: 400), descriptor: false)]);
        Assert.Equal(StatusCode.OK, status.StatusCode);
        Assert.Equal(3, (long)JsonNode.Parse(Assert.Single(answers))!["rows"]!);
        Assert.Equal((0, StatusCode.OK), await CountAsync([new() { FlightDescriptor = Path("flights") }]));
        Assert.Equal((0, StatusCode.OK), await CountAsync([]));

        async Task<(int, StatusCode)> CountAsync(IEnumerable<Wire.FlightData> messages)
        {
            var (none, end) = await _flight.PutRawAsync(messages);
            return (none.Count, end.StatusCode);
        }
    }

    [Fact]
    public async Task A_key_without_a_batch_and_a_key_of_another_form_are_refused()
    {
        var (_, lost) = await _flight.PutRawAsync([new() { FlightDescriptor = Path("flights"), AppMetadata = ByteString.CopyFromUtf8("key") }]);
        Assert.Equal(StatusCode.InvalidArgument, lost.StatusCode);
        var early = Messages(Bodies.Head(1));
        early[0].AppMetadata = ByteString.CopyFromUtf8("key");
        Assert.Equal(StatusCode.InvalidArgument, (await _flight.PutRawAsync(early)).Status.StatusCode);
        foreach (var key in new[] { "\u00e4", "a\nb", new string('k', 257) })
        {
            var messages = Messages(Bodies.Head(1));
            messages[^1].AppMetadata = ByteString.CopyFromUtf8(key);
            var (_, status) = await _flight.PutRawAsync(messages);
            Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
            Assert.Contains("idempotency key", status.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(CompressionCodecType.Lz4Frame)]
    [InlineData(CompressionCodecType.Zstd)]
    public async Task Compressed_batches_are_read(CompressionCodecType codec)
    {
        var body = Bodies.Write([Bodies.Batches(Bodies.Production)[0].Slice(420 + (10 * (int)codec), 10)], codec);
        var (answers, status) = await _flight.PutRawAsync(Messages(body));
        Assert.Equal(StatusCode.OK, status.StatusCode);
        Assert.Equal(10, (long)JsonNode.Parse(Assert.Single(answers))!["rows"]!);
    }

    /// <summary>Every message cut at every byte, and every byte of its metadata changed: refused with its place, or taken; the service goes on.</summary>
    [Fact]
    public async Task Damaged_messages_are_refused_with_their_place()
    {
        var good = Messages(Bodies.Head(2, from: 480));
        var random = new Random(20260101);
        var codes = new List<StatusCode>();
        for (var i = 0; i < 300; i++)
        {
            var messages = good.Select(m => m.Clone()).ToList();
            var at = random.Next(messages.Count);
            var header = messages[at].DataHeader.ToByteArray();
            if (i % 3 == 0) header = header[..random.Next(1, header.Length)];
            else if (i % 3 == 1) header[random.Next(header.Length)] ^= (byte)(1 << random.Next(8));
            else messages[at].DataBody = ByteString.CopyFrom(messages[at].DataBody.ToByteArray()[..Math.Max(0, messages[at].DataBody.Length - 8)]);
            messages[at].DataHeader = ByteString.CopyFrom(header);
            var (_, status) = await _flight.PutRawAsync(messages);
            codes.Add(status.StatusCode);
            Assert.Contains(status.StatusCode, new[] { StatusCode.OK, StatusCode.InvalidArgument, StatusCode.AlreadyExists });
        }

        Assert.True(codes.Count(c => c == StatusCode.InvalidArgument) > 150);
        Assert.StartsWith("message 1 at byte 0: ", (await _flight.PutRawAsync([new() { FlightDescriptor = Path("flights"), DataHeader = ByteString.CopyFromUtf8("plain text, not Arrow") }])).Status.Detail, StringComparison.Ordinal);
        var (_, late) = await _flight.PutRawAsync([.. good, new() { DataHeader = good[0].DataHeader }]);
        Assert.Contains("a second schema", late.Detail, StringComparison.Ordinal);
        Assert.Contains("does not start with a schema", (await _flight.PutRawAsync([new() { FlightDescriptor = Path("flights"), DataHeader = good[^1].DataHeader, DataBody = good[^1].DataBody }])).Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_of_a_type_that_cannot_be_converted_names_the_batch_and_the_column()
    {
        var batch = Bodies.Batches(Bodies.Production)[0].Slice(0, 2);
        var index = batch.Schema.GetFieldIndex("distance");
        Assert.True(index >= 0);
        var wrong = new RecordBatch(
            new Schema([.. batch.Schema.FieldsList.Select((f, i) => i == index ? new Field(f.Name, new ListType(DoubleType.Default), true) : f)], null),
            [.. Enumerable.Range(0, batch.ColumnCount).Select(i => i == index ? Lists(2) : batch.Column(i))],
            2);
        var refused = await Assert.ThrowsAsync<RpcException>(() => _flight.PutAsync(Descriptor("flights"), [(wrong, null)]));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith("batch 1 of this call: ", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("distance", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_takes_nothing_and_says_when_to_come_again()
    {
        var batch = Bodies.Batches(Bodies.Production)[0].Slice(460, 2);
        api.Store.Fails = true;
        try
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => _flight.PutAsync(Descriptor("flights"), [(batch, "store")]));
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
            Assert.Equal("1000", refused.Trailers.GetValue("grpc-retry-pushback-ms"));
        }
        finally
        {
            api.Store.Fails = false;
        }

        var answer = Assert.Single(await _flight.PutAsync(Descriptor("flights"), [(batch, "store")]));
        Assert.False((bool)JsonNode.Parse(answer)!["duplicate"]!);
    }

    /// <summary>More than gRPC is told to receive: refused before it is all in memory.</summary>
    [Fact]
    public async Task A_message_beyond_all_limits_is_refused()
    {
        var (_, status) = await _flight.PutRawAsync([new() { FlightDescriptor = Path("flights"), DataBody = ByteString.CopyFrom(new byte[66 << 20]) }]);
        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        await Until.TrueAsync(() => api.Services.GetRequiredService<BodyBudget>().Held == 0);
    }

    [Fact]
    public async Task Each_listener_answers_what_it_is_for()
    {
        using var plain = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, BaseAddress = api.Flight };
        foreach (var path in new[] { "/metrics", "/v1/models", "/", "/health/live" })
        {
            using var refused = await plain.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Contains("only Arrow Flight", (string)(await Problems.OfAsync(refused, 404))["detail"]!, StringComparison.Ordinal);
        }

        using var call = new HttpRequestMessage(HttpMethod.Post, "/arrow.flight.protocol.FlightService/ListFlights") { Content = new ByteArrayContent([0, 0, 0, 0, 0]) };
        call.Content.Headers.ContentType = new("application/grpc");
        using var elsewhere = await api.Client.SendAsync(call, TestContext.Current.CancellationToken);
        Assert.Contains("listen.flight", (string)(await Problems.OfAsync(elsewhere, 404))["detail"]!, StringComparison.Ordinal);
    }

    /// <summary>The messages of a stream, as a client sends them.</summary>
    internal static List<Wire.FlightData> Messages(byte[] stream, bool descriptor = true)
    {
        var messages = ArrowMessages.Split(stream).Select(m => new Wire.FlightData { DataHeader = ByteString.CopyFrom(m.Metadata.Span), DataBody = ByteString.CopyFrom(m.Body.Span) }).ToList();
        if (descriptor) messages[0].FlightDescriptor = Path("flights", "predictions");
        return messages;
    }

    private async Task<double> ReceivedAsync(string stream)
    {
        var text = await api.Client.GetStringAsync("/metrics");
        var line = text.Split('\n').FirstOrDefault(l => l.StartsWith("modelmonitor_rows_received_total{", StringComparison.Ordinal) && l.Contains($"stream=\"{stream}\"", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    private static ListArray Lists(int rows)
    {
        var lists = new ListArray.Builder(DoubleType.Default);
        for (var row = 0; row < rows; row++) lists.Append();
        return lists.Build();
    }

    private static RecordBatch Empty(Schema schema) => new(schema, schema.FieldsList.Select(f => f.DataType switch
    {
        DoubleType => (IArrowArray)new DoubleArray.Builder().Build(),
        TimestampType time => new TimestampArray.Builder(time).Build(),
        _ => new StringArray.Builder().Build(),
    }), 0);
}
