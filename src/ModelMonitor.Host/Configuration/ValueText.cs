using System.Globalization;
using System.Text.RegularExpressions;
using ModelMonitor.Core;

namespace ModelMonitor.Host.Configuration;

/// <summary>Reads the notations of single values. Each answers null where the text is none.</summary>
internal static partial class ValueText
{
    public const string DurationForm = "a duration such as 500ms, 30s, 5m, 2h, 1d or 2w";

    /// <summary>Longer than anything meant, and short enough that sums and multiples of it never overflow.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(36_500);

    /// <summary>A finite number; `5%` is 0.05.</summary>
    public static double? Number(string text)
    {
        var percent = text.EndsWith('%');
        return double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? percent ? value / 100 : value
            : null;
    }

    /// <summary>`3 sd`, `3sd` or a bare number; no percentage.</summary>
    public static double? StandardDeviations(string text)
    {
        var number = text.EndsWith("sd", StringComparison.Ordinal) ? text[..^2].TrimEnd() : text;
        return number.EndsWith('%') ? null : Number(number);
    }

    public static long? Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>`500ms 30s 5m 2h 1d 2w`, or a bare 0; at most 36500d.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;
        var match = DurationPattern().Match(text);
        if (!match.Success || Integer(match.Groups[1].Value) is not { } count)
            return null;
        var unit = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 7 * TimeSpan.TicksPerDay,
        };
        return count <= s_longest.Ticks / unit ? TimeSpan.FromTicks(count * unit) : null;
    }

    /// <summary>As <see cref="Duration"/> reads it, in the largest unit that divides it.</summary>
    public static string Of(TimeSpan value)
    {
        (long Ticks, string Unit)[] units =
        [
            (TimeSpan.TicksPerDay, "d"), (TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "m"), (TimeSpan.TicksPerSecond, "s"),
        ];
        var best = value == TimeSpan.Zero ? default : Array.Find(units, unit => value.Ticks % unit.Ticks == 0);
        return best.Unit is null
            ? string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerMillisecond}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / best.Ticks}{best.Unit}");
    }

    /// <summary>Bytes: `64MiB`, `1GiB`, `512KiB`, or a bare number of bytes.</summary>
    public static long? Bytes(string text)
    {
        var match = BytesPattern().Match(text);
        if (!match.Success || Integer(match.Groups[1].Value) is not { } count)
            return null;
        var shift = match.Groups[2].Value switch { "KiB" => 10, "MiB" => 20, "GiB" => 30, _ => 0 };
        return count <= long.MaxValue >> shift ? count << shift : null;
    }

    /// <summary>A class: an integer, a truth value or a text. In quotes it is a text.</summary>
    public static LabelValue Label(YamlScalar scalar)
    {
        if (!scalar.Plain)
            return new(scalar.Text);
        if (Integer(scalar.Text) is { } integer)
            return LabelValue.From(integer);
        if (scalar.Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
            return LabelValue.From(scalar.Text[0] is 't' or 'T');
        return Number(scalar.Text) is { } number && !scalar.Text.EndsWith('%') ? LabelValue.From(number) : new(scalar.Text);
    }

    /// <summary>Whether it can name a model, window, rule or action: such names become parts of URLs and labels.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text) && text is not ("." or "..");

    [GeneratedRegex(@"^([0-9]+)(ms|s|m|h|d|w)\z")]
    private static partial Regex DurationPattern();

    [GeneratedRegex(@"^([0-9]+)(KiB|MiB|GiB|B)?\z")]
    private static partial Regex BytesPattern();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+\z")]
    private static partial Regex NamePattern();
}
