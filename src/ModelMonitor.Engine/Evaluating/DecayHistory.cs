using System.Text.Json.Nodes;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>The points of a trend from stored evaluations: of the same window and version, ends one window's length apart or more.</summary>
internal static class DecayHistory
{
    /// <summary>Records of one end that are looked through: a round stores the whole and its segments.</summary>
    private const int Round = 200;

    public static async ValueTask<Evaluation> AddAsync(IStateReader reader, MonitoredModel model, Evaluation evaluation, CancellationToken cancellationToken)
    {
        var options = Evaluator.OptionsOf(model, 1);
        var points = new List<(long End, MetricValue Value)>();
        // As many steps again may fall on windows without labels.
        var next = evaluation.Range.Start + 1;
        for (var step = 0; step < 2 * DecayTrend.MostWindows && points.Count < DecayTrend.MostWindows - 1; step++)
        {
            var newest = await reader.ReadEvaluationsAsync(model.Name, evaluation.Window, long.MinValue, next, 1, cancellationToken).ConfigureAwait(false);
            if (newest.Count == 0) break;
            var (end, found) = (newest[0].End, newest);
            if (!Fits(newest[0], evaluation)) found = await reader.ReadEvaluationsAsync(model.Name, evaluation.Window, end, end + 1, Round, cancellationToken).ConfigureAwait(false);
            // What another version did says nothing of this one.
            if (found.FirstOrDefault(r => Fits(r, evaluation)) is not { } record) break;
            if (PointOf(record, options.PrimaryMetric) is { } value) points.Insert(0, (end, value));
            next = end - evaluation.Range.Length + 1;
        }

        return evaluation.WithTrend(points, evaluation.Range.End, options);
    }

    private static bool Fits(EvaluationRecord record, Evaluation evaluation) => record.Version == evaluation.Version && record.Segment == evaluation.Segment;

    private static MetricValue? PointOf(EvaluationRecord record, string metric)
    {
        var json = JsonNode.Parse(record.Payload)!;
        if ((bool?)json["performance_window"]?["matured"] is not true) return null;
        return json["performance"]?[metric] is JsonObject value && MetricJson.Read(value) is { Value: not null } known ? known : null;
    }
}
