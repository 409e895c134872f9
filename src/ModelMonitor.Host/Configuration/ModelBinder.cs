using ModelMonitor.Core;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds one entry of `models`.</summary>
internal sealed class ModelBinder(BindingContext context)
{
    /// <summary>The model with whatever of it could be read; the faults say what could not.</summary>
    public ModelOptions Bind(YamlEntry entry)
    {
        context.CheckName(entry);
        var section = new Section(Shapes.Model, entry.Value, entry.KeyPlace, entry.Value.Path, context.Faults);
        var task = Task(section);
        var columns = Columns(section);
        var onnx = context.File(section, "onnx");
        var inputs = InputBinder.Bind(section, context.Faults);
        if (!section.Malformed && !section.Has("onnx") && columns.Score is null)
            section.Fault("onnx", "is required, unless the data carry their own scores: then name their column in columns.score");
        if ((section.Has("onnx") || section.Has("ensemble")) && !section.Has("inputs"))
            section.Fault("inputs", "is required with onnx or ensemble: which columns fill which input of the model");

        var (output, positive, classes, activation) = Score(section, task);
        var (reference, learnFrom) = Reference(section, columns);
        if (task == TaskKind.Multiclass && learnFrom is not null)
            section.Fault("reference", $"learned from production {NotYetSupported.Refusal} for multiclass models");
        var baseline = context.Resolve(section.Text("baseline") ?? $"baseline.{entry.Key}.json");
        if (context.CheckFiles && !section.Malformed && !section.Has("reference") && !System.IO.File.Exists(baseline))
            section.Fault("reference", $"is required, as there is no baseline {baseline} yet");

        var options = new ModelOptions
        {
            Name = entry.Key,
            Version = section.RequiredText("version") ?? "",
            Task = task ?? TaskKind.Binary,
            Onnx = onnx,
            Ensemble = Ensemble(section, task, learnFrom),
            Device = DeviceBinder.Bind(section, context),
            Inputs = inputs,
            ScoreOutput = output,
            ScoreActivation = activation,
            ScorePositive = positive,
            Classes = classes,
            Threshold = Threshold(section, task),
            Columns = columns,
            LabelPositive = LabelOf(section, "label_positive", task) ?? positive,
            Categorical = section.Texts("categorical"),
            Categories = (int)(section.Integer("categories", 1) ?? 100),
            Ignore = section.Texts("ignore"),
            Segments = SegmentBinder.Bind(section, columns, context.Faults),
            Reference = reference,
            LearnFrom = learnFrom,
            Baseline = baseline,
            Targets = Targets(section, task),
            LabelDelay = section.Duration("label_delay") ?? TimeSpan.Zero,
            JoinSample = Join(section),
            Capture = CaptureBinder.Bind(section),
            Promotion = PromotionBinder.Bind(section),
            GateRefuses = section.Word("gate", "warn", "refuse") == "refuse",
        };
        if (learnFrom is not null && options.Segments.Columns.Count > 0)
            section.Fault("segments", "needs reference files: which values have a slice cannot be learned from production by this version");
        CaptureBinder.Check(section, options);
        PromotionBinder.Check(section, options);
        options = options with { Challengers = [.. (section.Names("challengers") ?? []).Select(challenger => Challenger(challenger, options, task))] };
        if (options.Challengers.Count > 0 && learnFrom is not null)
            section.Fault("challengers", "need reference files: each has a baseline of its own, made of the same rows");
        if (options.Challengers.Count > 0 && options.Onnx is null)
            section.Fault("challengers", "need a model that is scored here: the data carry the scores of one version only");
        section.Close();
        return options;
    }

