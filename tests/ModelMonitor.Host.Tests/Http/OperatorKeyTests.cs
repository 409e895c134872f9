using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.Configuration;
using ModelMonitor.Host.Tests.EndToEnd;

namespace ModelMonitor.Host.Tests.Http;

/// <summary>Where `listen.operator_key` is set, nobody changes anything without it.</summary>
public sealed class OperatorKeyTests
{
    private const string Key = "0123456789abcdef-key";

    [Fact]
    public async Task Whatever_changes_something_needs_the_key_and_nothing_else_does()
    {
        using var chicago = Guarded();
        await using var monitor = await RunningMonitor.StartAsync(chicago.Configuration);
        var paths = JsonNode.Parse(await monitor.Client.GetStringAsync("openapi/v1.json", TestContext.Current.CancellationToken))!["paths"]!.AsObject();
        var changes = paths.SelectMany(path => path.Value!.AsObject().Where(method => method.Key is not ("get" or "head")).Select(method => (Method: new HttpMethod(method.Key.ToUpperInvariant()), Path: path.Key))).ToArray();
        Assert.Equal(9, changes.Length);
        foreach (var (method, path) in changes)
        {
            var target = path.Replace("{model}", "chicago", StringComparison.Ordinal).Replace("{version}", "9", StringComparison.Ordinal).Replace("{id}", "a", StringComparison.Ordinal);
            var ingests = path.EndsWith("/predictions", StringComparison.Ordinal) || path.EndsWith("/labels", StringComparison.Ordinal);
            foreach (var brought in new[] { null, "Bearer", "Bearer " + Key[..^1], "Bearer " + Key + "x", "Basic " + Key })
                Assert.True(ingests == await StatusAsync(monitor, method, target, brought) is not HttpStatusCode.Unauthorized, $"{method} {path} with '{brought}'");
            Assert.NotEqual(HttpStatusCode.Unauthorized, await StatusAsync(monitor, method, target, "bearer " + Key));
        }

        foreach (var open in new[] { "v1/models", "v1/models/chicago/versions", "v1/models/chicago/retrains", "", "metrics", "health/ready" })
        {
            using var answer = await monitor.Client.GetAsync(open, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_refusal_says_what_is_missing_and_the_commands_bring_the_key_of_their_configuration()
    {
        using var chicago = Guarded();
        await using var monitor = await RunningMonitor.StartAsync(chicago.Configuration);
        using var refused = await monitor.Client.PostAsJsonAsync("v1/models/chicago/rollback", new { by = "mallory" }, TestContext.Current.CancellationToken);
        Assert.Equal(("Bearer", "application/problem+json"), (refused.Headers.WwwAuthenticate.Single().Scheme, refused.Content.Headers.ContentType!.MediaType));
        var text = await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("listen.operator_key", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, text, StringComparison.Ordinal);
        var to = monitor.Addresses[0].ToString();
        (await Ran.Command("rollback", "-c", chicago.Configuration, "--model", "chicago", "--by", "alice", "--to", to)).IsRefusedWith("there was none to go back to");
        using var keyless = new Case("chicago");
        (await Ran.Command("rollback", "-c", keyless.Configuration, "--model", "chicago", "--by", "mallory", "--to", to)).IsRefusedWith("listen.operator_key");
        (await Ran.Command("accept", "-c", keyless.Configuration, "--model", "chicago", "--window", "year", "--by", "mallory", "--to", to)).IsRefusedWith("listen.operator_key");
    }

    [Theory]
    [InlineData("short")]
    [InlineData("long enough, but with blanks")]
    public void A_key_that_can_be_guessed_or_not_be_sent_is_a_fault(string key)
    {
        var fault = ConfigurationText.Fault($"listen: {{ operator_key: \"{key}\" }}\nmodels: {{ m: {{ version: \"1\", task: binary, onnx: model.onnx, inputs: {{ x: [a] }}, reference: {{ train: train.arrows }} }} }}");
        Assert.Contains("listen.operator_key: must be at least 16 printable ASCII characters", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(key, fault, StringComparison.Ordinal);
    }

    /// <summary>As where a secret that a pod takes its variable from is empty.</summary>
    [Fact]
    public void A_variable_that_is_set_to_nothing_takes_no_key_away()
    {
        using var chicago = Guarded();
        var (_, faults) = MonitorConfiguration.Load(chicago.Configuration, new Dictionary<string, string> { ["MODELMONITOR__LISTEN__OPERATOR_KEY"] = "" });
        Assert.Contains("listen.operator_key: is empty", Assert.Single(faults).ToString(), StringComparison.Ordinal);
    }

    private static Case Guarded()
    {
        var chicago = new Case("chicago");
        File.WriteAllText(chicago.Configuration, File.ReadAllText(chicago.Configuration).Replace("listen: {", $"listen: {{ operator_key: \"{Key}\",", StringComparison.Ordinal));
        return chicago;
    }

    private static async Task<HttpStatusCode> StatusAsync(RunningMonitor monitor, HttpMethod method, string path, string? authorization)
    {
        using var request = new HttpRequestMessage(method, path);
        if (method != HttpMethod.Delete) request.Content = new StringContent("{}") { Headers = { ContentType = new MediaTypeHeaderValue(path.EndsWith("/versions", StringComparison.Ordinal) ? "application/octet-stream" : "application/json") } };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await monitor.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
