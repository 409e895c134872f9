using Quartz;

namespace ModelMonitor.Host.Configuration;

/// <summary>How often a schedule evaluates the same rows: the more looks, the likelier one of them alarms by chance.</summary>
internal static class Looks
{
    /// <summary>Enough to know the rate of any schedule; a long window evaluated often would need a million.</summary>
    private const int Counted = 2000;

    /// <summary>Any Monday will do: what is counted is a rate.</summary>
    private static readonly DateTimeOffset s_from = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Evaluations per window length, at least 1. Fires within one pane end at the same boundary and are one evaluation.</summary>
    public static int Of(string schedule, TimeSpan size, TimeSpan pane)
    {
        var cron = new CronExpression(schedule, TimeZoneInfo.Utc);
        var count = 0;
        var at = s_from.AddSeconds(-1);
        while (count < Counted && cron.GetNextValidTimeAfter(at) is { } fire && fire - s_from < size)
        {
            count++;
            var end = fire.AddTicks(pane.Ticks - ((fire - s_from).Ticks % pane.Ticks));
            // The next second that counts is the one at which the next pane begins.
            at = end.AddSeconds(-1) > fire ? end.AddSeconds(-1) : fire;
        }

        var looks = count < Counted ? count : count * (size / (at - s_from));
        return (int)Math.Clamp(looks, 1, int.MaxValue);
    }
}
