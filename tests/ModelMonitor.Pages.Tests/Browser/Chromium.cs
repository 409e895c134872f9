using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;

namespace ModelMonitor.Pages.Tests.Browser;

/// <summary>Debian's Chromium, headless, driven by tests/browser/look.mjs.</summary>
internal static class Chromium
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly string s_scripts = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Browser").Value!;

    /// <summary>Where screenshots are kept for people to look at; null: nowhere.</summary>
    private static readonly string? s_shots = Environment.GetEnvironmentVariable("MODELMONITOR_TEST_SHOTS");

    private static readonly string? s_browser = Find("chromium"), s_node = Find("node");

    /// <summary>Null where everything is there; else what lacks.</summary>
    public static string? Lacks =>
        s_node is null ? "node is not installed (apt-get install nodejs npm)"
        : s_browser is null ? "Chromium is not installed (apt-get install chromium)"
        : !Directory.Exists(Path.Combine(s_scripts, "node_modules", "playwright-core")) ? "tests/browser/install.sh was not run"
        : null;

    /// <summary>What was seen at each address.</summary>
    public static async Task<JsonArray> LookAsync(IEnumerable<Look> looks)
    {
        if (s_shots is not null) Directory.CreateDirectory(s_shots);
        var request = new JsonObject
        {
            ["browser"] = s_browser,
            ["shots"] = s_shots,
            ["looks"] = new JsonArray([.. looks.Select(l => (JsonNode)new JsonObject { ["name"] = l.Name, ["url"] = l.Address.AbsoluteUri, ["width"] = l.Width, ["scheme"] = l.Scheme, ["rules"] = l.Rules })]),
        };
        using var process = Process.Start(new ProcessStartInfo(s_node!, [Path.Combine(s_scripts, "look.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.StandardInput.WriteAsync(request.ToJsonString());
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0) throw new InvalidOperationException(await error);
            return JsonNode.Parse(await output)!.AsArray();
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}

/// <summary>An address to look at.</summary>
/// <param name="Name">For the screenshot.</param>
/// <param name="Scheme">`light` or `dark`.</param>
/// <param name="Rules">Whether the rules of accessibility are held against it. What is run for that is no part of the page, so its policy is set aside; without, it holds.</param>
internal sealed record Look(string Name, Uri Address, int Width, string Scheme, bool Rules);
