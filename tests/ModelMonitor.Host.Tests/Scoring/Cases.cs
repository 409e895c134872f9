using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>The three real models as their monitor.yaml describes them, their production rows and the scores these must get.</summary>
internal static class Cases
{
    public static readonly ModelOptions Flights = Model("flights", TaskKind.Binary, "probabilities",
        new ModelInput("input", ["hour", "day_of_week", "distance", "origin_late_rate", "destination_late_rate", "origin_recent_late", "destination_recent_late"]));

    public static readonly ModelOptions Birdstrikes = Model("birdstrikes", TaskKind.Binary, "output_probability",
        [.. new[] { "phase_of_flight", "wildlife_size", "time_of_day", "operator", "speed_knots", "is_military" }.Select(name => new ModelInput(name, [name]))]);

    public static readonly ModelOptions Chicago = Model("chicago", TaskKind.Regression, "variable",
        new ModelInput("X", ["Clark_Lake", "Washington_Wells", "Quincy_Wells", "Belmont", "Austin", "temp", "percip", "weather_snow", "Cubs_Home", "day_of_week", "month"]));

    public static readonly ModelOptions ChicagoOverfit = Chicago with { Name = "chicago_overfit", Onnx = File("chicago", "model_overfit.onnx") };

    public static string File(string folder, string file) => Path.Combine(AppContext.BaseDirectory, "Data", folder, file);

    /// <summary>The batches of the production stream. The caller disposes them.</summary>
    public static IEnumerable<RecordBatch> Production(string folder)
    {
        using var reader = new ArrowStreamReader(new ReadOnlyMemory<byte>(System.IO.File.ReadAllBytes(File(folder, "production.arrows"))));
        while (reader.ReadNextRecordBatch() is { } batch) yield return batch;
    }

    /// <summary>The scores of the production rows in their order, from a column of expected_scores.csv.</summary>
    public static float[] Expected(string folder, int column = 1) =>
        [.. System.IO.File.ReadLines(File(folder, "expected_scores.csv")).Skip(1)
            .Select(line => (float)double.Parse(line.Split(',')[column], CultureInfo.InvariantCulture))];

    private static ModelOptions Model(string folder, TaskKind task, string output, params ModelInput[] inputs) => new()
    {
        Name = folder,
        Version = "1",
        Task = task,
        Onnx = File(folder, "model.onnx"),
        Inputs = inputs,
        ScoreOutput = output,
        ScorePositive = task == TaskKind.Binary ? LabelValue.From(1) : null,
        Baseline = "",
    };
}
