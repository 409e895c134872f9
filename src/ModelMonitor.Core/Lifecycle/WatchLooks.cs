namespace ModelMonitor.Core.Lifecycle;

/// <summary>When a version that was promoted is looked at: at sizes that are settled beforehand, each twice the one before, and once more at the end. Pure.</summary>
/// <remarks>Looking whenever a row comes would find a difference sooner or later where there is none. Each look has a level of its own (<see cref="TestLevels"/>), and all of them together err once in twenty.</remarks>
public static class WatchLooks
{
    /// <param name="looks">How many were taken.</param>
    /// <param name="rows">Matured rows that both versions scored.</param>
    /// <param name="first">Rows of the first look.</param>
    /// <param name="over">The watch is at its end.</param>
    public static bool IsDue(int looks, long rows, int first, bool over)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(looks);
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        return over || rows >= Math.ScaleB(first, looks);
    }

    /// <summary>The level of the next look.</summary>
    public static double LevelOf(int looks) => TestLevels.Of(looks + 1);
}
