using ModelMonitor.Engine.Actions;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Tests.Contracts;

/// <summary>What every hook keeps to; each implementation inherits it.</summary>
public abstract class RetrainHookContract
{
    /// <summary>In options of <see cref="Sound"/>; no error may say it.</summary>
    protected const string Secret = "hunter2hunter2";

    protected abstract IRetrainHook Hook { get; }

    /// <summary>An action that works.</summary>
    protected abstract ActionOptions Sound { get; }

    /// <summary>An action that lacks what the hook needs.</summary>
    protected abstract ActionOptions Lacking { get; }

    /// <summary>An action whose receiver is not there, or cannot do its work.</summary>
    protected abstract ActionOptions Broken { get; }

    /// <summary>An action whose work does not end by itself.</summary>
    protected abstract ActionOptions Endless { get; }

    /// <summary>Whether <see cref="Broken"/> may be well later.</summary>
    protected abstract bool BrokenMayHeal { get; }

    /// <summary>How often the receiver acted on a key, as far as it can be told; a receiver acts once per key.</summary>
    protected abstract Task<int> ActedAsync(string key);

    protected static OutboxRecord Message(string key) => new() { Key = key, Model = "flights", Action = "retrain", Rule = "decay", Payload = """{"specversion":"1.0","id":"1","data":{}}""", CreatedAt = 0 };

    [Fact]
    public void A_hook_has_a_name_that_can_stand_in_a_configuration()
    {
        Assert.Matches("^[a-z][a-z0-9-]*$", Hook.Name);
        Assert.Equal(Hook.Name, Hook.Name);
    }

    [Fact]
    public void A_sound_action_is_accepted_at_start_and_one_that_lacks_something_is_told()
    {
        Assert.Empty(Hook.Check(Sound));
        Assert.All(Hook.Check(Lacking), fault => Assert.DoesNotContain('\n', fault));
        Assert.NotEmpty(Hook.Check(Lacking));
    }

    [Fact]
    public async Task A_message_delivered_twice_is_acted_on_once()
    {
        var first = await Hook.DeliverAsync(Message("once"), Sound, TestContext.Current.CancellationToken);
        Assert.True(first.Accepted, first.Error);
        Assert.True((await Hook.DeliverAsync(Message("once"), Sound, TestContext.Current.CancellationToken)).Accepted);
        Assert.Equal(1, await ActedAsync("once"));
    }

    [Fact]
    public async Task Messages_are_delivered_side_by_side()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Hook.DeliverAsync(Message($"side-{i}"), Sound, TestContext.Current.CancellationToken).AsTask()));
        Assert.All(outcomes, outcome => Assert.True(outcome.Accepted, outcome.Error));
        for (var i = 0; i < 4; i++) Assert.Equal(1, await ActedAsync($"side-{i}"));
    }

    [Fact]
    public async Task What_goes_wrong_is_told_in_one_line_without_secrets_and_not_thrown()
    {
        foreach (var (action, mayHeal) in new[] { (Broken, BrokenMayHeal), (Lacking, false) })
        {
            var outcome = await Hook.DeliverAsync(Message("broken"), action, TestContext.Current.CancellationToken);
            Assert.False(outcome.Accepted);
            Assert.Equal(mayHeal, outcome.Retry);
            Assert.False(string.IsNullOrWhiteSpace(outcome.Error));
            Assert.DoesNotContain('\n', outcome.Error);
            Assert.DoesNotContain(Secret, outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cancellation_ends_a_delivery_soon()
    {
        using var cancellation = new CancellationTokenSource();
        var delivery = Hook.DeliverAsync(Message("endless"), Endless, cancellation.Token).AsTask();
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(delivery.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }
}
