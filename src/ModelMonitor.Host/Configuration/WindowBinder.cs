using ModelMonitor.Engine.Options;
using Quartz;

namespace ModelMonitor.Host.Configuration;

/// <summary>A window and where its size is written. Null place: one of the defaults, which the file does not mention.</summary>
internal sealed record BoundWindow(WindowOptions Options, Place? SizePlace);

/// <summary>Binds `windows`.</summary>
internal sealed class WindowBinder(BindingContext context)
{
    private static readonly BoundWindow[] s_defaults =
    [
        new(new("hour", TimeSpan.FromHours(1), "0 * * * * ?"), null),
        new(new("day", TimeSpan.FromDays(1), "0 0/5 * * * ?"), null),
    ];

    /// <summary>No clock is asked: a schedule without a single fire since then has none at all.</summary>
    private static readonly DateTimeOffset s_longAgo = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Every window's name, also of those with a fault: a rule that names one is not to be blamed.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    public IReadOnlyList<BoundWindow> Bind(Section monitor)
    {
        var entries = monitor.Names("windows");
        if (entries is null)
        {
            Names = [.. s_defaults.Select(window => window.Options.Name)];
            return s_defaults;
        }

        if (entries.Count == 0)
            monitor.Fault("windows", "must hold at least one window, or be left out");
        Names = [.. entries.Select(entry => entry.Key)];
        return [.. entries.Select(Bind).OfType<BoundWindow>()];
    }

    private BoundWindow? Bind(YamlEntry entry)
    {
        context.CheckName(entry);
        var section = new Section(Shapes.Window, entry.Value, entry.KeyPlace, entry.Value.Path, context.Faults);
        var size = section.Require("size") ? section.PositiveDuration("size") : null;
        var schedule = Schedule(section);
        section.Close();
        return size is null ? null : new(new(entry.Key, size.Value, schedule ?? ""), section.PlaceOf("size"));
    }

    private static string? Schedule(Section section)
    {
        if (section.RequiredText("schedule") is not { } text)
            return null;
        try
        {
            if (new CronExpression(text, TimeZoneInfo.Utc).GetNextValidTimeAfter(s_longAgo) is not null)
                return text;
            section.Fault("schedule", $"'{text}' never fires");
            return null;
        }
        catch (FormatException error)
        {
            section.Fault("schedule", $"'{text}' is no Quartz cron expression (seconds first, as in \"0 0/5 * * * ?\"): {error.Message}");
            return null;
        }
    }
}
