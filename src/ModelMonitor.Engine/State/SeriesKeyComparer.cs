namespace ModelMonitor.Engine.State;

/// <summary>The order in which stores give series: model, version, baseline, segment, each by UTF-16 code unit.</summary>
/// <remarks>Databases collate in their own ways, so a store sorts with this and not in its query.</remarks>
public sealed class SeriesKeyComparer : IComparer<SeriesKey>
{
    private SeriesKeyComparer()
    {
    }

    public static SeriesKeyComparer Ordinal { get; } = new();

    public int Compare(SeriesKey x, SeriesKey y)
    {
        var order = string.CompareOrdinal(x.Model, y.Model);
        if (order == 0)
            order = string.CompareOrdinal(x.Version, y.Version);
        if (order == 0)
            order = string.CompareOrdinal(x.BaselineHash, y.BaselineHash);
        return order != 0 ? order : string.CompareOrdinal(x.Segment, y.Segment);
    }
}
