using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Engine.Json;

namespace ModelMonitor.Engine.Tests.Flow;

public sealed class EvaluationJsonTests
{
    [Fact]
    public async Task What_is_stored_is_read_back_as_it_was()
    {
        await using var monitor = new Running();
        await monitor.Predict([.. Enumerable.Range(0, 400).Select(i => new Row($"{i}", Given.Noon.AddMinutes(i % 50), i % 64 / 64.0, (i % 8) + 3, i % 5 == 0 ? "c" : "a"))]);
        await monitor.Tell([.. Enumerable.Range(0, 390).Select(i => new Truth($"{i}", i % 64 >= 20 ? 1 : 0))]);
        var written = EvaluationJson.Full(await monitor.Evaluate(Given.Noon, Given.Noon.AddHours(1)));
        using var document = JsonDocument.Parse(written.ToJsonString());
        var read = EvaluationJson.Read(document.RootElement);
        Assert.NotEmpty(read.Findings);
        Assert.Equal(400, read.Rows);
        // Whether the labels suffice was judged then, by counts that are not kept.
        JsonNode[] both = [JsonNode.Parse(written.ToJsonString())!, JsonNode.Parse(EvaluationJson.Full(read).ToJsonString())!];
        foreach (var json in both) json["performance_window"]!.AsObject().Remove("matured");
        Assert.True(JsonNode.DeepEquals(both[0], both[1]), both[1].ToJsonString());
    }
}
