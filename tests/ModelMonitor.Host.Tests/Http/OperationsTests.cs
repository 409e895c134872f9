using System.Net;
using System.Net.Http.Headers;

namespace ModelMonitor.Host.Tests.Http;

public sealed class OperationsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("/metrics", true)]
    [InlineData("/health/live", true)]
    [InlineData("/health/ready", true)]
    [InlineData("/", false)]
    [InlineData("/v1/models", false)]
    [InlineData("/v1/models/flights/evaluate", false)]
    [InlineData("/openapi/v1.json", false)]
    [InlineData("/metricsandmore", false)]
    [InlineData("/healthy", false)]
    [InlineData("/metrics/../v1/models", false)]
    public async Task The_metrics_listener_answers_only_metrics_and_health(string path, bool open)
    {
        using var response = await api.Metrics.GetAsync(path);
        if (open) Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        else await Problems.OfAsync(response, 404);
    }

    [Fact]
    public async Task The_metrics_listener_takes_nothing()
    {
        using var content = new ByteArrayContent(Bodies.Head(1));
        using var response = await api.Metrics.PostAsync("/v1/models/flights/predictions", content);
        await Problems.OfAsync(response, 404);
    }

    [Theory]
    [InlineData(null, "text/plain")]
    [InlineData("*/*", "text/plain")]
    [InlineData("text/plain;version=0.0.4;q=0.5", "text/plain")]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3", "application/openmetrics-text")]
    public async Task Metrics_come_in_the_format_that_is_asked_for(string? accept, string mediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null) Assert.True(request.Headers.TryAddWithoutValidation("Accept", accept));
        using var response = await api.Client.SendAsync(request);
        Assert.Equal(mediaType, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("Accept", response.Headers.Vary.Single());
        var openMetrics = (await response.Content.ReadAsStringAsync()).EndsWith("# EOF\n", StringComparison.Ordinal);
        Assert.Equal(mediaType == "application/openmetrics-text", openMetrics);
    }

    [Theory]
    [InlineData("DELETE", "/v1/models")]
    [InlineData("GET", "/v1/models/flights/predictions")]
    [InlineData("POST", "/metrics")]
    public async Task Another_method_is_405_and_says_which_are_answered(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await api.Client.SendAsync(request);
        var problem = await Problems.OfAsync(response, 405);
        Assert.Contains(method, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.NotEmpty(response.Content.Headers.Allow);
    }

    [Fact]
    public async Task What_is_not_there_is_a_problem_document()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var response = await api.Client.SendAsync(request);
        await Problems.OfAsync(response, 404);
    }
}
