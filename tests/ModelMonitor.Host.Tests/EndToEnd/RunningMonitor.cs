using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>`modelmonitor run` as a process of its own, as a user starts it.</summary>
internal sealed partial class RunningMonitor : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly TaskCompletionSource<Uri[]> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningMonitor(string configuration, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "modelmonitor.dll"), "run", "-c", configuration }) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The monitor ended before it listened:\n" + Output));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The http listener, then the metrics listener where there is one.</summary>
    public Uri[] Addresses { get; private set; } = [];

    /// <summary>Where Arrow Flight listens; null where it does not.</summary>
    public Uri? Flight { get; private set; }

    public HttpClient Client { get; } = new() { Timeout = 3 * Patience };

    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    public static async Task<RunningMonitor> StartAsync(string configuration, IReadOnlyDictionary<string, string>? environment = null)
    {
        var monitor = new RunningMonitor(configuration, environment);
        try
        {
            monitor.Addresses = await monitor._listening.Task.WaitAsync(Patience);
            monitor.Client.BaseAddress = monitor.Addresses[0];
            return monitor;
        }
        catch
        {
            await monitor.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGTERM, as an orchestrator stops it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return _process.ExitCode;
    }

    /// <summary>kill −9: no time to say goodbye.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Kills it a while from now, whatever it is doing then.</summary>
    public async Task KillAfterAsync(TimeSpan delay)
    {
        await Task.Delay(delay, TimeProvider.System);
        await KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
        Client.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
        if (Flighting().Match(line) is { Success: true } flight) Flight = new Uri("http://" + flight.Groups[1].Value);
        if (Listening().Match(line) is { Success: true } match)
            _listening.TrySetResult([.. match.Groups[1].Value.Split(", ").Select(a => new Uri(a))]);
    }

    [GeneratedRegex("Arrow Flight on grpc://(\\S+)$")]
    private static partial Regex Flighting();

    [GeneratedRegex("Listening on (http\\S.*)$")]
    private static partial Regex Listening();
}
