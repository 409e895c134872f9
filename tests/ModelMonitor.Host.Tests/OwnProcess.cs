using System.Diagnostics;
using System.Reflection;

namespace ModelMonitor.Host.Tests;

/// <summary>
/// A test that reads the memory of the process, or loads another native library than the rest, runs in a process of its own: what other
/// tests left in this one, and the budget its garbage collector took from them, would be measured with it.
/// </summary>
internal static class OwnProcess
{
    private const string Marker = "MODELMONITOR_TEST_OWN_PROCESS";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs the test that calls this in a process of its own and fails where it fails there.</summary>
    /// <param name="environment">Variables that the process must start with.</param>
    /// <returns>Whether that was done; false inside that process, where the test goes on.</returns>
    public static async Task<bool> RanAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        if (Environment.GetEnvironmentVariable(Marker) is not null) return false;
        var method = $"{TestContext.Current.TestClass!.TestClassName}.{TestContext.Current.TestMethod!.MethodName}";
        var start = new ProcessStartInfo("dotnet", [Assembly.GetExecutingAssembly().Location, "-method", method, "-showLiveOutput", "-noColor"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Marker] = "1";
        // Else the young generation may grow to the size of the processor's cache, which looks like a leak and is none.
        start.Environment["DOTNET_GCgen0size"] = "0x400000";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            TestContext.Current.TestOutputHelper?.WriteLine(output);
            Assert.True(process.ExitCode == 0, output + await error);
            // A filter that matches nothing would end well too.
            Assert.Contains("Total: 1,", output, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return true;
    }
}
