using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;

namespace ModelMonitor.Host.Actions;

/// <summary>Holds the configured actions against the hooks that are there.</summary>
internal static class HookCheck
{
    /// <returns>One line for each fault.</returns>
    public static IReadOnlyList<string> Faults(MonitorOptions options, IEnumerable<IRetrainHook> hooks)
    {
        var known = hooks.DistinctBy(hook => hook.Name).ToDictionary(hook => hook.Name, StringComparer.Ordinal);
        var faults = new List<string>();
        foreach (var action in options.Actions)
        {
            if (known.TryGetValue(action.Hook, out var hook)) faults.AddRange(hook.Check(action).Select(fault => $"actions.{action.Name}.{fault}"));
            else faults.Add($"actions.{action.Name}.hook: there is no hook '{action.Hook}'; there is {string.Join(", ", known.Keys)}{Suggestion.For(action.Hook, known.Keys)}");
        }

        return faults;
    }
}
