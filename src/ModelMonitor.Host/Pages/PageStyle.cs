using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace ModelMonitor.Host.Pages;

/// <summary>The one style sheet, and the policies that allow it and nothing else.</summary>
internal static class PageStyle
{
    public static string Text { get; } = Read();

    /// <summary>Style is allowed by its hash. Were a name ever to slip through unencoded, it still could do nothing: no script, no style, no request. `data:` is for the empty icon, which keeps browsers from asking for one.</summary>
    public static string Policy { get; } = $"{Common}; frame-ancestors 'none'";

    /// <summary>For a file: what a `meta` element may say.</summary>
    public static string ReportPolicy => Common;

    private static string Common => $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))}'; img-src data:; base-uri 'none'; form-action 'none'";

    private static string Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("pages.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
