using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;
using Apache.Arrow;
using ModelMonitor.Host.Tests.Http;

namespace ModelMonitor.Host.Tests.Flight;

/// <summary>A client of another language and another Arrow implementation: gRPC for JavaScript with apache-arrow.</summary>
public sealed class ForeignClientTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string s_folder = typeof(ForeignClientTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == "Foreign").Value!;

    [Fact]
    public async Task A_client_in_JavaScript_sends_repeats_exchanges_and_is_refused()
    {
        var installed = Directory.Exists(Path.Combine(s_folder, "node_modules"));
        Assert.SkipUnless(installed || Environment.GetEnvironmentVariable("CI") == "true", "its packages are not installed: tests/foreign/install.sh");
        var result = await RunAsync();

        Assert.Equal(["flights/predictions", "flights/labels"], result["flights"]!.AsArray().Select(f => (string)f!));
        Assert.Contains("hour: Float64", result["columns"]!.AsArray().Select(c => (string)c!));
        var batches = Bodies.Batches(Bodies.Production);
        Assert.Equal(0, (int)result["put"]!["code"]!);
        Assert.Equal(batches.Select(b => (b.Length, false)), Answers(result["put"]!));
        Assert.Equal(batches.Select(b => (b.Length, true)), Answers(result["again"]!));

        Assert.StartsWith("Dictionary<", (string)result["id_type"]!, StringComparison.Ordinal);
        Assert.Null((string?)result["exchange"]!["detail"]);
        using var http = await api.SendAsync(Bodies.Head(3), query: "?reply=scores");
        var expected = Bodies.Batches(await http.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))[0];
        var rows = result["exchange"]!["rows"]!.AsArray();
        Assert.Equal(3, rows.Count);
        Assert.All(rows, (row, i) => Assert.Equal(
            ("js:" + ((StringArray)expected.Column(0)).GetString(i), ((DoubleArray)expected.Column(1)).GetValue(i)),
            ((string)row!["prediction_id"]!, (double?)row["score"])));

        Assert.Equal((12, "GetSchema is not served: a monitor serves DoPut, DoExchange, ListFlights and GetFlightInfo."), ((int)result["schema"]!["code"]!, (string)result["schema"]!["detail"]!));
        Assert.Equal(3, (int)result["garbage"]!["code"]!);
        Assert.StartsWith("message 1 at byte 0: ", (string)result["garbage"]!["detail"]!, StringComparison.Ordinal);
    }

    private static IEnumerable<(int Rows, bool Duplicate)> Answers(JsonNode call) => call["answers"]!.AsArray().Select(a => ((int)a!["rows"]!, (bool)a["duplicate"]!));

    private async Task<JsonNode> RunAsync()
    {
        var start = new ProcessStartInfo("node", [
            Path.Combine(s_folder, "flight.mjs"), api.Flight.Authority, Path.Combine(AppContext.BaseDirectory, "foreign", "flight.proto"), Scoring.Cases.File("flights", "production.arrows")])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return JsonNode.Parse(output)!;
    }
}
