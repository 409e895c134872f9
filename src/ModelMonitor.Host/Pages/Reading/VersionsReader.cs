using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Lifecycle;
using ModelMonitor.Engine.Lifecycle;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Retraining;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Pages.Reading;

/// <summary>The versions of a model: which serves, which wait, how they compare, and what was done.</summary>
/// <param name="Registry">By when they began.</param>
/// <param name="Dossiers">Of the version that serves and of those on their way, then of those that are over; newest first.</param>
/// <param name="Compared">Versions that score the same rows, each with its evaluations of one window; the one that serves first.</param>
/// <param name="Requests">Retrain requests, newest first.</param>
/// <param name="Messages">What rules caused, newest first.</param>
/// <param name="Audit">Newest first.</param>
/// <param name="AuditLines">How many there are.</param>
/// <param name="AllDossiers">How many dossiers there are.</param>
public sealed record VersionsView(
    MonitoredModel Serving,
    string Window,
    IReadOnlyList<VersionRecord> Registry,
    IReadOnlyList<VersionDossier> Dossiers,
    IReadOnlyList<(MonitoredModel Model, Evaluation? Newest, Trend? Trend)> Compared,
    IReadOnlyList<RetrainRequest> Requests,
    IReadOnlyList<OutboxRecord> Messages,
    IReadOnlyList<AuditRecord> Audit,
    int AuditLines,
    int AllDossiers);

/// <summary>Reads them out of one snapshot.</summary>
internal static class VersionsReader
{
    private const int MostPoints = 60, MostRequests = 50, MostMessages = 50, MostAudit = 100, MostDossiers = 20;

    public static async ValueTask<VersionsView> ReadAsync(IStateReader reader, MonitoredModel serving, MonitorOptions options, PageQuery query, CancellationToken cancellationToken)
    {
        var window = ModelReader.Window(options, query.Window);
        var compared = new List<(MonitoredModel, Evaluation?, Trend?)>();
        foreach (var version in serving.Versions)
        {
            var series = new EvaluationSeries(serving.Name, version.Baseline.Version, window.Name, "");
            var found = await reader.ReadEvaluationsAsync(series, query.From ?? long.MinValue, query.To is { } to ? to + 1 : long.MaxValue, 1, cancellationToken).ConfigureAwait(false);
            if (found.Count == 0)
            {
                compared.Add((version, null, null));
                continue;
            }

            var newest = ModelReader.Read(found[0]);
            var metrics = new ModelView { Model = version, Baseline = version.Baseline, Query = query }.Metrics;
            compared.Add((version, newest, await Trend.ReadAsync(reader, series, Instant.From(window.Size), query.From, newest.Range.End, metrics, null, MostPoints, cancellationToken).ConfigureAwait(false)));
        }

        var dossiers = await VersionDossier.ReadAsync(reader, serving.Name, cancellationToken).ConfigureAwait(false);
        var audit = await reader.ReadAuditAsync(serving.Name, cancellationToken).ConfigureAwait(false);
        return new(
            serving,
            window.Name,
            await reader.ReadVersionsAsync(serving.Name, cancellationToken).ConfigureAwait(false),
            [.. dossiers.OrderByDescending(d => VersionLifecycle.IsChallenger(d.Stage) || VersionLifecycle.Serves(d.Stage)).ThenByDescending(d => d.ReceivedAt).Take(MostDossiers)],
            compared,
            await RetrainRequests.ReadAsync(reader, serving.Name, MostRequests, cancellationToken).ConfigureAwait(false),
            await reader.ReadOutboxAsync(serving.Name, null, MostMessages, cancellationToken).ConfigureAwait(false),
            [.. audit.Reverse().Take(MostAudit)],
            audit.Count,
            dossiers.Count);
    }
}
