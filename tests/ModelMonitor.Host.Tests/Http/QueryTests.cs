using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Core;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>What can be asked once the flights of five months and their labels are in.</summary>
public sealed class QueryTests(QueryTests.LoadedFixture api) : IClassFixture<QueryTests.LoadedFixture>
{
    private static readonly long Since = Instant.From(new DateTimeOffset(2001, 7, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_report_by_month_has_five_windows_of_4800_rows()
    {
        var report = await api.GetAsync("/v1/models/flights/evaluate?every=month");
        var windows = report["windows"]!.AsArray();
        Assert.Equal(["2001-02-01T00:00:00Z", "2001-03-01T00:00:00Z", "2001-04-01T00:00:00Z", "2001-05-01T00:00:00Z", "2001-06-01T00:00:00Z"], windows.Select(w => (string)w!["start"]!));
        Assert.All(windows, w => Assert.Equal(4800, (long)w!["rows"]!));
        Assert.Equal(report.ToJsonString(), (await api.GetAsync("/v1/models/flights/evaluate")).ToJsonString());
    }

    [Fact]
    public void Labels_are_answered_with_what_became_of_them()
    {
        Assert.Equal(Bodies.Rows(Bodies.Labels), (long)api.LabelsReply["rows"]!);
        Assert.False((bool)api.LabelsReply["duplicate"]!);
    }

    [Fact]
    public async Task Labels_that_found_their_predictions_are_counted_as_joined() =>
        Assert.True(MetricText.Value(await api.Client.GetStringAsync("/metrics"), "modelmonitor_labels_total{model=\"flights\",outcome=\"joined\"}") > 20_000);

    [Theory]
    [InlineData("evaluate?every=fortnight")]
    [InlineData("evaluate?every=")]
    [InlineData("evaluate?every=-1d")]
    [InlineData("evaluate?every=5m")]
    [InlineData("evaluations?from=yesterday")]
    [InlineData("evaluations?to=tomorrow")]
    [InlineData("evaluations?limit=0")]
    [InlineData("actions?limit=1001")]
    public async Task What_cannot_be_asked_is_400(string question)
    {
        using var response = await api.Client.GetAsync("/v1/models/flights/" + question);
        await Problems.OfAsync(response, 400);
    }

    [Theory]
    [InlineData("evaluate")]
    [InlineData("evaluations")]
    [InlineData("findings")]
    [InlineData("versions")]
    [InlineData("actions")]
    public async Task An_unknown_model_is_404_and_the_known_ones_are_named(string question)
    {
        using var response = await api.Client.GetAsync("/v1/models/nobody/" + question);
        Assert.Contains("flights", (string)(await Problems.OfAsync(response, 404))["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluations_come_newest_first_of_one_window_in_a_range()
    {
        var all = (await api.GetAsync("/v1/models/flights/evaluations")).AsArray();
        Assert.NotEmpty(all);
        Assert.Equal(all.Select(e => (string)e!["end"]!).OrderDescending(StringComparer.Ordinal), all.Select(e => (string)e!["end"]!));
        var month = Assert.Single((await api.GetAsync("/v1/models/flights/evaluations?window=month")).AsArray())!;
        Assert.Equal(("flights", "month", "binary"), ((string)month["model"]!, (string)month["window"]!, (string)month["task"]!));
        Assert.InRange((long)month["rows"]!, 1, 4800);
        var end = Uri.EscapeDataString((string)month["end"]!);
        Assert.Single((await api.GetAsync($"/v1/models/flights/evaluations?window=month&from={end}")).AsArray());
        Assert.Empty((await api.GetAsync($"/v1/models/flights/evaluations?window=month&to={end}")).AsArray());
        Assert.Single((await api.GetAsync("/v1/models/flights/evaluations?limit=1")).AsArray());
    }

    [Fact]
    public async Task Findings_are_those_of_the_newest_evaluations()
    {
        var evaluations = (await api.GetAsync("/v1/models/flights/evaluations")).AsArray();
        var expected = evaluations.SelectMany(e => e!["findings"]!.AsArray().Select(f => ((string)e["window"]!, (string)f!["kind"]!))).Order();
        var findings = (await api.GetAsync("/v1/models/flights/findings")).AsArray();
        Assert.Equal(expected, findings.Select(f => ((string)f!["window"]!, (string)f["kind"]!)).Order());
        Assert.All(findings, f => Assert.Equal("2001-01", (string)f!["version"]!));
    }

    [Fact]
    public async Task Versions_and_models_have_the_role_of_the_registry()
    {
        var version = Assert.Single((await api.GetAsync("/v1/models/flights/versions")).AsArray())!;
        Assert.Equal(("2001-01", "challenger", "2001-07-01T00:00:00Z"), ((string)version["version"]!, (string)version["role"]!, (string)version["since"]!));
        Assert.Contains("TreeEnsembleClassifier", (string)Assert.Single(version["weights"]!["left_out"]!.AsArray())!, StringComparison.Ordinal);
        var gate = Assert.Single((await api.GetAsync("/v1/models")).AsArray())!["gate"]!;
        Assert.Equal(("warn", 0), ((string)gate["mode"]!, gate["findings"]!.AsArray().Count));
        Assert.Equal(7, version["importance"]!["features"]!.AsObject().Count);
        var model = Assert.Single((await api.GetAsync("/v1/models")).AsArray())!;
        Assert.Equal(("flights", "2001-01", "challenger", "binary"), ((string)model["name"]!, (string)model["version"]!, (string)model["role"]!, (string)model["task"]!));
    }

    [Fact]
    public async Task Actions_say_how_far_they_got()
    {
        var action = Assert.Single((await api.GetAsync("/v1/models/flights/actions")).AsArray())!;
        Assert.Equal(("key", "weak", "notify", "pending", 2, "refused"),
            ((string)action["key"]!, (string)action["rule"]!, (string)action["action"]!, (string)action["status"]!, (int)action["attempts"]!, (string)action["error"]!));
    }

    [Fact]
    public async Task The_page_shows_the_models()
    {
        using var response = await api.Client.GetAsync("/");
        var html = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var text in new[] { "flights", "2001-01", "binary", "ROC AUC", "newest month", "What chance alone reaches", "/models/flights", "/metrics", "rule firing", "weak", "because of &lt;this&gt;" })
            Assert.Contains(text, html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<this>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_names_every_route()
    {
        var paths = (await api.GetAsync("/openapi/v1.json"))["paths"]!.AsObject();
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/v1/", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(m => (Path: e.RoutePattern.RawText!, Method: m)))
            .ToArray();
        Assert.True(routes.Length >= 8);
        Assert.All(routes, r => Assert.NotNull(paths[r.Path]?[r.Method.ToLowerInvariant()]));
    }

    public sealed class LoadedFixture : ApiFixture, IAsyncLifetime
    {
        public JsonNode LabelsReply { get; private set; } = null!;

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            await InitializeAsync();
            using var predictions = await SendAsync(Bodies.Production);
            using var labels = await SendAsync(Bodies.Labels, "labels");
            LabelsReply = JsonNode.Parse(await labels.Content.ReadAsStringAsync())!;
            await EvaluateAsync();
            await WriteAsync(async transaction =>
            {
                await transaction.WriteVersionAsync(new("flights", "2001-01", "hash", "sha", VersionRole.Challenger, Since), CancellationToken.None);
                await transaction.WriteRuleStateAsync(new("flights", "weak", "2001-01", """{"Count":1,"Firing":true,"LastVerdict":{"Outcome":"Breach","Message":"because of <this>"}}"""), CancellationToken.None);
                await transaction.WriteRuleStateAsync(new("flights", "calm", "2001-01", """{"Count":1}"""), CancellationToken.None);
                await transaction.TryAddOutboxAsync(
                    new() { Key = "key", Model = "flights", Action = "notify", Rule = "weak", Payload = "{}", CreatedAt = Since, Attempts = 2, DueAt = Since, Error = "refused" }, CancellationToken.None);
            });
        }
    }
}
