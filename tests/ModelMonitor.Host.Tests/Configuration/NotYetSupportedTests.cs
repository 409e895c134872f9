using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class NotYetSupportedTests
{
    [Theory]
    [InlineData("state: { plugin: postgres, connection: x }", "state")]
    public void What_is_not_built_yet_is_refused(string line, string path) => AssertRefused(path, FaultWith(line));

    [Fact]
    public void The_documented_example_has_no_fault()
    {
        var text = Samples.EverySection
            .Replace("    ignore: [note]", "    ignore: [note]\n    segments: [day_of_week]", StringComparison.Ordinal)
            .Replace("  metrics: 0.0.0.0:9465", "  metrics: 0.0.0.0:9465\n  flight: 127.0.0.1:8815", StringComparison.Ordinal);
        Assert.Empty(Faults(text));
    }

    [Fact]
    public void What_is_empty_asks_for_nothing() =>
        Assert.NotNull(Options(Samples.Least + "\n    segments: []\nlisten: { flight: null }\nplugins: []"));

    private static void AssertRefused(string path, string fault)
    {
        Assert.Contains($" {path}: ", fault, StringComparison.Ordinal);
        Assert.Contains("is not supported by this version", fault, StringComparison.Ordinal);
    }
}
