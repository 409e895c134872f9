using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ModelMonitor.Docs.Tests;

/// <summary>Runs what a reader would type, in a folder with the files that the pages name.</summary>
internal static class Shell
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>`modelmonitor` is this build; `run` goes on in the background, as in a terminal of its own.</summary>
    private const string Prelude = """
        set -euo pipefail
        modelmonitor() {
          if [ "$1" != run ]; then command dotnet "$MODELMONITOR_DLL" "$@"; return; fi
          command dotnet "$MODELMONITOR_DLL" "$@" > run.log 2>&1 &
          for _ in $(seq 1200); do
            if grep -q "Listening on" run.log; then return 0; fi
            kill -0 $! || break
            sleep 0.1
          done
          cat run.log >&2
          return 1
        }
        trap 'kill $(jobs -p) 2> /dev/null || true' EXIT

        """;

    /// <summary>Skips where a program is not there; in CI it must be.</summary>
    public static void Need(params IEnumerable<string> programs)
    {
        foreach (var program in programs.Where(program => !Has(program)))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{program} must be there");
            Assert.Skip($"{program} is not there");
        }
    }

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Fails where a command fails, with all that was said.</summary>
    public static async Task RunAsync(string folder, string script)
    {
        var address = $"127.0.0.1:{FreePort()}";
        await File.WriteAllTextAsync(Path.Combine(folder, "page.sh"), Prelude + script.Replace("127.0.0.1:9464", address, StringComparison.Ordinal));
        var start = new ProcessStartInfo("bash", ["page.sh"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MODELMONITOR_DLL"] = Path.Combine(AppContext.BaseDirectory, "modelmonitor.dll");
        start.Environment["MODELMONITOR__LISTEN__HTTP"] = address;
        var (exit, said) = await SayAsync(start);
        Assert.True(exit == 0, $"exit code {exit}\n{said}");
    }

    public static async Task<(int Exit, string Said)> SayAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
