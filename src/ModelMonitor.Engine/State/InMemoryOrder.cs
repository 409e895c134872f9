namespace ModelMonitor.Engine.State;

/// <summary>The orders that an <see cref="InMemoryState"/> keeps; names by UTF-16 code unit.</summary>
internal static class InMemoryOrder
{
    public static readonly Comparer<StoredState> Delta = Comparer<StoredState>.Create(static (x, y) =>
    {
        var order = SeriesKeyComparer.Ordinal.Compare(x.Series, y.Series);
        if (order == 0)
            order = x.Start.CompareTo(y.Start);
        return order != 0 ? order : x.Id.CompareTo(y.Id);
    });

    public static readonly Comparer<SummedState> Summed = Comparer<SummedState>.Create(static (x, y) =>
    {
        var order = SeriesKeyComparer.Ordinal.Compare(x.State.Series, y.State.Series);
        if (order == 0)
            order = x.Level.CompareTo(y.Level);
        return order != 0 ? order : x.State.Start.CompareTo(y.State.Start);
    });

    public static readonly Comparer<JoinKey> Join = Comparer<JoinKey>.Create(static (x, y) =>
    {
        var order = x.Id.CompareTo(y.Id);
        return order != 0 ? order : string.CompareOrdinal(x.Model, y.Model);
    });

    public static readonly Comparer<TouchedKey> Touched = Comparer<TouchedKey>.Create(static (x, y) =>
    {
        var order = string.CompareOrdinal(x.Model, y.Model);
        if (order == 0)
            order = x.Touched.CompareTo(y.Touched);
        return order != 0 ? order : x.Id.CompareTo(y.Id);
    });

    public static readonly Comparer<EvaluationRecord> Evaluation = Comparer<EvaluationRecord>.Create(static (x, y) =>
    {
        var order = string.CompareOrdinal(x.Model, y.Model);
        if (order == 0)
            order = y.End.CompareTo(x.End);
        if (order == 0)
            order = string.CompareOrdinal(x.Version, y.Version);
        if (order == 0)
            order = string.CompareOrdinal(x.Window, y.Window);
        return order != 0 ? order : string.CompareOrdinal(x.Segment, y.Segment);
    });

    public static readonly Comparer<(string Model, string Rule, string Version)> Rule = Comparer<(string Model, string Rule, string Version)>.Create(static (x, y) =>
    {
        var order = string.CompareOrdinal(x.Model, y.Model);
        if (order == 0)
            order = string.CompareOrdinal(x.Rule, y.Rule);
        return order != 0 ? order : string.CompareOrdinal(x.Version, y.Version);
    });

    public static readonly Comparer<(string Model, string Version)> Version = Comparer<(string Model, string Version)>.Create(static (x, y) =>
    {
        var order = string.CompareOrdinal(x.Model, y.Model);
        return order != 0 ? order : string.CompareOrdinal(x.Version, y.Version);
    });
}
