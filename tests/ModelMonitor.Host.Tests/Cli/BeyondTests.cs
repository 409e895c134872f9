using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Host.Tests.Cli;

/// <summary>Rules on the spread of the reference's own days, over real records.</summary>
public sealed class BeyondTests
{
    [Theory]
    [InlineData("0.1 sd", true)]
    [InlineData("50 sd", false)]
    public async Task A_rule_beyond_so_many_standard_deviations_fires_where_the_reference_hardly_varied(string beyond, bool fires)
    {
        using var flights = new Case("flights", $"rules: {{ odd: {{ metric: brier, beyond: {beyond}, for: 2, window: day }}, moved: {{ metric: score_psi, beyond: {beyond}, window: day }} }}\n");
        var report = await flights.OfflineAsync("flights", "day");
        var fired = report["rules"]!.AsArray().Where(r => (string)r!["change"]! == "fired").ToList();
        Assert.Equal(fires, fired.Exists(r => (string)r!["rule"]! == "odd"));
        // A PSI must be above what the reference's worst day, one of snow, reached as well.
        Assert.DoesNotContain(fired, r => (string)r!["rule"]! == "moved" && (double)r["limit"]! < 1.02);
        Assert.All(fired, r => Assert.Contains("standard deviations from", (string)r!["message"]!, StringComparison.Ordinal));
    }
}
