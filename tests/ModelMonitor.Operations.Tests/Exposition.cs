namespace ModelMonitor.Operations.Tests;

/// <summary>Reads the names out of what a scrape reads.</summary>
internal static class Exposition
{
    /// <summary>Every name that a series of a family may have, also of families that have none yet.</summary>
    public static IReadOnlyCollection<string> Names(string text) =>
        [.. text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' '))
            .SelectMany(words => words[3] == "histogram" ? (string[])[$"{words[2]}_bucket", $"{words[2]}_sum", $"{words[2]}_count"] : [words[2]])];
}
