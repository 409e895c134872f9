namespace ModelMonitor.Host.Configuration;

/// <summary>Finds what a misspelt word was probably meant to be.</summary>
internal static class Suggestion
{
    /// <summary>`; did you mean 'threshold'?` for the closest of the known words, or nothing where none is close.</summary>
    public static string For(string word, IEnumerable<string> known)
    {
        var closest = known
            .Select(candidate => (Candidate: candidate, Distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(pair => pair.Distance <= Math.Max(1, Math.Min(word.Length, pair.Candidate.Length) / 3))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault();
        return closest.Candidate is null ? "" : $"; did you mean '{closest.Candidate}'?";
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var least = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + cost);
                var swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                rows[i, j] = swapped ? Math.Min(least, rows[i - 2, j - 2] + 1) : least;
            }
        }

        return rows[a.Length, b.Length];
    }
}
