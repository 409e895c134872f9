using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds a model's `capture`: `on`, `off`, or a mapping.</summary>
internal static class CaptureBinder
{
    public static CaptureOptions? Bind(Section model)
    {
        if (model.Node("capture") is YamlScalar) return model.Word("capture", "on", "off") == "on" ? new CaptureOptions() : null;
        var section = model.Child("capture", Shapes.Capture);
        var defaults = new CaptureOptions();
        var capture = new CaptureOptions
        {
            RowsPerDay = (int)(section.Integer("rows_per_day", 1) ?? defaults.RowsPerDay),
            Sample = section.Number("sample", "a share above 0 and up to 1, such as 0.1 or 10%", value => value is > 0 and <= 1) ?? defaults.Sample,
            Exclude = section.Texts("exclude"),
            Hash = section.Texts("hash"),
            Entity = section.Text("entity"),
            Validate = section.Number("validate", "a share above 0 and below 1, such as 0.3 or 30%", value => value is > 0 and < 1) ?? defaults.Validate,
        };
        section.Close();
        return model.Has("capture") ? capture : null;
    }

    /// <summary>What is captured must be of use: with its label, and with what the model reads.</summary>
    public static void Check(Section model, ModelOptions options)
    {
        if (options.Capture is not { } capture) return;
        if (options.Columns.Id is null || options.JoinSample == 0) model.Fault("capture", "needs columns.id and join: without them no row gets its label");
        var read = options.Inputs.SelectMany(input => input.Columns).ToHashSet(StringComparer.Ordinal);
        foreach (var column in capture.Exclude.Concat(capture.Hash).Where(read.Contains))
            model.Fault("capture", $"'{column}' is an input of the model: without it no challenger can be trained on captured rows, nor judged by them");
        if (capture.Entity is { } entity && capture.Exclude.Contains(entity)) model.Fault("capture", $"'{entity}' is the entity that rows are split by: hash it instead of excluding it");
        foreach (var twice in capture.Exclude.Intersect(capture.Hash)) model.Fault("capture", $"'{twice}' is excluded and hashed");
    }
}
