using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Core.Tests.Metrics;

/// <summary>Limits of a PSI beside known differences of the reference, against scipy.stats.ncx2.ppf.</summary>
public sealed class NoncentralChiSquaredTests
{
    // confidence = 1 − 0.001/(F·L); λ = known/(1/N + 1/M), here with 1/N + 1/M = 0.001.
    [Theory]
    [InlineData(10, 0.005, 1000, 62.07438651458651)]
    [InlineData(10, 0.475, 1, 627.7933565460756)]
    [InlineData(10, 0.475, 10_000, 737.554281104266)]
    [InlineData(100, 2, 1000, 2550.7671730487928)]
    [InlineData(10, 100, 1000, 103036.9843815344)]
    public void The_limit_is_the_quantile_within_two_percent(int bins, double known, int features, double expected) =>
        Assert.InRange(PopulationStability.SignificanceLimit(bins, 2000, 2000, features, 1, known) / 0.001, expected * 0.9995, expected * 1.02);

    [Fact]
    public void Without_known_differences_it_is_the_central_one_and_it_grows_from_there()
    {
        double Limit(double known) => PopulationStability.SignificanceLimit(10, 20_000, 500, 3, 288, known);
        Assert.Equal(PopulationStability.NoiseFloor(10, 20_000, 500, 1 - (0.001 / (3 * 288))), Limit(0), 1e-12);
        for (var known = 0.001; known < 100; known *= 1.3) Assert.True(Limit(known * 1.3) > Limit(known) && Limit(known) > Math.Max(known, Limit(0)));
        Assert.Equal(0.3, PopulationStability.SignificanceLimit(1, 100, 100, 1, 1, 0.3));
    }
}
