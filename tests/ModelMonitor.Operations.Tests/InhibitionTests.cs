namespace ModelMonitor.Operations.Tests;

/// <summary>Which alerts silence which, by a real Alertmanager.</summary>
public sealed class InhibitionTests
{
    private static readonly (string Label, string Other)[] s_elsewhere = [("cluster", "us"), ("namespace", "staging"), ("job", "other"), ("state", "s2")];

    [Theory]
    [InlineData("ModelMonitorSchemaChanged", "ModelMonitorFeatureDrift", "")]
    [InlineData("ModelMonitorNoDiscrimination", "ModelMonitorPerformanceLoss", "")]
    [InlineData("ModelMonitorScoreDrift", "ModelMonitorRuleBreached", "unstable")]
    [InlineData("ModelMonitorFeatureDrift", "ModelMonitorRuleBreached", "shifted")]
    [InlineData("ModelMonitorPerformanceLoss", "ModelMonitorRuleBreached", "decay")]
    [InlineData("ModelMonitorOverfitting", "ModelMonitorRuleBreached", "overfitting")]
    public async Task A_model_s_alert_silences_what_follows_from_it_and_nothing_of_another_environment(string source, string target, string rule)
    {
        var labels = new Dictionary<string, string> { ["cluster"] = "eu", ["namespace"] = "production", ["job"] = "monitor", ["state"] = "s1", ["model"] = "churn", ["version"] = "7", ["window"] = "day" };
        await using var alertmanager = await Alertmanager.StartAsync();
        var silenced = await alertmanager.SilencedAsync([
            With(labels, ("alertname", source)),
            With(labels, ("alertname", target), ("rule", rule)),
            .. s_elsewhere.Select(other => With(labels, ("alertname", target), ("rule", rule), other)),
        ]);
        Assert.Equal(["1"], silenced);
    }

    [Fact]
    public async Task A_monitor_that_is_down_silences_what_it_is_late_with_and_nothing_of_another_environment()
    {
        // Addresses of a pod network are the same in each cluster.
        var labels = new Dictionary<string, string> { ["cluster"] = "eu", ["namespace"] = "production", ["job"] = "monitor", ["instance"] = "10.0.0.1:9465" };
        await using var alertmanager = await Alertmanager.StartAsync();
        var silenced = await alertmanager.SilencedAsync([
            With(labels, ("alertname", "ModelMonitorDown")),
            With(labels, ("alertname", "ModelMonitorStuckSchedule"), ("model", "churn")),
            .. s_elsewhere.SkipLast(1).Append(("instance", "10.0.0.2:9465")).Select(other => With(labels, ("alertname", "ModelMonitorStuckSchedule"), ("model", "churn"), other)),
        ]);
        Assert.Equal(["1"], silenced);
    }

    [Fact]
    public async Task Labels_that_nobody_has_stand_in_no_one_s_way()
    {
        var labels = new Dictionary<string, string> { ["job"] = "monitor", ["state"] = "s1", ["model"] = "churn", ["version"] = "7", ["window"] = "day" };
        await using var alertmanager = await Alertmanager.StartAsync();
        Assert.Equal(["1"], await alertmanager.SilencedAsync(With(labels, ("alertname", "ModelMonitorSchemaChanged")), With(labels, ("alertname", "ModelMonitorScoreDrift"))));
    }

    private static Dictionary<string, string> With(Dictionary<string, string> labels, params (string Label, string Value)[] more)
    {
        var all = new Dictionary<string, string>(labels);
        foreach (var (label, value) in more) all[label] = value;
        return all;
    }
}
