using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Baselines;

/// <summary>The slices of a baseline: columns and values in order, and each slice's own counts on the edges of the whole.</summary>
public static partial class BaselineJson
{
    private static JsonObject Segments(Baseline baseline)
    {
        var (shape, slice) = (baseline.Shape.Segments, baseline.Shape.OfSegment());
        var columns = new JsonObject();
        foreach (var column in shape.Columns) columns[column.Name] = Inline(column.Values.ToArray());
        var slices = new JsonObject();
        foreach (var (key, reference) in baseline.Segments) slices[key] = Slice(slice, reference);
        return new() { ["limit"] = shape.Limit, ["columns"] = columns, ["features"] = Inline(shape.Features.ToArray()), ["slices"] = slices };
    }

    private static JsonObject Slice(BaselineShape shape, SegmentReference reference)
    {
        var features = new JsonObject();
        foreach (var (feature, counts) in shape.Features.Zip(reference.Features))
        {
            features[feature.Name] = counts switch
            {
                NumericReference numeric => Counts(numeric),
                CategoryReference category => new JsonObject { ["missing"] = category.Missing, ["counts"] = Inline(category.Counts) },
                _ => throw new InvalidOperationException($"Column {feature.Name} has no counts."),
            };
        }

        var labels = new JsonObject { ["rows"] = reference.Labels.Rows, ["positives"] = reference.Labels.Positives, ["negatives"] = reference.Labels.Negatives };
        AddClassRows(labels, reference.Labels);
        return new()
        {
            ["rows"] = reference.Rows,
            ["labels"] = labels,
            ["train"] = Performance(reference.Train),
            ["holdout"] = reference.Holdout is { } holdout ? Performance(holdout) : null,
            ["score"] = Counts(reference.Score),
            ["features"] = features,
        };
    }

    private static JsonObject Counts(NumericReference reference) => new()
    {
        ["missing"] = reference.Missing,
        ["infinite"] = reference.Infinite,
        ["minimum"] = Number(reference.Minimum),
        ["maximum"] = Number(reference.Maximum),
        ["mean"] = Number(reference.Mean),
        ["standard_deviation"] = Number(reference.StandardDeviation),
        ["counts"] = Inline(reference.Counts),
    };

    private static SegmentShape ReadSegmentShape(JsonObject json) => new(
        [.. json["columns"]!.AsObject().Select(c => new SegmentColumn(c.Key, c.Value!.Deserialize<string[]>()!))],
        json["features"]!.Deserialize<string[]>()!,
        (int)json["limit"]!);

    private static OrderedDictionary<string, SegmentReference> ReadSegments(JsonObject json, BaselineShape slice)
    {
        var segments = new OrderedDictionary<string, SegmentReference>(StringComparer.Ordinal);
        foreach (var (key, value) in json["slices"]!.AsObject()) segments.Add(key, ReadSlice(value!.AsObject(), slice));
        return segments;
    }

    private static SegmentReference ReadSlice(JsonObject json, BaselineShape shape) => new(
        (long)json["rows"]!,
        [.. shape.Features.Select(FeatureReference (feature) => feature switch
        {
            NumericFeatureShape numeric => ReadCounts(json["features"]![feature.Name]!.AsObject(), numeric.Shape.Edges.Bins),
            CategoryFeatureShape category => new CategoryReference((long)json["features"]![feature.Name]!["missing"]!, ReadCounts(json["features"]![feature.Name]!["counts"]!, category.Shape.Bins), 0),
            _ => throw new FormatException($"'{feature.Name}' has no counts"),
        })],
        ReadCounts(json["score"]!.AsObject(), shape.Score.Edges.Bins),
        new((long)json["labels"]!["rows"]!, (long)json["labels"]!["positives"]!, (long)json["labels"]!["negatives"]!) { Classes = ReadClassRows(json["labels"]!) },
        ReadPerformance(json["train"]!.AsObject()),
        json["holdout"] is JsonObject holdout ? ReadPerformance(holdout) : null);

    private static NumericReference ReadCounts(JsonObject json, int bins) => new(
        (long)json["missing"]!, ReadCounts(json["counts"]!, bins), Number(json["minimum"]), Number(json["maximum"]), Number(json["mean"]), Number(json["standard_deviation"]))
    {
        Infinite = (long)json["infinite"]!,
    };

    private static long[] ReadCounts(JsonNode json, int bins) =>
        json.Deserialize<long[]>() is { } counts && counts.Length == bins ? counts : throw new FormatException($"a slice does not have the {bins} bins of the whole");
}
