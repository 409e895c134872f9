using ModelMonitor.Core;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Options;

/// <summary>How long each level of the state lives: as long as a window can ask for it, and none longer than `retention.panes` (and a day, for windows lag behind).</summary>
/// <remarks>A fine level is large and soon of no use: a window of a month is a sum of days. So what is kept for long is days.</remarks>
public static class LevelRetention
{
    /// <summary>Windows end before now, and are evaluated a while after.</summary>
    private static readonly TimeSpan s_slack = TimeSpan.FromDays(1);

    /// <returns>Of panes and hours the longest of their windows, plus how far back it ends while it waits for labels; of days all that is kept.</returns>
    public static TimeSpan Of(StateLevel level, MonitorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var all = options.Retention.Panes + s_slack;
        if (level is not (StateLevel.Pane or StateLevel.Hour)) return all;
        var longest = options.Windows.Select(window => window.Size).Where(size => Needs(size, options) <= level).DefaultIfEmpty(TimeSpan.Zero).Max();
        var behind = options.Models.Select(model => model.LabelDelay).Append(options.Lateness).Max();
        var needed = longest + behind + s_slack;
        return needed < all ? needed : all;
    }

    /// <summary>The finest level that a window of a length is read from.</summary>
    private static StateLevel Needs(TimeSpan size, MonitorOptions options) => WindowAlignment.StepOf(Instant.From(size), Instant.From(options.Pane)) switch
    {
        Instant.Day => StateLevel.Day,
        Instant.Hour => StateLevel.Hour,
        _ => StateLevel.Pane,
    };
}
