using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Files;

namespace ModelMonitor.Host.Init;

/// <summary>How long labels took, measured where predictions and labels lie in files.</summary>
/// <param name="Labels">How many were joined.</param>
/// <param name="Share">How long 99 of 100 took at most.</param>
internal sealed record LabelDelay(int Labels, TimeSpan Share)
{
    private const int MostRows = 1_000_000;
    private const double Quantile = 0.99;

    /// <summary>Rounded up to what a person would write: 5 minutes, hours, or days.</summary>
    public TimeSpan Rounded => Up(Share, Share < TimeSpan.FromHours(1) ? TimeSpan.FromMinutes(5) : Share < TimeSpan.FromDays(1) ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1));

    /// <summary>Null where no label follows its prediction.</summary>
    public static LabelDelay? Of(IReadOnlyDictionary<UInt128, long> predicted, IEnumerable<(UInt128 Id, long Known)> labels)
    {
        var delays = labels.Where(label => predicted.ContainsKey(label.Id)).Select(label => label.Known - predicted[label.Id]).Where(delay => delay >= 0).Order().ToList();
        if (delays.Count == 0) return null;
        return new(delays.Count, TimeSpan.FromMicroseconds(delays[(int)Math.Ceiling(Quantile * delays.Count) - 1]));
    }

    /// <summary>Null where the columns are not there.</summary>
    public static LabelDelay? Measure(DataFacts production, DataFacts labels, string? id, string? time, string? labelTime)
    {
        if (id is null || time is null || labelTime is null || !production.Has(id) || !production.Has(time) || !labels.Has(id) || !labels.Has(labelTime)) return null;
        var predicted = new Dictionary<UInt128, long>();
        foreach (var (key, at) in Pairs(production.Path, id, time)) predicted[key] = at;
        return Of(predicted, Pairs(labels.Path, id, labelTime));
    }

    private static IEnumerable<(UInt128 Id, long Time)> Pairs(string path, string id, string time)
    {
        var read = 0;
        foreach (var next in DataFile.ReadAll(path))
        {
            using var batch = next;
            var (ids, times) = (ColumnReader.ReadIds(batch.Column(id), id), ColumnReader.ReadTimes(batch.Column(time), time));
            for (var row = 0; row < ids.Length; row++)
                if (ids[row] != 0 && times[row] != long.MinValue) yield return (ids[row], times[row]);
            if ((read += ids.Length) >= MostRows) yield break;
        }
    }

    private static TimeSpan Up(TimeSpan value, TimeSpan unit) => TimeSpan.FromTicks((value.Ticks + unit.Ticks - 1) / unit.Ticks * unit.Ticks);
}
