using ModelMonitor.Core;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>The rules of a file without `rules`: instability, shift, overfitting, decay, weakness.</summary>
internal static class DefaultRules
{
    private const string Day = "day";

    /// <summary>They name only what is there: a window of about a day, the actions that are configured, metrics that some model has.</summary>
    public static IReadOnlyList<RuleDefinition> For(
        IReadOnlyList<ModelOptions> models, IReadOnlyList<WindowOptions> windows, IReadOnlyList<string> actions)
    {
        var window = WindowAmong(windows);
        var notify = Configured("notify", actions);
        var retrain = Configured("retrain", actions);
        List<RuleDefinition> rules =
        [
            new() { Name = "unstable", Metric = "score_psi", Above = 0.2, Window = window, For = 2, MinRows = 1000, Then = retrain },
            new() { Name = "shifted", Metric = "psi", Feature = "inputs", Above = 0.2, Window = window, For = 2, MinRows = 1000, Then = notify },
            new() { Name = "overfitting", Finding = "overfitting", Drop = 0.05, Then = retrain },
            new() { Name = "decay", Finding = "decay", Drop = 0.05, Window = window, For = 2, Then = retrain },
        ];
        if (models.Any(model => model.Task == TaskKind.Binary))
            rules.Add(new() { Name = "weak", Metric = "roc_auc", Below = 0.6, Window = window, Then = notify });
        return rules;
    }

    /// <summary>`day`; without it the shortest window of at least a day, so that the daily cycle is no drift; else the longest there is.</summary>
    private static string? WindowAmong(IReadOnlyList<WindowOptions> windows)
    {
        var named = windows.FirstOrDefault(window => window.Name == Day);
        var daily = windows.Where(window => window.Size >= TimeSpan.FromDays(1)).MinBy(window => window.Size);
        return (named ?? daily ?? windows.MaxBy(window => window.Size))?.Name;
    }

    private static string[] Configured(string action, IReadOnlyList<string> actions) => actions.Contains(action) ? [action] : [];
}
