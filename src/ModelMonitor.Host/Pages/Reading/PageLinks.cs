namespace ModelMonitor.Host.Pages.Reading;

/// <summary>Addresses of the pages, with what they show. A report has no other pages, so there is none.</summary>
public static class PageLinks
{
    public const string Overview = "/";
    public const string Health = "/monitor";

    public static string Model(string model, PageQuery? query = null) => At(model, "", query?.ToString());

    public static string Findings(string model, PageQuery? query = null) => At(model, "/findings", query?.ToString());

    public static string Versions(string model, PageQuery? query = null) => At(model, "/versions", query?.ToString());

    /// <summary>All rows that are stored, whatever their time, by a calendar unit: what `evaluate --html` writes.</summary>
    public static string Report(string model, string every, string? version = null) => At(model, "/report", $"every={Uri.EscapeDataString(every)}{(version is null ? "" : "&version=" + Uri.EscapeDataString(version))}");

    /// <remarks>A column may be called anything: a slash would end the path.</remarks>
    public static string Feature(string model, string feature, PageQuery? query = null) => At(model, "/feature", string.Join('&', ((string[])["name=" + Uri.EscapeDataString(feature), query?.ToString() ?? ""]).Where(p => p.Length > 0)));

    private static string At(string model, string page, string? query) => $"/models/{Uri.EscapeDataString(model)}{page}{(string.IsNullOrEmpty(query) ? "" : "?" + query)}";
}
