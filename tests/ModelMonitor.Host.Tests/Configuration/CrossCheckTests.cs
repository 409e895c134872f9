using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Configuration;

public sealed class CrossCheckTests
{
    private const string Schedule = "schedule: \"0 0 * * * ?\"";

    [Theory]
    [InlineData("1m")]
    [InlineData("20m")]
    [InlineData("1h")]
    [InlineData("6h")]
    [InlineData("24h")]
    [InlineData("1d")]
    public void A_pane_divides_an_hour_or_a_day(string pane) =>
        Assert.NotNull(Options($"{Samples.Least}\npane: {pane}\nwindows: {{ w: {{ size: 7d, {Schedule} }} }}"));

    [Theory]
    [InlineData("7m")]
    [InlineData("5h")]
    [InlineData("90m")]
    [InlineData("2d")]
    public void Another_pane_is_a_fault(string pane) =>
        Assert.StartsWith("monitor.yaml:6:7 pane: must divide an hour", FaultWith($"pane: {pane}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("7m", "must be a multiple of 5m (the pane); found 7m")]
    [InlineData("1501m", "must be a multiple of 1h (as it is longer than 1d)")]
    [InlineData("361h", "must be a multiple of 1d (as it is longer than 14d)")]
    public void A_window_begins_and_ends_where_stored_state_does(string size, string part) =>
        Assert.Contains("windows.w.size: " + part, FaultWith($"windows: {{ w: {{ size: {size}, {Schedule} }} }}"), StringComparison.Ordinal);

    [Fact]
    public void A_pane_that_does_not_fit_a_default_window_says_so() =>
        Assert.Contains("does not divide the default window 'hour' of 1h", FaultWith("pane: 2h"), StringComparison.Ordinal);

    [Fact]
    public void A_window_longer_than_the_panes_are_kept_is_a_fault() =>
        Assert.Equal(
            "monitor.yaml:6:23 windows.w.size: the window of 91d is longer than retention.panes, 90d",
            FaultWith($"windows: {{ w: {{ size: 91d, {Schedule} }} }}"));

    [Fact]
    public void A_retention_shorter_than_a_default_window_is_a_fault() =>
        Assert.Equal("monitor.yaml:6:21 retention.panes: 12h is shorter than the default window 'day' of 1d", FaultWith("retention: { panes: 12h }"));

    [Fact]
    public void Predictions_wait_longer_than_labels_take()
    {
        Assert.Equal(
            "monitor.yaml:6:18 retention.waiting_predictions: must be at least 1.3 times the label_delay of m, 40d; found 45d",
            FaultInModel("label_delay: 40d"));
        Assert.Equal(
            "monitor.yaml:7:35 retention.waiting_predictions: must be at least 1.3 times the label_delay of m, 40d; found 51d",
            FaultInModel("label_delay: 40d\nretention: { waiting_predictions: 51d }"));
        Assert.NotNull(Options(Samples.Least + "\n    label_delay: 40d\nretention: { waiting_predictions: 52d }"));
    }

    [Fact]
    public void A_model_whose_predictions_wait_for_nothing_has_no_such_limit() =>
        Assert.NotNull(Options(Samples.Least + "\n    label_delay: 40d\n    join: none"));

    [Fact]
    public void Windows_of_due_labels_lie_within_the_retention_of_panes()
    {
        const string Waiting = "retention: { panes: 30d, waiting_predictions: 80d }";
        Assert.Equal(
            "monitor.yaml:6:18 models.m.label_delay: 708h and the window 'day' of 1d before it reach back further than retention.panes, 30d",
            FaultInModel($"label_delay: 708h\n{Waiting}"));
        Assert.NotNull(Options(Samples.Least + $"\n    label_delay: 29d\n{Waiting}"));
        Assert.NotNull(Options(Samples.Least + $"\n    label_delay: 50d\n    join: none\n{Waiting}"));
    }
}
