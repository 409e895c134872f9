using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelMonitor.Host.Tests.EndToEnd;

public sealed partial class ClosedLoopDemoTests
{
    /// <summary>The whole loop as a user sees it: an overfitted model is diagnosed, prescribed for, retrained, tested, promoted, watched; what it is worth recovers.</summary>
    [Fact]
    public async Task The_closed_loop_ends_with_a_better_version_than_it_began_with()
    {
        var demo = await CommandProcess.RunAsync(["demo", "--closed-loop", "--exit", "--port", "0"], patience: TimeSpan.FromMinutes(6));

        Assert.Equal(0, demo.Exit);
        Assert.DoesNotContain("   at ", demo.Output, StringComparison.Ordinal);
        string[] story = ["diagnosis variance: mae of version 2003 is", "prescribed: More regularization: L2 from", "a model was trained", "received as a challenger of 2003", "passed on the hold-out", "passed on production and scores as a shadow", "may serve", "promoted in place of 2003", "passed its watch"];
        var from = 0;
        foreach (var part in story)
        {
            var at = demo.Output.IndexOf(part, from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' is not told after position {from}:\n{demo.Output}");
            from = at;
        }

        // Of each year's last quarter: the version that served, beside the one that was never replaced.
        var years = Year().Matches(demo.Output).Select(m => (Year: m.Groups[1].Value, Served: double.Parse(m.Groups[3].Value, CultureInfo.InvariantCulture), First: double.Parse(m.Groups[4].Value, CultureInfo.InvariantCulture))).ToArray();
        Assert.InRange(years.Length, 12, 13);
        Assert.Equal(years[0].First, years[0].Served);
        Assert.All(years.Where(y => string.CompareOrdinal(y.Year, "2010") >= 0), y => Assert.True(y.Served < 0.7 * y.First, $"{y}"));
    }

    [GeneratedRegex("""^\s*(\d{4})-\d\d-\d\d\s+(\S+)\s+([\d.]+)\s+[\d.]+\s+([\d.]+)\s+[\d.]+\s*$""", RegexOptions.Multiline)]
    private static partial Regex Year();
}
