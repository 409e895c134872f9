using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Json;

namespace ModelMonitor.Engine.Baselines;

/// <summary>`baseline.json`: readable, diffable, and refused where its hash does not fit its content.</summary>
public static partial class BaselineJson
{
    private const int Format = 1;
    private const string ContentKey = "content_sha256";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Baseline baseline)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var features = new JsonObject();
        foreach (var (shape, reference) in baseline.Shape.Features.Zip(baseline.Features)) features[shape.Name] = Feature(shape, reference);
        var json = new JsonObject
        {
            ["format"] = Format,
            ["model"] = baseline.Model,
            ["version"] = baseline.Version,
            ["model_sha256"] = baseline.ModelSha256,
            ["hash"] = baseline.Hash,
            ["task"] = EvaluationJson.TaskName(baseline.Shape.Task),
            ["reference_rows"] = baseline.ReferenceRows,
            ["labels"] = new JsonObject { ["rows"] = baseline.Labels.Rows, ["positives"] = baseline.Labels.Positives, ["negatives"] = baseline.Labels.Negatives },
            ["train"] = Performance(baseline.Train),
            ["holdout"] = baseline.Holdout is { } holdout ? Performance(holdout) : null,
            ["score_psi_train_to_holdout"] = baseline.ScorePsiTrainToHoldout,
            ["importance"] = Importance(baseline.Importance),
            ["weights"] = Weights(baseline.Weights),
            ["score"] = Numeric(baseline.Shape.Score, baseline.Score),
            ["score_bins"] = baseline.Shape.ScoreBins is { } bins ? Bins(bins) : null,
            ["calibration"] = Calibration(baseline.Calibration),
            ["features"] = features,
        };
        if (NoiseJson.Write(baseline.Noise) is { } noise) json["noise"] = noise;
        AddLearned(json, baseline);
        AddAccepted(json, baseline);
        AddClasses(json, baseline);
        AddEnsemble(json, baseline);
        if (baseline.Shape.Segments.Columns.Count > 0) json["segments"] = Segments(baseline);
        json[ContentKey] = ContentHash(json);
        return json.ToJsonString(Indented) + "\n";
    }

    /// <exception cref="BaselineFormatException">Not a baseline, of a newer format, or changed by hand: its hash does not fit.</exception>
    public static Baseline Read(string text)
    {
        try
        {
            var json = JsonNode.Parse(text)!.AsObject();
            var format = (int)json["format"]!;
            if (format != Format) throw new BaselineFormatException($"it has format {format}, and this version reads {Format}");
            var task = Enum.Parse<TaskKind>((string)json["task"]!, ignoreCase: true);
            var features = json["features"]!.AsObject().Select(p => ReadFeature(p.Key, p.Value!.AsObject())).ToList();
            var (scoreShape, score) = ReadNumeric(json["score"]!.AsObject());
            var shape = new BaselineShape
            {
                Task = task,
                Features = [.. features.Select(f => f.Shape)],
                Score = scoreShape,
                ScoreBins = json["score_bins"] is JsonObject bins ? ReadBins(bins) : null,
                Classes = ReadClasses(json),
                Ensemble = ReadEnsemble(json),
                Segments = json["segments"] is JsonObject cut ? ReadSegmentShape(cut) : SegmentShape.None,
            };
            var hash = (string)json["hash"]!;
            var content = Text(json, ContentKey);
            json.Remove(ContentKey);
            if (ContentHash(json) != content || BaselineHash.Of(shape) != hash) throw new BaselineFormatException("its hash does not fit its content: make it again with `modelmonitor baseline`");
            return new Baseline
            {
                Model = Text(json, "model"),
                Version = Text(json, "version"),
                ModelSha256 = Text(json, "model_sha256"),
                Hash = hash,
                Shape = shape,
                ReferenceRows = (long)json["reference_rows"]!,
                Learned = ReadLearned(json),
                Accepted = ReadAccepted(json),
                Features = [.. features.Select(f => f.Reference)],
                Score = score,
                Labels = new((long)json["labels"]!["rows"]!, (long)json["labels"]!["positives"]!, (long)json["labels"]!["negatives"]!) { Classes = ReadClassRows(json["labels"]!) },
                Train = ReadPerformance(json["train"]!.AsObject()),
                Holdout = json["holdout"] is JsonObject holdout ? ReadPerformance(holdout) : null,
                ScorePsiTrainToHoldout = (double?)json["score_psi_train_to_holdout"],
                Calibration = ReadCalibration(json["calibration"], shape.ScoreBins),
                Weights = ReadWeights(json["weights"] as JsonObject),
                Importance = ReadImportance(json["importance"] as JsonObject),
                Noise = NoiseJson.Read(json["noise"]),
                Segments = json["segments"] is JsonObject slices ? ReadSegments(slices, shape.OfSegment()) : new Dictionary<string, SegmentReference>(),
            };
        }
        catch (Exception e) when (e is not BaselineFormatException && e is (JsonException or NullReferenceException or InvalidOperationException or FormatException or ArgumentException or OverflowException))
        {
            throw new BaselineFormatException("it is not a baseline: " + e.Message);
        }
    }

    /// <summary>Over everything else in the file: a count changed by hand would make every later number wrong.</summary>
    private static string ContentHash(JsonObject json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())));

    private static JsonObject Performance(ReferencePerformance performance) => new() { ["rows"] = performance.Rows, ["performance"] = MetricJson.Full(performance.Performance) };

    private static ReferencePerformance ReadPerformance(JsonObject json) => new((long)json["rows"]!, MetricJson.ReadAll(json["performance"]!.AsObject()));

    private static JsonObject Feature(FeatureShape shape, FeatureReference reference)
    {
        var json = (shape, reference) switch
        {
            (NumericFeatureShape numeric, NumericReference n) => Numeric(numeric.Shape, n),
            (CategoryFeatureShape category, CategoryReference c) => Category(category.Shape, c),
            _ => throw new InvalidOperationException($"Column {shape.Name} and its reference are of different kinds."),
        };
        json.Insert(1, "input", shape.IsInput);
        return json;
    }

    private static (FeatureShape Shape, FeatureReference Reference) ReadFeature(string name, JsonObject json)
    {
        var input = (bool)json["input"]!;
        if ((string?)json["kind"] == "numeric")
        {
            var (shape, reference) = ReadNumeric(json);
            return (new NumericFeatureShape(name, input, shape), reference);
        }

        var names = json["categories"]!.AsObject();
        var pooled = json["pooled"]!.AsArray().Select(h => ulong.Parse((string)h!, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        long[] counts = [.. names.Select(p => (long)p.Value!), (long)json["other"]!, (long?)json["unseen"] ?? 0];
        return (new CategoryFeatureShape(name, input, new CategoryShape([.. names.Select(p => p.Key)], pooled)), new CategoryReference((long)json["missing"]!, counts, (long)json["seen_once"]!));
    }

    private static JsonObject Numeric(NumericShape shape, NumericReference reference)
    {
        var json = new JsonObject
        {
            ["kind"] = "numeric",
            ["missing"] = reference.Missing,
            ["infinite"] = reference.Infinite,
            ["minimum"] = Number(shape.Minimum),
            ["maximum"] = Number(shape.Maximum),
            ["mean"] = Number(reference.Mean),
            ["standard_deviation"] = Number(reference.StandardDeviation),
            ["centre"] = shape.Centre,
            ["edges"] = Inline(shape.Edges.Values.ToArray()),
            ["deciles"] = Inline(shape.Deciles),
            ["counts"] = Inline(reference.Counts),
        };
        AddExtremes(json, shape, reference);
        return json;
    }

    private static (NumericShape Shape, NumericReference Reference) ReadNumeric(JsonObject json)
    {
        var shape = new NumericShape(new BinEdges(json["edges"]!.Deserialize<double[]>()!), json["deciles"]!.Deserialize<int[]>()!, Number(json["minimum"]), Number(json["maximum"]), (double)json["centre"]!);
        var counts = json["counts"]!.Deserialize<long[]>()!;
        if (counts.Length != shape.Edges.Bins) throw new FormatException($"{counts.Length} counts for {shape.Edges.Bins} bins");
        return (shape, ReadExtremes(json, new NumericReference((long)json["missing"]!, counts, shape.Minimum, shape.Maximum, Number(json["mean"]), Number(json["standard_deviation"])) { Infinite = (long)json["infinite"]! }));
    }

    private static JsonObject Category(CategoryShape shape, CategoryReference reference)
    {
        var categories = new JsonObject();
        for (var i = 0; i < shape.Names.Count; i++) categories[shape.Names[i]] = reference.Counts[i];
        var json = new JsonObject
        {
            ["kind"] = "categorical",
            ["missing"] = reference.Missing,
            ["other"] = reference.Counts[shape.Other],
            ["seen_once"] = reference.SeenOnce,
            ["categories"] = categories,
            ["pooled"] = new JsonArray([.. shape.Pooled.Order().Select(h => (JsonNode)h.ToString("x16", CultureInfo.InvariantCulture))]),
        };
        if (reference.Counts[^1] > 0) json["unseen"] = reference.Counts[^1];
        return json;
    }

    private static JsonObject Bins(ScoreBins bins) => new()
    {
        ["low"] = bins.Low,
        ["high"] = bins.High,
        ["threshold"] = bins.Threshold,
        ["percentiles"] = Inline(bins.Percentiles.ToArray()),
    };

    private static ScoreBins ReadBins(JsonObject json) => new((double)json["low"]!, (double)json["high"]!, json["percentiles"]!.Deserialize<double[]>()!, (double)json["threshold"]!);

    /// <summary>Undefined numbers are null in JSON and NaN in memory.</summary>
    private static JsonValue? Number(double value) => double.IsFinite(value) ? JsonValue.Create(value) : null;

    private static string Text(JsonObject json, string name) => (string?)json[name] ?? throw new FormatException($"'{name}' is missing");

    private static double Number(JsonNode? node) => (double?)node ?? double.NaN;

    private static JsonNode Inline<T>(T[] values) => JsonSerializer.SerializeToNode(values)!;
}

/// <summary>A baseline cannot be used; the message says why, without the file's name.</summary>
public sealed class BaselineFormatException(string message) : FormatException(message);
