using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Trainer.Data;

/// <summary>One ONNX input of the model that is to be replaced, and the columns that fill it.</summary>
/// <param name="Value">What every row gives the input; null: its columns say.</param>
public sealed record TaskInput(string Name, IReadOnlyList<string> Columns, string? Value, IReadOnlyDictionary<string, string> Defaults);

/// <summary>What a retrain request asks for, as the trainer needs it. Its source is the request and nothing else.</summary>
public sealed record TrainingTask
{
    public required string Key { get; init; }

    public required TaskKind Kind { get; init; }

    public required string Version { get; init; }

    /// <summary>The file of the model that is to be replaced.</summary>
    public required string Champion { get; init; }

    public required IReadOnlyList<TaskInput> Inputs { get; init; }

    /// <summary>The output that carries the score; null: the only one.</summary>
    public string? Output { get; init; }

    public ScoreActivation Activation { get; init; }

    /// <summary>Of a multiclass model, in the order of its probabilities.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    public required string LabelColumn { get; init; }

    public LabelValue? LabelPositive { get; init; }

    public string? TimeColumn { get; init; }

    public IReadOnlyList<string> Categorical { get; init; } = [];

    public string? Reference { get; init; }

    public string? CapturedTrain { get; init; }

    public string? CapturedTune { get; init; }

    public required string Rows { get; init; }

    public string Capacity { get; init; } = "same";

    public string? Optimizer { get; init; }

    public double EpochsFactor { get; init; } = 1;

    public IReadOnlyList<string> DropFeatures { get; init; } = [];

    public (double From, double To) L2 { get; init; }

    public (double From, double To) L1 { get; init; }

    public (double From, double To) Dropout { get; init; }

    public bool EarlyStopping { get; init; }

    /// <summary>Reads a request: the CloudEvent, or its data alone.</summary>
    /// <exception cref="TrainingException">It lacks something: one clear line.</exception>
    public static TrainingTask Parse(string text)
    {
        try
        {
            var root = JsonNode.Parse(text)!.AsObject();
            return Of(root["data"]?.AsObject() ?? root);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new TrainingException($"the request is no retrain request: {e.Message}");
        }
    }

    private static TrainingTask Of(JsonObject data)
    {
        var (champion, training, prescription) = (data["champion"]!, data["training"]!, data["prescription"]!);
        var regularization = prescription["regularization"];
        return new()
        {
            Key = Text(data["key"]) ?? throw new TrainingException("the request has no key"),
            Kind = Enum.Parse<TaskKind>((string)data["task"]!, ignoreCase: true),
            Version = (string)data["version"]!,
            Champion = Text(champion["onnx"]) ?? throw new TrainingException("the model has no ONNX file here, so that its inputs are not known"),
            Inputs = [.. champion["inputs"]!.AsArray().Select(InputOf)],
            Output = Text(champion["score"]?["output"]),
            Activation = Enum.Parse<ScoreActivation>(Text(champion["score"]?["activation"]) ?? "none", ignoreCase: true),
            Classes = Texts(champion["score"]?["classes"]),
            LabelColumn = Text(champion["columns"]!["label"]) ?? throw new TrainingException("no column holds the label"),
            LabelPositive = Text(champion["label_positive"]) is { } positive ? new LabelValue(positive) : null,
            TimeColumn = Text(champion["columns"]!["time"]),
            Categorical = Texts(champion["categorical"]),
            Reference = Text(training["reference"]),
            CapturedTrain = Text(training["captured"]?["train"]),
            CapturedTune = Text(training["captured"]?["tune"]),
            Rows = (string)prescription["rows"]!,
            Capacity = Text(prescription["capacity"]) ?? "same",
            Optimizer = Text(prescription["optimizer"]),
            EpochsFactor = (double?)prescription["epochs_factor"] ?? 1,
            DropFeatures = Texts(prescription["drop_features"]),
            L2 = Range(regularization?["l2"]),
            L1 = Range(regularization?["l1"]),
            Dropout = Range(regularization?["dropout"]),
            EarlyStopping = (bool?)regularization?["early_stopping"] ?? true,
        };
    }

    private static TaskInput InputOf(JsonNode? input)
    {
        var columns = Texts(input!["columns"]);
        var defaults = input["defaults"]?.AsObject().ToDictionary(d => d.Key, d => (string)d.Value!) ?? [];
        if (Text(input["default"]) is { } common)
            foreach (var column in columns) defaults.TryAdd(column, common);
        return new((string)input["name"]!, columns, Text(input["value"]), defaults);
    }

    private static string? Text(JsonNode? node) => node is null ? null : node.GetValueKind() == JsonValueKind.String ? (string?)node : node.ToJsonString();

    private static IReadOnlyList<string> Texts(JsonNode? node) => node is JsonArray array ? [.. array.Select(t => Convert.ToString((string?)t, CultureInfo.InvariantCulture)!)] : [];

    private static (double From, double To) Range(JsonNode? node) => node is JsonArray { Count: 2 } array ? ((double)array[0]!, (double)array[1]!) : (0, 0);
}

/// <summary>Nothing can be trained. The message says why, in one line.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : Exception(message, inner);
