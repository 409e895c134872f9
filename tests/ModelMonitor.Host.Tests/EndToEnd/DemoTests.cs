namespace ModelMonitor.Host.Tests.EndToEnd;

public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_finds_the_overfitted_model_the_drift_and_the_decay_and_ends_cleanly()
    {
        var demo = await CommandProcess.RunAsync(["demo", "--exit", "--port", "0"]);

        Assert.Equal(0, demo.Exit);
        Assert.Empty(demo.Error);
        Assert.DoesNotContain("   at ", demo.Output, StringComparison.Ordinal);
        Assert.Contains("retrain_requested chicago_overfit overfitting", demo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("retrain_requested chicago overfitting", demo.Output, StringComparison.Ordinal);
        Assert.Contains("rule_fired chicago shifted", demo.Output, StringComparison.Ordinal);
        Assert.Contains("retrain_requested chicago decay", demo.Output, StringComparison.Ordinal);
        Assert.Contains("variance More regularization: L2 from ", demo.Output, StringComparison.Ordinal);
        Assert.Contains("covariate_shift Retrain with recent rows: ", demo.Output, StringComparison.Ordinal);
    }
}
