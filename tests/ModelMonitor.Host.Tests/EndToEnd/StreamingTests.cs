using System.Text.Json.Nodes;

namespace ModelMonitor.Host.Tests.EndToEnd;

public sealed class StreamingTests
{
    [Theory]
    [InlineData("flights", "flights", "month")]
    [InlineData("birdstrikes", "birdstrikes", "year")]
    [InlineData("chicago", "chicago_overfit", "year")]
    public async Task Shuffled_batches_with_early_repeated_and_reordered_labels_give_the_digits_of_the_offline_evaluation(string name, string model, string every)
    {
        using var data = new Case(name);
        var expected = await data.OfflineAsync(model, every);
        var predictions = Request.Of(model, "predictions", Path.Combine(data.Data, "production.arrows"));
        var labels = Request.Of(model, "labels", Path.Combine(data.Data, "labels.arrows"));
        // Every third label batch comes twice under another key: known rows, nothing to count.
        var again = labels.Where((_, i) => i % 3 == 0).Select(r => r with { Key = r.Key + "-again" });
        var requests = predictions.Concat(labels).Concat(again).ToArray();
        new Random(17).Shuffle(requests);

        await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
        // Some at a time, so that commits hold groups.
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (request, _) => await request.PostAsync(monitor.Client));

        var actual = JsonNode.Parse(await monitor.Client.GetStringAsync($"v1/models/{model}/evaluate?every={every}"))!;
        SameDigits.Check(expected, actual);
    }

    [Fact]
    public async Task Killed_at_any_moment_and_sent_again_the_numbers_are_those_of_an_undisturbed_run()
    {
        using var data = new Case("flights");
        var expected = await data.OfflineAsync("flights", "month");
        var requests = Request.Of("flights", "predictions", Path.Combine(data.Data, "production.arrows"))
            .Zip(Request.Of("flights", "labels", Path.Combine(data.Data, "labels.arrows")), (p, l) => new[] { p, l })
            .SelectMany(pair => pair).ToArray();
        var random = new Random(23);
        var acknowledged = 0;
        // A busy machine may answer nothing before the first kills: then on until it does.
        for (var kill = 0; kill < 5 || (acknowledged == 0 && kill < 50); kill++)
        {
            await using var monitor = await RunningMonitor.StartAsync(data.Configuration);
            var moment = monitor.KillAfterAsync(TimeSpan.FromMilliseconds(random.Next(50, 900)));
            acknowledged = Math.Max(acknowledged, await SendUntilRefusedAsync(monitor.Client, requests));
            await moment;
        }

        Assert.True(acknowledged > 0, "no request was ever acknowledged: the test killed too early to show anything");
        await using var last = await RunningMonitor.StartAsync(data.Configuration);
        var duplicates = 0;
        foreach (var request in requests)
        {
            if ((bool)JsonNode.Parse(await request.PostAsync(last.Client))!["duplicate"]!) duplicates++;
        }

        Assert.True(duplicates >= acknowledged, $"{acknowledged} requests were acknowledged, and only {duplicates} of them were remembered");
        SameDigits.Check(expected, JsonNode.Parse(await last.Client.GetStringAsync("v1/models/flights/evaluate?every=month"))!);
    }

    /// <returns>How many were acknowledged before the connection broke.</returns>
    private static async Task<int> SendUntilRefusedAsync(HttpClient client, Request[] requests)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            try
            {
                using var response = await requests[i].SendAsync(client);
                if (!response.IsSuccessStatusCode) return i;
            }
            catch (HttpRequestException)
            {
                return i;
            }
        }

        return requests.Length;
    }
}
