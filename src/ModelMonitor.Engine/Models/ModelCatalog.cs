namespace ModelMonitor.Engine.Models;

/// <summary>The models of this process, by name, in the order of the configuration. What is read at one moment belongs together; a model is replaced as a whole.</summary>
public sealed class ModelCatalog(IReadOnlyList<MonitoredModel> models) : IDisposable
{
    private readonly Lock _writing = new();
    private volatile Snapshot _snapshot = new(models);

    public IReadOnlyList<MonitoredModel> Models => _snapshot.Models;

    public MonitoredModel? Find(string name) => _snapshot.ByName.GetValueOrDefault(name);

    /// <summary>Puts another state of a version in its place, wherever it stands by now, at once for everybody who asks from now on. The scorer stays.</summary>
    public void Replace(MonitoredModel version)
    {
        ArgumentNullException.ThrowIfNull(version);
        // Whoever made the new state took his time: challengers come and go meanwhile, and another version may serve.
        lock (_writing)
        {
            if (Find(version.Name) is not { } model) return;
            if (IsSame(model)) Put(version with { Challengers = model.Challengers, Earlier = model.Earlier });
            else
            {
                Put(model with
                {
                    Challengers = [.. model.Challengers.Select(c => IsSame(c) ? version with { Challengers = [], Earlier = [] } : c)],
                    Earlier = [.. model.Earlier.Select(e => IsSame(e) ? version.AsEarlier() : e)],
                });
            }
        }

        bool IsSame(MonitoredModel other) => other.Baseline.Version == version.Baseline.Version;
    }

    /// <summary>Whether this version is still watched, with this very baseline.</summary>
    public bool Watches(MonitoredModel version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return Find(version.Name) is { } model && model.Versions.Any(v => ReferenceEquals(v.Baseline, version.Baseline));
    }

    /// <summary>Lets another version score the same rows from now on. One of the same version gives way, and is disposed.</summary>
    /// <exception cref="ArgumentException">There is no such model, or it serves this version.</exception>
    public void AddChallenger(MonitoredModel challenger)
    {
        ArgumentNullException.ThrowIfNull(challenger);
        MonitoredModel? before;
        lock (_writing)
        {
            var model = Find(challenger.Name) ?? throw new ArgumentException($"There is no model '{challenger.Name}'.", nameof(challenger));
            if (model.Baseline.Version == challenger.Baseline.Version) throw new ArgumentException($"Version '{challenger.Baseline.Version}' serves.", nameof(challenger));
            before = model.Challengers.FirstOrDefault(c => c.Baseline.Version == challenger.Baseline.Version);
            Put(model with { Challengers = [.. model.Challengers.Where(c => c != before), challenger], Earlier = [.. model.Earlier.Where(e => e.Baseline.Version != challenger.Baseline.Version)] });
        }

        Dispose(before);
    }

    /// <summary>Lets a challenger score no more. Labels of its predictions are counted still; its scorer goes after its last use.</summary>
    /// <returns>False: there is no such challenger.</returns>
    public bool RemoveChallenger(string model, string version)
    {
        MonitoredModel? gone;
        lock (_writing)
        {
            var serving = Find(model);
            gone = serving?.Challengers.FirstOrDefault(c => c.Baseline.Version == version);
            if (gone is null) return false;
            Put(serving! with { Challengers = [.. serving.Challengers.Where(c => c != gone)], Earlier = [.. serving.Earlier.Where(e => e.Baseline.Version != version), gone.AsEarlier()] });
        }

        Dispose(gone);
        return true;
    }

    /// <summary>Lets another version serve from now on, in one step for everybody who asks; the one before goes on beside it as a challenger.</summary>
    /// <param name="next">Where it stands among the challengers it stands there no more.</param>
    /// <returns>The version before.</returns>
    /// <exception cref="ArgumentException">There is no such model, or it serves this version.</exception>
    public MonitoredModel Serve(MonitoredModel next)
    {
        ArgumentNullException.ThrowIfNull(next);
        lock (_writing)
        {
            var serving = Find(next.Name) ?? throw new ArgumentException($"There is no model '{next.Name}'.", nameof(next));
            var version = next.Baseline.Version;
            if (serving.Baseline.Version == version) throw new ArgumentException($"Version '{version}' serves.", nameof(next));
            Put(next with
            {
                Challengers = [.. serving.Challengers.Where(c => c.Baseline.Version != version), serving with { Challengers = [], Earlier = [] }],
                Earlier = [.. serving.Earlier.Where(e => e.Baseline.Version != version)],
            });
            return serving;
        }
    }

    public void Dispose()
    {
        foreach (var model in Models.SelectMany(m => m.Versions)) Dispose(model);
    }

    private static void Dispose(MonitoredModel? model)
    {
        model?.Scorer?.Dispose();
        model?.Ensemble?.Dispose();
    }

    private void Put(MonitoredModel model) => _snapshot = new([.. _snapshot.Models.Select(m => m.Name == model.Name ? model : m)]);

    private sealed class Snapshot(IReadOnlyList<MonitoredModel> models)
    {
        public IReadOnlyList<MonitoredModel> Models { get; } = models;

        public Dictionary<string, MonitoredModel> ByName { get; } = models.ToDictionary(m => m.Name, StringComparer.Ordinal);
    }
}
