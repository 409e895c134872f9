using System.Text.Json.Nodes;
using ModelMonitor.Host.Cli;
using ModelMonitor.Pages.Tests.Filled;

namespace ModelMonitor.Pages.Tests.Browser;

/// <summary>Everything that Chromium saw of the pages and of reports opened from disk, looked at once for all tests.</summary>
internal sealed class Sights(FilledMonitor monitor)
{
    private readonly Lazy<Task<IReadOnlyList<JsonObject>>> _seen = new(() => LookAsync(monitor));

    /// <summary>Skips where there is no browser; in CI that is a failure.</summary>
    public async Task<IReadOnlyList<JsonObject>> SeenAsync()
    {
        if (Chromium.Lacks is { } lack)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", lack);
            Assert.Skip(lack);
        }

        return await _seen.Value;
    }

    public static string Feature(string model, string name) => $"models/{model}/feature?name={Uri.EscapeDataString(name)}";

    /// <summary>Every kind of page, of every kind of model.</summary>
    public static readonly (string Name, string Path)[] Pages =
    [
        ("overview", ""), ("monitor", "monitor"), ("not-found", "models/nobody"),
        ("flights", "models/flights"), ("flights-day", "models/flights?window=day"), ("flights-feature", Feature("flights", "origin_recent_late")), ("flights-findings", "models/flights/findings"), ("flights-versions", "models/flights/versions"),
        ("credit", "models/credit?to=2002-01-14"), ("credit-silent", "models/credit"), ("credit-year", "models/credit?window=day&from=2001-01-30&to=2002-01-28"), ("credit-slice", "models/credit?segment=region%3Dnorth&to=2002-01-14"), ("credit-findings", "models/credit/findings"), ("credit-versions", "models/credit/versions"), ("credit-feature", Feature("credit", "f03") + "&to=2002-01-14"),
        ("animals", "models/animals"), ("odd", "models/odd"), ("odd-number", Feature("odd", Rows.Script)), ("odd-category", Feature("odd", Rows.Quoted)), ("odd-findings", "models/odd/findings"),
        ("rides", "models/rides?to=2002-01-28"), ("rides-report", "models/rides/report?every=week"), ("rides-slice", "models/rides?segment=zone%3Dinner&to=2002-01-28"),
    ];

    private static async Task<IReadOnlyList<JsonObject>> LookAsync(FilledMonitor monitor)
    {
        var looks = new List<Look>();
        foreach (var (name, path) in Pages) Add(name, new Uri(monitor.Address, path));
        foreach (var (name, file) in await ReportsAsync(monitor.Folder)) Add(name, new Uri(file));
        return [.. (await Chromium.LookAsync(looks)).Select(s => s!.AsObject())];

        void Add(string name, Uri address)
        {
            // The rules look at colours too, so both schemes are held against them, in turn; their width does not matter to them.
            var odd = looks.Count % 4 == 0;
            looks.Add(new(name, address, 1280, odd ? "light" : "dark", Rules: false));
            looks.Add(new(name, address, 390, odd ? "dark" : "light", Rules: true));
        }
    }

    private static async Task<(string Name, string File)[]> ReportsAsync(string folder)
    {
        (string Name, string File)[] reports = [("report-flights", Path.Combine(folder, "flights.html")), ("report-chicago", Path.Combine(folder, "chicago.html"))];
        Assert.Equal(ExitCode.Breach, (await Evaluate.ReportAsync("flights", "flights", "week", reports[0].File, "--fail-on-breach")).Exit);
        Assert.Equal(ExitCode.Done, (await Evaluate.ReportAsync("chicago", "chicago", "year", reports[1].File)).Exit);
        return reports;
    }
}
