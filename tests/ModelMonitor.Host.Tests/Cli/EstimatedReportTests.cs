using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>Estimates without labels on real records, against what the labels then said.</summary>
public sealed class EstimatedReportTests
{
    /// <remarks>The bird strike model decays over the seven years, which estimates cannot see.</remarks>
    [Theory]
    [InlineData("flights", "month", 0.85)]
    [InlineData("flights", "week", 0.85)]
    [InlineData("birdstrikes", "year", 0.8)]
    public async Task Most_realised_values_lie_within_the_interval_of_their_estimate(string model, string every, double least)
    {
        var ran = await Ran.Evaluate(model, model, every, "--json", "-");
        Assert.True(ran.Exit == 0, ran.Error);
        var windows = ran.Json["windows"]!.AsArray();
        var errors = windows.SelectMany(w => w!["estimated_error"]!.AsObject()).ToList();
        Assert.True(errors.Count >= 13 * windows.Count * 3 / 4, $"{errors.Count} errors");
        Assert.InRange((double)errors.Count(e => Contains(e.Value!, 0)) / errors.Count, least, 1);
        Assert.DoesNotContain(ran.Json["findings"]!.AsArray(), f => (string?)f!["kind"] == "calibration_lost");
        Assert.All(windows, w => Assert.NotNull(w!["estimated"]!["roc_auc"]!["value"]));
    }

    private static bool Contains(JsonNode value, double number) => (double)value["lower"]! <= number && number <= (double)value["upper"]!;
}
