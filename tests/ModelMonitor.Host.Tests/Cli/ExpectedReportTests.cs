using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>The offline evaluation of real records equals values computed independently.</summary>
public sealed class ExpectedReportTests
{
    [Theory]
    [InlineData("flights", "flights", "month", "expected.json")]
    [InlineData("flights", "flights", "week", "expected.week.json")]
    [InlineData("birdstrikes", "birdstrikes", "year", "expected.json")]
    [InlineData("chicago", "chicago", "year", "expected.json")]
    [InlineData("chicago", "chicago_overfit", "year", "expected.chicago_overfit.json")]
    public async Task An_evaluation_equals_the_values_computed_independently(string folder, string model, string every, string expected)
    {
        var ran = await Ran.Evaluate(folder, model, every, "--json", "-");
        Assert.True(ran.Exit == 0, ran.Error);
        var differences = JsonComparison.Differences(JsonNode.Parse(await File.ReadAllTextAsync(Ran.Data(folder, expected), TestContext.Current.CancellationToken))!, ran.Json);
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(20))}");
    }
}
