using ModelMonitor.Host.Init;

namespace ModelMonitor.Host.Cli;

/// <summary>What to type after `init`, ready to paste into a shell.</summary>
internal static class NextCommands
{
    public static void Write(TextWriter output, string configuration, string? production, string? labels, DataFacts? rows, ConfigurationGuess guess)
    {
        var file = Quoted(configuration);
        output.WriteLine("next:");
        output.WriteLine($"  modelmonitor check -c {file}");
        output.WriteLine($"  modelmonitor baseline -c {file}");
        if (production is null) return;
        var later = labels is null ? "" : $" --labels {Quoted(labels)}";
        output.WriteLine($"  modelmonitor evaluate -c {file} --production {Quoted(production)}{later} --every {Every(guess.Roles.Time.Value is { } time ? rows?.Find(time)?.Span : null)}");
        output.WriteLine($"  modelmonitor run -c {file}");
        output.WriteLine($"  modelmonitor send -c {file} --stream predictions {Quoted(production)}   # in another terminal, while it runs");
        if (labels is not null) output.WriteLine($"  modelmonitor send -c {file} --stream labels {Quoted(labels)}");
    }

    /// <summary>So that a table of windows fits a screen.</summary>
    internal static string Every((long First, long Last)? span) => span is not var (first, last) ? "month" : TimeSpan.FromMicroseconds(last - first).TotalDays switch
    {
        <= 1 => "1h",
        <= 31 => "day",
        <= 200 => "week",
        <= 1000 => "month",
        _ => "year",
    };

    /// <summary>As a POSIX shell takes it for one word.</summary>
    internal static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '=' or ':' or '@' or ',') ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