    /// <summary>A version beside the one that serves; what it does not say is as that one has it.</summary>
    private ModelOptions Challenger(YamlEntry entry, ModelOptions model, TaskKind? task)
    {
        var section = new Section(Shapes.Challenger, entry.Value, entry.KeyPlace, entry.Value.Path, context.Faults);
        if (entry.Key == model.Version)
            context.Faults.Add(entry.KeyPlace, entry.Value.Path, "is the version that serves");
        var onnx = context.File(section, "onnx", required: true);
        var inputs = InputBinder.Bind(section, context.Faults);
        var (output, positive, classes, activation) = Score(section, task);
        var threshold = Threshold(section, task);
        var device = DeviceBinder.Bind(section, context);
        var baseline = section.Text("baseline");
        section.Close();
        return model with
        {
            Version = entry.Key,
            Onnx = onnx,
            Ensemble = [],
            Inputs = inputs.Count > 0 ? inputs : model.Inputs,
            ScoreOutput = section.Has("score") ? output : model.ScoreOutput,
            ScorePositive = section.Has("score") ? positive : model.ScorePositive,
            ScoreActivation = section.Has("score") ? activation : model.ScoreActivation,
            Classes = section.Has("score") ? classes : model.Classes,
            Threshold = section.Has("threshold") ? threshold : model.Threshold,
            Device = section.Has("device") ? device : model.Device,
            Baseline = context.Resolve(baseline ?? $"baseline.{model.Name}.{Uri.EscapeDataString(entry.Key)}.json"),
            GateRefuses = false,
        };
    }

    /// <summary>Null where it is not known, so that nothing else is judged by it.</summary>
    private static TaskKind? Task(Section section)
    {
        if (!section.Require("task") || section.Word("task", "binary", "multiclass", "regression") is not { } word)
            return null;
        return Enum.Parse<TaskKind>(word, ignoreCase: true);
    }

    private static double Threshold(Section section, TaskKind? task)
    {
        var threshold = section.Number("threshold");
        if (task is TaskKind.Regression or TaskKind.Multiclass && section.Has("threshold"))
            section.Fault("threshold", NoMeaning(task));
        return threshold ?? 0.5;
    }

    private static LabelValue? LabelOf(Section section, string key, TaskKind? task)
    {
        if (section.Scalar(key, "an integer, a text or true or false") is not { } scalar)
            return null;
        if (task is TaskKind.Regression or TaskKind.Multiclass)
            section.Fault(key, NoMeaning(task));
        return ValueText.Label(scalar);
    }

    private static string NoMeaning(TaskKind? task) => task == TaskKind.Multiclass ? "has no meaning for a multiclass model" : "has no meaning for a regression model";

    private static (string? Output, LabelValue? Positive, IReadOnlyList<string>? Classes, ScoreActivation Activation) Score(Section model, TaskKind? task)
    {
        var section = model.Child("score", Shapes.Score);
        var output = section.Text("output");
        var positive = LabelOf(section, "positive", task) ?? (task == TaskKind.Binary ? LabelValue.From(1L) : null);
        var classes = section.Texts("classes");
        if (section.Has("classes"))
        {
            if (task is not null and not TaskKind.Multiclass)
                section.Fault("classes", "has a meaning for a multiclass model only");
            if (classes.Count is < 2 or > MulticlassOutcomes.MaxClasses || classes.Distinct(StringComparer.Ordinal).Count() != classes.Count)
                section.Fault("classes", $"must name from 2 to {MulticlassOutcomes.MaxClasses} classes, each once, in the order of their probabilities");
        }
        else if (task == TaskKind.Multiclass && !model.Malformed && !model.Has("onnx"))
        {
            model.Fault("score", "must name the classes in the order of their probabilities, for example { classes: [a, b, c] }, as there is no onnx file that says them");
        }

        var activation = section.Word("activation", "sigmoid", "softmax") is { } word ? Enum.Parse<ScoreActivation>(word, ignoreCase: true) : ScoreActivation.None;
        if (activation != ScoreActivation.None && task == TaskKind.Regression)
            section.Fault("activation", NoMeaning(task));
        section.Close();
        return (output, positive, section.Has("classes") ? classes : null, activation);
    }

