using ModelMonitor.Engine.Actions;

namespace ModelMonitor.Engine.Tests.Actions;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 10)]
    [InlineData(3, 20)]
    [InlineData(6, 160)]
    [InlineData(7, 300)]
    [InlineData(8, 300)]
    [InlineData(int.MaxValue, 300)]
    public void The_wait_doubles_up_to_its_cap_within_a_fifth(int attempts, double seconds)
    {
        var waits = Enumerable.Range(0, 500).Select(i => RetrySchedule.NextDelay($"key{i}", attempts).TotalSeconds).ToList();
        Assert.InRange(waits.Min(), seconds * 0.8, seconds * 0.85);
        Assert.InRange(waits.Max(), seconds * 1.15, seconds * 1.2);
        Assert.InRange(waits.Average(), seconds * 0.97, seconds * 1.03);
    }

    [Fact]
    public void The_same_message_and_attempt_always_wait_the_same()
    {
        Assert.Equal(RetrySchedule.NextDelay("key", 3), RetrySchedule.NextDelay("key", 3));
        Assert.NotEqual(RetrySchedule.NextDelay("key", 8), RetrySchedule.NextDelay("key", 9));
    }

    [Fact]
    public void Before_a_first_attempt_there_is_nothing_to_wait_for() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RetrySchedule.NextDelay("key", 0));
}
