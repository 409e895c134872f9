using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds a model's `segments`: a list of columns, or a mapping with a limit and watched features too.</summary>
internal static class SegmentBinder
{
    /// <summary>More slices than this per column are no slices any more, but rows.</summary>
    private const int MostValues = 1000;

    public static SegmentOptions Bind(Section model, ColumnNames columns, FaultList faults)
    {
        var isMapping = model.Node("segments") is YamlMapping;
        var section = model.Child("segments", Shapes.Segments, isMapping);
        var listed = section.Texts("columns");
        var names = isMapping ? listed : model.Texts("segments");
        var options = new SegmentOptions
        {
            Columns = names,
            Limit = (int)Math.Min(section.Integer("limit", 1) ?? 50, int.MaxValue),
            Features = section.Texts("features"),
        };
        section.Close();
        void Fault(string message) => faults.Add(model.PlaceOf("segments"), $"{model.Path}.segments", message);
        if (isMapping && names.Count == 0)
            section.Fault("columns", "must name at least one column");
        if (options.Limit > MostValues)
            section.Fault("limit", $"must be at most {MostValues}; every value beyond it shares the slice 'other'");
        foreach (var twice in names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            Fault($"'{twice.Key}' is named more than once");
        foreach (var taken in names.Distinct().Intersect(columns.All, StringComparer.Ordinal))
            Fault($"'{taken}' is an id, a time, a label, a score or a version: its values are no slices");
        return options;
    }

    /// <summary>A rule on slices that no model has would never say anything.</summary>
    public static void CheckRules(IReadOnlyList<RuleDefinition> rules, IReadOnlyList<ModelOptions> models, Section monitor, FaultList faults)
    {
        var columns = models.SelectMany(model => model.Segments.Columns).Distinct().ToArray();
        foreach (var rule in rules.Where(rule => rule.Segment is not null))
        {
            var column = rule.Segment!.Split('=')[0];
            if (rule.Segment == "*" ? columns.Length > 0 : columns.Any(c => rule.Segment.StartsWith(c + "=", StringComparison.Ordinal)))
                continue;
            var entry = monitor.Names("rules")?.FirstOrDefault(entry => entry.Key == rule.Name);
            var form = "must be column=value, column=* or *, of a column under a model's segments";
            faults.Add((entry?.Value as YamlMapping)?.Find("segment")?.Place ?? monitor.Place, $"rules.{rule.Name}.segment", $"{form}; found '{rule.Segment}'{(columns.Length == 0 ? "" : Suggestion.For(column, columns))}");
        }
    }
}
