using System.Globalization;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Json;

namespace ModelMonitor.Engine.Baselines;

/// <summary>What an accepted reference has beside one made from files. A baseline without it is written as it always was.</summary>
public static partial class BaselineJson
{
    private static void AddAccepted(JsonObject json, Baseline baseline)
    {
        if (baseline.Accepted is not { } accepted) return;
        json["accepted"] = new JsonObject
        {
            ["window"] = accepted.Window,
            ["start"] = EvaluationJson.Time(accepted.Start),
            ["end"] = EvaluationJson.Time(accepted.End),
            ["rows"] = accepted.Rows,
            ["label_rows"] = accepted.LabelRows,
            ["at"] = EvaluationJson.Time(accepted.At),
            ["by"] = accepted.By,
        };
    }

    private static void AddLearned(JsonObject json, Baseline baseline)
    {
        if (baseline.Learned is { } learned) json["learned"] = Learned(learned);
    }

    /// <summary>As in the baseline, so in the report of an evaluation.</summary>
    internal static JsonObject Learned(LearnedReference learned) =>
        new() { ["start"] = EvaluationJson.Time(learned.Start), ["end"] = EvaluationJson.Time(learned.End), ["rows"] = learned.Rows, ["share"] = learned.Share };

    private static LearnedReference? ReadLearned(JsonObject json) =>
        json["learned"] is JsonObject learned ? new(Time(learned, "start"), Time(learned, "end"), (long)learned["rows"]!, (double)learned["share"]!) : null;

    private static AcceptedReference? ReadAccepted(JsonObject json) => json["accepted"] is not JsonObject accepted ? null : new(
        Text(accepted, "window"), Time(accepted, "start"), Time(accepted, "end"), (long)accepted["rows"]!, (long)accepted["label_rows"]!, Time(accepted, "at"), Text(accepted, "by"));

    /// <summary>The extremes of the reference where they are not those of the shape, whose range stays frozen.</summary>
    private static void AddExtremes(JsonObject json, NumericShape shape, NumericReference reference)
    {
        if (Same(shape.Minimum, reference.Minimum) && Same(shape.Maximum, reference.Maximum)) return;
        json["reference_minimum"] = Number(reference.Minimum);
        json["reference_maximum"] = Number(reference.Maximum);
    }

    private static NumericReference ReadExtremes(JsonObject json, NumericReference reference) =>
        json.ContainsKey("reference_minimum") ? reference with { Minimum = Number(json["reference_minimum"]), Maximum = Number(json["reference_maximum"]) } : reference;

    private static bool Same(double a, double b) => a.Equals(b) || (!double.IsFinite(a) && !double.IsFinite(b));

    private static long Time(JsonObject json, string name) => Instant.From(DateTimeOffset.Parse(Text(json, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
}
