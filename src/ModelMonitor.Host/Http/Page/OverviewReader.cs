using System.Text.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Http.Page;

/// <summary>Reads what the page shows, out of one snapshot.</summary>
internal static class OverviewReader
{
    private const int WorstFeatures = 3;
    private const double UnstablePsi = 0.2;

    public static async Task<OverviewView> ReadAsync(IStateReader reader, ModelCatalog catalog, MonitorOptions options, long now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        var models = new List<ModelView>();
        foreach (var model in catalog.Models)
        {
            var versions = await reader.ReadVersionsAsync(model.Name, cancellationToken).ConfigureAwait(false);
            var windows = new List<WindowView>();
            foreach (var window in options.Windows)
            {
                var newest = await NewestEvaluation.ReadAsync(reader, model, window.Name, cancellationToken).ConfigureAwait(false);
                windows.Add(new(window.Name, newest is null ? null : Evaluation(newest, model)));
            }

            var rules = await reader.ReadRuleStatesAsync(model.Name, cancellationToken).ConfigureAwait(false);
            var version = model.Baseline.Version;
            models.Add(new(
                model.Name, model.Learning is { } learning ? $"{version}, learning its baseline: {(await LearningMarks.ReadAsync(reader, model, cancellationToken).ConfigureAwait(false)).Describe(learning.Period)}" : version, versions.FirstOrDefault(v => v.Version == version) is { } known ? QueryEndpoints.Name(known.Role) : null,
                EvaluationJson.TaskName(model.Options.Task), model.Scorer?.Provider, windows, [.. rules.Where(r => r.Version == version).Select(Firing).OfType<FiringView>()]));
        }

        return new OverviewView(EvaluationJson.Time(now), models);
    }

    private static string[] MainMetrics(TaskKind task) => task switch
    {
        TaskKind.Binary => ["roc_auc", "average_precision", "f1", "log_loss", "brier"],
        TaskKind.Multiclass => ["roc_auc_ovr_macro", "f1_macro", "accuracy", "log_loss"],
        _ => ["rmse", "mae", "r2", "mean_error"],
    };

    private static EvaluationView Evaluation(JsonObject json, MonitoredModel model)
    {
        var performance = json["performance"]!.AsObject();
        var measured = json["performance_window"]!;
        var drift = json["drift"]!;
        // A version evaluated before this one was measured by its own baseline.
        var importance = (string?)json["version"] == model.Baseline.Version ? model.Baseline.Importance : null;
        var features = drift["features"]!.AsObject()
            .Select(f => (Feature: f.Key, Drift: Drift(f.Value)))
            .Where(f => f.Drift is not null)
            .OrderByDescending(f => IsUnstable(f.Drift!))
            .ThenBy(f => IsUnstable(f.Drift!) ? importance?.RankOf(f.Feature) ?? 0 : 0)
            .ThenByDescending(f => f.Drift!.Psi)
            .Take(WorstFeatures);
        return new EvaluationView(
            (string)json["version"]!,
            (string)json["end"]!,
            (long)json["rows"]!,
            (long)json["labelled"]!,
            (string)measured["end"]!,
            (long)measured["labelled"]!,
            [.. MainMetrics(model.Options.Task).Where(m => performance[m] is JsonObject).Select(m => (m, MetricJson.Read(performance[m]!.AsObject())))],
            Drift(drift["score"]),
            [.. features.Select(f => (f.Feature, f.Drift!, DropOf(importance, f.Feature)))],
            [.. json["findings"]!.AsArray().Select(f => ((string)f!["kind"]!, (string?)f["message"] ?? ""))]);
    }

    /// <summary>What the page sorts by: above the conventional cut and above chance.</summary>
    private static bool IsUnstable(DriftView drift) => drift.Psi > UnstablePsi && drift.Psi > (drift.NoiseFloor ?? 0);

    private static double? DropOf(PermutationImportance? importance, string feature) =>
        importance?.Features.Where(f => f.Feature == feature).Select(f => (double?)f.Drop).FirstOrDefault();

    /// <summary>Null where there is no PSI: an undefined one is an object with its status.</summary>
    private static DriftView? Drift(JsonNode? values) => Number(values?["psi"]) is { } psi ? new(psi, Number(values?["psi_noise_floor"])) : null;

    private static double? Number(JsonNode? node) => node is JsonValue value && value.TryGetValue(out double number) ? number : null;

    private static FiringView? Firing(RuleStateRecord record) =>
        JsonSerializer.Deserialize<RuleState>(record.Payload) is { Firing: true } state
            ? new(record.Rule, state.Since is { } since ? EvaluationJson.Time(since) : null, state.LastVerdict?.Message ?? "")
            : null;
}
