using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Host.Intake;
using ModelMonitor.Host.Tests.Scoring;

namespace ModelMonitor.Host.Tests.Http;

public sealed class IngestTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_delivery_is_answered_with_what_became_of_it()
    {
        using var response = await api.SendAsync(Bodies.Head(10, from: 100));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        var reply = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((10L, false), ((long)reply["rows"]!, (bool)reply["duplicate"]!));
    }

    [Fact]
    public async Task A_repeated_key_counts_nothing_again_and_another_body_under_it_is_refused()
    {
        var body = Bodies.Head(5, from: 200);
        using var first = await api.SendAsync(body, key: "repeat");
        var rows = await ReceivedAsync();
        using var second = await api.SendAsync(body, key: "repeat");
        using var other = await api.SendAsync(Bodies.Head(6, from: 200), key: "repeat");
        Assert.True((bool)JsonNode.Parse(await second.Content.ReadAsStringAsync())!["duplicate"]!);
        Assert.Equal(rows, await ReceivedAsync());
        await ProblemOf(other, 422);
    }

    [Fact]
    public async Task Concurrent_repeats_of_a_key_count_once()
    {
        var body = Bodies.Head(50, from: 300);
        var before = await ReceivedAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => api.SendAsync(body, key: "at once")));
        var duplicates = 0;
        foreach (var response in responses)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            if ((bool)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["duplicate"]!) duplicates++;
            response.Dispose();
        }

        Assert.Equal(7, duplicates);
        Assert.Equal(before + 50, await ReceivedAsync());
    }

    [Fact]
    public async Task The_scores_reply_holds_the_score_of_every_row_under_its_id()
    {
        using var response = await api.SendAsync(Bodies.Production, key: "scores", query: "?reply=scores");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(DeliveryIntake.ArrowStream, response.Content.Headers.ContentType!.MediaType);
        var expected = File.ReadLines(Cases.File("flights", "expected_scores.csv")).Skip(1).Select(line => line.Split(',')).ToArray();
        var row = 0;
        using var reader = new ArrowStreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadNextRecordBatchAsync() is { } batch)
        {
            using (batch)
            {
                var (ids, scores) = ((StringArray)batch.Column("prediction_id"), (DoubleArray)batch.Column("score"));
                for (var i = 0; i < batch.Length; i++, row++)
                {
                    Assert.Equal(expected[row][0], ids.GetString(i));
                    Assert.Equal(double.Parse(expected[row][1], CultureInfo.InvariantCulture), scores.GetValue(i)!.Value, 2e-6);
                }
            }
        }

        Assert.Equal(expected.Length, row);
    }

    [Theory]
    [InlineData("nobody", "predictions", DeliveryIntake.ArrowStream, null, "", 404)]
    [InlineData("flights", "predictions", "text/csv", null, "", 415)]
    [InlineData("flights", "labels", "text/csv", null, "", 415)]
    [InlineData("flights", "predictions", DeliveryIntake.ArrowStream, "tab\there", "", 400)]
    [InlineData("flights", "predictions", DeliveryIntake.ArrowStream, null, "?reply=poem", 400)]
    [InlineData("flights", "labels", DeliveryIntake.ArrowStream, null, "?reply=scores", 400)]
    public async Task What_cannot_be_taken_is_a_problem_document(string model, string stream, string type, string? key, string query, int status)
    {
        using var response = await api.SendAsync(Bodies.Head(3), stream, type, key, query, model);
        var problem = await ProblemOf(response, status);
        if (status == 404) Assert.Contains("flights", (string)problem["detail"]!, StringComparison.Ordinal);
        if (status == 415) Assert.Contains(DeliveryIntake.Ndjson, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_longer_than_256_characters_is_refused()
    {
        using var fits = await api.SendAsync(Bodies.Head(1, from: 500), key: new string('k', 256));
        using var response = await api.SendAsync(Bodies.Head(1, from: 500), key: new string('k', 257));
        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        await ProblemOf(response, 400);
    }

    [Fact]
    public async Task Garbage_leaves_the_state_as_it_was()
    {
        var before = await ReceivedAsync();
        var cut = Bodies.Production[..(Bodies.Production.Length / 2)];
        foreach (var body in new[] { [], "garbage"u8.ToArray(), new byte[4096], cut })
        {
            using var response = await api.SendAsync(body);
            Assert.InRange((int)response.StatusCode, 400, 422);
            await ProblemOf(response, (int)response.StatusCode);
        }

        using var json = await api.SendAsync("{\"distance\": 1"u8.ToArray(), type: DeliveryIntake.Ndjson);
        await ProblemOf(json, 400);
        using var wrong = await api.SendAsync("{\"distance\": \"far\"}"u8.ToArray(), type: DeliveryIntake.Ndjson);
        await ProblemOf(wrong, 422);
        Assert.Equal(before, await ReceivedAsync());
    }

    private async Task<double> ReceivedAsync() => MetricText.Value(await api.Client.GetStringAsync("/metrics"), "modelmonitor_rows_received_total{model=\"flights\",stream=\"predictions\"}");

    private static Task<JsonNode> ProblemOf(HttpResponseMessage response, int status) => Problems.OfAsync(response, status);
}

internal static class MetricText
{
    public static double Value(string exposition, string series) =>
        double.Parse(exposition.Split('\n').Single(line => line.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);
}

internal static class Problems
{
    public static async Task<JsonNode> OfAsync(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonNode.Parse(Encoding.UTF8.GetBytes(text))!;
        Assert.Equal(status, (int)problem["status"]!);
        foreach (var member in new[] { "type", "title", "detail", "instance" }) Assert.False(string.IsNullOrEmpty((string?)problem[member]), member);
        return problem;
    }
}
