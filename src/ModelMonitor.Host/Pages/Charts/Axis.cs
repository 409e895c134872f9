using System.Globalization;

namespace ModelMonitor.Host.Pages.Charts;

/// <summary>A mark on an axis.</summary>
/// <param name="Spare">May be left out where there is little room.</param>
public readonly record struct Tick(double Value, string Label, bool Spare = false);

/// <summary>A straight scale with readable ticks.</summary>
/// <param name="Ticks">All within its ends.</param>
public sealed record Axis(double From, double To, IReadOnlyList<Tick> Ticks)
{
    private const double Smallest = 1e-9;

    /// <summary>What it measures; null: the heading says it.</summary>
    public string? Label { get; init; }

    /// <summary>Where a value lies, 0 to 1; beyond the ends it is cut off.</summary>
    public double At(double value) => Math.Clamp((value - From) / (To - From), 0, 1);

    /// <summary>From a tick below the least value to one above the greatest, with about so many steps of 1, 2 or 5 times a power of ten.</summary>
    public static Axis Numbers(double least, double greatest, int about = 4, bool percent = false)
    {
        // What differs in its last digits only is one value to the eye, and has no steps to be counted.
        if (!(greatest - least > Smallest * Math.Max(Math.Abs(least), Math.Abs(greatest)))) (least, greatest) = (least - Math.Max(Math.Abs(least) * 0.1, 1e-9), greatest + Math.Max(Math.Abs(greatest) * 0.1, 1e-9));
        var step = Step((greatest - least) / about);
        var (first, last) = (Math.Floor((least / step) + 1e-9), Math.Ceiling((greatest / step) - 1e-9));
        var ticks = new List<Tick>();
        for (var k = first; k <= last; k++) ticks.Add(new(k * step, percent ? Percent(k * step, step) : Number(k * step, step), ticks.Count % 2 == 1));
        return new(first * step, last * step, ticks);
    }

    /// <summary>The ends as they are, ticks inside.</summary>
    public static Axis Within(double least, double greatest, int about = 5)
    {
        var nice = Numbers(least, greatest, about);
        return new(least, greatest, [.. nice.Ticks.Where(t => t.Value >= least && t.Value <= greatest).Select((t, i) => t with { Spare = i % 2 == 1 })]);
    }

    /// <summary>From 0 to 1 in quarters of a share.</summary>
    public static Axis Share { get; } = new(0, 1, [new(0, "0"), new(0.25, "0.25", true), new(0.5, "0.5"), new(0.75, "0.75", true), new(1, "1")]);

    private static double Step(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * ((rough / power) switch { <= 1.0000001 => 1, <= 2.0000001 => 2, <= 5.0000001 => 5, _ => 10 });
    }

    private static string Number(double value, double step)
    {
        if (Math.Abs(value) < step / 2) return "0";
        if (Math.Abs(value) >= 1e6 || step < 1e-4) return value.ToString("0." + new string('#', Math.Max(0, (int)Math.Ceiling(Math.Log10(Math.Abs(value) / step) + 1e-9))) + "e0", CultureInfo.InvariantCulture);
        return value.ToString("F" + Math.Max(0, (int)Math.Ceiling(-Math.Log10(step) - 1e-9)), CultureInfo.InvariantCulture);
    }

    private static string Percent(double value, double step) => Number(100 * value, 100 * step) + " %";
}
