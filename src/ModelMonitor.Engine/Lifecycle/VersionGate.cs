using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Diagnosis;
using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Engine.Lifecycle;

/// <summary>What keeps a version from serving, or is warned about where `gate: warn`: `check`, `run` and the API say the same.</summary>
/// <remarks>No discrimination, inverted scores, unstable scores, confirmed overfitting. A missed target is for people to weigh: it is a finding.</remarks>
public static class VersionGate
{
    public static IReadOnlyList<Finding> Of(Baseline baseline, FindingOptions options) =>
        [.. Findings.OfVersion(baseline, options).Where(f => f.Confirmed && f.Kind != FindingKind.Underfitting)];

    public static string Refusal(string model, string version, Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return $"models.{model}.gate: version {version} is refused: {finding.Kind}: {finding.Message}";
    }
}
