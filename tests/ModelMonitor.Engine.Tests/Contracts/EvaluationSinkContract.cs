using ModelMonitor.Core;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Metrics;
using ModelMonitor.Engine.Evaluating;

namespace ModelMonitor.Engine.Tests.Contracts;

/// <summary>What every sink keeps to; each implementation inherits it.</summary>
public abstract class EvaluationSinkContract
{
    protected abstract IEvaluationSink Sink { get; }

    /// <summary>What has been published of a metric of the model `flights`, window `day`, all rows: its number as the sink writes it; null where there is none.</summary>
    protected abstract Task<string?> PublishedAsync(string metric);

    [Fact]
    public void A_sink_has_a_name_that_can_be_a_label() => Assert.Matches("^[a-z][a-z0-9-]*$", Sink.Name);

    [Fact]
    public async Task A_value_is_published()
    {
        await PublishAsync(Of(MetricValue.Of(0.75)));
        Assert.Equal("0.75", await PublishedAsync("roc_auc"));
    }

    [Fact]
    public async Task What_is_undefined_is_not_published_as_a_number()
    {
        await PublishAsync(Of(MetricValue.Undefined(MetricStatus.OneClassOnly)));
        Assert.Null(await PublishedAsync("roc_auc"));
    }

    [Fact]
    public async Task An_evaluation_without_anything_is_taken_too()
    {
        await PublishAsync(Of(null) with { Rows = 0, Labelled = 0, PerformanceRows = 0, PerformanceLabelled = 0 });
        Assert.Null(await PublishedAsync("roc_auc"));
    }

    [Fact]
    public async Task A_slice_is_not_the_whole()
    {
        await PublishAsync(Of(MetricValue.Of(0.75)));
        await PublishAsync(Of(MetricValue.Of(0.5)) with { Segment = "carrier=AA" });
        Assert.Equal("0.75", await PublishedAsync("roc_auc"));
    }

    [Fact]
    public async Task A_cancelled_call_may_end_without_effect_and_the_next_works()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        try
        {
            await Sink.PublishAsync(new(Of(MetricValue.Of(0.5)), new Dictionary<string, bool>()), cancelled.Token);
        }
        catch (OperationCanceledException)
        {
            // Allowed, and nothing else is.
        }

        await PublishAsync(Of(MetricValue.Of(0.75)));
        Assert.Equal("0.75", await PublishedAsync("roc_auc"));
    }

    protected static Evaluation Of(MetricValue? rocAuc) => new()
    {
        Model = "flights",
        Version = "v1",
        Task = TaskKind.Binary,
        Window = "day",
        Range = new(0, Instant.Day),
        Rows = 100,
        Labelled = 100,
        PerformanceRange = new(0, Instant.Day),
        PerformanceRows = 100,
        PerformanceLabelled = 100,
        Performance = rocAuc is { } value ? new Dictionary<string, MetricValue> { ["roc_auc"] = value } : new Dictionary<string, MetricValue>(),
        Drift = new DriftValues(new Dictionary<string, MetricValue>(), new Dictionary<string, MetricValue>(), []),
    };

    private ValueTask PublishAsync(Evaluation evaluation) => Sink.PublishAsync(new(evaluation, new Dictionary<string, bool>()), TestContext.Current.CancellationToken);
}
