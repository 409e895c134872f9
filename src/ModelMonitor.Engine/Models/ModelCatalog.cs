namespace ModelMonitor.Engine.Models;

/// <summary>The models of this process, by name, in the order of the configuration. What is read at one moment belongs together; a model is replaced as a whole.</summary>
public sealed class ModelCatalog(IReadOnlyList<MonitoredModel> models) : IDisposable
{
    private readonly Lock _writing = new();
    private volatile Snapshot _snapshot = new(models);

    public IReadOnlyList<MonitoredModel> Models => _snapshot.Models;

    public MonitoredModel? Find(string name) => _snapshot.ByName.GetValueOrDefault(name);

    /// <summary>Puts another state of the model of the same name in its place, at once for everybody who asks from now on. The scorer stays.</summary>
    public void Replace(MonitoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        lock (_writing) _snapshot = new([.. _snapshot.Models.Select(m => m.Name == model.Name ? model : m)]);
    }

    public void Dispose()
    {
        foreach (var model in Models)
        {
            model.Scorer?.Dispose();
            model.Ensemble?.Dispose();
        }
    }

    private sealed class Snapshot(IReadOnlyList<MonitoredModel> models)
    {
        public IReadOnlyList<MonitoredModel> Models { get; } = models;

        public Dictionary<string, MonitoredModel> ByName { get; } = models.ToDictionary(m => m.Name, StringComparer.Ordinal);
    }
}
