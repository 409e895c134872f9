using System.Collections.Concurrent;

namespace ModelMonitor.Host.Export;

/// <summary>The label values of one series, the model first; unused ones are null.</summary>
internal readonly record struct Labels(string Model, string? B = null, string? C = null, string? D = null)
{
    public string[] ToArray() => [.. new[] { Model, B, C, D }.OfType<string>()];
}

/// <summary>The series of one metric by their label values: found without allocating, created once, entered in the budget.</summary>
/// <param name="create">Creates the series.</param>
/// <param name="series">How many lines of a scrape one of them is.</param>
/// <param name="withdraw">Takes one back; null: none is ever taken back.</param>
internal sealed class SeriesTable<TChild>(SeriesBudget budget, Func<string[], TChild> create, int series = 1, Action<string[]>? withdraw = null)
{
    private readonly ConcurrentDictionary<Labels, TChild> _children = [];
    private readonly Lock _creating = new();

    /// <summary>Every series that there is, in no particular order.</summary>
    public IEnumerable<KeyValuePair<Labels, TChild>> All => _children;

    public TChild this[Labels labels] => _children.TryGetValue(labels, out var child) ? child : Create(labels);

    /// <summary>Withdraws one, where it is there.</summary>
    public void Remove(Labels labels)
    {
        lock (_creating)
        {
            if (withdraw is null || !_children.TryRemove(labels, out _)) return;
            withdraw(labels.ToArray());
            budget.Release(labels.Model, series);
        }
    }

    private TChild Create(Labels labels)
    {
        lock (_creating)
        {
            if (_children.TryGetValue(labels, out var child)) return child;
            child = create(labels.ToArray());
            budget.Reserve(labels.Model, series);
            _children[labels] = child;
            return child;
        }
    }
}
