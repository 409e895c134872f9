using ModelMonitor.Core.Baselines;
using Prometheus;

namespace ModelMonitor.Host.Export;

/// <summary>The series that tell of a model's versions: which there are, and how large their weights. Thread-safe.</summary>
internal sealed class VersionSeries(MetricFactory factory, SeriesBudget budget)
{
    public const string Champion = "champion";
    private const string Retired = "retired";

    private readonly Lock _lock = new();
    private readonly List<string[]> _infos = [];
    private readonly List<string[]> _norms = [];
    private readonly Gauge _info = factory.CreateGauge(
        "modelmonitor_model_info", "1 for each version of a model, its role and what runs it.", ["model", "version", "role", "provider", "sha256"]);

    private readonly List<string[]> _gates = [];
    private readonly Gauge _gate = factory.CreateGauge(
        "modelmonitor_gate_breached", "1 where something speaks against a version that serves, else 0.", ["model", "version"]);

    private readonly Dictionary<(string Model, string Version), Baseline> _referred = [];
    private readonly List<string[]> _references = [];
    private readonly Gauge _reference = factory.CreateGauge(
        "modelmonitor_reference", "What a metric of a version was on its training rows or on its hold-out.", ["model", "version", "metric", "data"]);

    private readonly Gauge _norm = factory.CreateGauge(
        "modelmonitor_model_weight_norm", "Norm of one weight tensor of a version.", ["model", "version", "tensor", "norm"]);

    /// <summary>Says what a version is now. What was said of it before goes, and with it a champion that it takes over from.</summary>
    public void Declare(string model, string version, string role, string provider, string sha256)
    {
        lock (_lock)
        {
            Withdraw(_info, _infos, l => l[0] == model && (l[1] == version || (role == Champion && l[2] == Champion)));
            if (role == Retired)
            {
                Withdraw(_norm, _norms, l => l[0] == model && l[1] == version);
                WithdrawReference(model, version);
            }
            else Publish(_info, _infos, [model, version, role, provider, sha256], 1);
        }
    }

    /// <summary>Of the version that serves: the one before has none any more.</summary>
    public void Gate(string model, string version, bool breached)
    {
        lock (_lock)
        {
            Withdraw(_gate, _gates, l => l[0] == model);
            Publish(_gate, _gates, [model, version], breached ? 1 : 0);
        }
    }

    public void Reference(Baseline baseline)
    {
        lock (_lock)
        {
            var version = (baseline.Model, baseline.Version);
            // Said again with every evaluation: the series must not blink.
            if (ReferenceEquals(_referred.GetValueOrDefault(version), baseline)) return;
            WithdrawReference(version.Model, version.Version);
            _referred[version] = baseline;
            PublishReference(baseline, "train", baseline.Train);
            if (baseline.Holdout is { } holdout) PublishReference(baseline, "holdout", holdout);
        }
    }

    public void WeightNorms(string model, string version, IEnumerable<(string Tensor, string Norm, double Value)> norms)
    {
        lock (_lock)
        {
            Withdraw(_norm, _norms, l => l[0] == model && l[1] == version);
            foreach (var (tensor, norm, value) in norms)
            {
                if (double.IsFinite(value)) Publish(_norm, _norms, [model, version, tensor, norm], value);
            }
        }
    }

    private void PublishReference(Baseline baseline, string data, ReferencePerformance performance)
    {
        foreach (var (metric, value) in performance.Performance)
        {
            if (value.Value is { } number && double.IsFinite(number)) Publish(_reference, _references, [baseline.Model, baseline.Version, metric, data], number);
        }
    }

    private void WithdrawReference(string model, string version)
    {
        _referred.Remove((model, version));
        Withdraw(_reference, _references, l => l[0] == model && l[1] == version);
    }

    private void Publish(Gauge family, List<string[]> published, string[] labels, double value)
    {
        // Weights and references never change while a version serves: they may not take the room of what does.
        if (!budget.TryReserve(labels[0], family == _info || family == _gate ? SeriesRank.Always : SeriesRank.SegmentDetail)) return;
        family.WithLabels(labels).Set(value);
        published.Add(labels);
    }

    private void Withdraw(Gauge family, List<string[]> published, Predicate<string[]> which)
    {
        foreach (var labels in published.FindAll(which))
        {
            family.RemoveLabelled(labels);
            budget.Release(labels[0], 1);
        }

        published.RemoveAll(which);
    }
}
