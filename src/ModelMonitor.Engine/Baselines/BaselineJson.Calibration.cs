using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Engine.Baselines;

/// <summary>The calibration as `{"kind", "edges", "values", "rows", "positives", "ece_raw", "ece_calibrated", "fitted_rows"}`.</summary>
public static partial class BaselineJson
{
    private static JsonObject? Calibration(ScoreCalibration? calibration) => calibration is null ? null : new JsonObject
    {
        ["kind"] = calibration.Isotonic ? "isotonic" : "identity",
        ["edges"] = Inline(calibration.Edges.ToArray()),
        ["values"] = calibration.Isotonic ? Inline(Enumerable.Range(0, calibration.Rows.Count).Select(calibration.ShareOf).ToArray()) : null,
        ["rows"] = Inline(calibration.Rows.ToArray()),
        ["positives"] = Inline(calibration.Positives.ToArray()),
        ["ece_raw"] = calibration.EceRaw,
        ["ece_calibrated"] = calibration.EceCalibrated,
        ["fitted_rows"] = calibration.FittedRows,
    };

    /// <summary>Values are for readers of the file; they follow from rows and positives.</summary>
    private static ScoreCalibration? ReadCalibration(JsonNode? node, ScoreBins? bins)
    {
        if (node is not JsonObject json || bins is null) return null;
        var calibration = new ScoreCalibration
        {
            Isotonic = Text(json, "kind") == "isotonic",
            Edges = json["edges"]!.Deserialize<double[]>()!,
            Rows = json["rows"]!.Deserialize<long[]>()!,
            Positives = json["positives"]!.Deserialize<long[]>()!,
            EceRaw = (double?)json["ece_raw"],
            EceCalibrated = (double)json["ece_calibrated"]!,
            FittedRows = (long)json["fitted_rows"]!,
        };
        if (calibration.Rows.Count != calibration.Edges.Count + 1 || calibration.Positives.Count != calibration.Rows.Count)
            throw new FormatException($"the calibration has {calibration.Edges.Count} edges, {calibration.Rows.Count} rows and {calibration.Positives.Count} positives");
        calibration.BlocksOf(bins);
        return calibration;
    }
}
