namespace ModelMonitor.Host.Configuration;

/// <summary>What may stand under a key. Binder, environment variables and the JSON Schema's test read the same shapes.</summary>
internal abstract record Shape;

/// <summary>A value or a list of values.</summary>
internal sealed record LeafShape : Shape
{
    public static readonly LeafShape Instance = new();
}

/// <summary>Names that the user chooses (models, windows …), each with the same shape. Known: the names that can be meant, where they are limited.</summary>
internal sealed record NamesShape(Shape Each, IReadOnlyList<string> Known) : Shape;

/// <summary>A mapping with a fixed set of keys. The name is that of the schema's definition.</summary>
internal sealed record SectionShape(string Name, IReadOnlyDictionary<string, Shape> Keys) : Shape
{
    public static SectionShape Of(string name, string[] leaves, params (string Key, Shape Shape)[] others)
    {
        var keys = leaves.ToDictionary(key => key, Shape (_) => LeafShape.Instance, StringComparer.Ordinal);
        foreach (var (key, shape) in others)
            keys.Add(key, shape);
        return new(name, keys);
    }
}

/// <summary>Every key of `monitor.yaml`, by section.</summary>
internal static class Shapes
{
    public static readonly SectionShape Listen = SectionShape.Of("listen", ["http", "metrics", "flight", "url", "operator_key"]);

    public static readonly SectionShape Score = SectionShape.Of("score", ["output", "positive", "classes", "activation"]);

    public static readonly SectionShape Input = SectionShape.Of("input", ["columns", "value"], ("default", new NamesShape(LeafShape.Instance, [])));

    public static readonly SectionShape Device = SectionShape.Of("device", ["name", "library", "required"], ("options", new NamesShape(LeafShape.Instance, [])));

    public static readonly SectionShape Columns = SectionShape.Of("columns", ["id", "time", "label", "label_time", "score", "version"]);

    public static readonly SectionShape Reference = SectionShape.Of("reference", ["train", "holdout", "production"]);

    public static readonly SectionShape Join = SectionShape.Of("join", ["sample"]);

    public static readonly SectionShape Capture = SectionShape.Of("capture", ["rows_per_day", "sample", "exclude", "hash", "entity", "validate"]);

    public static readonly SectionShape Promotion = SectionShape.Of("promotion", ["mode", "margin", "holdout_margin", "validate_rows", "shadow", "shadow_rows", "watch", "accept"]);

    public static readonly SectionShape Segments = SectionShape.Of("segments", ["columns", "limit", "features"]);

    public static readonly SectionShape Challenger = SectionShape.Of(
        "challenger", ["onnx", "threshold", "baseline"], ("device", Device), ("inputs", new NamesShape(Input, [])), ("score", Score));

    public static readonly SectionShape Model = SectionShape.Of(
        "model",
        ["version", "task", "onnx", "ensemble", "threshold", "label_positive", "categorical", "categories", "ignore", "baseline", "label_delay", "gate"],
        ("challengers", new NamesShape(Challenger, [])),
        ("device", Device),
        ("inputs", new NamesShape(Input, [])),
        ("score", Score),
        ("columns", Columns),
        ("reference", Reference),
        ("targets", new NamesShape(LeafShape.Instance, MetricKeys.Performance)),
        ("join", Join),
        ("capture", Capture),
        ("promotion", Promotion),
        ("segments", Segments));

    public static readonly SectionShape Window = SectionShape.Of("window", ["size", "schedule"]);

    public static readonly SectionShape Retention =
        SectionShape.Of("retention", ["panes", "evaluations", "waiting_predictions", "delivery_keys", "captured"]);

    public static readonly SectionShape Rule = SectionShape.Of(
        "rule", ["metric", "finding", "feature", "except", "segment", "above", "below", "beyond", "drop", "window", "for", "min_rows", "min_label_share", "then"]);

    public static readonly SectionShape Action = SectionShape.Of(
        "action", ["hook", "url", "secret", "command", "timeout", "cooldown", "budget"], ("options", new NamesShape(LeafShape.Instance, [])));

    public static readonly SectionShape Plugin = SectionShape.Of("plugin", ["name", "folder", "required"], ("options", new NamesShape(LeafShape.Instance, [])));

    public static readonly SectionShape Ingest = SectionShape.Of("ingest", ["max_request", "max_decoded", "max_queued_rows", "max_future"]);

    public static readonly SectionShape Monitor = SectionShape.Of(
        "monitor",
        ["state", "pane", "lateness", "allow_commands"],
        ("listen", Listen),
        ("models", new NamesShape(Model, [])),
        ("windows", new NamesShape(Window, [])),
        ("retention", Retention),
        ("rules", new NamesShape(Rule, [])),
        ("actions", new NamesShape(Action, [])),
        ("plugins", Plugin),
        ("ingest", Ingest));

    public static readonly IReadOnlyList<SectionShape> All =
        [Monitor, Listen, Model, Challenger, Device, Input, Score, Columns, Reference, Join, Capture, Promotion, Segments, Window, Retention, Rule, Action, Plugin, Ingest];
}
