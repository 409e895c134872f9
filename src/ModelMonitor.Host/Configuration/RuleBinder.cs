using ModelMonitor.Core.Rules;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds the user's `rules`, which replace the defaults as a whole.</summary>
/// <param name="windows">Names that `window` may be.</param>
/// <param name="actions">Names that `then` may hold.</param>
internal sealed class RuleBinder(BindingContext context, IReadOnlyList<string> windows, IReadOnlyList<string> actions)
{
    private const double DefaultDrop = 0.05;

    public RuleDefinition Bind(YamlEntry entry)
    {
        context.CheckName(entry);
        var section = new Section(Shapes.Rule, entry.Value, entry.KeyPlace, entry.Value.Path, context.Faults);
        var metric = section.Text("metric");
        var finding = section.Text("finding");
        if (!section.Malformed && section.Has("metric") == section.Has("finding"))
            context.Faults.Add(section.Place, section.Path, "needs either a metric or a finding, and not both");

        var rule = new RuleDefinition
        {
            Name = entry.Key,
            Metric = metric,
            Finding = finding,
            Feature = section.Text("feature"),
            Except = section.Texts("except"),
            Segment = section.Text("segment"),
            Above = section.Number("above"),
            Below = section.Number("below"),
            Beyond = section.StandardDeviations("beyond"),
            Drop = section.Number("drop", "a share above 0 and up to 1, such as 5%", value => value is > 0 and <= 1)
                ?? (finding is not null && MetricKeys.Comparing.Contains(finding) ? DefaultDrop : null),
            Window = Window(section),
            For = (int)(section.Integer("for", 1) ?? 1),
            MinRows = section.Integer("min_rows", 0) ?? 0,
            MinLabelShare = section.Number("min_label_share", "a share from 0 to 1, such as 0.8 or 80%", value => value is >= 0 and <= 1) ?? 0.8,
            Then = Then(section),
        };
        if (metric is not null && finding is null)
            CheckMetric(section, metric);
        if (finding is not null && metric is null)
            CheckFinding(section, finding);
        section.Close();
        return rule;
    }

    private static void CheckMetric(Section section, string metric)
    {
        if (!MetricKeys.Rule.Contains(metric, StringComparer.Ordinal))
        {
            section.Fault("metric", $"'{metric}' is no known metric{Suggestion.For(metric, MetricKeys.Rule)}");
            return;
        }

        CheckLimits(section, metric);
        if (section.Has("drop"))
            section.Fault("drop", $"belongs to the findings {string.Join(", ", MetricKeys.Comparing)}; a metric has above or below");

        var ofFeature = MetricKeys.Feature.Contains(metric, StringComparer.Ordinal);
        if (ofFeature && !section.Has("feature"))
            section.Fault("metric", $"'{metric}' is a value of one feature: say which with feature (a name, inputs, or \"*\")");
        foreach (var key in (string[])["feature", "except"])
        {
            if (!ofFeature && section.Has(key))
                section.Fault(key, $"'{metric}' is no value of a feature");
        }
    }

    private static void CheckLimits(Section section, string metric)
    {
        var limits = section.Has("above") || section.Has("below");
        if (!section.Has("beyond"))
        {
            if (!limits)
                section.Fault("metric", "a rule on a metric needs a limit: above, below or beyond");
            return;
        }

        if (limits)
            section.Fault("beyond", "stands instead of above and below; write a second rule for those");
        if (metric != "psi" && MetricKeys.Feature.Contains(metric, StringComparer.Ordinal))
            section.Fault("beyond", $"the baseline keeps the spread of performance metrics and of PSI, not of '{metric}'");
    }

    private static void CheckFinding(Section section, string finding)
    {
        if (!MetricKeys.Findings.Contains(finding, StringComparer.Ordinal))
        {
            section.Fault("finding", $"'{finding}' is no known finding{Suggestion.For(finding, MetricKeys.Findings)}");
            return;
        }

        string[] foreign = MetricKeys.Comparing.Contains(finding) ? ["above", "below", "beyond", "feature", "except"] : ["above", "below", "beyond", "feature", "except", "drop"];
        foreach (var key in foreign.Where(section.Has))
            section.Fault(key, $"has no meaning for the finding '{finding}'");
    }

    private string? Window(Section section)
    {
        var window = section.Text("window");
        if (window is not null && !windows.Contains(window, StringComparer.Ordinal))
            section.Fault("window", $"there is no window '{window}'{Suggestion.For(window, windows)}");
        return window;
    }

    private IReadOnlyList<string> Then(Section section)
    {
        var names = section.List("then");
        foreach (var name in names.Where(name => !actions.Contains(name.Text, StringComparer.Ordinal)))
            context.Faults.Add(name.Place, name.Path, $"there is no action '{name.Text}'{Suggestion.For(name.Text, actions)}");
        return [.. names.Select(name => name.Text)];
    }
}
