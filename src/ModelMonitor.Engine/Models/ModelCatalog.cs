namespace ModelMonitor.Engine.Models;

/// <summary>The models of this process, by name, in the order of the configuration.</summary>
public sealed class ModelCatalog(IReadOnlyList<MonitoredModel> models) : IDisposable
{
    private readonly Dictionary<string, MonitoredModel> _byName = models.ToDictionary(m => m.Name, StringComparer.Ordinal);

    public IReadOnlyList<MonitoredModel> Models { get; } = models;

    public MonitoredModel? Find(string name) => _byName.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var model in Models) model.Scorer?.Dispose();
    }
}
