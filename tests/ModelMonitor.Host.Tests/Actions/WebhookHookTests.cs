using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;
using ModelMonitor.Host.Actions;
using static ModelMonitor.Host.Tests.Actions.Receiver;

namespace ModelMonitor.Host.Tests.Actions;

public sealed class WebhookHookTests : IDisposable
{
    private const string Key = "flights/decay/retrain/42";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2001, 2, 1, 0, 0, 0, TimeSpan.Zero));
    private ServiceProvider? _services;

    /// <summary>A try may take as long as it likes: the clock of these tests runs faster than the loopback.</summary>
    private static WebhookOptions Patient { get; } = new() { TimeoutPerTry = TimeSpan.FromHours(5) };

    public void Dispose() => _services?.Dispose();

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(409)]
    public async Task An_answer_that_takes_the_message_or_knows_it_already_is_a_delivery(int status)
    {
        await using var receiver = await StartAsync(Answer(status));
        Assert.Equal(HookOutcome.Delivered, await DeliverAsync(new Uri(receiver.Url, "hooks/retrain?a=b")));
        var request = Assert.Single(receiver.Requests);
        Assert.Equal(new Received("POST", "/hooks/retrain?a=b", Key, "application/cloudevents+json", null, """{"model":"flights"}"""), request);
    }

    [Fact]
    public async Task A_failure_is_tried_again_with_the_same_key_and_body()
    {
        await using var receiver = await StartAsync(Answer(500), Answer(200));
        Assert.Equal(HookOutcome.Delivered, await DeliverAsync(receiver.Url));
        Assert.Equal(2, receiver.Requests.Count);
        Assert.Equal(receiver.Requests[0], receiver.Requests[1]);
        Assert.Equal(Key, receiver.Requests[1].Key);
    }

    [Theory]
    [InlineData(408, 3)]
    [InlineData(429, 3)]
    [InlineData(500, 3)]
    [InlineData(503, 3)]
    [InlineData(425, 1)] // too early: not worth a try within seconds
    public async Task A_failure_that_stays_is_left_to_the_outbox(int status, int tries)
    {
        await using var receiver = await StartAsync(Answer(status));
        var outcome = await DeliverAsync(receiver.Url);
        Assert.Equal(new HookOutcome(false, true, $"{receiver.Url.Authority} answered {status}"), outcome);
        Assert.Equal(tries, receiver.Requests.Count);
        Assert.All(receiver.Requests, r => Assert.Equal(Key, r.Key));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task An_answer_that_will_not_change_is_final(int status)
    {
        await using var receiver = await StartAsync(Answer(status));
        var outcome = await DeliverAsync(receiver.Url);
        Assert.False(outcome.Accepted);
        Assert.False(outcome.Retry);
        Assert.StartsWith($"{receiver.Url.Authority} answered {status}", outcome.Error, StringComparison.Ordinal);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_short_Retry_After_is_waited_for()
    {
        await using var receiver = await StartAsync(Answer(429, "4"), Answer(200));
        var start = _clock.GetUtcNow();
        Assert.Equal(HookOutcome.Delivered, await DeliverAsync(receiver.Url));
        Assert.True(_clock.GetUtcNow() - start >= TimeSpan.FromSeconds(4));
        Assert.Equal(2, receiver.Requests.Count);
    }

    [Fact]
    public async Task A_long_Retry_After_is_passed_on_instead_of_waited_for()
    {
        await using var receiver = await StartAsync(Answer(429, "600"));
        var outcome = await DeliverAsync(receiver.Url);
        Assert.True(outcome.Retry);
        Assert.Equal(TimeSpan.FromMinutes(10), outcome.RetryAfter);
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task A_Retry_After_with_a_date_counts_from_the_injected_clock()
    {
        var date = _clock.GetUtcNow().AddHours(2).ToString("R", CultureInfo.InvariantCulture);
        await using var receiver = await StartAsync(Answer(503, date));
        var outcome = await DeliverAsync(receiver.Url);
        Assert.True(outcome.Retry);
        Assert.InRange(outcome.RetryAfter!.Value, TimeSpan.FromHours(1), TimeSpan.FromHours(2));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_times_out_at_each_try()
    {
        await using var receiver = await StartAsync(NeverAsync);
        var options = new WebhookOptions { Retries = 1 };
        var start = _clock.GetUtcNow();
        // The clock moves on only once a request has arrived, so that what runs out is the receiver's time.
        var outcome = await DriveAsync(Begin(receiver.Url, options), () => receiver.Requests.Count > 0);
        Assert.True(outcome.Retry);
        Assert.Contains("in time", outcome.Error, StringComparison.Ordinal);
        Assert.InRange(_clock.GetUtcNow() - start, options.TimeoutPerTry * 2, options.LongestDelivery + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_refused_connection_is_tried_again_later_and_its_error_keeps_secrets()
    {
        var outcome = await DeliverAsync(new Uri($"http://user:hunter2@127.0.0.1:{ClosedPort()}/path-secret?token=query-secret"));
        Assert.True(outcome.Retry);
        Assert.Contains("ConnectionError", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_keeps_failing_is_left_alone_and_another_is_not()
    {
        await using var failing = await StartAsync(Answer(500));
        await using var healthy = await StartAsync(Answer(200));
        var options = Patient with { BreakerMinimumTries = 2, BreakerWindow = TimeSpan.FromHours(1), BreakerPause = TimeSpan.FromHours(1), Retries = 0 };
        for (var i = 0; i < 2; i++) await DeliverAsync(failing.Url, options);
        var outcome = await DeliverAsync(failing.Url, options);
        Assert.True(outcome.Retry);
        Assert.Equal(options.BreakerPause, outcome.RetryAfter);
        Assert.Equal(2, failing.Requests.Count);
        Assert.Equal(HookOutcome.Delivered, await DeliverAsync(healthy.Url, options));
    }

    [Fact]
    public async Task User_name_and_password_of_the_URL_are_sent_as_basic_authentication()
    {
        await using var receiver = await StartAsync(Answer(200));
        await DeliverAsync(new UriBuilder(receiver.Url) { UserName = "user", Password = "p%40ss" }.Uri);
        Assert.Equal("Basic dXNlcjpwQHNz", receiver.Requests[0].Authorization);
    }

    /// <summary>The example of Standard Webhooks' own reference, and a secret that is no base64.</summary>
    [Theory]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true)]
    [InlineData("plain secret", "plain secret", false)]
    public async Task A_secret_signs_id_time_and_body(string secret, string key, bool base64)
    {
        await using var receiver = await StartAsync(Answer(200));
        Assert.Equal(HookOutcome.Delivered, await Hook(Patient).DeliverAsync(Message("msg_1"), Action(receiver.Url) with { Secret = secret }, TestContext.Current.CancellationToken));
        var seconds = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var expected = HMACSHA256.HashData(base64 ? Convert.FromBase64String(key) : Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"msg_1.{seconds}.{receiver.Requests[0].Body}"));
        Assert.Equal(("msg_1", seconds, "v1," + Convert.ToBase64String(expected)), (receiver.Headers!["webhook-id"].ToString(), receiver.Headers["webhook-timestamp"].ToString(), receiver.Headers["webhook-signature"].ToString()));
    }

    [Fact]
    public async Task Without_a_secret_nothing_is_signed()
    {
        await using var receiver = await StartAsync(Answer(200));
        await DeliverAsync(receiver.Url);
        Assert.Empty(receiver.Headers!["webhook-signature"].ToString());
    }

    [Fact]
    public async Task A_key_beyond_ASCII_arrives_escaped()
    {
        await using var receiver = await StartAsync(Answer(200));
        Assert.Equal(HookOutcome.Delivered, await DeliverAsync(receiver.Url, key: "modèle/1"));
        Assert.Equal("mod%C3%A8le%2F1", receiver.Requests[0].Key);
    }

    [Fact]
    public async Task A_scheme_that_cannot_be_posted_to_is_final() =>
        Assert.False((await DeliverAsync(new Uri("ftp://127.0.0.1/x"))).Retry);

    [Fact]
    public async Task Only_cancellation_throws()
    {
        await using var receiver = await StartAsync(NeverAsync);
        using var cancellation = new CancellationTokenSource();
        var delivery = Hook(Patient).DeliverAsync(Message(Key), Action(receiver.Url), cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery);
    }

    private static OutboxRecord Message(string key) => new()
    {
        Key = key,
        Model = "flights",
        Action = "retrain",
        Rule = "decay",
        Payload = """{"model":"flights"}""",
        CreatedAt = 0,
    };

    private static ActionOptions Action(Uri url) => new() { Name = "retrain", Hook = "webhook", Url = url };

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private IRetrainHook Hook(WebhookOptions options)
    {
        _services ??= new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddWebhook(options).BuildServiceProvider();
        return Assert.Single(_services.GetServices<IRetrainHook>(), h => h.Name == "webhook");
    }

    private Task<HookOutcome> Begin(Uri url, WebhookOptions options, string key = Key) =>
        Hook(options).DeliverAsync(Message(key), Action(url), TestContext.Current.CancellationToken).AsTask();

    private Task<HookOutcome> DeliverAsync(Uri url, WebhookOptions? options = null, string key = Key) =>
        DriveAsync(Begin(url, options ?? Patient, key), () => true);

    /// <summary>Moves the clock on until the delivery ends, so that nothing waits for real.</summary>
    private async Task<HookOutcome> DriveAsync(Task<HookOutcome> delivery, Func<bool> ready)
    {
        for (var i = 0; i < 5000 && !delivery.IsCompleted; i++)
        {
            if (ready()) _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(delivery, Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        Assert.True(delivery.IsCompleted, "The delivery did not end.");
        return await delivery;
    }
}
