using System.Text.Json.Nodes;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Http;

/// <summary>The newest stored evaluation of a window, of the whole and not of a segment, and of no challenger.</summary>
internal static class NewestEvaluation
{
    /// <summary>Records of one end that are looked through: a round stores the whole and its segments.</summary>
    private const int Round = 200;

    public static async Task<JsonObject?> ReadAsync(IStateReader reader, MonitoredModel model, string window, CancellationToken cancellationToken)
    {
        foreach (var limit in new[] { 1, Round })
        {
            var records = await reader.ReadEvaluationsAsync(model.Name, window, long.MinValue, long.MaxValue, limit, cancellationToken).ConfigureAwait(false);
            if (records.FirstOrDefault(r => r.Segment.Length == 0 && model.Challengers.All(c => c.Baseline.Version != r.Version)) is { } whole) return JsonNode.Parse(whole.Payload)!.AsObject();
            if (records.Count < limit) return null;
        }

        return null;
    }
}
