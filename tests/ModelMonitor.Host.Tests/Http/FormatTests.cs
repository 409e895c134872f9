using System.Net;
using System.Text.Json.Nodes;
using Apache.Arrow.Ipc;
using ModelMonitor.Host.Intake;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>However the same rows arrive, the same is known of them.</summary>
public sealed class FormatTests
{
    private const string ByMonth = "/v1/models/flights/evaluate?every=month";

    [Theory]
    [InlineData(CompressionCodecType.Lz4Frame)]
    [InlineData(CompressionCodecType.Zstd)]
    public async Task A_compressed_body_says_the_same(CompressionCodecType codec)
    {
        await using var api = new ApiFixture();
        await api.InitializeAsync();
        var head = Bodies.Head(500);
        using var plain = await api.SendAsync(head, query: "?reply=scores");
        using var packed = await api.SendAsync(Bodies.Write(Bodies.Batches(head), codec), query: "?reply=scores");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (plain.StatusCode, packed.StatusCode));
        Assert.Equal(await plain.Content.ReadAsByteArrayAsync(), await packed.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task JSON_lines_give_the_report_that_Arrow_gives()
    {
        var arrow = await ReportAsync(Bodies.Production, Bodies.Labels, DeliveryIntake.ArrowStream);
        var lines = await ReportAsync(Bodies.Ndjson(Bodies.Production), Bodies.Ndjson(Bodies.Labels), DeliveryIntake.Ndjson);
        Assert.Equal(arrow.ToJsonString(), lines.ToJsonString());
    }

    [Fact]
    public async Task Many_deliveries_at_once_add_up()
    {
        await using var api = new ApiFixture();
        await api.InitializeAsync();
        var production = Bodies.Batches(Bodies.Production);
        var parts = production.SelectMany(b => Enumerable.Range(0, (b.Length + 249) / 250).Select(i => Bodies.Write([b.Slice(i * 250, Math.Min(250, b.Length - (i * 250)))], null))).ToArray();
        // Every part twice under its key, and labels in between.
        var sent = parts.Select((part, i) => Taken(api.SendAsync(part, key: $"part {i}"))).Concat(parts.Select((part, i) => Taken(api.SendAsync(part, key: $"part {i}"))))
            .Append(Taken(api.SendAsync(Bodies.Labels, "labels")));
        var replies = await Task.WhenAll(sent);
        Assert.Equal(parts.Length, replies.Count(r => (bool)r["duplicate"]!));
        var rows = Bodies.Rows(Bodies.Production);
        Assert.Equal((double)rows, MetricText.Value(await api.Client.GetStringAsync("/metrics"), "modelmonitor_rows_received_total{model=\"flights\",stream=\"predictions\"}"));
        var whole = await ReportAsync(Bodies.Production, Bodies.Labels, DeliveryIntake.ArrowStream);
        var report = await api.GetAsync(ByMonth);
        Assert.Equal(whole["overall"]!["rows"]!.ToJsonString(), report["overall"]!["rows"]!.ToJsonString());
        Assert.Equal(whole["overall"]!["labelled"]!.ToJsonString(), report["overall"]!["labelled"]!.ToJsonString());
        Assert.Equal(whole["overall"]!["performance"]!.ToJsonString(), report["overall"]!["performance"]!.ToJsonString());
    }

    private static async Task<JsonNode> Taken(Task<HttpResponseMessage> sending)
    {
        using var response = await sending;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<JsonNode> ReportAsync(byte[] predictions, byte[] labels, string type)
    {
        await using var api = new ApiFixture();
        await api.InitializeAsync();
        await Taken(api.SendAsync(predictions, type: type));
        await Taken(api.SendAsync(labels, "labels", type));
        return await api.GetAsync(ByMonth);
    }
}