    private static ColumnNames Columns(Section model)
    {
        var section = model.Child("columns", Shapes.Columns);
        var defaults = new ColumnNames();
        string? Name(string key, string? absent) => section.Text(key) ?? (section.Mentions(key) ? null : absent);
        var columns = new ColumnNames
        {
            Id = Name("id", defaults.Id),
            Time = Name("time", defaults.Time),
            Label = Name("label", defaults.Label),
            LabelTime = Name("label_time", defaults.LabelTime),
            Score = Name("score", defaults.Score),
            Version = Name("version", defaults.Version),
        };
        section.Close();
        foreach (var twice in columns.All.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            model.Fault("columns", $"the column '{twice.Key}' cannot be two things at once");
        return columns;
    }

    private List<string> Ensemble(Section section, TaskKind? task, TimeSpan? learnFrom)
    {
        var members = section.Texts("ensemble").Select(context.Resolve).ToList();
        if (!section.Has("ensemble"))
            return members;
        if (members.Count is < EnsembleOutcomes.LeastMembers or > EnsembleOutcomes.MostMembers || members.Distinct(StringComparer.Ordinal).Count() != members.Count)
            section.Fault("ensemble", $"must name from {EnsembleOutcomes.LeastMembers} to {EnsembleOutcomes.MostMembers} ONNX files, each once");
        foreach (var absent in members.Where(path => context.CheckFiles && !System.IO.File.Exists(path)))
            section.Fault("ensemble", $"there is no file {absent}");
        if (task == TaskKind.Multiclass)
            section.Fault("ensemble", "has a meaning for binary and regression models only: bias and variance are of one score a row");
        if (learnFrom is not null)
            section.Fault("ensemble", "needs reference files: its own values on them are what production is compared with");
        return members;
    }

    private (ReferenceFiles? Files, TimeSpan? LearnFrom) Reference(Section model, ColumnNames columns)
    {
        var section = model.Child("reference", Shapes.Reference);
        var learnFrom = section.PositiveDuration("production");
        if (section.Has("production") && (section.Has("train") || section.Has("holdout")))
            section.Fault("production", "stands alone: the baseline is made of files, or learned from the first days of production");
        if (section.Has("production") && columns.Time is null)
            section.Fault("production", "needs columns.time: the first days are told by the time in the data");
        var needed = model.Has("reference") && !section.Has("production");
        var train = context.File(section, "train", needed);
        var holdout = context.File(section, "holdout");
        section.Close();
        return (train is null ? null : new(train, holdout), learnFrom);
    }

    private List<KeyValuePair<string, double>> Targets(Section section, TaskKind? task)
    {
        var targets = new List<KeyValuePair<string, double>>();
        foreach (var (metric, place, value) in section.Names("targets") ?? [])
        {
            var known = task is null ? MetricKeys.Performance : MetricKeys.Of(task.Value);
            if (!known.Contains(metric, StringComparer.Ordinal))
                context.Faults.Add(place, value.Path, $"is no performance metric of a {(task is null ? "" : $"{task} ".ToLowerInvariant())}model{Suggestion.For(metric, known)}");
            else if (MetricKeys.Ensemble.Contains(metric) && !section.Has("ensemble"))
                context.Faults.Add(place, value.Path, "is a value of an ensemble, and none is declared");
            if (value is YamlScalar scalar && ValueText.Number(scalar.Text) is { } number)
                targets.Add(new(metric, number));
            else
                context.Faults.Add(value.Place, value.Path, $"must be a number, found {value.Found}");
        }

        return targets;
    }

    private static double Join(Section model)
    {
        if (model.Node("join") is YamlScalar)
            return model.Word("join", "all", "none") == "none" ? 0 : 1;
        var section = model.Child("join", Shapes.Join);
        if (model.Has("join"))
            section.Require("sample");
        var share = section.Number("sample", "a share from 0 to 1, such as 0.1 or 10%", value => value is >= 0 and <= 1);
        section.Close();
        return share ?? 1;
    }
}
