using System.Diagnostics;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>One command as a process of its own, run to its end.</summary>
internal sealed record CommandProcess(int Exit, string Output, string Error)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <param name="signal">Sent as soon as stdout says <paramref name="when"/>; null: none.</param>
    public static async Task<CommandProcess> RunAsync(IEnumerable<string> args, string? signal = null, string when = "", TimeSpan? patience = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "modelmonitor.dll"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(patience ?? Patience);
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = new List<string>();
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                output.Add(line);
                if (signal is null || !line.Contains(when, StringComparison.Ordinal)) continue;
                using var kill = Process.Start("kill", [signal, process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                signal = null;
            }

            await process.WaitForExitAsync(limit.Token);
            return new(process.ExitCode, string.Join('\n', output), await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    /// <summary>Fails unless it ended with 1, one line on stderr that says this, and nothing on stdout.</summary>
    public void IsRefusedWith(string message)
    {
        Assert.Equal(1, Exit);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpected", line, StringComparison.Ordinal);
        Assert.Contains(message, line, StringComparison.Ordinal);
        Assert.Empty(Output);
    }
}
