namespace ModelMonitor.Host.Pages.Charts;

/// <summary>A point of a line, with its interval where it has one. Without a value the line is broken.</summary>
public readonly record struct LinePoint(double X, double? Y, double? Lower = null, double? Upper = null);

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Look">Its class in the style sheet: `production`, `reference`, `estimate`, `other`, `noise` …</param>
public sealed record Line(string Name, string Look, IReadOnlyList<LinePoint> Points)
{
    /// <summary>A dot at each point.</summary>
    public bool Dots { get; init; }

    /// <summary>False: points of their own, each a small dot, however many.</summary>
    public bool Joined { get; init; } = true;

    /// <summary>Filled down to the axis.</summary>
    public bool Filled { get; init; }
}

/// <summary>A value that is drawn across the chart.</summary>
public sealed record Guide(string Name, double Value, string Look);

/// <summary>A bar, or several that lie on each other.</summary>
/// <param name="From">Where it begins on the axis.</param>
/// <param name="Parts">Height and look of each part, from the bottom.</param>
public sealed record Bar(double From, double To, IReadOnlyList<(double Height, string Look)> Parts);
