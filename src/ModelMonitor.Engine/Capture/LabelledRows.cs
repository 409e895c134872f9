using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Capture;

/// <summary>What became of captured rows.</summary>
internal static class LabelledRows
{
    /// <summary>Ids looked up at once.</summary>
    private const int Lookup = 10_000;

    /// <summary>Of these ids those that have their label, each with the scores of all versions; in any order.</summary>
    public static async ValueTask<Dictionary<UInt128, JoinRow>> FindAsync(IStateReader reader, string model, IEnumerable<UInt128> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<UInt128, JoinRow>();
        foreach (var some in ids.Distinct().Order().Chunk(Lookup))
        {
            foreach (var row in await reader.ReadJoinRowsAsync(model, some, cancellationToken).ConfigureAwait(false))
                if (row is { Label: not null }) found[row.Id] = row;
        }

        return found;
    }
}
