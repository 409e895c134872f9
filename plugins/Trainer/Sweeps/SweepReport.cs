using System.Text.Json.Nodes;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ModelMonitor.Trainer.Sweeps;

/// <summary>The sweep as JSON, and its curve as a picture: with more regularization variance falls and bias rises, and the error between them is shaped like a U.</summary>
public static class SweepReport
{
    public static JsonObject Write(SweepResult sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return new()
        {
            ["resamples"] = sweep.Resamples,
            ["rows"] = sweep.Rows,
            ["why"] = sweep.Why,
            ["chosen"] = Write(sweep.Chosen),
            ["best"] = Write(sweep.Best),
            ["points"] = new JsonArray([.. sweep.Points.Select(point => (JsonNode)Write(point))]),
        };
    }

    /// <returns>SVG.</returns>
    public static string Plot(SweepResult sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var curve = sweep.Points.Where(p => p.Setting is { L1: 0, Dropout: 0 } && p.Setting.Hidden.SequenceEqual(sweep.Points[0].Setting.Hidden)).OrderBy(p => p.Setting.L2).ToArray();
        var model = new PlotModel { Title = "Error, bias² and variance by λ₂", Subtitle = sweep.Points[0].Setting.Hidden.Count == 0 ? "linear" : "hidden " + string.Join("-", sweep.Points[0].Setting.Hidden) };
        var least = curve.Where(p => p.Setting.L2 > 0).Select(p => p.Setting.L2).DefaultIfEmpty(1).Min();
        model.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = curve.Any(p => p.Setting.L2 == 0) ? "λ₂ (at the left end: 0)" : "λ₂" });
        model.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "mean squared error, out of bag", Minimum = 0 });
        model.Legends.Add(new Legend { LegendPlacement = LegendPlacement.Outside, LegendPosition = LegendPosition.RightTop });
        Add("error", OxyColors.Black, p => p.Error);
        Add("bias²", OxyColors.SteelBlue, p => p.BiasSquared);
        Add("variance", OxyColors.Firebrick, p => p.Variance);
        return new SvgExporter { Width = 720, Height = 440 }.ExportToString(model);

        void Add(string title, OxyColor colour, Func<SweepPoint, double> of)
        {
            var series = new LineSeries { Title = title, Color = colour, MarkerType = MarkerType.Circle, MarkerSize = 3, MarkerFill = colour };
            foreach (var point in curve) series.Points.Add(new DataPoint(point.Setting.L2 > 0 ? point.Setting.L2 : least / 10, of(point)));
            model.Series.Add(series);
        }
    }

    private static JsonObject Write(SweepPoint point) => new()
    {
        ["hidden"] = new JsonArray([.. point.Setting.Hidden.Select(units => (JsonNode)units)]),
        ["l2"] = point.Setting.L2,
        ["l1"] = point.Setting.L1,
        ["dropout"] = point.Setting.Dropout,
        ["error"] = point.Error,
        ["bias_squared"] = point.BiasSquared,
        ["variance"] = point.Variance,
        ["excess"] = point.Excess,
        ["excess_standard_error"] = point.ExcessError,
        ["parameters"] = point.Parameters,
    };
}
