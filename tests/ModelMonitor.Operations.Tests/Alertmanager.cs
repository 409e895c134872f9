using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace ModelMonitor.Operations.Tests;

/// <summary>Debian's Alertmanager on loopback, alone, with the configuration of `dashboards`. What it groups waits longer than a test takes: nobody is told.</summary>
internal sealed class Alertmanager : IAsyncDisposable
{
    private const string Program = "prometheus-alertmanager";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-alertmanager-");
    private readonly Process _process;
    private readonly HttpClient _client;

    private Alertmanager()
    {
        var port = FreePort();
        _process = Process.Start(new ProcessStartInfo(Program)
        {
            ArgumentList = { "--config.file=" + Path.Combine(Files.Dashboards, "alertmanager.yaml"), "--storage.path=" + _folder.FullName, "--cluster.listen-address=", $"--web.listen-address=127.0.0.1:{port}" },
            RedirectStandardError = true,
        })!;
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
    }

    /// <summary>One that answers; the test is skipped where it is not installed.</summary>
    public static async Task<Alertmanager> StartAsync()
    {
        Tool.Needs(Tool.Find(Program), "apt-get install prometheus-alertmanager");
        var started = new Alertmanager();
        await UntilAsync(async () =>
        {
            try
            {
                using var answer = await started._client.GetAsync("-/ready");
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return started;
    }

    /// <summary>Raises alerts and tells the mark (label `mark`) of each that another one silences.</summary>
    public async Task<IReadOnlyList<string>> SilencedAsync(params IReadOnlyDictionary<string, string>[] alerts)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var taken = await _client.PostAsJsonAsync("api/v2/alerts", alerts.Select((labels, mark) => new { labels = new Dictionary<string, string>(labels) { ["mark"] = $"{mark}" } }), cancellation);
        taken.EnsureSuccessStatusCode();
        // The inhibitor hears of an alert a moment after the request that raised it.
        JsonArray raised = [];
        await UntilAsync(async () =>
        {
            raised = (await _client.GetFromJsonAsync<JsonArray>("api/v2/alerts", cancellation))!;
            return raised.Count == alerts.Length && raised.Any(IsSilenced);
        });
        return [.. raised.Where(IsSilenced).Select(alert => (string)alert!["labels"]!["mark"]!).Order(StringComparer.Ordinal)];

        static bool IsSilenced(JsonNode? alert) => alert!["status"]!["inhibitedBy"]!.AsArray().Count > 0;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1);
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, "it took more than a minute");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
