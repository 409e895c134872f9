using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Core.Sketches;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Engine.Learning;

/// <summary>What stands for the baseline while it is learned: no columns, no counts, no hash. Nothing is ever counted on it.</summary>
internal static class EmptyBaseline
{
    public static Baseline Of(ModelOptions model, string sha256) => new()
    {
        Model = model.Name,
        Version = model.Version,
        ModelSha256 = sha256,
        Hash = "",
        Shape = new BaselineShape
        {
            Task = model.Task,
            Features = [],
            Score = new NumericShape(new BinEdges([]), [], double.NaN, double.NaN, 0),
            ScoreBins = model.Task == TaskKind.Binary ? new ScoreBins(0, 1, [], model.Threshold) : null,
        },
        ReferenceRows = 0,
        Features = [],
        Score = new NumericReference(0, [0], double.NaN, double.NaN, double.NaN, double.NaN),
        Labels = new LabelReference(0, 0, 0),
        Train = new ReferencePerformance(0, new Dictionary<string, MetricValue>()),
    };
}
