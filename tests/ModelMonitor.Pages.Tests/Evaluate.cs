using System.Globalization;
using ModelMonitor.Host.Cli;
using ModelMonitor.Pages.Tests.Filled;

namespace ModelMonitor.Pages.Tests;

/// <summary>`evaluate` in this process, over a bundled case.</summary>
internal static class Evaluate
{
    public static Task<(int Exit, string Output, string Error)> ReportAsync(string folder, string model, string every, string html, params string[] more) =>
        ConfiguredAsync(FilledMonitor.Data(folder, "monitor.yaml"), folder, model, every, html, more);

    /// <param name="configuration">Another than the case's own.</param>
    public static async Task<(int Exit, string Output, string Error)> ConfiguredAsync(string configuration, string folder, string model, string every, string html, params string[] more)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var error = new StringWriter(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            "evaluate", "-c", configuration, "--model", model, "--production", FilledMonitor.Data(folder, "production.arrows"), "--labels", FilledMonitor.Data(folder, "labels.arrows"),
            "--every", every, "--html", html, .. more,
        ];
        var exit = await CommandLine.RunAsync(arguments, output, error, CancellationToken.None);
        return (exit, output.ToString(), error.ToString());
    }
}
