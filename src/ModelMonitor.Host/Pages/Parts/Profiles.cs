using ModelMonitor.Core.Metrics;

namespace ModelMonitor.Host.Pages.Parts;

/// <summary>Which bins of a column are drawn.</summary>
internal static class Profiles
{
    /// <summary>Those that have rows, in their order; with more than so many, those that add most to the PSI.</summary>
    public static IReadOnlyList<ProfileBin> Shown(BinProfile profile, int most)
    {
        var used = profile.Bins.Where(b => b.Reference + b.Production > 0).ToList();
        if (used.Count <= most) return used;
        var kept = used.OrderByDescending(b => b.Psi).Take(most).ToHashSet();
        return [.. used.Where(kept.Contains)];
    }
}
