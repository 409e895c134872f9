using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>Reading join rows in id order, once per delivery.</summary>
internal static class JoinRows
{
    /// <summary>The rows that are there, by id; those that this delivery touched before come from <paramref name="seenHere"/>, and what is read is added to it.</summary>
    public static async ValueTask<Dictionary<UInt128, JoinRow>> LoadAsync(
        CommitScope scope, string model, IEnumerable<UInt128> ids, Dictionary<UInt128, JoinRow> seenHere, CancellationToken cancellationToken)
    {
        var found = new Dictionary<UInt128, JoinRow>();
        var missing = new SortedSet<UInt128>();
        foreach (var id in ids)
        {
            if (seenHere.TryGetValue(id, out var row)) found[id] = row;
            else missing.Add(id);
        }

        foreach (var row in await scope.Transaction.ReadJoinRowsAsync(model, [.. missing], cancellationToken).ConfigureAwait(false))
        {
            if (row is not null) found[row.Id] = seenHere[row.Id] = row;
        }

        return found;
    }

    /// <summary>
    /// The label with the latest time wins, and one with a time over one without. Equal times are settled by value, so that the outcome
    /// does not depend on the order of arrival; only without any time the last to arrive wins.
    /// </summary>
    public static bool Wins(double label, long? time, double earlier, long? earlierTime)
    {
        if (time is null && earlierTime is null) return true;
        var order = Comparer<long?>.Default.Compare(time, earlierTime);
        return order > 0 || (order == 0 && label > earlier);
    }
}

/// <summary>Which predictions wait for their label: the same ones on both streams, by hash of the id.</summary>
internal static class JoinSample
{
    public static bool Includes(UInt128 id, double share) => share >= 1 || (share > 0 && (ulong)(id >> 64) < share * ulong.MaxValue);
}
