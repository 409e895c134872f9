using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Panes;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>One group's transaction and the deltas that its work adds up before they are appended, one per pane.</summary>
/// <param name="now">On the injected clock, microseconds of UTC since 1970.</param>
public sealed class CommitScope(IStateTransaction transaction, long now)
{
    private readonly Dictionary<(SeriesKey Series, long Start), PaneState> _deltas = [];

    public IStateTransaction Transaction { get; } = transaction;

    public long Now { get; } = now;

    /// <summary>Deltas appended by this group.</summary>
    public int Appended { get; private set; }

    /// <summary>What this group adds to a pane.</summary>
    /// <param name="shape">Null for a version without a baseline.</param>
    public PaneState Delta(SeriesKey series, long start, BaselineShape? shape)
    {
        if (!_deltas.TryGetValue((series, start), out var delta)) _deltas.Add((series, start), delta = PaneState.Empty(series.BaselineHash, shape));
        return delta;
    }

    /// <summary>The series of a model to which this group adds.</summary>
    internal IEnumerable<SeriesKey> Touched(string model) => _deltas.Keys.Select(k => k.Series).Where(s => s.Model == model);

    internal async ValueTask AppendAsync(CancellationToken cancellationToken)
    {
        foreach (var ((series, start), delta) in _deltas)
        {
            delta.DistinctScores.Trim(delta.LabelledRows);
            await Transaction.AppendDeltaAsync(series, start, delta.WriteSums(), delta.WriteDistinctScores(), cancellationToken).ConfigureAwait(false);
        }

        Appended = _deltas.Count;
    }
}

/// <summary>Something to be done inside a commit. Applied again from the start where the group it was in could not be committed.</summary>
public interface IWork
{
    /// <summary>Rows it holds, for the bound of the queue.</summary>
    int Rows { get; }

    ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken);

    /// <summary>The delivery key that it wrote when it was last applied: where a commit's outcome is unknown, the key says whether it happened. Null: it wrote none.</summary>
    string? WrittenKey => null;
}
