using System.Text.Json.Nodes;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;

namespace ModelMonitor.Core.Tests.Metrics;

/// <summary>What `tests/golden/calibration.py` computed by scikit-learn.</summary>
internal sealed record GoldenCalibration(JsonObject Json)
{
    public ScoreBins Bins { get; } = new(0, 1, [], (double)Json["threshold"]!);

    public long[] Rows => Numbers<long>("calibration", "rows");

    public long[] Positives => Numbers<long>("calibration", "positives");

    public double[] Values => Numbers<double>("calibration", "values");

    public double[] FirstScores => Numbers<double>("calibration", "first_scores");

    public double EceRaw => (double)Json["calibration"]!["ece_raw"]!;

    public double EceCalibrated => (double)Json["calibration"]!["ece_calibrated"]!;

    public IEnumerable<double> Production => Numbers<int>("production", "bins").Select(Middle);

    public static GoldenCalibration Read() =>
        new(JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden", "calibration.json")))!.AsObject());

    public ScoreCalibration Fit() =>
        CalibrationFit.Of(Numbers<int>("reference", "bins").Zip(Numbers<int>("reference", "labels"), (bin, label) => (Middle(bin), label > 0)), Bins)!;

    public (double Value, double StandardError) Estimated(string key) =>
        ((double)Json["estimated"]![key]!["value"]!, (double)Json["estimated"]![key]!["standard_error"]!);

    private static double Middle(int bin) => (bin + 0.5) / 4096;

    private T[] Numbers<T>(string part, string key) => [.. Json[part]![key]!.AsArray().Select(x => x!.GetValue<T>())];
}
