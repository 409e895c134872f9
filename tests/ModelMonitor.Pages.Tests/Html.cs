using System.Net;
using System.Text.RegularExpressions;

namespace ModelMonitor.Pages.Tests;

/// <summary>What a page says, read back out of its tables.</summary>
internal static partial class Html
{
    /// <summary>The cells of a table's rows, by its caption.</summary>
    public static string[][] Rows(string html, string caption)
    {
        var table = Tables().Matches(html).Select(m => m.Value).FirstOrDefault(t => Text(Caption().Match(t).Groups[1].Value) == caption)
            ?? throw new Xunit.Sdk.XunitException($"There is no table '{caption}'; there is {string.Join(", ", Tables().Matches(html).Select(m => Text(Caption().Match(m.Value).Groups[1].Value)))}.");
        return [.. RowOf().Matches(table).Skip(1).Select(row => CellOf().Matches(row.Value).Select(c => Text(c.Groups[1].Value)).ToArray())];
    }

    /// <summary>A figure as it stands in the document, by its id.</summary>
    public static string Figure(string html, string id)
    {
        var start = html.IndexOf($"id=\"{id}\"", StringComparison.Ordinal);
        Assert.True(start >= 0, $"There is no figure '{id}'.");
        return html[start..html.IndexOf("</figure>", start, StringComparison.Ordinal)];
    }

    public static string Text(string markup) => WebUtility.HtmlDecode(Tag().Replace(markup, "")).Trim();

    [GeneratedRegex("<table.*?</table>", RegexOptions.Singleline)]
    private static partial Regex Tables();

    [GeneratedRegex("<caption[^>]*>(.*?)</caption>", RegexOptions.Singleline)]
    private static partial Regex Caption();

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex RowOf();

    [GeneratedRegex("<t[hd][^>]*>(.*?)</t[hd]>", RegexOptions.Singleline)]
    private static partial Regex CellOf();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
