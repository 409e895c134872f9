using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds a model's `inputs`: the columns of each, or a mapping of columns and what stands in for a null, or one value for all rows.</summary>
internal static class InputBinder
{
    public static List<ModelInput> Bind(Section model, FaultList faults) => [.. (model.Names("inputs") ?? []).Select(entry => Bind(entry, faults))];

    private static ModelInput Bind(YamlEntry entry, FaultList faults)
    {
        if (entry.Value is not YamlMapping)
        {
            if (entry.Value is YamlSequence { Items.Count: 0 })
                faults.Add(entry.Value.Place, entry.Value.Path, "must name at least one column");
            return new(entry.Key, [.. Section.Items(entry.Value, faults).Select(column => column.Text)]);
        }

        var section = new Section(Shapes.Input, entry.Value, entry.KeyPlace, entry.Value.Path, faults);
        var columns = section.Texts("columns");
        var value = section.Scalar("value", "a number, a text or true or false")?.Text;
        if (value is null && columns.Count == 0)
            section.Fault("columns", "must name at least one column, unless there is a value for all rows");
        if (value is not null && (columns.Count > 0 || section.Has("default")))
            section.Fault("value", "stands alone: it is what every row gives the input");
        var input = new ModelInput(entry.Key, columns) { Value = value };
        input = section.Node("default") switch
        {
            YamlMapping mapping => input with { Defaults = ByColumn(mapping, columns, faults) },
            not null => input with { Default = section.Scalar("default", "a number, a text or true or false, or a mapping from column to one")?.Text },
            null => input,
        };
        section.Close();
        return input;
    }

    private static Dictionary<string, string> ByColumn(YamlMapping mapping, IReadOnlyList<string> columns, FaultList faults)
    {
        var defaults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in mapping.Entries)
        {
            if (!columns.Contains(entry.Key, StringComparer.Ordinal))
                faults.Add(entry.KeyPlace, entry.Value.Path, $"is none of the input's columns{Suggestion.For(entry.Key, columns)}");
            if (entry.Value is YamlScalar { IsNull: false } scalar)
                defaults[entry.Key] = scalar.Text;
            else
                faults.Add(entry.Value.Place, entry.Value.Path, $"must be a number, a text or true or false, found {entry.Value.Found}");
        }

        return defaults;
    }
}
