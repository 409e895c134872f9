using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.EndToEnd;

/// <summary>Debian's Prometheus on loopback, scraping one address every second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-prometheus-");
    private readonly Process _process;
    private readonly HttpClient _client;

    private PrometheusServer(Uri target, IEnumerable<string> rules)
    {
        var port = FreePort();
        var configuration = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(configuration, $"""
            global: {"{"} scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s {"}"}
            rule_files: [ {string.Join(", ", rules.Select(file => $"'{file}'"))} ]
            scrape_configs:
              - job_name: modelmonitor
                static_configs: [ {"{"} targets: ['{target.Host}:{target.Port}'] {"}"} ]
            """);
        _process = Process.Start(new ProcessStartInfo("prometheus")
        {
            ArgumentList = { "--config.file=" + configuration, "--storage.tsdb.path=" + Path.Combine(_folder.FullName, "data"), $"--web.listen-address=127.0.0.1:{port}" },
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "prometheus")));

    /// <param name="rules">Files of rules to load.</param>
    public static PrometheusServer Start(Uri target, params IEnumerable<string> rules) => new(target, rules);

    /// <summary>What the API answers, whatever it is; null while it is not up.</summary>
    /// <param name="path">After `api/v1/`.</param>
    public async Task<JsonNode?> AskAsync(string path)
    {
        try
        {
            using var response = await _client.GetAsync("api/v1/" + path);
            // While it reads its files it answers so, in plain text.
            return response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable ? null : JsonNode.Parse(await response.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>The query's series, as soon as there are any; none after a minute.</summary>
    public async Task<JsonArray> QueryAsync(string query)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1);
        while (TimeProvider.System.GetUtcNow() < deadline)
        {
            if (await AskAsync("query?query=" + Uri.EscapeDataString(query)) is { } answer && answer["data"]?["result"] is JsonArray { Count: > 0 } result) return result;
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        return [];
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
