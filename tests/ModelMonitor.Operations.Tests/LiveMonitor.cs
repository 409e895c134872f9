using System.Globalization;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Operations.Tests;

/// <summary>A monitor with data and a Prometheus that scrapes it and has loaded the rules; one of each for all tests.</summary>
public sealed class LiveMonitor : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly LiveCase _case = new();
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private RunningMonitor? _monitor;
    private PrometheusServer? _prometheus;

    internal PrometheusServer Prometheus
    {
        get
        {
            Tool.Needs(_prometheus is not null, "apt-get install prometheus");
            return _prometheus!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!PrometheusServer.IsInstalled) return;
        _monitor = await RunningMonitor.StartAsync(_case.Configuration);
        // Before the data: Prometheus must see counters move.
        _prometheus = PrometheusServer.Start(_monitor.Addresses[1], Files.Rules);
        Assert.NotEmpty(await _prometheus.QueryAsync("modelmonitor_state_info"));
        foreach (var request in LiveCase.Requests(_started)) await request.PostAsync(_monitor.Client);
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null) await _prometheus.DisposeAsync();
        if (_monitor is not null) await _monitor.DisposeAsync();
        _case.Dispose();
    }

    /// <summary>Asks for each expression over the time since the start, until each has a finite value or patience ends.</summary>
    /// <returns>Those without one.</returns>
    internal async Task<IReadOnlyList<string>> WithoutDataAsync(IEnumerable<string> expressions)
    {
        var missing = expressions.Distinct().ToList();
        var deadline = TimeProvider.System.GetUtcNow() + s_patience;
        while (true)
        {
            foreach (var expression in missing.ToArray())
            {
                if (await HasDataAsync(expression)) missing.Remove(expression);
            }

            if (missing.Count == 0 || TimeProvider.System.GetUtcNow() > deadline) return missing;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
    }

    /// <summary>Whether it has a finite value at any time since the start. Fails where Prometheus refuses it.</summary>
    internal async Task<bool> HasDataAsync(string expression)
    {
        var query = FormattableString.Invariant($"query_range?query={Uri.EscapeDataString(expression)}&start={_started.ToUnixTimeSeconds()}&end={TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}&step=1");
        var answer = await Prometheus.AskAsync(query);
        Assert.True((string?)answer?["status"] == "success", $"{expression}\n{answer?["error"]}");
        return answer!["data"]!["result"]!.AsArray().SelectMany(series => series!["values"]!.AsArray())
            .Any(sample => double.IsFinite(double.Parse((string)sample![1]!, NumberStyles.Float, CultureInfo.InvariantCulture)));
    }

    /// <summary>What the monitor answers to a GET.</summary>
    internal async Task<System.Net.HttpStatusCode> GetAsync(string path)
    {
        _ = Prometheus;
        using var response = await _monitor!.Client.GetAsync(path);
        return response.StatusCode;
    }

    /// <summary>The families that `/metrics` lists, by name: histograms by those of their series.</summary>
    /// <param name="awaited">It asks until all of these are there, or patience ends: values come with the first evaluations.</param>
    internal async Task<IReadOnlyCollection<string>> ExportedAsync(IReadOnlyCollection<string> awaited)
    {
        _ = Prometheus;
        for (var deadline = TimeProvider.System.GetUtcNow() + s_patience; ;)
        {
            var exported = Exposition.Names(await _monitor!.Client.GetStringAsync(new Uri(_monitor.Addresses[1], "metrics")));
            if (!awaited.Except(exported).Any() || TimeProvider.System.GetUtcNow() > deadline) return [.. exported];
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }
    }
}
