using ModelMonitor.Core.Lifecycle;

namespace ModelMonitor.Core.Tests.Lifecycle;

public sealed class WatchLooksTests
{
    [Theory]
    [InlineData(0, 99, false)]
    [InlineData(0, 100, true)]
    [InlineData(1, 199, false)]
    [InlineData(1, 200, true)]
    [InlineData(3, 799, false)]
    [InlineData(3, 800, true)]
    public void Looks_are_taken_at_sizes_that_double(int looks, long rows, bool due)
    {
        Assert.Equal(due, WatchLooks.IsDue(looks, rows, 100, over: false));
        Assert.True(WatchLooks.IsDue(looks, rows, 100, over: true));
    }

    [Fact]
    public void However_many_looks_there_are_their_levels_sum_to_one_in_twenty()
    {
        var sum = Enumerable.Range(0, 100_000).Sum(WatchLooks.LevelOf);
        Assert.InRange(sum, 0.0499, 0.05);
    }
}
